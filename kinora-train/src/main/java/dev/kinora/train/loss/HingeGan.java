package dev.kinora.train.loss;

import dev.kinora.tensor.Autograd;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import java.util.List;

/**
 * The hinge form of adversarial training (Lim and Ye, arXiv 1705.02894), and how much of it a decoder gets. Means are over
 * {@code numbers} logits, which may be more than there are: those of other processes add their part.
 */
public final class HingeGan {
    private static final double LARGEST = 1e4;
    private static final double EPS = 1e-4;

    private HingeGan() {}

    /** What the decoder lowers: the reconstructions' mean logit, negated. A scalar. */
    public static Tensor generator(Tensor fake, double numbers) {
        return fake.to(DType.FP32).sum().div(-numbers);
    }

    /** What the discriminator lowers: logits of clips above 1 and of reconstructions below -1 cost nothing. A scalar. */
    public static Tensor discriminator(Tensor real, Tensor fake, double numbers) {
        Tensor onClips = real.to(DType.FP32).neg().add(1).relu().sum();
        Tensor onFakes = fake.to(DType.FP32).add(1).relu().sum();
        return onClips.add(onFakes).div(2 * numbers);
    }

    /**
     * The squared slope of the discriminator where clips are (R1 of Mescheder et al., arXiv 1801.04406), mean a clip.
     *
     * @param logits of {@code clips}, recorded
     * @param clips a leaf that requires gradients, [B, C, F, H, W]
     * @param from the first frame that counts; all logits that depend on it are there
     * @param frames that count
     */
    public static Tensor slope(Tensor logits, Tensor clips, long from, long frames) {
        Tensor slope = Autograd.gradients(logits.to(DType.FP32).sum(), List.of(clips), true, true)
                .getFirst();
        return slope.narrow(2, from, frames).to(DType.FP32).square().sum().div(clips.size(0));
    }

    /**
     * The weight at which the adversarial term pulls as hard at the decoder's last layer as everything else does (Esser
     * et al., arXiv 2012.09841): a scalar outside the graph, never read back from the device.
     *
     * @param pull gradient of the last layer's weight by everything else
     * @param push by the adversarial term
     */
    public static Tensor balance(Tensor pull, Tensor push) {
        return pull.norm().div(push.norm().add(EPS)).clamp(0, LARGEST).detach();
    }
}

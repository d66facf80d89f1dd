package dev.kinora.train.vae;

import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.DiagonalGaussianDistribution;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.models.vision.Lpips;
import dev.kinora.tensor.Autograd;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.loss.EdgeLoss;
import dev.kinora.train.loss.HingeGan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * From a batch of clips to what the VAE lowers: each term by itself, and their weighted sum. Nothing is read back from
 * the device here.
 */
final class VaeObjective implements AutoCloseable {
    private final VaeTrainConfig config;
    private final VaeLossConfig losses;
    private final AutoencoderKLCogVideoX vae;
    private final Device device;
    private final @Nullable Lpips lpips;
    private final @Nullable Adversary adversary;
    private final @Nullable ProcessGroup group;
    private final @Nullable LatentAnchor anchor;

    /**
     * Loads what the terms need.
     *
     * @param vae on the device
     * @param group the processes that train together, each with a part of every batch or clip; null for this one alone
     * @throws IOException if the file of LPIPS weights cannot be read
     */
    VaeObjective(VaeTrainConfig config, AutoencoderKLCogVideoX vae, Device device, @Nullable ProcessGroup group)
            throws IOException {
        this.group = group;
        this.config = config;
        this.losses = config.losses();
        this.vae = vae;
        this.device = device;
        VaeLossConfig.Perceptual perceptual = losses.lpips();
        this.lpips = perceptual == null ? null : Lpips.load(Path.of(perceptual.file()));
        if (lpips != null) {
            lpips.to(device);
        }
        VaeTrainConfig.Start start = config.start();
        this.anchor = start == null || start.anchor() == 0 ? null : new LatentAnchor(config, start, device);
        VaeLossConfig.Gan gan = losses.gan();
        try (Rng rng = new Rng(config.seed() + 1)) {
            this.adversary = gan == null
                    ? null
                    : new Adversary(gan, config.optimizer().rate().steps(), rng, device, group);
        }
    }

    /**
     * One batch gone through.
     *
     * @param total the weighted sum, a scalar with its graph
     * @param terms each unweighted term by name, scalars outside the graph
     * @param video what went in, fp32 [B, 3, F, H, W]
     * @param decoded what came back, fp32, with its graph
     */
    record Outcome(Tensor total, Map<String, Tensor> terms, Tensor video, Tensor decoded) {}

    /**
     * The terms of one batch.
     *
     * @param video fp32 [B, 3, F, H, W] in [-1, 1] on the device
     * @param noise of the latents, fp32 [B, Z, f, h, w]
     */
    Outcome of(Tensor video, Tensor noise, int step) {
        VaeOptions frames = config.phase(step).wholeClip() ? VaeOptions.WHOLE_CLIP : VaeOptions.DEFAULT;
        return precision(() -> {
            DType type = config.precision().ofNetworks(device);
            Tensor input = video.to(type);
            Tensor moments = vae.encode(input, frames).parameters();
            if (config.decoderOnly()) {
                moments = moments.detach();
            }
            Tensor decoded = vae.decode(sample(moments, noise).to(type), frames).to(DType.FP32);
            LatentAnchor held = anchor;
            Tensor away = held == null ? null : held.distance(moments, held.moments(input, frames));
            return sum(video, decoded, moments, away, step);
        });
    }

    /** The latents' noise of a step, the same however many processes share the step. */
    static Tensor noise(VaeTrainConfig config, BatchShape s, Rng rng) {
        long ratio = 1L << (config.blockOutChannels().size() - 1);
        return rng.randn(
                DType.FP32,
                s.batch(),
                config.latentChannels(),
                s.clip().latentFrames(),
                s.height() / ratio,
                s.width() / ratio);
    }

    /** A draw from the moments' distribution, fp32. */
    static Tensor sample(Tensor moments, Tensor noise) {
        DiagonalGaussianDistribution d = DiagonalGaussianDistribution.of(moments.to(DType.FP32));
        return d.mean().add(d.std().mul(noise));
    }

    /** The divergence from the standard normal distribution, mean a latent; a scalar. */
    static Tensor divergence(Tensor moments) {
        DiagonalGaussianDistribution d = DiagonalGaussianDistribution.of(moments.to(DType.FP32));
        return d.mean()
                .square()
                .add(d.logvar().exp())
                .sub(1)
                .sub(d.logvar())
                .mean()
                .mul(0.5);
    }

    private Outcome sum(Tensor video, Tensor decoded, Tensor moments, @Nullable Tensor away, int step) {
        Map<String, Tensor> terms = new LinkedHashMap<>();
        Tensor seen = pictures(video, decoded, step, terms);
        Tensor kl = divergence(moments);
        terms.put("kl", kl);
        Tensor total = seen.add(kl.mul(losses.kl()));
        if (away != null) {
            terms.put("anchor", away);
            total = total.add(away.mul(Objects.requireNonNull(config.start()).anchor()));
        }
        VaeLossConfig.Gan gan = losses.gan();
        if (gan != null) {
            total = total.add(adversarial(Objects.requireNonNull(adversary), gan, decoded, seen, step, terms));
        }
        terms.put("loss", total);
        terms.replaceAll((name, t) -> t.detach());
        return new Outcome(total, terms, video, decoded);
    }

    /** All that looks at pictures, weighted; each term by itself goes to {@code terms}. */
    Tensor pictures(Tensor video, Tensor decoded, int step, Map<String, Tensor> terms) {
        Tensor difference = decoded.sub(video);
        boolean l1 = losses.reconstruction() == VaeLossConfig.Reconstruction.L1;
        Tensor colours = (l1 ? difference.abs() : difference.square()).mean();
        terms.put(l1 ? "l1" : "l2", colours);
        Tensor seen = colours.mul(losses.reconstructionWeight());
        if (losses.edge() > 0) {
            Tensor edge = EdgeLoss.of(difference, losses.edgeScales());
            terms.put("edge", edge);
            seen = seen.add(edge.mul(losses.edge()));
        }
        VaeLossConfig.Perceptual perceptual = losses.lpips();
        if (perceptual != null && perceptual.weight() > 0) {
            Tensor distance = perceptual(Objects.requireNonNull(lpips), perceptual, video, decoded, step);
            terms.put("lpips", distance);
            seen = seen.add(distance.mul(perceptual.weight()));
        }
        return seen;
    }

    private static Tensor perceptual(
            Lpips lpips, VaeLossConfig.Perceptual config, Tensor video, Tensor decoded, int step) {
        if (config.everyFrame()) {
            return lpips.forward(pictures(decoded), pictures(video)).mean();
        }
        long b = video.size(0);
        long[] frames =
                new SplittableRandom(step).split().longs(b, 0, video.size(2)).toArray();
        Tensor index =
                Tensors.of(frames, b, 1, 1, 1, 1).to(video.device()).expand(b, 3, 1, video.size(3), video.size(4));
        return lpips.forward(
                        decoded.gather(2, index).squeeze(2),
                        video.gather(2, index).squeeze(2))
                .mean();
    }

    private static Tensor pictures(Tensor video) { // [B, 3, F, H, W] to [B F, 3, H, W]
        return video.transpose(1, 2).flatten(0, 1);
    }

    /** The decoder's adversarial term with its weight; 0 until it starts. */
    private Tensor adversarial(
            Adversary against,
            VaeLossConfig.Gan gan,
            Tensor decoded,
            Tensor seen,
            int step,
            Map<String, Tensor> terms) {
        if (!gan.isHeard(step)) {
            Tensor none = Tensors.zerosLike(seen.detach());
            terms.put("generator", none);
            return none;
        }
        Tensor generator = against.generator(decoded, false);
        terms.put("generator", generator);
        if (!gan.adaptive()) {
            return generator.mul(gan.weight());
        }
        List<Tensor> last = List.of(lastWeight());
        Tensor pull = mean(Autograd.gradients(seen, last, true, false).getFirst());
        Tensor push = mean(Autograd.gradients(generator, last, true, false).getFirst());
        Tensor balance = HingeGan.balance(pull, push);
        terms.put("balance", balance);
        return generator.mul(balance).mul(gan.weight());
    }

    /** The decoder's last weight: where the terms' pull is compared. */
    Tensor lastWeight() {
        return Objects.requireNonNull(vae.parameters().get("decoder.conv_out.conv.weight"))
                .value();
    }

    /** The mean over the processes that share a batch. */
    private Tensor mean(Tensor own) {
        ProcessGroup all = group;
        return all == null ? own : all.allReduce(own.contiguous().copy()).div(all.size());
    }

    /**
     * The discriminator's own step, after the VAE's.
     *
     * @return its loss by name, a scalar outside the graph; empty where it does not learn in this step
     */
    Map<String, Tensor> afterwards(Outcome outcome, int step) {
        VaeLossConfig.Gan gan = losses.gan();
        if (gan == null || !gan.learns(step)) {
            return Map.of();
        }
        Adversary against = Objects.requireNonNull(adversary);
        boolean timeSplit = group != null && config.phase(step).wholeClip();
        return Map.of(
                "discriminator",
                against.learn(
                        outcome.video(), outcome.decoded(), step, timeSplit, v -> precision(() -> against.logits(v))));
    }

    /** Runs the body in the run's precision. */
    <T> T precision(TensorScope.Body<T, RuntimeException> body) {
        return config.precision().isAutocast(device) ? Grad.autocast(DType.BF16, body) : body.run();
    }

    /** What measures perceptual distance, or null where the run has no weights for it. */
    @Nullable
    Lpips lpips() {
        return lpips;
    }

    /** What holds the latents, or null where nothing does. */
    @Nullable
    LatentAnchor anchor() {
        return anchor;
    }

    @Nullable
    Adversary adversary() {
        return adversary;
    }

    @Override
    public void close() {
        if (lpips != null) {
            lpips.close();
        }
        if (anchor != null) {
            anchor.close();
        }
        if (adversary != null) {
            adversary.close();
        }
    }
}

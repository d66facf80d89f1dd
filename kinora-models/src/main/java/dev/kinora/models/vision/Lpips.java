package dev.kinora.models.vision;

import dev.kinora.nn.Init;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Learned perceptual image patch similarity (Zhang et al., arXiv 1801.03924), version 0.1: how far two pictures are
 * apart in the eyes of an image classifier. Features of both are brought to unit length at every position; the squared
 * differences, weighted channel by channel, are averaged over the picture and summed over the slices. Differentiable in
 * both pictures; the weights are fixed.
 *
 * <p>Checked against richzhang/PerceptualSimilarity, lpips/lpips.py.
 *
 * <p>N pictures, H W their size.
 */
public final class Lpips implements AutoCloseable {
    private static final float[] SHIFT = {-0.030f, -0.088f, -0.188f};
    private static final float[] SCALE = {0.458f, 0.448f, 0.450f};

    private final Network network;
    private final Names names = Names.root();
    private final VisionFeatures features;
    private final List<Parameter> heads = new ArrayList<>(); // of [1, C, 1, 1]
    private final TensorScope owner = TensorScope.owner("LPIPS");
    private Tensor shift; // [1, 3, 1, 1]
    private Tensor scale;

    /** The classifier that looks. */
    public enum Network {
        /** AlexNet: small and fast; the one that distances are usually reported with. */
        ALEX,
        /** VGG16: the one that is usually trained against. */
        VGG
    }

    /** The network without weights. */
    private Lpips(Network network) {
        this.network = network;
        Names at = names.at("features");
        this.features = network == Network.ALEX ? VisionFeatures.alexNet(at) : VisionFeatures.vgg16(at);
        for (int i = 0; i < features.channels().size(); i++) {
            heads.add(names.at("lin" + i + ".model.1")
                    .buffer("weight", Init.ONES, 1, features.channels().get(i), 1, 1));
        }
        try (TensorScope ignored = TensorScope.open("LPIPS")) {
            shift = owner.adopt(Tensors.of(SHIFT, 1, 3, 1, 1));
            scale = owner.adopt(Tensors.of(SCALE, 1, 3, 1, 1));
        }
    }

    /**
     * Loads a safetensors file with torchvision's {@code features.N.weight} and {@code .bias} and the heads'
     * {@code linN.model.1.weight}; which network it is, its shapes tell. Computes in fp32 whatever the file holds.
     *
     * @throws CheckpointException for missing, unexpected or mismatched weights
     */
    public static Lpips load(Path file) throws IOException {
        Checkpoint checkpoint = Checkpoint.open(file);
        Network network = checkpoint.names().contains("features.28.weight") ? Network.VGG : Network.ALEX;
        Lpips lpips = new Lpips(network);
        boolean loaded = false;
        try {
            StrictLoader.as(DType.FP32).copying().load(checkpoint, lpips.names.parameters());
            loaded = true;
            return lpips;
        } finally {
            if (!loaded) {
                lpips.close();
            }
        }
    }

    /** The classifier that looks. */
    public Network network() {
        return network;
    }

    /** Moves the weights. */
    public void to(Device device) {
        names.parameters().to(device);
        try (TensorScope ignored = TensorScope.open("LPIPS")) {
            shift = owner.adopt(shift.to(device));
            scale = owner.adopt(scale.to(device));
        }
    }

    /**
     * The distance of pictures, pair by pair; 0 for equal ones.
     *
     * @param x [N, 3, H, W], RGB in [-1, 1], on the weights' device
     * @param y of the same shape
     * @return [N], fp32
     * @throws IllegalArgumentException for another shape, or pictures too small for the network
     */
    public Tensor forward(Tensor x, Tensor y) {
        require(x, "x", x);
        require(y, "y", x);
        return TensorScope.compute(() -> {
            long n = x.size(0);
            List<Tensor> seen = features.forward(Tensors.cat(0, x, y).sub(shift).div(scale)); // of [2 N, C, h, w]
            Tensor sum = null;
            for (int i = 0; i < seen.size(); i++) {
                Tensor unit = unit(seen.get(i).to(DType.FP32));
                Tensor d = unit.narrow(0, 0, n).sub(unit.narrow(0, n, n)).square();
                Tensor distance = d.mul(heads.get(i).value()).sum(false, 1).mean(false, 1, 2); // [N]
                sum = sum == null ? distance : sum.add(distance);
            }
            return Objects.requireNonNull(sum);
        });
    }

    /** Unit length over the channels; a position where all are 0 stays so, with a gradient that is finite. */
    private static Tensor unit(Tensor x) { // [N, C, h, w]
        return x.mul(x.square().sum(true, 1).add(1e-20).rsqrt());
    }

    private void require(Tensor t, String name, Tensor like) {
        int smallest = features.smallest();
        if (t.dim() != 4
                || t.size(1) != 3
                || t.size(2) < smallest
                || t.size(3) < smallest
                || !Arrays.equals(t.shape(), like.shape())) {
            throw new IllegalArgumentException("Lpips: " + name + " = " + Arrays.toString(t.shape())
                    + " (expected: [N, 3, H, W], both alike, H and W of " + smallest + " or more)");
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        names.parameters().close();
        owner.close();
    }
}

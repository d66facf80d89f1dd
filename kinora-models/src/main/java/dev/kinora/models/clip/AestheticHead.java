package dev.kinora.models.clip;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LAION's aesthetic predictors: how much people liked pictures whose CLIP embeddings are like this one, about 1 to 10.
 * The first were one linear layer; the "improved" ones (Schuhmann 2022, 768-1024-128-64-16-1) are five with nothing but
 * dropout between them, so that at work they are one too, and are folded into one here. A variant with ReLU between its
 * layers has the same keys and is another function: {@code activation} = {@code relu} in the file's metadata marks it,
 * and it is refused.
 */
public final class AestheticHead {
    private static final Pattern LAYER = Pattern.compile("(?:layers\\.)?(?:(\\d+)\\.)?(weight|bias)");

    private final double[] weight;
    private final double bias;

    private AestheticHead(double[] weight, double bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** A layer as stored: rows of weights, and a bias a row. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this class
    private record Layer(int number, double[][] weight, double[] bias) {}

    /**
     * Loads a safetensors file with {@code layers.N.weight} and {@code .bias}, or {@code weight} and {@code bias} alone.
     *
     * @throws CheckpointException if the layers do not follow on one another, or do not end in one value
     */
    public static AestheticHead load(Path file) throws IOException {
        Checkpoint c = Checkpoint.open(file);
        String activation = c.metadata("activation");
        if (activation != null && !activation.equals("none")) {
            throw CheckpointException.of(c.where(), "activation", activation, "none: a head that is one linear map");
        }
        List<Layer> layers = layers(c);
        for (int i = 1; i < layers.size() && activation == null; i++) {
            // Numbers count what stands between: dropout alone makes a step of two, a ReLU before it one of three.
            if (layers.get(i).number - layers.get(i - 1).number > 2) {
                throw CheckpointException.of(
                        c.where(), "activation", "relu, by its layers' numbers", "none: a head that is one linear map");
            }
        }
        double[] w = layers.getLast().weight[0];
        double b = layers.getLast().bias[0];
        for (Layer layer : layers.reversed().subList(1, layers.size())) {
            double[] folded = new double[layer.weight[0].length];
            for (int i = 0; i < w.length; i++) {
                b += w[i] * layer.bias[i];
                for (int j = 0; j < folded.length; j++) {
                    folded[j] += w[i] * layer.weight[i][j];
                }
            }
            w = folded;
        }
        return new AestheticHead(w, b);
    }

    private static List<Layer> layers(Checkpoint c) {
        List<Layer> layers = new ArrayList<>();
        for (String name : c.names()) {
            Matcher m = LAYER.matcher(name);
            if (!m.matches()) {
                throw CheckpointException.of(
                        c.where(), "tensor", name, "layers.N.weight, layers.N.bias, weight or bias");
            }
            if (m.group(2).equals("weight")) {
                String bias = name.substring(0, name.length() - "weight".length()) + "bias";
                long[] shape = shape(c, name);
                if (shape.length != 2 || !Arrays.equals(shape(c, bias), new long[] {shape[0]})) {
                    throw CheckpointException.of(
                            c.where(), name, Arrays.toString(shape), "[out, in] beside a bias of [out]");
                }
                double[] flat = values(c, name);
                int in = Math.toIntExact(shape[1]);
                double[][] rows = new double[Math.toIntExact(shape[0])][];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = Arrays.copyOfRange(flat, i * in, (i + 1) * in);
                }
                layers.add(new Layer(m.group(1) == null ? 0 : Integer.parseInt(m.group(1)), rows, values(c, bias)));
            }
        }
        layers.sort(Comparator.comparingInt(Layer::number));
        int out = layers.isEmpty() ? 0 : layers.getLast().bias.length;
        for (int i = 1; i < layers.size() && out == 1; i++) {
            out = layers.get(i).weight[0].length == layers.get(i - 1).bias.length ? 1 : 0;
        }
        if (out != 1) {
            throw CheckpointException.of(
                    c.where(),
                    "layers",
                    layers.size(),
                    "layers each as wide as the one before, the last with one value");
        }
        return layers;
    }

    private static long[] shape(Checkpoint c, String name) {
        TensorInfo info = c.info(name);
        return info.dims();
    }

    private static double[] values(Checkpoint c, String name) {
        try (TensorScope scope = TensorScope.open("AestheticHead")) {
            float[] v = c.tensor(name).to(DType.FP32).contiguous().toFloats();
            double[] out = new double[v.length];
            for (int i = 0; i < v.length; i++) {
                out[i] = v[i];
            }
            return out;
        }
    }

    /** Width of the embeddings it scores: 768 for ViT-L/14. */
    public int width() {
        return weight.length;
    }

    /**
     * The score of a picture.
     *
     * @param embedding of {@link #width} values, brought to unit length here
     */
    public double score(float[] embedding) {
        if (embedding.length != weight.length) {
            throw new IllegalArgumentException("AestheticHead: embedding.length = " + embedding.length + " (expected: "
                    + weight.length + ", the CLIP that the head was trained on)");
        }
        double dot = 0;
        double square = 0;
        for (int i = 0; i < weight.length; i++) {
            dot += weight[i] * embedding[i];
            square += (double) embedding[i] * embedding[i];
        }
        return dot / Math.sqrt(square) + bias;
    }
}

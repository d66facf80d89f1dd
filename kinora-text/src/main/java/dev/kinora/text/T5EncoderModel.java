package dev.kinora.text;

import dev.kinora.nn.Embedding;
import dev.kinora.nn.Init;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.Config;
import dev.kinora.weights.KeyTable;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The encoder of T5 (Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
 * Transformer"; v1.1 with Shazeer 2020, "GLU Variants Improve Transformer"). Checked against transformers 5.23
 * models/t5/modeling_t5.py; keys are its own.
 *
 * <p>Letters: B batch, L tokens, D d_model, H heads, K d_kv, F d_ff.
 *
 * <p>In half precision it rounds where the reference does: norms are computed in fp32; fp16 keeps {@code wo}, and from
 * the first block on the residual stream, in fp32.
 */
public final class T5EncoderModel implements AutoCloseable {
    private static final KeyTable KEYS = KeyTable.T5.ignore("decoder\\..*").ignore("lm_head\\.weight");

    private final T5Config config;
    private final ParameterSet parameters;
    private final Embedding shared;
    private final Block[] block;
    private final Norm finalLayerNorm;

    /** An encoder without weights: load a checkpoint, or initialise the {@link #parameters()}. */
    public T5EncoderModel(T5Config config) {
        Names root = Names.root();
        this.config = config;
        parameters = root.parameters();
        shared = root.embedding("shared", config.vocabSize(), config.dModel());
        Names at = root.at("encoder");
        block = IntStream.range(0, config.numLayers())
                .mapToObj(i -> new Block(config, at.at("block", i), i == 0))
                .toArray(Block[]::new);
        finalLayerNorm = new Norm(config, at.at("final_layer_norm"));
    }

    /**
     * Opens {@code config.json} and the weights beside it, mapped in place where their type is the one asked for.
     *
     * @param variant of the weight files, such as {@code fp16}; empty for none
     * @param dtype fp32, bf16, fp16; null for the type of the file
     */
    public static T5EncoderModel load(Path folder, String variant, @Nullable DType dtype) throws IOException {
        T5Config config = T5Config.of(Config.read(folder.resolve("config.json")));
        Checkpoint checkpoint = Checkpoint.open(folder, variant, Arena.ofAuto());
        DType type = dtype != null ? dtype : storedType(checkpoint);
        StrictLoader loader = StrictLoader.as(type).with(KEYS);
        if (type == DType.FP16) {
            loader = loader.keepingFp32(key -> key.endsWith(".wo.weight"));
        }
        T5EncoderModel model = new T5EncoderModel(config);
        try {
            loader.load(checkpoint, model.parameters);
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static DType storedType(Checkpoint checkpoint) {
        String key = "encoder.final_layer_norm.weight";
        DType type = checkpoint.has(key) ? checkpoint.info(key).type().dtype() : null;
        return type == null ? DType.FP32 : type;
    }

    /** Draws all weights afresh in fp32 as the paper's code does: normal, by the widths around each. */
    public void initialize(Rng rng) {
        for (Parameter p : parameters.all()) {
            parameters.bind(p.key(), TensorScope.compute(() -> init(p.key()).draw(rng, p.shape())));
        }
    }

    private Init init(String key) {
        String layer = key.replaceFirst("\\.weight$", "").replaceFirst(".*\\.", "");
        double inner = (double) config.numHeads() * config.dKv();
        return switch (layer) {
            case "shared" -> Init.normal(1);
            case "q" -> Init.normal(1 / Math.sqrt((double) config.dModel() * config.dKv())); // in place of a scale
            case "k", "v", "wi", "wi_0", "wi_1", "relative_attention_bias" ->
                Init.normal(1 / Math.sqrt(config.dModel()));
            case "o" -> Init.normal(1 / Math.sqrt(inner));
            case "wo" -> Init.normal(1 / Math.sqrt(config.dFf()));
            default -> Init.ONES; // norms
        };
    }

    /** What the encoder was built from. */
    public T5Config config() {
        return config;
    }

    /** The weights, under the keys of transformers. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Frees the weights. */
    @Override
    public void close() {
        parameters.close();
    }

    /** Encodes ids [B, L], padding attended to as any other token: [B, L, D]. */
    public Tensor forward(Tensor ids) {
        return forward(ids, null);
    }

    /**
     * Encodes ids.
     *
     * @param ids int64 [B, L], on the CPU or where the weights are
     * @param attentionMask [B, L], 1 or true where attended to; null for everywhere
     * @return [B, L, D] in the type of the weights
     */
    public Tensor forward(Tensor ids, @Nullable Tensor attentionMask) {
        check("ids", ids);
        if (attentionMask != null) {
            check("attentionMask", attentionMask);
        }
        return TensorScope.compute(() -> {
            if (ids.device().equals(Device.CPU)) { // elsewhere a look at values would wait for all work before it
                checkRange(ids);
            }
            Tensor x = shared.forward(ids.to(parameters.device())); // [B, L, D]
            Tensor bias = positionBias(ids.size(1)); // [1, H, L, L]
            if (attentionMask != null) {
                Tensor attended = attentionMask.ne(0).unsqueeze(1).unsqueeze(2); // [B, 1, 1, L]
                bias = Tensors.where(
                        attended,
                        bias,
                        Tensors.scalar(lowest(bias.dtype()), bias.dtype()).to(bias.device()));
            }
            for (Block b : block) {
                x = b.forward(x, bias);
            }
            return finalLayerNorm.forward(x);
        });
    }

    /** The position bias of the first block, which all blocks share, [1, H, L, L] for L tokens. */
    public Tensor positionBias(long length) {
        return block[0].attention.positionBias(length);
    }

    private static void check(String name, Tensor x) {
        if (x.dim() != 2) {
            throw new IllegalArgumentException(
                    "T5EncoderModel: " + name + ".shape = " + Arrays.toString(x.shape()) + " (expected: [B, L])");
        }
    }

    private void checkRange(Tensor ids) {
        long largest = (long) ids.max().item();
        if (largest >= config.vocabSize() || ids.min().item() < 0) {
            throw new IllegalArgumentException("T5EncoderModel: ids = up to " + largest + " (expected: 0 to "
                    + (config.vocabSize() - 1) + ", the rows of its embedding)");
        }
    }

    private static double lowest(DType dtype) {
        return switch (dtype) {
            case FP16 -> -65504.0;
            case BF16 -> -0x1.FEp127;
            default -> -Float.MAX_VALUE;
        };
    }

    /** RMS norm: no mean taken off, no bias. */
    private static final class Norm {
        private final Parameter weight; // [D]
        private final double eps;

        Norm(T5Config c, Names at) {
            weight = at.parameter("weight", Init.ONES, c.dModel());
            eps = c.layerNormEpsilon();
        }

        Tensor forward(Tensor x) { // [B, L, D]
            DType type = weight.value().dtype();
            Tensor variance = x.to(DType.FP32).square().mean(true, -1); // [B, L, 1]
            Tensor normed = x.mul(variance.add(eps).rsqrt()); // fp32
            return weight.value().mul(normed.to(type));
        }
    }

    /** Self-attention with a learned bias by distance and without a scale. */
    private static final class Attention {
        private final T5Config config;
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Linear o;
        private final @Nullable Embedding relativeAttentionBias;

        Attention(T5Config c, Names at, boolean hasRelativeAttentionBias) {
            long inner = (long) c.numHeads() * c.dKv();
            config = c;
            q = at.linear("q", c.dModel(), inner, false);
            k = at.linear("k", c.dModel(), inner, false);
            v = at.linear("v", c.dModel(), inner, false);
            o = at.linear("o", inner, c.dModel(), false);
            relativeAttentionBias = hasRelativeAttentionBias
                    ? at.embedding("relative_attention_bias", c.relativeAttentionNumBuckets(), c.numHeads())
                    : null;
        }

        Tensor forward(Tensor x, Tensor bias) { // [B, L, D], [B or 1, H, L, L]
            Tensor y = F.scaledDotProductAttention(
                    heads(q.forward(x)), heads(k.forward(x)), heads(v.forward(x)), bias, 1.0); // [B, H, L, K]
            return o.forward(y.transpose(1, 2).flatten(2, 3)); // [B, L, D]
        }

        private Tensor heads(Tensor x) { // [B, L, H K]
            return x.view(x.size(0), x.size(1), config.numHeads(), config.dKv()).transpose(1, 2); // [B, H, L, K]
        }

        Tensor positionBias(long length) {
            if (relativeAttentionBias == null) {
                throw new IllegalStateException("T5EncoderModel: only the first block has a position bias");
            }
            Tensor position = Tensors.arange(0, length, DType.INT64);
            Tensor distance = position.unsqueeze(0).sub(position.unsqueeze(1)); // [L, L]: memory less context
            Tensor bucket =
                    bucket(distance).to(relativeAttentionBias.weight().value().device());
            Tensor bias = relativeAttentionBias.forward(bucket); // [L, L, H]
            return bias.permute(2, 0, 1).unsqueeze(0); // [1, H, L, L]
        }

        /** The number of a distance: one for each up to a quarter of all, then logarithmically wider. */
        private Tensor bucket(Tensor distance) {
            int buckets = config.relativeAttentionNumBuckets() / 2; // in each direction
            int exact = buckets / 2;
            double range = Math.log((double) config.relativeAttentionMaxDistance() / exact);
            Tensor far = distance.abs();
            // in fp32 step by step, as the reference: bucket limits may fall on whole distances
            Tensor wide = far.to(DType.FP32)
                    .div(exact)
                    .log()
                    .div(range)
                    .mul(buckets - exact)
                    .clamp(0, buckets) // log 0
                    .to(DType.INT64)
                    .add(exact)
                    .clamp(0, buckets - 1);
            Tensor ahead = distance.gt(0).to(DType.INT64).mul(buckets);
            return ahead.add(Tensors.where(far.lt(exact), far, wide));
        }
    }

    /** Two projections with an activation between them, in v1.1 beside a gate. */
    private static final class FeedForward {
        private final T5Config.FeedForward kind;
        private final Linear wi; // wi_0 where gated
        private final @Nullable Linear gate; // wi_1
        private final Linear wo;

        FeedForward(T5Config c, Names at) {
            kind = c.feedForwardProj();
            wi = at.linear(kind.gated() ? "wi_0" : "wi", c.dModel(), c.dFf(), false);
            gate = kind.gated() ? at.linear("wi_1", c.dModel(), c.dFf(), false) : null;
            wo = at.linear("wo", c.dFf(), c.dModel(), false);
        }

        Tensor forward(Tensor x) { // [B, L, D]
            Tensor y = activate(wi.forward(x)); // [B, L, F]
            if (gate != null) {
                y = y.mul(gate.forward(x));
            }
            return wo.forward(y.to(wo.weight().value().dtype())); // [B, L, D]
        }

        private Tensor activate(Tensor x) {
            return switch (kind) {
                case RELU, GATED_RELU -> x.relu();
                case GELU -> F.gelu(x);
                case GELU_NEW, GATED_GELU -> F.geluTanh(x);
                case SILU, GATED_SILU -> F.silu(x);
            };
        }
    }

    /** A pre-norm block: attention, then feed-forward. */
    private static final class Block {
        private final Norm attentionNorm;
        private final Attention attention;
        private final Norm feedForwardNorm;
        private final FeedForward feedForward;

        Block(T5Config c, Names at, boolean hasRelativeAttentionBias) {
            attention = new Attention(c, at.at("layer.0.SelfAttention"), hasRelativeAttentionBias);
            attentionNorm = new Norm(c, at.at("layer.0.layer_norm"));
            feedForward = new FeedForward(c, at.at("layer.1.DenseReluDense"));
            feedForwardNorm = new Norm(c, at.at("layer.1.layer_norm"));
        }

        Tensor forward(Tensor x, Tensor bias) { // [B, L, D], [B or 1, H, L, L]
            Tensor y = TensorScope.compute(
                    () -> finite(x.add(attention.forward(attentionNorm.forward(x), bias)))); // [B, L, D]
            return TensorScope.compute(() -> finite(y.add(feedForward.forward(feedForwardNorm.forward(y)))));
        }

        /** fp16 overflows where the other types do not; the reference then goes on with a large number. */
        private static Tensor finite(Tensor x) {
            if (x.dtype() != DType.FP16) {
                return x;
            }
            double largest = x.abs().max().item() == Double.POSITIVE_INFINITY ? 65504.0 - 1000 : 65504.0;
            return x.clamp(-largest, largest);
        }
    }
}

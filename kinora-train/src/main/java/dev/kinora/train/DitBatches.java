package dev.kinora.train;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Batches of cached clips on the training device. What a step sees follows from seed and step alone. */
final class DitBatches {
    /** The first frame's noise in training: its logarithm is normal with this mean and deviation. */
    private static final double CONDITION_NOISE = -3;

    private static final double CONDITION_NOISE_SPREAD = 0.5;

    private final DitTrainConfig config;
    private final LatentCache cache;
    private final Buckets buckets;
    private final Device device;
    private final double scale;
    private final long[] noText;

    /**
     * Clips as tensors.
     *
     * @param clips latents [B, F, C, H, W], fp32, scaled
     * @param ids of the texts, int64 [B, N]
     */
    record Batch(Tensor clips, Tensor ids) {}

    /**
     * All clips but those for validation.
     *
     * @param scale brings latents to unit deviation
     * @param noText ids of the empty text
     * @param multiple a step's clips are a multiple of it
     */
    DitBatches(DitTrainConfig config, LatentCache cache, Device device, double scale, long[] noText, int multiple) {
        this.config = config;
        this.cache = cache;
        this.device = device;
        this.scale = scale;
        this.noText = noText.clone();
        int[] sizes = cache.groups().stream().mapToInt(this::trained).toArray();
        int[] tokens = cache.groups().stream()
                .mapToInt(g -> g.shape().tokens() + cache.textLength())
                .toArray();
        for (int i = 0; i < sizes.length; i++) {
            Checks.require(
                    sizes[i] > 0,
                    "latent cache",
                    "clips of " + cache.groups().get(i).shape(),
                    cache.groups().get(i).size(),
                    "more than the " + config.validationClips() + " for validation");
        }
        this.buckets = new Buckets(sizes, tokens, config.tokensPerStep(), multiple, config.seed());
    }

    private int trained(LatentGroup group) {
        return group.size() - config.validationClips();
    }

    /** Clips that are trained on. */
    int size() {
        return cache.groups().stream().mapToInt(this::trained).sum();
    }

    int stepsPerPass() {
        return buckets.stepsPerPass();
    }

    /** The clips and captions of a step, still numbers. */
    final class Step {
        private final LatentGroup group;
        private final int[] clips;
        private final int[] captions;

        private Step(int step) {
            Buckets.Batch batch = buckets.at(step);
            SplittableRandom random = new SplittableRandom(config.seed() * 1_000_003 + step).split();
            this.group = cache.groups().get(batch.group());
            this.clips = batch.clips();
            this.captions = new int[clips.length];
            for (int i = 0; i < clips.length; i++) {
                int caption = random.nextInt(group.captions());
                captions[i] = random.nextDouble() < config.objective().textDropout() ? LatentGroup.NO_TEXT : caption;
            }
        }

        int size() {
            return clips.length;
        }

        ClipShape shape() {
            return group.shape();
        }

        Batch all() {
            return batch(group, clips, captions);
        }
    }

    Step step(int step) {
        return new Step(step);
    }

    /** Validation clips of a shape with their own captions, as many at a time as a micro-batch has. */
    Batch validation(int group, int from, int count) {
        LatentGroup g = cache.groups().get(group);
        int[] clips = new int[count];
        Arrays.setAll(clips, i -> trained(g) + from + i);
        return batch(g, clips, new int[count]);
    }

    int groups() {
        return cache.groups().size();
    }

    /** Clips of a step of this shape. */
    int stepSize(int group) {
        return buckets.batch(group);
    }

    private Batch batch(LatentGroup group, int[] clips, int[] captions) {
        Tensor x =
                group.latents(device, clips).permute(0, 2, 1, 3, 4).mul(scale).contiguous(); // [B, F, C, H, W]
        Tensor ids = Tensors.of(group.ids(clips, captions, noText), clips.length, noText.length)
                .to(device);
        return new Batch(x, ids);
    }

    /**
     * The first frames of clips as a condition: their latents, noised, and zeros for the other frames. Noise is added to
     * the scaled latents (pixels are not in the cache); some clips have no condition at all.
     *
     * @param dropout probability of none
     * @param noisy whether noise is added
     * @param rng draws on the clips' device
     * @return [B, F, C, H, W]
     */
    static Tensor condition(Tensor clips, double dropout, boolean noisy, Rng rng) {
        long b = clips.size(0);
        Tensor first = clips.narrow(1, 0, 1); // [B, 1, C, H, W]
        if (noisy) {
            Tensor sigma = rng.randn(DType.FP32, b, 1, 1, 1, 1)
                    .mul(CONDITION_NOISE_SPREAD)
                    .add(CONDITION_NOISE)
                    .exp();
            Tensor keep = rng.rand(DType.FP32, b, 1, 1, 1, 1).ge(dropout).to(DType.FP32);
            Tensor noise = rng.randn(DType.FP32, first.shape()).mul(sigma);
            first = first.add(noise).mul(keep);
        }
        if (clips.size(1) == 1) {
            return first;
        }
        long[] rest = clips.shape();
        rest[1]--;
        return Tensors.cat(1, first, Tensors.zeros(DType.FP32, clips.device(), rest));
    }
}

package dev.kinora.train.dit;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.latents.Buckets;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.latents.LatentGroup;
import dev.kinora.train.latents.Packs;
import dev.kinora.train.latents.StepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Batches of cached clips on the training device. What a step sees follows from seed and step alone. */
final class DitBatches {
    /** The first frame's noise in training: its logarithm is normal with this mean and deviation. */
    private static final double CONDITION_NOISE = -3;

    private static final double CONDITION_NOISE_SPREAD = 0.5;

    private final DitRecipe config;
    private final LatentCache cache;
    private final StepPlan plan;
    private final int[] tokens;
    private final Device device;
    private final double scale;
    private final Texts texts;
    private final int framesPerPatch;

    /**
     * Clips as tensors.
     *
     * @param clips latents [B, F, C, H, W], fp32, scaled
     * @param text what {@link Texts} gives, [B, …]
     * @param foreground how much of each latent belongs to what the clip is about, [B, F, 1, H, W], or null
     */
    record Batch(Tensor clips, Tensor text, @Nullable Tensor foreground) {}

    /** What a model is given of captions: their ids, or states of an encoder that is not trained. */
    interface Texts extends AutoCloseable {
        /**
         * Captions on the training device, [B, …].
         *
         * @param captions numbers of the clips' captions, or {@link LatentGroup#NO_TEXT}
         */
        Tensor of(LatentGroup group, int[] clips, int[] captions);

        @Override
        default void close() {}
    }

    /**
     * All clips but those for validation.
     *
     * @param scale brings latents to unit deviation
     * @param framesPerPatch clips are filled up to a multiple of it by their first frame, in front, as the pipelines do
     * @param ranks processes that share a step
     */
    DitBatches(
            DitRecipe config,
            LatentCache cache,
            Texts texts,
            Device device,
            double scale,
            int framesPerPatch,
            int patch,
            int ranks) {
        this.config = config;
        this.cache = cache;
        this.device = device;
        this.scale = scale;
        this.texts = texts;
        this.framesPerPatch = framesPerPatch;
        int[] sizes = cache.groups().stream().mapToInt(this::trained).toArray();
        this.tokens = cache.groups().stream()
                .mapToInt(g -> tokens(g.shape(), framesPerPatch, patch) + cache.textLength())
                .toArray();
        for (int i = 0; i < sizes.length; i++) {
            Checks.require(
                    sizes[i] > 0,
                    "latent cache",
                    "clips of " + cache.groups().get(i).shape(),
                    cache.groups().get(i).size(),
                    "more than the " + config.validationClips() + " for validation");
        }
        int multiple = config.accumulate() * ranks;
        this.plan = config.pack()
                ? new Packs(sizes, tokens, Math.max(1, config.tokensPerStep() / multiple), multiple, config.seed())
                : new Buckets(sizes, tokens, config.tokensPerStep(), multiple, config.seed());
    }

    private static int tokens(ClipShape s, int framesPerPatch, int patch) {
        int frames = (s.latentFrames() + framesPerPatch - 1) / framesPerPatch;
        return frames * (s.latentHeight() / patch) * (s.latentWidth() / patch);
    }

    private int trained(LatentGroup group) {
        return group.size() - config.validationClips();
    }

    /** Clips that are trained on. */
    int size() {
        return cache.groups().stream().mapToInt(this::trained).sum();
    }

    int stepsPerPass() {
        return plan.stepsPerPass();
    }

    /**
     * Clips of one shape with the captions drawn for them, still numbers.
     *
     * @param captions numbers of the clips' captions, or {@link LatentGroup#NO_TEXT}
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never kept
    record Part(LatentGroup group, int[] clips, int[] captions) {
        int size() {
            return clips.length;
        }
    }

    /**
     * The clips of a step: with buckets one batch of one shape, else sequences of several shapes.
     *
     * @param parts by sequence
     */
    record Step(List<List<Part>> parts, int clips, int tokens) {}

    Step step(int step) {
        SplittableRandom random = new SplittableRandom(config.seed() * 1_000_003 + step).split();
        List<List<Part>> micro = new ArrayList<>();
        if (plan instanceof Packs packs) {
            for (List<StepPlan.Batch> sequence : packs.sequences(step)) {
                micro.add(sequence.stream().map(b -> captioned(b, random)).toList());
            }
        } else {
            micro.add(List.of(captioned(plan.at(step).getFirst(), random)));
        }
        int clips = 0;
        int total = 0;
        for (List<Part> parts : micro) {
            for (Part p : parts) {
                clips += p.size();
                total += p.size() * tokens[cache.groups().indexOf(p.group())];
            }
        }
        return new Step(micro, clips, total);
    }

    private Part captioned(StepPlan.Batch batch, SplittableRandom random) {
        LatentGroup group = cache.groups().get(batch.group());
        int[] captions = new int[batch.clips().length];
        for (int i = 0; i < captions.length; i++) {
            int caption = random.nextInt(group.captions());
            captions[i] = random.nextDouble() < config.objective().textDropout() ? LatentGroup.NO_TEXT : caption;
        }
        return new Part(group, batch.clips(), captions);
    }

    Batch load(Part part) {
        return batch(part.group(), part.clips(), part.captions());
    }

    /** Validation clips of a shape with their own captions, as many at a time as a micro-batch has. */
    Batch validation(int group, int from, int count) {
        LatentGroup g = cache.groups().get(group);
        int[] clips = new int[count];
        Arrays.setAll(clips, i -> trained(g) + from + i);
        return batch(g, clips, new int[count]);
    }

    /** Tokens that a token attends to, on average. */
    double meanLength() {
        double sum = 0;
        double squares = 0;
        for (int g = 0; g < tokens.length; g++) {
            double n = trained(cache.groups().get(g));
            sum += n * tokens[g];
            squares += n * tokens[g] * tokens[g];
        }
        return squares / sum;
    }

    LatentGroup group(int number) {
        return cache.groups().get(number);
    }

    int groups() {
        return cache.groups().size();
    }

    /** Clips of this shape that a micro-batch may have. */
    int microBatch(int group) {
        return Math.max(1, config.tokensPerStep() / config.accumulate() / tokens[group]);
    }

    private Batch batch(LatentGroup group, int[] clips, int[] captions) {
        Tensor x = filled(group.latents(device, clips)
                .permute(0, 2, 1, 3, 4) // [B, F, C, H, W]
                .mul(scale)
                .contiguous());
        Tensor foreground =
                group.hasForeground() ? filled(group.foreground(device, clips).unsqueeze(2)) : null;
        return new Batch(x, texts.of(group, clips, captions), foreground);
    }

    /** Filled up in front to a multiple of the frames of a patch. */
    private Tensor filled(Tensor x) {
        int missing = Math.floorMod(-(int) x.size(1), framesPerPatch);
        return missing == 0 ? x : Tensors.cat(1, x.narrow(1, 0, 1).repeat(1, missing, 1, 1, 1), x);
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

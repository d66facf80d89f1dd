package dev.kinora.pipeline;

import dev.kinora.diffusion.Guidance;
import dev.kinora.media.Image;
import dev.kinora.media.Video;
import dev.kinora.tensor.DType;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to generate. Null means: as the checkpoint has it.
 *
 * @param prompt what the video shows
 * @param negativePrompt what it should not show; used only when guidance is above 1
 * @param image the first frame, for image to video; resized to the video's size
 * @param video the video to change, for video to video; resized likewise
 * @param strength how much of {@code video} is replaced, in (0, 1]
 * @param frames video frames; the checkpoint's default if null: what {@code kinora.json} says, else {@code sample_frames}
 * @param height pixels; the checkpoint's default if null: what {@code kinora.json} says, else {@code sample_height}
 *     times the VAE's factor
 * @param width pixels; likewise
 * @param steps denoise steps, 1 to the schedule's training steps
 * @param guidance classifier-free guidance and how its scale varies over the steps
 * @param seed of the one generator that every draw comes from
 * @param dtype storage and compute type of transformer and text encoder; as stored if null
 * @param loras applied together, in this order
 * @param scheduler {@code ddim}, {@code dpm} or {@code flow-euler}, of those that suit what the checkpoint predicts; the
 *     checkpoint's if null
 */
public record GenerateRequest(
        String prompt,
        String negativePrompt,
        @Nullable Image image,
        @Nullable Video video,
        double strength,
        @Nullable Integer frames,
        @Nullable Integer height,
        @Nullable Integer width,
        int steps,
        Guidance guidance,
        long seed,
        @Nullable DType dtype,
        List<LoraRequest> loras,
        @Nullable String scheduler) {
    private static final Set<String> SCHEDULERS = Set.of("ddim", "dpm", "flow-euler");

    private static final String WHERE = "request";

    public GenerateRequest {
        loras = List.copyOf(loras);
        if (image != null && video != null) {
            throw new RequestException(WHERE, "image and video", "both given", "one of them");
        }
        require(strength > 0 && strength <= 1, "strength", strength, "above 0, at most 1");
        require(frames == null || frames >= 1, "frames", frames, "1 or more");
        require(height == null || height >= 1, "height", height, "1 or more");
        require(width == null || width >= 1, "width", width, "1 or more");
        require(steps >= 1, "steps", steps, "1 or more");
        require(scheduler == null || SCHEDULERS.contains(scheduler), "scheduler", scheduler, "ddim, dpm or flow-euler");
        require(
                dtype == null || dtype == DType.FP32 || dtype == DType.BF16 || dtype == DType.FP16,
                "dtype",
                dtype,
                "fp32, bf16 or fp16");
    }

    private static void require(boolean holds, String name, @Nullable Object value, String expected) {
        if (!holds) {
            throw new RequestException(WHERE, name, String.valueOf(value), expected);
        }
    }

    /** What the request starts from. */
    public Task task() {
        return image != null ? Task.IMAGE_TO_VIDEO : video != null ? Task.VIDEO_TO_VIDEO : Task.TEXT_TO_VIDEO;
    }

    /** A request with diffusers' defaults for everything but the prompt. */
    public static Builder of(String prompt) {
        return new Builder(prompt);
    }

    /** Collects what differs from the defaults. */
    public static final class Builder {
        private final String prompt;
        private String negativePrompt = "";
        private @Nullable Image image;
        private @Nullable Video video;
        private double strength = 0.8;
        private @Nullable Integer frames;
        private @Nullable Integer height;
        private @Nullable Integer width;
        private int steps = 50;
        private Guidance guidance = Guidance.of(6);
        private long seed;
        private @Nullable DType dtype;
        private List<LoraRequest> loras = List.of();
        private @Nullable String scheduler;

        private Builder(String prompt) {
            this.prompt = prompt;
        }

        /** Default: empty. */
        public Builder negativePrompt(String value) {
            negativePrompt = value;
            return this;
        }

        /** Makes the task image to video. */
        public Builder image(@Nullable Image value) {
            image = value;
            return this;
        }

        /** Makes the task video to video. */
        public Builder video(@Nullable Video value) {
            video = value;
            return this;
        }

        /** Default: 0.8. */
        public Builder strength(double value) {
            strength = value;
            return this;
        }

        /** Default: the checkpoint's. */
        public Builder frames(@Nullable Integer value) {
            frames = value;
            return this;
        }

        /** Pixels; default: the checkpoint's. */
        public Builder size(@Nullable Integer newWidth, @Nullable Integer newHeight) {
            width = newWidth;
            height = newHeight;
            return this;
        }

        /** Default, and what null leaves: 50, or what {@link VideoPipeline#request} knows. */
        public Builder steps(@Nullable Integer value) {
            steps = value == null ? steps : value;
            return this;
        }

        /** Default: a scale of 6 at every step, or of what {@link VideoPipeline#request} knows. */
        public Builder guidance(Guidance value) {
            guidance = value;
            return this;
        }

        /** Another scale, null for none; how it varies stays. */
        public Builder guidanceScale(@Nullable Double value) {
            guidance = new Guidance(value == null ? guidance.scale() : value, guidance.dynamic());
            return this;
        }

        /** How the scale varies; the scale stays. */
        public Builder dynamicGuidance(Guidance.Dynamic value) {
            guidance = new Guidance(guidance.scale(), value);
            return this;
        }

        /** Default: 0. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Default: as stored. */
        public Builder dtype(@Nullable DType value) {
            dtype = value;
            return this;
        }

        /** Default: none. */
        public Builder loras(List<LoraRequest> value) {
            loras = value;
            return this;
        }

        /** Default: the checkpoint's. */
        public Builder scheduler(@Nullable String value) {
            scheduler = value;
            return this;
        }

        /** @throws RequestException if values are out of range or exclude each other */
        public GenerateRequest build() {
            return new GenerateRequest(
                    prompt,
                    negativePrompt,
                    image,
                    video,
                    strength,
                    frames,
                    height,
                    width,
                    steps,
                    guidance,
                    seed,
                    dtype,
                    loras,
                    scheduler);
        }
    }
}

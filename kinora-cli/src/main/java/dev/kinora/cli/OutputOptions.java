package dev.kinora.cli;

import dev.kinora.media.ContactSheet;
import dev.kinora.media.FrameTensors;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.Rational;
import dev.kinora.media.Video;
import dev.kinora.media.VideoFormat;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.pipeline.Generation;
import dev.kinora.pipeline.Provenance;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a video and what belongs to it are written. */
final class OutputOptions {
    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "The video: .mp4, .webm or .gif, or a name without a dot for a folder of PNGs. Default: named"
                    + " after the prompt and the seed, .mp4.")
    private @Nullable Path out;

    @Option(
            names = "--fps",
            paramLabel = "RATE",
            description = "Frames per second of the file, such as 8 or 30000/1001. Default: the checkpoint's.")
    private @Nullable Rational fps;

    @Option(
            names = "--save-latents",
            paramLabel = "FILE",
            description = "Also write the latents before decoding: one float32 tensor \"latents\", .safetensors.")
    private @Nullable Path latents;

    @Option(
            names = "--save-frames",
            paramLabel = "FILE",
            description = "Also write the frames: one uint8 tensor \"frames\" [F, H, W, 3], .safetensors.")
    private @Nullable Path frames;

    @Option(
            names = "--contact-sheet",
            paramLabel = "FILE",
            description = "Also write one picture that shows the video at a glance, .png.")
    private @Nullable Path sheet;

    @Option(
            names = "--save-provenance",
            paramLabel = "FILE",
            description = "Also write from what the video was made, .json; the video's metadata has it in any case.")
    private @Nullable Path record;

    /** The rate that was asked for. */
    @Nullable
    Rational fps() {
        return fps;
    }

    /** Sets the rate where the user gave none. */
    void fps(Rational rate) {
        fps = rate;
    }

    /**
     * Checks names and places before any work and decides where everything is written.
     *
     * @param otherwise name of the video where none was given
     */
    Targets prepare(Staging staging, Path otherwise) {
        Path video = out == null ? otherwise : out;
        if (VideoFormat.of(video) == VideoFormat.PNG) {
            throw new CommandException("--out = " + video
                    + " (expected: .mp4, .webm or .gif, or a name without a dot for a folder of PNGs)");
        }
        Map<String, Path> targets = new LinkedHashMap<>();
        Map<String, Path> staged = new LinkedHashMap<>();
        targets.put("--out", video);
        put(targets, "--save-latents", latents, ".safetensors");
        put(targets, "--save-frames", frames, ".safetensors");
        put(targets, "--contact-sheet", sheet, ".png");
        put(targets, "--save-provenance", record, ".json");
        targets.forEach((option, target) -> staged.put(option, staging.stage(option, target)));
        return new Targets(targets, staged);
    }

    private static void put(Map<String, Path> targets, String option, @Nullable Path file, String ending) {
        if (file != null) {
            if (!file.toString().endsWith(ending)) {
                throw new CommandException(option + " = " + file + " (expected: a name ending in " + ending + ")");
            }
            targets.put(option, file);
        }
    }

    /** Final and temporary places of each output by the option that asked for it. */
    record Targets(Map<String, Path> targets, Map<String, Path> staged) {
        /** The video's final place. */
        Path video() {
            return java.util.Objects.requireNonNull(targets.get("--out"));
        }

        /** The other outputs' final places by option name without dashes. */
        Map<String, Path> extras() {
            Map<String, Path> extras = new LinkedHashMap<>();
            targets.forEach((option, path) -> {
                if (!option.equals("--out")) {
                    extras.put(option.substring(2).replace('-', '_'), path);
                }
            });
            return extras;
        }

        /** Writes all of it to the temporary places. */
        void write(Generation made, Provenance provenance, Rational rate) throws IOException {
            tensor("--save-latents", "latents", made.latents().to(DType.FP32));
            tensor("--save-frames", "frames", made.frames());
            List<Image> images = FrameTensors.fromUint8(made.frames());
            Video video = new Video(images, rate);
            Path sheet = staged.get("--contact-sheet");
            if (sheet != null) {
                Images.write(
                        sheet,
                        ContactSheet.render(provenance.request().prompt(), video, Math.min(8, images.size())),
                        Map.of());
            }
            Path json = staged.get("--save-provenance");
            if (json != null) {
                Files.writeString(json, provenance.toJson() + "\n");
            }
            Path file = java.util.Objects.requireNonNull(staged.get("--out"));
            VideoWriter.write(
                    file, video, VideoSpec.of(video).with(Map.of(Provenance.METADATA_KEY, provenance.toJson())));
        }

        private void tensor(String option, String name, Tensor tensor) throws IOException {
            Path file = staged.get(option);
            if (file != null) {
                new SafetensorsWriter().add(name, tensor.contiguous()).write(file);
            }
        }
    }
}

package dev.kinora.cli;

import dev.kinora.media.Fit;
import dev.kinora.media.FrameSelection;
import dev.kinora.media.Resample;
import dev.kinora.media.Video;
import dev.kinora.media.VideoReader;
import dev.kinora.pipeline.LatentCodec;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A video to latents. */
@Command(
        name = "encode",
        header = "Turn a video into latents.",
        description = {
            "",
            "Writes one float32 tensor \"latents\" [1, F, C, H, W], sampled and scaled as the transformer reads "
                    + "it."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {"", "Example:", "  kinora vae encode clip.mp4 --size 96x64 --frames 17 --out clip.safetensors"})
final class VaeEncodeCommand extends Action {
    @Parameters(paramLabel = "VIDEO", description = "A video file or a folder of PNGs.")
    private Path video = Path.of("");

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The latents, .safetensors.")
    private Path out = Path.of("");

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--frames", paramLabel = "N", description = "Take the first N frames. Default: all.")
    private @Nullable Integer frames;

    @Option(
            names = "--size",
            paramLabel = "WIDTHxHEIGHT",
            description = "Resize first, covering the size and keeping the middle. Default: as it is.")
    private @Nullable Size size;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Seed of the sample from the posterior. Default: 0.")
    private long seed;

    @Option(names = "--tiling", description = "Work in overlapping tiles: less memory, slightly other values.")
    private boolean tiling;

    @Override
    Report run() throws IOException {
        model.applyThreads();
        if (!out.toString().endsWith(".safetensors")) {
            throw refuse("--out", out, "a name ending in .safetensors");
        }
        if (frames != null && frames < 1) {
            throw refuse("--frames", frames, "1 or more");
        }
        Progress progress = new Progress(console());
        try (Staging staging = new Staging(interrupts());
                LatentCodec codec =
                        new LatentCodec(CheckpointFolder.open(model.folder()), model.variant(), model.dtype(), tiling);
                TensorScope scope = TensorScope.open("vae encode");
                Rng rng = new Rng(seed)) {
            Path staged = staging.stage("--out", out);
            Video clip = VideoReader.read(video, frames == null ? FrameSelection.ALL : FrameSelection.first(frames));
            if (size != null) {
                clip = clip.fit(size.width(), size.height(), Fit.CROP, Resample.LANCZOS);
            }
            int grid = codec.config().spatialCompressionRatio();
            if (clip.width() % grid != 0 || clip.height() % grid != 0) {
                throw refuse("size", clip.width() + "x" + clip.height(), "multiples of " + grid + "; see --size");
            }
            progress.stage("encode", 0);
            Tensor latents = codec.encodeVideo(clip, rng).to(DType.FP32).contiguous();
            new SafetensorsWriter().add("latents", latents).write(staged);
            interrupts().check();
            staging.commit();
            progress.end();
            return new Encoded(out, shape(latents), clip.frames().size());
        }
    }

    static List<Long> shape(Tensor tensor) {
        return LongStream.of(tensor.shape()).boxed().toList();
    }

    /** The written file, the tensor's shape, and how many frames it stands for. */
    record Encoded(Path out, List<Long> shape, int frames) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(out + ": latents float32 " + shape + " of " + frames + " frames");
        }
    }
}

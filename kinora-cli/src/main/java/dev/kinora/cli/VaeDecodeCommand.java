package dev.kinora.cli;

import dev.kinora.media.FrameTensors;
import dev.kinora.media.Rational;
import dev.kinora.media.Video;
import dev.kinora.media.VideoFormat;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.pipeline.LatentCodec;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Latents to a video. */
@Command(
        name = "decode",
        header = "Turn latents into a video.",
        description = {
            "",
            "Reads the tensor \"latents\" [1, F, C, H, W], as --save-latents and kinora vae encode write it."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {"", "Example:", "  kinora vae decode clip.safetensors --out clip.mp4 --fps 8"})
final class VaeDecodeCommand extends Action {
    @Parameters(paramLabel = "LATENTS", description = "A .safetensors file with the tensor \"latents\".")
    private Path latents = Path.of("");

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The video: .mp4, .webm or .gif, or a name without a dot for a folder of PNGs.")
    private Path out = Path.of("");

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--fps", paramLabel = "RATE", description = "Frames per second. Default: 8.")
    private Rational fps = Rational.of(8);

    @Option(
            names = "--save-frames",
            paramLabel = "FILE",
            description = "Also write the frames: one uint8 tensor \"frames\" [F, H, W, 3], .safetensors.")
    private @Nullable Path frames;

    @Option(
            names = "--skip",
            paramLabel = "N",
            description = "Leave out the first N latent frames: 1 for latents of CogVideoX 1.5 that had a frame added"
                    + " in front. Default: 0.")
    private int skip;

    @Option(names = "--tiling", description = "Work in overlapping tiles: less memory, slightly other pixels.")
    private boolean tiling;

    @Override
    Report run() throws IOException {
        model.applyThreads();
        if (VideoFormat.of(out) == VideoFormat.PNG) {
            throw refuse("--out", out, ".mp4, .webm or .gif, or a name without a dot for a folder of PNGs");
        }
        Progress progress = new Progress(console());
        try (Staging staging = new Staging(interrupts());
                LatentCodec codec =
                        new LatentCodec(CheckpointFolder.open(model.folder()), model.variant(), model.dtype(), tiling);
                TensorScope scope = TensorScope.open("vae decode")) {
            Path stagedVideo = staging.stage("--out", out);
            Path stagedFrames = frames == null ? null : staging.stage("--save-frames", frames);
            Tensor z = read(codec.config().latentChannels());
            progress.stage("decode", 0);
            Tensor decoded = codec.decode(z.narrow(1, skip, z.size(1) - skip));
            if (stagedFrames != null) {
                new SafetensorsWriter().add("frames", decoded).write(stagedFrames);
            }
            Video video = new Video(FrameTensors.fromUint8(decoded), fps);
            VideoWriter.write(stagedVideo, video, VideoSpec.of(video));
            interrupts().check();
            staging.commit();
            progress.end();
            return new Decoded(out, video.frames().size(), video.width(), video.height(), fps.toString());
        }
    }

    private Tensor read(int channels) throws IOException {
        Checkpoint file = Checkpoint.open(latents);
        if (!file.has("latents")) {
            throw refuse("LATENTS", latents + " with " + file.names(), "a file with the tensor \"latents\"");
        }
        Tensor z = file.tensor("latents");
        if (z.dim() != 5 || z.size(0) != 1 || z.size(2) != channels) {
            throw refuse("latents", VaeEncodeCommand.shape(z), "[1, F, " + channels + ", H, W]");
        }
        if (skip < 0 || skip >= z.size(1)) {
            throw refuse("--skip", skip, "0 to " + (z.size(1) - 1) + ", below the number of latent frames");
        }
        return z;
    }

    /** The written video. */
    record Decoded(Path out, int frames, int width, int height, String fps) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println("%s: %d frames, %dx%d, %s frames per second".formatted(out, frames, width, height, fps));
        }
    }
}

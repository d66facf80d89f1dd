package dev.kinora.cli;

import dev.kinora.media.VideoReader;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a checkpoint, a weight file or a video is made of. */
@Command(
        name = "inspect",
        header = "Show what a checkpoint, a weight file or a video is made of.",
        description = {
            "",
            "Of a checkpoint: its components, their classes, parameters and dtypes, what it generates by "
                    + "default and how much memory that needs. Of a component or a .safetensors file: its tensors. Of a "
                    + "video: its size and rate, and from what Kinora made it. Reads headers, never whole weights."
        },
        footer = {
            "",
            "Examples:",
            "  kinora inspect kinora-mini",
            "  kinora inspect ~/checkpoints/CogVideoX-2b --config",
            "  kinora inspect lora.safetensors --tensors",
            "  kinora inspect video.mp4 --json"
        })
final class InspectCommand extends Action {
    @Parameters(
            paramLabel = "WHAT",
            description = "A checkpoint (folder, shipped name or pulled OWNER/NAME), a component's folder, a"
                    + " .safetensors file, or a video.")
    private String what = "";

    @Option(names = "--variant", paramLabel = "NAME", description = "Variant of the weight files, such as fp16.")
    private String variant = "";

    @Option(names = "--config", description = "Show every component's config.")
    private boolean config;

    @Option(names = "--tensors", description = "Show every tensor's name, dtype and shape.")
    private boolean tensors;

    @Override
    Report run() throws IOException {
        Path path = Path.of(what);
        if (Files.isRegularFile(path)) {
            return what.endsWith(".safetensors") || what.endsWith(".json") ? weights(path) : video(path);
        }
        if (!Files.exists(path)) {
            path = ModelLocator.locate(what);
        }
        if (Files.exists(path.resolve(ModelIndex.FILE))) {
            return CheckpointReport.of(CheckpointFolder.open(path), variant, config, tensors);
        }
        if (Files.exists(path.resolve("config.json"))) {
            return weights(path);
        }
        throw refuse(
                "WHAT", what, "a folder with " + ModelIndex.FILE + " or config.json, a .safetensors file, or a video");
    }

    private Report weights(Path path) throws IOException {
        return WeightsReport.of(path, variant, tensors);
    }

    private static Report video(Path path) throws IOException {
        return VideoReport.of(path, VideoReader.probe(path));
    }
}

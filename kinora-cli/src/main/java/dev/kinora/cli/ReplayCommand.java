package dev.kinora.cli;

import dev.kinora.media.Rational;
import dev.kinora.media.VideoReader;
import dev.kinora.pipeline.GenerateRequest;
import dev.kinora.pipeline.Provenance;
import dev.kinora.pipeline.Replay;
import dev.kinora.pipeline.VideoPipeline;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a video again from its own record. */
@Command(
        name = "replay",
        header = "Make a video again from the record it carries.",
        description = {
            "",
            "Reads prompt, seed, weights and options from a video that Kinora made, or from the .json of "
                    + "--save-provenance, checks that the weights are the same, and generates. On the same kind of "
                    + "machine the frames are equal; another processor may round differently."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora replay fox.mp4 --out again.mp4",
            "  kinora replay fox.mp4 --model /other/place/CogVideoX-2b"
        })
final class ReplayCommand extends Action {
    @Parameters(paramLabel = "VIDEO", description = "A video that Kinora made, or its record as .json.")
    private Path video = Path.of("");

    @Option(
            names = "--changed-weights",
            description = "Go on though the checkpoint's weights are not the recorded ones.")
    private boolean changedWeights;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    Report run() throws IOException {
        model.applyThreads();
        Provenance record = Provenance.parse(video.toString(), record());
        Path folder = model.name() != null ? model.folder() : ModelLocator.locate(record.model());
        String variant = model.variant().isEmpty() ? variant(record) : model.variant();
        List<String> differences = Replay.differences(record, weights(CheckpointFolder.open(folder), variant));
        if (!differences.isEmpty()) {
            if (!changedWeights) {
                throw new CommandException(folder + "/" + differences.getFirst()
                        + (differences.size() == 1 ? "" : " and " + (differences.size() - 1) + " more")
                        + "; --changed-weights goes on all the same");
            }
            differences.forEach(d -> console().err().println("warning: " + folder + "/" + d));
        }
        GenerateRequest request = Replay.request(record);
        if (output.fps() == null) {
            output.fps(Rational.parse(Double.toString(record.request().fps())));
        }
        return new GenerationJob(console(), interrupts())
                .run(
                        VideoPipeline.open(folder, variant),
                        request,
                        record.inputs(),
                        record.expansion(),
                        model,
                        output,
                        otherwise());
    }

    private String record() throws IOException {
        if (video.toString().endsWith(".json")) {
            return Files.readString(video);
        }
        String json = VideoReader.probe(video).metadata().get(Provenance.METADATA_KEY);
        if (json == null) {
            throw refuse("VIDEO", video, "a video that Kinora made, with its record in the metadata");
        }
        return json;
    }

    private Path otherwise() {
        String name = String.valueOf(video.getFileName());
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String ending = dot > 0 && !name.endsWith(".json") ? name.substring(dot) : ".mp4";
        return Path.of(stem + "-replay" + ending);
    }

    /** The variant whose files the record lists. */
    private static String variant(Provenance record) {
        return record.weights().keySet().stream()
                .filter(f ->
                        f.matches(".*/(model|diffusion_pytorch_model)\\.[A-Za-z]\\w*(-\\d+-of-\\d+)?\\.safetensors"))
                .map(f -> f.replaceAll(".*/(model|diffusion_pytorch_model)\\.(\\w+).*", "$2"))
                .findFirst()
                .orElse("");
    }

    private static Map<String, String> weights(CheckpointFolder folder, String variant) throws IOException {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (CheckpointFolder.Component c : folder.components()) {
            Hashes.sha256(c.weightFiles(variant), (done, total) -> {})
                    .forEach((file, hash) -> hashes.put(c.name() + "/" + file, hash));
        }
        return hashes;
    }
}

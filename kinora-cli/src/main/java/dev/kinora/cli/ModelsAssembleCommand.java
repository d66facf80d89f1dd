package dev.kinora.cli;

import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelFacts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A checkpoint with other components. */
@Command(
        name = "assemble",
        header = "Make a checkpoint of another one's components and your own.",
        description = {
            "",
            "Copies a checkpoint with some components taken from elsewhere, such as an autoencoder that kinora train vae "
                    + "--export wrote. They must be of the same class and sizes; their weights are stored in the "
                    + "types of those that they replace. The checkpoint's kinora.json goes along without its text.",
            "",
            "A transformer knows one autoencoder's latents. After another encoder has taken its place it must learn on: "
                    + "kinora train latents and tune, with the new checkpoint.",
            ""
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora models assemble mine --model models/kinora-mini --component vae=runs/vae2",
            "  kinora models assemble mine --model base --component vae=a --component transformer=b/transformer"
        })
final class ModelsAssembleCommand extends Action {
    @Parameters(paramLabel = "TARGET", description = "The new checkpoint's folder.")
    private Path target = Path.of("");

    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            required = true,
            description = "The checkpoint whose other components are taken: a folder, or a name as for generate.")
    private String model = "";

    @Option(
            names = "--component",
            paramLabel = "NAME=FOLDER",
            required = true,
            description = "A component and the folder to take it from; may be given several times.")
    private Map<String, Path> components = new LinkedHashMap<>();

    @Override
    Report run() throws IOException {
        CheckpointFolder base = CheckpointFolder.open(ModelLocator.locate(model));
        Map<String, CheckpointFolder.Component> others = new LinkedHashMap<>();
        for (Map.Entry<String, Path> e : components.entrySet()) {
            others.put(base.component(e.getKey()).name(), CheckpointFolder.Component.of(e.getValue()));
        }
        ModelFacts use = ModelFacts.read(base).withoutAbout();
        CheckpointFolder.write(target, base.index(), draft -> {
            for (CheckpointFolder.Component own : base.components()) {
                CheckpointFolder.Component other = others.get(own.name());
                if (other == null) {
                    draft.copy(own);
                } else {
                    draft.replace(own, other);
                }
            }
            if (!use.equals(ModelFacts.NONE)) {
                use.write(draft.path());
            }
        });
        return new Assembled(target, List.copyOf(others.keySet()));
    }

    /** Where it is, and what is new in it. */
    record Assembled(Path folder, List<String> replaced) implements Report {
        @Override
        public void print(PrintWriter out) {
            out.println(folder + ": with another " + String.join(", ", replaced));
        }
    }
}

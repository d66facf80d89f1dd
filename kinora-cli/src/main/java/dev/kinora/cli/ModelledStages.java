package dev.kinora.cli;

import dev.kinora.curate.clip.ClipFiles;
import dev.kinora.curate.worker.Recipe;
import dev.kinora.curate.worker.Stages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of stages whose models a user names. */
final class ModelledStages {
    @Option(
            names = "--clip",
            paramLabel = "MODEL",
            description =
                    "A CLIP in transformers' layout, a folder or a pulled OWNER/NAME: the stage clip embeds a picture"
                            + " a second. Default: none.")
    private @Nullable String clip;

    @Option(
            names = "--aesthetic",
            paramLabel = "FILE",
            description = "A head of LAION's over that CLIP, .safetensors: the stage aesthetic. Default: none.")
    private @Nullable Path aesthetic;

    @Option(
            names = "--faces",
            paramLabel = "FILE",
            description = "YuNet, .onnx: the stage face runs it in place of the cascade that OpenCV brings.")
    private @Nullable Path faces;

    @Option(
            names = "--similar",
            paramLabel = "COSINE",
            description =
                    "With --clip: clips of embeddings this near count as alike too, such as 0.98. Default: never.")
    private double similar;

    /** Files and folders by the names that recipes have for them. */
    Map<String, Path> locate(Action action) throws IOException {
        if (clip == null && (aesthetic != null || similar != 0)) {
            String option = aesthetic != null ? "--aesthetic" : "--similar";
            throw action.refuse(option, aesthetic != null ? aesthetic : similar, "--clip with it");
        }
        if (!(similar >= 0 && similar <= 1)) {
            throw action.refuse("--similar", similar, "a cosine, 0 to 1");
        }
        Map<String, Path> models = new TreeMap<>();
        if (clip != null) {
            models.put(Recipe.CLIP, folder(action, clip));
        }
        if (aesthetic != null) {
            models.put(Recipe.AESTHETIC, file(action, "--aesthetic", aesthetic, "a .safetensors file"));
        }
        if (faces != null) {
            models.put(Recipe.YUNET, file(action, "--faces", faces, "an .onnx file of YuNet's"));
        }
        return models;
    }

    /** The folder of a CLIP. */
    static Path folder(Action action, String name) throws IOException {
        try {
            return ModelLocator.locate(name);
        } catch (CommandException e) {
            throw action.refuse(
                    "--clip", name, "a folder, or a repository that was pulled: kinora models pull " + name);
        }
    }

    private static Path file(Action action, String option, Path file, String expected) {
        if (!Files.isRegularFile(file)) {
            throw action.refuse(option, file, expected);
        }
        return file;
    }

    static Map<String, String> hashes(Map<String, Path> models) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        for (Map.Entry<String, Path> e : models.entrySet()) {
            hashes.put(e.getKey(), Stages.hash(e.getValue()));
        }
        return hashes;
    }

    /** The stages asked for, and those that come with a model. */
    List<String> with(List<String> stages) {
        List<String> all = new ArrayList<>(stages);
        if (clip != null) {
            all.add(Recipe.CLIP);
        }
        if (aesthetic != null) {
            all.add(Recipe.AESTHETIC);
        }
        return all;
    }

    /** What a worker holds of them: weights that are not fp32 once mapped, once converted. */
    static long bytes(Map<String, Path> models) throws IOException {
        Path folder = models.get(Recipe.CLIP);
        return folder == null ? 0 : 3 * ClipFiles.bytes(folder);
    }

    double similar() {
        return similar;
    }
}

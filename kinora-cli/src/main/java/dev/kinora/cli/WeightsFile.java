package dev.kinora.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The one file of weights that a small model has. */
final class WeightsFile {
    private WeightsFile() {}

    /**
     * Finds it.
     *
     * @param action that needs it, for the message
     * @param option that named it, likewise
     * @param name a {@code .safetensors} file, a folder with one, or a repository that was pulled
     * @throws CommandException if there is none, or several
     */
    static Path locate(Action action, String option, String name) throws IOException {
        Path path = Path.of(name);
        if (Files.isRegularFile(path)) {
            return path;
        }
        String expected = "a .safetensors file, a folder with one, or a repository that was pulled: kinora models pull "
                + "OWNER/NAME";
        Path folder;
        try {
            folder = ModelLocator.locate(name);
        } catch (CommandException e) {
            throw action.refuse(option, name, expected);
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found =
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList();
            if (found.size() != 1) {
                throw action.refuse(option, name + " with " + found.size() + " .safetensors files", expected);
            }
            return found.getFirst();
        }
    }
}

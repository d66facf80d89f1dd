package dev.kinora.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the committed golden files are, and the shared assets that some machines have beside the project. */
public final class Goldens {
    private Goldens() {}

    /**
     * A file or folder under the project's {@code testdata}.
     *
     * @throws AssertionError if it is not there
     */
    public static Path path(String relative) {
        Path p = projectRoot().resolve("testdata").resolve(relative);
        if (!Files.exists(p)) {
            throw new AssertionError(
                    "Goldens: testdata/" + relative + " = missing (expected: written by the scripts in reference/)");
        }
        return p;
    }

    /** A file under {@code ../shared/assets} beside the project, where there is one. */
    public static Optional<Path> asset(String relative) {
        Path root = projectRoot().getParent();
        return root == null
                ? Optional.empty()
                : Optional.of(root.resolve("shared/assets").resolve(relative)).filter(Files::exists);
    }

    /** The folder that holds the reactor's pom. */
    public static Path projectRoot() {
        Path p = Path.of("").toAbsolutePath();
        while (p != null && !Files.isDirectory(p.resolve("kinora-tensor"))) {
            p = p.getParent();
        }
        if (p == null) {
            throw new AssertionError(
                    "Goldens: working directory = " + Path.of("").toAbsolutePath() + " (expected: inside the project)");
        }
        return p;
    }
}

package dev.kinora.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Which Kinora this is and where it lives. */
final class Build {
    private Build() {}

    /** The version in the jar's manifest; {@code development} when run from class folders. */
    static String version() {
        return Optional.ofNullable(Build.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    /** The project folder, where the launcher says so: home of the shipped checkpoints. */
    static Optional<Path> home() {
        return Optional.ofNullable(System.getProperty("kinora.home")).map(Path::of);
    }

    /** Where Kinora keeps what it can make again: natives, measurements. {@code KINORA_CACHE} or ~/.cache/kinora. */
    static Path cache() {
        String set = System.getenv().getOrDefault("KINORA_CACHE", "");
        return set.isBlank() ? Path.of(System.getProperty("user.home"), ".cache", "kinora") : Path.of(set);
    }
}

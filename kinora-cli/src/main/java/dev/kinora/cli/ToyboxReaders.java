package dev.kinora.cli;

import dev.kinora.eval.ToyboxReader;
import dev.kinora.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the network that reads Toybox clips. */
final class ToyboxReaders {
    private static final String SHIPPED = "models/toybox-reader";

    private ToyboxReaders() {}

    /** The folder that was named, else the shipped one. */
    static Path locate(@Nullable Path named) {
        Path folder = named != null ? named : Build.home().orElse(Path.of("")).resolve(SHIPPED);
        if (!Files.isRegularFile(folder.resolve("config.json"))) {
            throw new CommandException("--reader = " + (named == null ? "none" : named) + " (expected: a folder that "
                    + "kinora train reader --export wrote" + (named == null ? ", since there is no " + folder : "")
                    + ")");
        }
        return folder;
    }

    static ToyboxReader load(Path folder) throws IOException {
        return ToyboxReader.load(folder, Device.CPU);
    }
}

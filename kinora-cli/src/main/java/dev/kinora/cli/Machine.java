package dev.kinora.cli;

import dev.kinora.pipeline.MachineMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The computer, or the part of it that a container grants.
 *
 * @param os name, version and architecture
 * @param processor the processor's name where the system tells it
 * @param processors how many may be used
 * @param totalMemory bytes
 * @param availableMemory bytes that a new program could take
 */
record Machine(String os, String processor, int processors, long totalMemory, long availableMemory) {
    static Machine here() {
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                processorName().orElse("unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                MachineMemory.total(),
                MachineMemory.available());
    }

    private static Optional<String> processorName() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name"))
                    .findFirst()
                    .map(l -> l.substring(l.indexOf(':') + 1).strip());
        } catch (IOException e) {
            return Optional.empty(); // not Linux
        }
    }
}

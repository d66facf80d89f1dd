package dev.kinora.cli;

import dev.kinora.pipeline.MachineMemory;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Torch;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which checkpoint, and how it may use the machine. */
final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            description = "Checkpoint: a folder in the diffusers layout, the name of a shipped one, or OWNER/NAME after"
                    + " kinora models pull. Default: " + ModelLocator.DEFAULT + ".")
    private @Nullable String model;

    @Option(names = "--variant", paramLabel = "NAME", description = "Variant of the weight files, such as fp16.")
    private String variant = "";

    @Option(
            names = "--dtype",
            paramLabel = "fp32|bf16|fp16",
            description = "Type to hold and compute in. Default: as stored.")
    private @Nullable DType dtype;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads an operation may use. Default: all processors.")
    private @Nullable Integer threads;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory that may be used, such as 8G: work is split to fit, or refused. Default: what the"
                    + " machine has available.")
    private Converters.@Nullable ByteCount memory;

    /** The checkpoint's folder. */
    Path folder() throws IOException {
        return ModelLocator.locate(model);
    }

    /** What the user called the checkpoint, if anything. */
    @Nullable
    String name() {
        return model;
    }

    String variant() {
        return variant;
    }

    @Nullable
    DType dtype() {
        return dtype;
    }

    /** Bytes that may be used. */
    long budget() {
        return memory == null ? MachineMemory.available() : memory.bytes();
    }

    /** Sets the process's threads as asked. */
    void applyThreads() {
        if (threads != null) {
            if (threads < 1 || threads > 4096) {
                throw new CommandException("--threads = " + threads + " (expected: 1 to 4096)");
            }
            Torch.setThreads(threads);
        }
    }
}

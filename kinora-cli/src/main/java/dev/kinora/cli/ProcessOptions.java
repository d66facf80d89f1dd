package dev.kinora.cli;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rendezvous;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Training by several processes: all started here, or one by one on several hosts. */
final class ProcessOptions {
    @Option(
            names = "--processes",
            paramLabel = "N",
            description = "Train by N processes of this machine, one a GPU with --device cuda.")
    private @Nullable Integer processes;

    @Option(
            names = "--rank",
            paramLabel = "R",
            description = "Be process R, from 0, of those that --world-size counts; RUN must be one folder for all.")
    private @Nullable Integer rank;

    @Option(names = "--world-size", paramLabel = "N", description = "How many processes there are in all.")
    private @Nullable Integer worldSize;

    @Option(
            names = "--rendezvous",
            paramLabel = "tcp://HOST:PORT",
            description = "Where they find one another: HOST is that of process 0; on one machine file:PATH does too.")
    private @Nullable String rendezvous;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "After so long without a word a process is taken for gone. Default: 600.")
    private int timeout = 600;

    /** What the processes that this command starts answer in the end; null where it is to train itself. */
    @Nullable
    Report started(Action command) throws IOException {
        if (processes == null) {
            return null;
        }
        if (processes < 1 || processes > 1024 || rank != null) {
            throw new CommandException("--processes = " + processes + " (expected: 1 to 1024, without --rank)");
        }
        return TrainingRun.Trained.of(
                new Processes(processes, command.console(), command.interrupts()).run(command.commandLine()));
    }

    /** Whether this process writes what a run leaves. */
    static boolean leads(@Nullable ProcessGroup group) {
        return group == null || group.rank() == 0;
    }

    /** This process's group, or null where it trains alone. */
    @Nullable
    ProcessGroup join(Device device) {
        if (rank == null && worldSize == null && rendezvous == null) {
            return null;
        }
        if (rank == null || worldSize == null || rendezvous == null) {
            throw new CommandException("--rank = " + rank + " (expected: with --world-size and --rendezvous)");
        }
        if (timeout < 1) {
            throw new CommandException("--timeout = " + timeout + " (expected: 1 or more seconds)");
        }
        Rendezvous.Seat seat;
        try {
            seat = new Rendezvous.Seat(Rendezvous.parse(rendezvous), rank, worldSize, Duration.ofSeconds(timeout));
        } catch (IllegalArgumentException e) {
            throw new CommandException(e.getMessage() == null ? "--rendezvous" : e.getMessage(), e);
        }
        return ProcessGroup.join(seat, device);
    }
}

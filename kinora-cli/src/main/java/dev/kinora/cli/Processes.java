package dev.kinora.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Starts a command's processes on this machine and waits for them: the same command line with a rank of its own each.
 * Where one fails, the others are ended, and the command fails with a word on which it was.
 */
final class Processes {
    private static final int GRACE_SECONDS = 20;

    private final int size;
    private final PrintWriter err;
    private final Interrupts interrupts;

    Processes(int size, Console console, Interrupts interrupts) {
        this.size = size;
        this.err = console.err();
        this.interrupts = interrupts;
    }

    /**
     * Runs them to their end.
     *
     * @param arguments of this process's own command line
     * @return what process 0 answered, as JSON
     * @throws CommandException if one of them failed
     */
    JsonNode run(List<String> arguments) throws IOException {
        Path meeting = Files.createTempDirectory("kinora-processes");
        List<Process> all = new ArrayList<>();
        interrupts.onStop(() -> all.forEach(Process::destroy));
        interrupts.allow(GRACE_SECONDS); // they save what they have reached
        try {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                Process p = new ProcessBuilder(command(arguments, rank, meeting.resolve("rendezvous"))).start();
                p.getOutputStream().close();
                all.add(p);
                answers.add(CompletableFuture.supplyAsync(() -> read(p.getInputStream()), Thread::startVirtualThread));
                relay(p.getErrorStream(), rank);
            }
            await(all);
            String answer = answers.getFirst().join();
            return new ObjectMapper().readTree(answer.substring(Math.max(0, answer.indexOf('{')))); // Gloo prints too
        } finally {
            all.forEach(Process::destroyForcibly);
            Staging.delete(meeting);
        }
    }

    private List<String> command(List<String> arguments, int rank, Path rendezvous) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> !a.startsWith("-agentlib") && !a.startsWith("-javaagent") && !a.contains("AOTCacheOutput"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        boolean cuda = false;
        for (int i = 0; i < arguments.size(); i++) {
            String a = arguments.get(i);
            String name = a.contains("=") ? a.substring(0, a.indexOf('=')) : a;
            boolean ours = name.equals("--processes") || name.equals("--device");
            if (ours) {
                String value = a.contains("=") ? a.substring(a.indexOf('=') + 1) : arguments.get(++i);
                cuda |= name.equals("--device") && value.startsWith("cuda");
            } else if (!name.equals("--json")) {
                command.add(a);
            }
        }
        command.addAll(List.of("--rank", Integer.toString(rank), "--world-size", Integer.toString(size)));
        command.addAll(List.of("--rendezvous", "file:" + rendezvous, "--json"));
        command.addAll(List.of("--device", cuda ? "cuda:" + rank : "cpu"));
        if (arguments.stream().noneMatch(a -> a.startsWith("--threads"))) {
            int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / size);
            command.addAll(List.of("--threads", Integer.toString(threads)));
        }
        return command;
    }

    private void relay(InputStream lines, int rank) {
        Thread.startVirtualThread(() -> {
            try (BufferedReader reader =
                    new BufferedReader(new java.io.InputStreamReader(lines, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    err.println(rank == 0 ? line : "[" + rank + "] " + line);
                    err.flush();
                }
            } catch (IOException e) {
                err.println("[" + rank + "] " + e.getMessage());
            }
        });
    }

    private static String read(InputStream in) {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** Waits for all; the first that fails ends the others, after a moment to say why they cannot go on. */
    private void await(List<Process> all) {
        List<Process> alive = new ArrayList<>(all);
        while (!alive.isEmpty()) {
            try {
                CompletableFuture.anyOf(alive.stream().map(Process::onExit).toArray(CompletableFuture[]::new))
                        .get();
            } catch (InterruptedException | ExecutionException e) {
                Thread.currentThread().interrupt();
                throw new Interrupts.InterruptedWork(
                        "interrupted: the same command continues from the last checkpoint");
            }
            interrupts.check();
            for (Process p : all) {
                if (!p.isAlive() && p.exitValue() != 0) {
                    fail(all, all.indexOf(p), p.exitValue());
                }
            }
            alive.removeIf(p -> !p.isAlive());
        }
    }

    private void fail(List<Process> all, int rank, int status) {
        for (Process p : all) {
            try {
                if (!p.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                    p.destroy();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                p.destroy();
            }
        }
        throw new CommandException("process " + rank + " of " + size + " = ended with status " + status
                + " (expected: 0; the others were ended, the same command continues from the last checkpoint)");
    }
}

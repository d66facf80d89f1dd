package dev.kinora.tensor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the processes of a group find one another.
 *
 * @param kind by a file that all of them see, or by a port of the first one
 * @param place the file's path, or the host
 * @param port of the host; 0 for a file
 */
public record Rendezvous(Kind kind, String place, int port) {
    private static final Pattern TCP = Pattern.compile("tcp://([A-Za-z0-9_.-]+|\\[[0-9a-fA-F:]+\\]):(\\d{1,5})");

    /** How processes find one another. */
    public enum Kind {
        /** A file on one machine or a shared disk; a new one for every group. */
        FILE,
        /** A port that rank 0 listens on. */
        TCP
    }

    /** A file that does not exist yet. */
    public static Rendezvous file(Path path) {
        return new Rendezvous(Kind.FILE, path.toAbsolutePath().toString(), 0);
    }

    /**
     * Reads {@code tcp://HOST:PORT}, HOST being where rank 0 runs, or {@code file:PATH}.
     *
     * @throws IllegalArgumentException for another text
     */
    public static Rendezvous parse(String text) {
        if (text.startsWith("file:") && text.length() > 5) {
            return file(Path.of(text.substring(5)));
        }
        Matcher m = TCP.matcher(text);
        int port = m.matches() ? Integer.parseInt(m.group(2)) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("rendezvous = " + text + " (expected: tcp://HOST:PORT or file:PATH)");
        }
        return new Rendezvous(Kind.TCP, m.group(1), port);
    }

    /**
     * One process's place in a group.
     *
     * @param at where the others are found
     * @param rank of this process, 0 to below {@code size}
     * @param size how many processes there are
     * @param timeout after which a process that does not answer is taken for gone
     */
    public record Seat(Rendezvous at, int rank, int size, Duration timeout) {
        /** Checks the ranges. */
        public Seat {
            if (size < 1 || rank < 0 || rank >= size) {
                throw new IllegalArgumentException(
                        "process group: rank = " + rank + " of " + size + " (expected: 0 to below the size)");
            }
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("process group: timeout = " + timeout + " (expected: above 0)");
            }
        }
    }

    @Override
    public String toString() {
        return kind == Kind.FILE ? "file:" + place : "tcp://" + place + ":" + port;
    }
}

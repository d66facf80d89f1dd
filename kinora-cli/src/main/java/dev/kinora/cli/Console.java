package dev.kinora.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The two streams of a command: results on {@code out}, progress and messages on {@code err}.
 *
 * @param out results: text, or one JSON document with {@code --json}
 * @param err progress, warnings, errors
 * @param terminal whether {@code err} is a terminal, where a line may be redrawn
 * @param columns width of that terminal, at least 40
 */
record Console(PrintWriter out, PrintWriter err, boolean terminal, int columns) {
    /** The process's own streams; the launcher says by system property whether they are a terminal. */
    static Console system() {
        return new Console(
                writer(FileDescriptor.out, "stdout.encoding"),
                writer(FileDescriptor.err, "stderr.encoding"),
                Boolean.getBoolean("kinora.terminal"),
                Math.max(40, Integer.getInteger("kinora.columns", 80)));
    }

    private static PrintWriter writer(FileDescriptor fd, String encoding) {
        String name = System.getProperty(encoding, "");
        // A C locale reports ASCII; prompts, paths and units are UTF-8 all the same.
        Charset charset = name.isEmpty() || name.startsWith("ANSI") || name.equals("US-ASCII")
                ? StandardCharsets.UTF_8
                : Charset.forName(name, StandardCharsets.UTF_8);
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(fd), charset), true);
    }
}

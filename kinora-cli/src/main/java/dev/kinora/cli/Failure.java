package dev.kinora.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CancellationException;

/**
 * Why a command did not do what it was asked, in one line.
 *
 * @param error the line
 * @param kind {@code usage}, {@code refused}, {@code interrupted} or {@code unexpected}
 * @param exitCode the process's answer
 */
record Failure(String error, String kind, @JsonIgnore int exitCode) implements Report {
    static Failure of(Throwable thrown) {
        Throwable e = thrown instanceof UncheckedIOException u && u.getCause() != null ? u.getCause() : thrown;
        if (e instanceof Interrupts.InterruptedWork i) {
            return new Failure(String.valueOf(i.getMessage()), "interrupted", ExitCode.INTERRUPTED);
        }
        if (e instanceof CancellationException) {
            return of(new Interrupts.InterruptedWork());
        }
        if (e instanceof OutOfMemoryError) {
            return refused("memory = exhausted (expected: a smaller request, or more memory; " + reason(e) + ")");
        }
        if (e instanceof FileSystemException f) {
            return refused("file: " + f.getFile() + " = " + reason(f));
        }
        boolean spoken = e instanceof CommandException
                || e instanceof IOException
                || e instanceof IllegalArgumentException
                || e instanceof IllegalStateException
                || e instanceof UnsupportedOperationException
                || e.getClass().getName().startsWith("dev.kinora.");
        if (spoken && e.getMessage() != null) {
            return refused(oneLine(e.getMessage()));
        }
        return new Failure(
                "unexpected " + reason(e) + " (run it again with --debug for the stack trace)",
                "unexpected",
                ExitCode.FAILURE);
    }

    static Failure usage(String message) {
        return new Failure(oneLine(message), "usage", ExitCode.USAGE);
    }

    private static Failure refused(String message) {
        return new Failure(message, "refused", ExitCode.FAILURE);
    }

    /** A throwable in a few words: its message, or what its type says. */
    static String reason(Throwable e) {
        if (e instanceof NoSuchFileException) {
            return "missing";
        }
        if (e instanceof AccessDeniedException) {
            return "no permission";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "already exists";
        }
        if (e instanceof NotDirectoryException) {
            return "not a folder";
        }
        if (e instanceof DirectoryNotEmptyException) {
            return "a folder that is not empty";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        String message = e.getMessage();
        String type = e.getClass().getSimpleName();
        return message == null ? type : type + ": " + oneLine(message);
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    @Override
    public void print(PrintWriter out) {
        out.println(error.startsWith("kinora") ? error : "kinora: " + error);
    }
}

package dev.kinora.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far long work is, on standard error: one line redrawn in place on a terminal, a line per tenth of the way
 * elsewhere. Shows the time of a step and the time left.
 */
final class Progress {
    private static final int BAR = 24;

    private final Console console;
    private final LongSupplier nanoTime;
    private String stage = "";
    private int total;
    private long startedAt;
    private long lastStepAt;
    private int printedTenths;
    private boolean lineOpen;
    private String last = "";

    Progress(Console console) {
        this(console, System::nanoTime);
    }

    Progress(Console console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
    }

    /**
     * Opens a stage of the work, ending the one before.
     *
     * @param name what is done, such as {@code denoise}
     * @param steps how many steps it has; 0 where that is unknown
     */
    void stage(String name, int steps) {
        end();
        stage = name;
        total = steps;
        startedAt = nanoTime.getAsLong();
        lastStepAt = startedAt;
        printedTenths = 0;
        if (console.terminal()) {
            draw(line(0, ""));
        } else {
            console.err().println(name + (steps > 0 ? ": " + steps + " steps" : ""));
        }
    }

    /** Says that {@code done} of {@code steps} steps of the stage are over. */
    void step(int done, int steps) {
        total = steps;
        step(done);
    }

    /** Says that {@code done} of the stage's steps are over. */
    void step(int done) {
        long now = nanoTime.getAsLong();
        long each = (now - startedAt) / Math.max(1, done);
        String times = " %s/step, %s left".formatted(time(now - lastStepAt), time(each * Math.max(0, total - done)));
        lastStepAt = now;
        if (console.terminal()) {
            draw(line(done, times));
        } else if (total > 0 && done * 10 / total > printedTenths) {
            printedTenths = done * 10 / total;
            console.err().println(stage + ": " + done + "/" + total + "," + times);
        }
    }

    /** Ends the open stage; its line stays with the time it took. */
    void end() {
        if (lineOpen) {
            draw("%-12s %s".formatted(stage, time(nanoTime.getAsLong() - startedAt)));
            console.err().println();
            lineOpen = false;
        } else if (!stage.isEmpty() && !console.terminal()) {
            console.err().println(stage + ": done in " + time(nanoTime.getAsLong() - startedAt));
        }
        stage = "";
    }

    /** Writes a message; an open line is redrawn below it. */
    void message(String text) {
        if (lineOpen) {
            console.err().print("\r" + " ".repeat(console.columns() - 1) + "\r");
        }
        console.err().println(text);
        if (lineOpen) {
            draw(last);
        }
    }

    private String line(int done, String times) {
        if (total <= 0) {
            return "%-12s".formatted(stage) + times;
        }
        int filled = (int) ((long) BAR * Math.min(done, total) / total);
        return "%-12s [%s%s] %d/%d%s"
                .formatted(stage, "=".repeat(filled), " ".repeat(BAR - filled), done, total, times);
    }

    private void draw(String text) {
        last = text;
        int width = console.columns() - 1;
        String cut = text.length() > width ? text.substring(0, width) : text;
        console.err().print("\r" + cut + " ".repeat(width - cut.length()));
        console.err().flush();
        lineOpen = true;
    }

    /** A duration for people: {@code 0.42 s}, {@code 12 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
    static String time(long nanos) {
        Duration d = Duration.ofNanos(nanos);
        if (d.toSeconds() < 10) {
            return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
        }
        if (d.toMinutes() < 1) {
            return d.toSeconds() + " s";
        }
        return d.toHours() < 1
                ? "%d min %02d s".formatted(d.toMinutes(), d.toSecondsPart())
                : "%d h %02d min".formatted(d.toHours(), d.toMinutesPart());
    }
}

package dev.kinora.cli;

/** How far a download is: one redrawn line on a terminal, a line every few seconds elsewhere. */
final class TransferProgress {
    private static final long EVERY_NANOS = 5_000_000_000L;
    private static final long REDRAW_NANOS = 200_000_000L;

    private final Console console;
    private long startedAt;
    private long startBytes;
    private long shownAt;
    private boolean lineOpen;

    TransferProgress(Console console) {
        this.console = console;
    }

    /** A piece of a file arrived. */
    synchronized void update(String file, long bytes, long total) {
        long now = System.nanoTime();
        if (startedAt == 0) {
            startedAt = now;
            startBytes = bytes;
        }
        boolean due = now - shownAt >= (console.terminal() ? REDRAW_NANOS : EVERY_NANOS) || bytes == total;
        if (!due) {
            return;
        }
        shownAt = now;
        double perSecond = (bytes - startBytes) / Math.max(1e-3, (now - startedAt) / 1e9);
        String left = perSecond < 1 ? "" : ", " + Progress.time((long) ((total - bytes) / perSecond * 1e9)) + " left";
        String line = "%3d%%  %s of %s, %s/s%s  %s"
                .formatted(
                        total == 0 ? 100 : bytes * 100 / total,
                        Bytes.of(bytes),
                        Bytes.of(total),
                        Bytes.of((long) perSecond),
                        left,
                        file);
        if (console.terminal()) {
            int width = console.columns() - 1;
            String cut = line.length() > width ? line.substring(0, width) : line;
            console.err().print("\r" + cut + " ".repeat(width - cut.length()));
            console.err().flush();
            lineOpen = true;
        } else {
            console.err().println(line);
        }
    }

    /** Ends the line. */
    synchronized void end() {
        if (lineOpen) {
            console.err().println();
            lineOpen = false;
        }
    }
}

package dev.kinora.cli;

import dev.kinora.pipeline.GenerateListener;
import java.util.ArrayList;
import java.util.List;

/** Shows a generation's progress, collects its notices and stops it on Ctrl-C. */
final class ProgressListener implements GenerateListener {
    private final Progress progress;
    private final Interrupts interrupts;
    private final List<String> notices = new ArrayList<>();

    ProgressListener(Progress progress, Interrupts interrupts) {
        this.progress = progress;
        this.interrupts = interrupts;
    }

    @Override
    public void stage(String name) {
        progress.stage(name, 0);
    }

    @Override
    public void progress(int done, int total) {
        progress.step(done, total);
    }

    @Override
    public void notice(String message) {
        notices.add(message);
        progress.message(message);
    }

    @Override
    public boolean cancelled() {
        return interrupts.requested();
    }

    List<String> notices() {
        return List.copyOf(notices);
    }
}

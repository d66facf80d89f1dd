package dev.kinora.cli;

import dev.kinora.curate.engine.CurateListener;

/** A curation's progress on the console, and its end when the user asks for it. */
final class ClipProgress implements CurateListener {
    private final Progress progress;
    private final Interrupts interrupts;

    ClipProgress(Progress progress, Interrupts interrupts) {
        this.progress = progress;
        this.interrupts = interrupts;
    }

    @Override
    public void onStage(String name, int steps) {
        progress.stage(name, steps);
    }

    @Override
    public void onStep(int done) {
        progress.step(done);
    }

    @Override
    public void onNote(String note) {
        progress.message(note);
    }

    @Override
    public boolean stopRequested() {
        return interrupts.requested();
    }
}

package dev.kinora.curate.engine;

import java.util.concurrent.CancellationException;

/** Counts how far one part of the work is, for a listener; for any number of threads. */
public final class Steps {
    private final CurateListener listener;
    private int done;

    /** Announces the part. */
    Steps(CurateListener listener, String name, int steps) {
        this.listener = listener;
        synchronized (listener) {
            listener.onStage(name, steps);
        }
    }

    /** One more step is done. */
    public void step() {
        synchronized (listener) {
            listener.onStep(++done);
        }
    }

    /** Something that a user should know. */
    public void note(String note) {
        synchronized (listener) {
            listener.onNote(note);
        }
    }

    /** @throws CancellationException if the listener asks to stop */
    public void requireGoing() {
        if (listener.stopRequested()) {
            throw new CancellationException("curate: stopped");
        }
    }
}

package dev.kinora.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and termination: asks the running work to stop, gives it a moment to unwind, then removes what it had not
 * finished. A native operation cannot be stopped half way, so the process ends without waiting for a long one.
 */
final class Interrupts {
    private static final int GRACE_SECONDS = 2;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Set<Path> unfinished = new HashSet<>();
    private final List<Runnable> actions = new CopyOnWriteArrayList<>();
    private volatile boolean requested;

    /** Interrupts that nothing triggers: for commands run inside another program. */
    static Interrupts none() {
        return new Interrupts();
    }

    /** Watches the process's own end. */
    static Interrupts install() {
        Interrupts interrupts = new Interrupts();
        Runtime.getRuntime().addShutdownHook(new Thread(interrupts::stop, "kinora-stop"));
        return interrupts;
    }

    /** Whether the work should stop; asked between steps. */
    boolean requested() {
        return requested;
    }

    /**
     * Throws if the work should stop.
     *
     * @throws InterruptedWork if so
     */
    void check() {
        if (requested) {
            throw new InterruptedWork();
        }
    }

    /** Runs this as soon as the work should stop, on another thread. */
    void onStop(Runnable action) {
        actions.add(action);
    }

    /** Makes a folder. */
    @FunctionalInterface
    interface FolderMaker {
        Path make() throws IOException;
    }

    /**
     * Makes a folder that is deleted if the process ends before {@link #forget}.
     *
     * @throws InterruptedWork if the process is ending
     */
    Path watched(FolderMaker maker) throws IOException {
        synchronized (unfinished) { // between being made and being watched it must not be overlooked
            check();
            Path folder = maker.make();
            unfinished.add(folder);
            return folder;
        }
    }

    void forget(Path folder) {
        synchronized (unfinished) {
            unfinished.remove(folder);
        }
    }

    /** Says that the work is over and the process may end. */
    void finished() {
        finished.countDown();
    }

    /** What the process's end triggers. */
    void stop() {
        requested = true;
        actions.forEach(Runnable::run);
        waitForWork();
        synchronized (unfinished) {
            unfinished.forEach(Staging::delete);
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // over or not, what is unfinished goes
    private void waitForWork() {
        try {
            finished.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work stopped because it was asked to. */
    static final class InterruptedWork extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InterruptedWork() {
            this("interrupted: nothing was left behind");
        }

        InterruptedWork(String message) {
            super(message);
        }
    }
}

package dev.kinora.cli;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and termination: asks the running work to stop, gives it a moment to unwind, then removes what it had not
 * finished. A native operation cannot be stopped half way, so the process ends without waiting for a long one: at
 * once, because the exit that C knows takes libtorch apart under threads that compute, which ends in a crash.
 */
final class Interrupts {
    private static final int GRACE_SECONDS = 2;
    private static final int INTERRUPTED = 130;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Set<Path> unfinished = new HashSet<>();
    private final List<Runnable> actions = new CopyOnWriteArrayList<>();
    private final Runnable end;
    private volatile boolean requested;
    private volatile int grace = GRACE_SECONDS;

    /** @param end what to do about work that goes on after its time */
    Interrupts(Runnable end) {
        this.end = end;
    }

    /** Interrupts that nothing triggers: for commands run inside another program. */
    static Interrupts none() {
        return new Interrupts(() -> {});
    }

    /** Watches the process's own end. */
    static Interrupts install() {
        Interrupts interrupts = new Interrupts(Interrupts::exitAtOnce);
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

    /** Gives the work more time to unwind than is usual: what it does by then is worth keeping. */
    void allow(int seconds) {
        grace = seconds;
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
        if (finished.getCount() > 0) {
            actions.forEach(Runnable::run);
        }
        boolean over = waitForWork();
        synchronized (unfinished) {
            unfinished.forEach(Staging::delete);
        }
        if (!over) {
            end.run();
        }
    }

    private boolean waitForWork() {
        try {
            return finished.await(grace, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Java's own ways out, halt too, run what C libraries have registered for the end. */
    private static void exitAtOnce() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("_exit").ifPresent(exit -> {
            try {
                linker.downcallHandle(exit, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                        .invokeExact(INTERRUPTED);
            } catch (Throwable t) {
                throw new IllegalStateException("_exit", t);
            }
        });
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

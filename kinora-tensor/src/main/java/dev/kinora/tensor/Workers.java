package dev.kinora.tensor;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Threads for kernels written in Java; they run no libtorch operation, whose thread count is a setting per thread. */
final class Workers {
    private static final ExecutorService POOL = Executors.newCachedThreadPool(r -> {
        Thread t = new Thread(r, "kinora-kernel");
        t.setDaemon(true);
        return t;
    });

    private Workers() {}

    /**
     * Runs tasks 0 to {@code tasks - 1}, each once, on as many threads as one libtorch operation may use; the caller is
     * one of them.
     *
     * @param worker makes what one thread runs its tasks with, scratch memory included
     */
    static void run(int tasks, Supplier<IntConsumer> worker) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Runnable loop = () -> {
            try {
                IntConsumer body = worker.get();
                for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                    body.accept(i);
                }
            } catch (Throwable t) { // carried over to the calling thread
                next.set(tasks);
                failure.compareAndSet(null, t);
            }
        };
        int helpers = Math.min(Torch.threads(), tasks) - 1;
        Phaser done = new Phaser(helpers + 1);
        for (int i = 0; i < helpers; i++) {
            POOL.execute(() -> {
                loop.run();
                done.arrive();
            });
        }
        loop.run();
        done.arriveAndAwaitAdvance();
        Throwable t = failure.get();
        if (t instanceof Error e) {
            throw e;
        }
        if (t != null) {
            throw new IllegalStateException("kernel: " + t.getMessage(), t);
        }
    }
}

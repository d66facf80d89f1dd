package dev.kinora.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Closes streams from which nothing comes any more, or whose pull was cancelled: a blocked read has no time limit of its
 * own.
 */
final class StallWatch implements AutoCloseable {
    private final long limitNanos;
    private final Set<Watched> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("hub-stall-watch").factory());

    private final Future<?> looking;

    StallWatch(Duration limit) {
        this.limitNanos = limit.toNanos();
        long every = Math.clamp(limit.toMillis() / 4, 10, 200);
        this.looking = timer.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = System.nanoTime();
        for (Watched w : streams) {
            if (w.cancellation.isCancelled() || now - w.lastNanos > limitNanos) {
                w.closeStream();
            }
        }
    }

    Watched watch(InputStream stream, Cancellation cancellation) {
        Watched w = new Watched(stream, cancellation);
        streams.add(w);
        return w;
    }

    final class Watched implements AutoCloseable {
        private final InputStream stream;
        private final Cancellation cancellation;
        private volatile long lastNanos = System.nanoTime();

        private Watched(InputStream stream, Cancellation cancellation) {
            this.stream = stream;
            this.cancellation = cancellation;
        }

        /** Something came. */
        void alive() {
            lastNanos = System.nanoTime();
        }

        private void closeStream() {
            try {
                stream.close();
            } catch (IOException e) {
                // The reader sees the closed stream either way.
                streams.remove(this);
            }
        }

        @Override
        public void close() {
            streams.remove(this);
        }
    }

    @Override
    public void close() {
        looking.cancel(false);
        timer.shutdownNow();
    }
}

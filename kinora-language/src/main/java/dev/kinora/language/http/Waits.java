package dev.kinora.language.http;

import java.time.Duration;

/** The time that passes between tries; tests let it pass at once. */
public interface Waits {
    /** The machine's own. */
    Waits SYSTEM = new Waits() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
            Thread.sleep(time);
        }
    };

    /** A clock that only goes forward. */
    long nanoTime();

    /** Lets time pass. */
    void sleep(Duration time) throws InterruptedException;
}

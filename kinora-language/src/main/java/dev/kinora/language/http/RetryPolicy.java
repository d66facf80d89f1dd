package dev.kinora.language.http;

import java.time.Duration;

/**
 * How often and how soon a request is tried again.
 *
 * @param tries in all, 1 or more
 * @param first wait after the first failure; each later one is twice as long
 * @param longest of those waits
 * @param longestAsked the longest wait that a server may ask for; one that asks for more is given up
 */
public record RetryPolicy(int tries, Duration first, Duration longest, Duration longestAsked) {
    /** Five tries, half a second to half a minute apart, up to five minutes where the server says so. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(5, Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofMinutes(5));

    public RetryPolicy {
        if (tries < 1 || first.isNegative() || longest.compareTo(first) < 0 || longestAsked.isNegative()) {
            throw new IllegalArgumentException("retry: tries, first, longest, longestAsked = " + tries + ", " + first
                    + ", " + longest + ", " + longestAsked + " (expected: 1 or more tries, waits that do not shrink)");
        }
    }

    /**
     * The wait after a failure.
     *
     * @param failures so far, from 1
     * @param jitter 0 to 1: between half the wait and all of it, so that clients do not come back together
     */
    public Duration backoff(int failures, double jitter) {
        double millis = Math.min(longest.toMillis(), first.toMillis() * Math.pow(2, failures - 1.0));
        return Duration.ofMillis(Math.round(millis * (0.5 + 0.5 * jitter)));
    }
}

package dev.kinora.language.chat;

import dev.kinora.language.http.RetryPolicy;
import dev.kinora.language.http.RetryingHttp;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which model to ask, where, and how patiently.
 *
 * @param endpoint the address that {@code /chat/completions} is appended to, such as {@code http://127.0.0.1:8000/v1}
 * @param model as the server calls it
 * @param key null where the server wants none
 * @param concurrency questions that may be open at once, 1 to 1024
 * @param timeout of a try
 * @param retry how failures are tried again
 * @param cache folder of answers; null asks the server always
 * @param prices null where they are not known
 * @param maxCost after which nothing more is asked; infinite for no bound
 */
public record ChatSettings(
        URI endpoint,
        String model,
        @Nullable ApiKey key,
        int concurrency,
        Duration timeout,
        RetryPolicy retry,
        @Nullable Path cache,
        @Nullable Prices prices,
        double maxCost) {

    public ChatSettings {
        if (model.isBlank()) {
            throw new IllegalArgumentException("chat: model = none (expected: a name that the server knows)");
        }
        if (concurrency < 1 || concurrency > 1024) {
            throw new IllegalArgumentException("chat: concurrency = " + concurrency + " (expected: 1..1024)");
        }
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("chat: timeout = " + timeout + " (expected: above 0)");
        }
    }

    /** One question at a time, two minutes each, no cache, no prices. */
    public static ChatSettings of(String endpoint, String model) {
        String trimmed = endpoint.strip().replaceAll("/+$", "");
        return new ChatSettings(
                RetryingHttp.requireWeb("chat: endpoint", trimmed),
                model.strip(),
                null,
                1,
                Duration.ofMinutes(2),
                RetryPolicy.DEFAULT,
                null,
                null,
                Double.POSITIVE_INFINITY);
    }

    /** Another model of the same server. */
    public ChatSettings model(String value) {
        return new ChatSettings(endpoint, value.strip(), key, concurrency, timeout, retry, cache, prices, maxCost);
    }

    /** With a key. */
    public ChatSettings key(@Nullable ApiKey value) {
        return new ChatSettings(endpoint, model, value, concurrency, timeout, retry, cache, prices, maxCost);
    }

    /** With so many questions open at once. */
    public ChatSettings concurrency(int value) {
        return new ChatSettings(endpoint, model, key, value, timeout, retry, cache, prices, maxCost);
    }

    /** With other patience. */
    public ChatSettings patience(Duration newTimeout, RetryPolicy newRetry) {
        return new ChatSettings(endpoint, model, key, concurrency, newTimeout, newRetry, cache, prices, maxCost);
    }

    /** With a cache. */
    public ChatSettings cache(@Nullable Path value) {
        return new ChatSettings(endpoint, model, key, concurrency, timeout, retry, value, prices, maxCost);
    }

    /** With a budget. */
    public ChatSettings budget(@Nullable Prices newPrices, double newMaxCost) {
        return new ChatSettings(endpoint, model, key, concurrency, timeout, retry, cache, newPrices, newMaxCost);
    }
}

package dev.kinora.language.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one server and tries them again where that may help: no connection, a broken or late reply, 408,
 * 425, 429, 500, 502, 503, 504 and 529. A server that asks for patience ({@code Retry-After}) gets it from all requests
 * of this object. Redirects are followed only within the server, since requests carry keys. Safe for several threads.
 */
public final class RetryingHttp implements AutoCloseable {
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504, 529);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MAX_REDIRECTS = 3;
    private static final int SHOWN_BODY = 4000;
    private static final Duration GLANCE = Duration.ofMillis(200);

    private final HttpClient client;
    private final RetryPolicy policy;
    private final Duration timeout;
    private final int maxReply;
    private final Waits waits;
    private final AtomicLong holdUntil;

    /**
     * A client without a connection yet.
     *
     * @param timeout of a try, from the request to the reply's last byte
     * @param maxReply bytes of the longest reply
     */
    public RetryingHttp(RetryPolicy policy, Duration timeout, int maxReply, Waits waits) {
        this.policy = policy;
        this.timeout = timeout;
        this.maxReply = maxReply;
        this.waits = waits;
        holdUntil = new AtomicLong(waits.nanoTime());
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout.compareTo(Duration.ofSeconds(20)) < 0 ? timeout : Duration.ofSeconds(20))
                .build();
    }

    /**
     * A web address that requests may go to.
     *
     * @throws IllegalArgumentException if it is not one, or names a user, a query or a fragment
     */
    public static URI requireWeb(String name, String address) {
        URI uri;
        try {
            uri = URI.create(address.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " = " + address + " (expected: a web address)", e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https"))
                || uri.getHost() == null
                || uri.getUserInfo() != null
                || uri.getQuery() != null
                || uri.getFragment() != null) {
            // a password in the address must not come back in a message
            throw new IllegalArgumentException(name + " = " + scheme + "://" + uri.getHost()
                    + " (expected: an http or https address of a host, without user, query or fragment)");
        }
        return uri;
    }

    /**
     * Posts and answers the reply's body.
     *
     * @param headers with keys, if any; they go to {@code uri}'s own server only
     * @param hopeless says of a failed reply's text that it will stay so whatever its status says
     * @param cancelled asked several times a second
     * @throws HttpFailure if there is no good reply
     * @throws CancellationException if cancelled or interrupted
     */
    public byte[] post(
            URI uri, byte[] body, Map<String, String> headers, Predicate<String> hopeless, BooleanSupplier cancelled)
            throws HttpFailure {
        for (int failures = 1; ; failures++) {
            pause(cancelled);
            HttpFailure failure;
            Duration wait = policy.backoff(failures, ThreadLocalRandom.current().nextDouble());
            try {
                HttpResponse<byte[]> reply = send(uri, body, headers, cancelled);
                if (reply.statusCode() / 100 == 2) {
                    return reply.body();
                }
                failure = refused(uri, reply, hopeless);
                Duration asked = asked(reply.headers());
                if (asked != null) {
                    if (asked.compareTo(policy.longestAsked()) > 0) {
                        throw failure;
                    }
                    wait = asked;
                    long until = waits.nanoTime() + asked.toNanos();
                    holdUntil.accumulateAndGet(until, (a, b) -> a - b > 0 ? a : b);
                }
            } catch (BoundedBody.TooLong e) {
                throw new HttpFailure(
                        uri.getHost() + ": reply = above " + maxReply + " bytes (expected: a shorter one)",
                        0,
                        "",
                        false,
                        e);
            } catch (HttpFailure e) {
                throw e;
            } catch (IOException e) {
                String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                failure = new HttpFailure(
                        uri.getHost() + ": connection = " + why + " (expected: an answer, after " + failures
                                + (failures == 1 ? " try)" : " tries)"),
                        0,
                        "",
                        true,
                        e);
            }
            if (!failure.mayPass() || failures >= policy.tries()) {
                throw failure;
            }
            sleep(wait, cancelled);
        }
    }

    private HttpFailure refused(URI uri, HttpResponse<byte[]> reply, Predicate<String> hopeless) {
        byte[] body = reply.body();
        String text = new String(body, 0, Math.min(body.length, SHOWN_BODY), UTF_8);
        boolean passing = PASSING.contains(reply.statusCode()) && !hopeless.test(text);
        return new HttpFailure(
                uri.getHost() + ": status = " + reply.statusCode() + " (expected: success)",
                reply.statusCode(),
                text,
                passing,
                null);
    }

    private HttpResponse<byte[]> send(URI uri, byte[] body, Map<String, String> headers, BooleanSupplier cancelled)
            throws IOException {
        URI at = uri;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(at)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .timeout(timeout)
                    .header("Content-Type", "application/json")
                    .header("User-Agent", "kinora/0.1");
            headers.forEach(request::header);
            HttpResponse<byte[]> response = await(request.build(), cancelled);
            if (!REDIRECTS.contains(response.statusCode())) {
                return response;
            }
            at = redirected(at, response);
        }
        throw new HttpFailure(
                uri.getHost() + ": redirects = above " + MAX_REDIRECTS + " (expected: an answer)", 0, "", false, null);
    }

    /** 307 and 308 within the server keep the request; the others would turn it into a GET. */
    private static URI redirected(URI at, HttpResponse<?> response) throws HttpFailure {
        String location = response.headers().firstValue("Location").orElse("");
        URI next = null;
        try {
            next = at.resolve(location);
        } catch (IllegalArgumentException e) {
            next = null;
        }
        boolean keeps = response.statusCode() == 307 || response.statusCode() == 308;
        if (!keeps
                || location.isEmpty()
                || next == null
                || !Objects.equals(next.getScheme(), at.getScheme())
                || !at.getHost().equalsIgnoreCase(Objects.requireNonNullElse(next.getHost(), ""))
                || next.getPort() != at.getPort()) {
            throw new HttpFailure(
                    at.getHost() + ": status = " + response.statusCode() + ", a redirect to "
                            + (next == null || next.getHost() == null ? "nowhere" : next.getHost())
                            + " (expected: the address that answers itself)",
                    response.statusCode(),
                    "",
                    false,
                    null);
        }
        return next;
    }

    private HttpResponse<byte[]> await(HttpRequest request, BooleanSupplier cancelled) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> future = client.sendAsync(request, info -> new BoundedBody(maxReply));
        long began = System.nanoTime();
        while (true) {
            try {
                return future.get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (cancelled.getAsBoolean()) {
                    future.cancel(true);
                    throw new CancellationException("request: cancelled");
                }
                // the client's own timeout ends with the headers
                if (System.nanoTime() - began > timeout.toNanos()) {
                    future.cancel(true);
                    throw new IOException("no whole reply in " + timeout.toSeconds() + " s", e);
                }
            } catch (InterruptedException e) {
                future.cancel(true);
                Thread.currentThread().interrupt();
                throw new CancellationException("request: interrupted");
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                throw new IOException(String.valueOf(e.getCause()), e);
            }
        }
    }

    /** What {@code retry-after-ms} or {@code Retry-After} asks for: milliseconds, seconds or a date. */
    private static @Nullable Duration asked(HttpHeaders headers) {
        String millis = headers.firstValue("retry-after-ms").orElse("").strip();
        if (millis.matches("\\d{1,12}")) {
            return Duration.ofMillis(Long.parseLong(millis));
        }
        String after = headers.firstValue("Retry-After").orElse("").strip();
        if (after.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(after));
        }
        if (after.isEmpty()) {
            return null;
        }
        try {
            Duration until = Duration.between(
                    ZonedDateTime.now(java.time.ZoneOffset.UTC),
                    ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME));
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Waits until the server wants to be asked again. */
    private void pause(BooleanSupplier cancelled) {
        long left = holdUntil.get() - waits.nanoTime();
        if (left > 0) {
            sleep(Duration.ofNanos(left), cancelled);
        } else if (cancelled.getAsBoolean()) {
            throw new CancellationException("request: cancelled");
        }
    }

    /** A little at a time, so that giving up is quick. */
    private void sleep(Duration time, BooleanSupplier cancelled) {
        try {
            for (Duration left = time; left.isPositive(); left = left.minus(GLANCE)) {
                if (cancelled.getAsBoolean()) {
                    throw new CancellationException("request: cancelled");
                }
                waits.sleep(left.compareTo(GLANCE) < 0 ? left : GLANCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("request: interrupted");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

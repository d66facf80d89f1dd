package dev.kinora.weights.hub;

import dev.kinora.weights.internal.Show;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the hub: the token goes to the endpoint and nowhere else, redirects are followed by hand, and what may
 * pass is tried again.
 */
final class HubHttp implements AutoCloseable {
    static final int TRIES = 5;

    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_REPLY = 64 << 20;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Set<Integer> RETRYABLE = Set.of(408, 429, 500, 502, 503, 504);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Pattern RATE_LIMIT = Pattern.compile("r=(\\d+)\\s*;\\s*t=(\\d+)");

    private final HubSettings settings;
    private final Waits waits;
    private final HttpClient client;
    private final StallWatch stallWatch;

    /** Passes time between tries; tests pass none. */
    interface Waits {
        void sleep(Duration time) throws InterruptedException;
    }

    HubHttp(HubSettings settings, Waits waits) {
        this.settings = settings;
        this.waits = waits;
        // HTTP/1.1: parallel files then have connections of their own, and a stalled one holds up no other.
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.metadataTimeout())
                .build();
        this.stallWatch = new StallWatch(settings.stallTimeout());
    }

    /** Bounds the time between two pieces of a body. */
    StallWatch.Watched watch(InputStream body, Cancellation cancellation) {
        return stallWatch.watch(body, cancellation);
    }

    HubSettings settings() {
        return settings;
    }

    /** An address below the endpoint. */
    URI at(String path) {
        return URI.create(settings.endpoint() + path);
    }

    /** The whole reply to a GET, tried again where that may help. */
    byte[] get(URI uri, String what, Cancellation cancellation) throws IOException {
        return retrying(what, cancellation, () -> {
            HttpResponse<InputStream> response = send("GET", uri, Map.of(), false, cancellation);
            try (InputStream body = response.body();
                    StallWatch.Watched watched = watch(body, cancellation)) {
                requireOk(response, what);
                return readAll(body, watched, what);
            }
        });
    }

    private static byte[] readAll(InputStream body, StallWatch.Watched watched, String what) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] chunk = new byte[1 << 16];
        for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
            watched.alive();
            bytes.write(chunk, 0, n);
            if (bytes.size() > MAX_REPLY) {
                throw new HubException(
                        HubException.Kind.CORRUPT,
                        Show.message(what, "reply", "above " + MAX_REPLY + " bytes", "a shorter one"));
            }
        }
        return bytes.toByteArray();
    }

    /** The headers of a HEAD whose relative redirects (a renamed repository) were followed, tried again where that may help. */
    HttpResponse<InputStream> head(URI uri, String what, Cancellation cancellation) throws IOException {
        return retrying(what, cancellation, () -> {
            HttpResponse<InputStream> response = send("HEAD", uri, Map.of(), true, cancellation);
            response.body().close();
            if (!REDIRECTS.contains(response.statusCode())) {
                requireOk(response, what);
            }
            return response;
        });
    }

    /** One GET of content from a byte on; all redirects are followed. The caller closes the body and judges the status. */
    HttpResponse<InputStream> content(URI uri, long from, Cancellation cancellation) throws IOException {
        Map<String, String> headers = from == 0 ? Map.of() : Map.of("Range", "bytes=" + from + "-");
        return send("GET", uri, headers, false, cancellation);
    }

    /** Sends, following redirects: all of them, or only those that stay on the host because they name none. */
    private HttpResponse<InputStream> send(
            String method, URI uri, Map<String, String> headers, boolean onlyRelative, Cancellation cancellation)
            throws IOException {
        URI at = uri;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(at)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .timeout(settings.metadataTimeout())
                    .header("User-Agent", "kinora/0.1")
                    // Sizes and ranges must count the file's own bytes.
                    .header("Accept-Encoding", "identity");
            headers.forEach(request::header);
            String token = settings.token();
            if (token != null && isEndpoint(at)) {
                request.header("Authorization", "Bearer " + token);
            }
            HttpResponse<InputStream> response = await(request.build(), cancellation);
            String location = response.headers().firstValue("Location").orElse(null);
            if (!REDIRECTS.contains(response.statusCode()) || location == null) {
                return response;
            }
            URI next = resolve(at, location);
            if (onlyRelative && URI.create(location).getHost() != null) {
                return response;
            }
            response.body().close();
            at = next;
        }
        throw new HubException(
                HubException.Kind.SERVER,
                Show.message(uri.getPath(), "redirects", "above " + MAX_REDIRECTS, "an answer"));
    }

    /** Where a Location leads: never from https to http, which would give content away to the road. */
    URI resolve(URI at, String location) throws HubException {
        URI next;
        try {
            next = at.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new HubException(
                    HubException.Kind.SERVER, Show.message(at.getPath(), "Location", location, "an address"), e);
        }
        boolean web = "https".equals(next.getScheme())
                || ("http".equals(next.getScheme())
                        && "http".equals(settings.endpoint().getScheme()));
        if (!web || next.getHost() == null) {
            throw new HubException(
                    HubException.Kind.SERVER, Show.message(at.getPath(), "Location", next, "an https address"));
        }
        return next;
    }

    boolean isEndpoint(URI uri) {
        URI endpoint = settings.endpoint();
        return Objects.equals(endpoint.getScheme(), uri.getScheme())
                && endpoint.getHost().equalsIgnoreCase(Objects.requireNonNullElse(uri.getHost(), ""))
                && endpoint.getPort() == uri.getPort();
    }

    private HttpResponse<InputStream> await(HttpRequest request, Cancellation cancellation) throws IOException {
        CompletableFuture<HttpResponse<InputStream>> future =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        while (true) {
            try {
                return future.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (cancellation.isCancelled()) {
                    future.cancel(true);
                    cancellation.check(request.uri().getPath());
                }
            } catch (InterruptedException e) {
                future.cancel(true);
                throw interrupted(e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                throw new IOException(String.valueOf(e.getCause()), e);
            }
        }
    }

    /** A piece of work against the hub. */
    interface Call<T> {
        T run() throws IOException;
    }

    private <T> T retrying(String what, Cancellation cancellation, Call<T> call) throws IOException {
        for (int failures = 1; ; failures++) {
            cancellation.check(what);
            try {
                return call.run();
            } catch (Transient e) {
                if (failures == TRIES) {
                    throw e.failure();
                }
                pause(e.wait(failures), cancellation, what);
            } catch (HubException e) {
                throw e;
            } catch (IOException e) {
                if (failures == TRIES) {
                    throw network(what, e);
                }
                pause(backoff(failures), cancellation, what);
            }
        }
    }

    /** Waits, a little at a time so that giving up is quick. */
    void pause(Duration time, Cancellation cancellation, String what) throws HubException {
        try {
            Duration left = time;
            while (left.isPositive()) {
                cancellation.check(what);
                Duration step = left.compareTo(Duration.ofMillis(200)) < 0 ? left : Duration.ofMillis(200);
                waits.sleep(step);
                left = left.minus(step);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static HubException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new HubException(HubException.Kind.CANCELLED, "Hub: interrupted", e);
    }

    static HubException network(String what, IOException cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new HubException(
                HubException.Kind.NETWORK,
                Show.message(what, "connection", why, "an answer, after " + TRIES + " tries"),
                cause);
    }

    static Duration backoff(int failures) {
        return Duration.ofMillis(Math.min(8_000L, 500L << Math.min(failures, 10)));
    }

    /** A refusal that may pass by itself: to be tried again after a wait, or to be thrown as what it is. */
    static final class Transient extends IOException {
        private static final long serialVersionUID = 1L;
        private final HubException failure;
        private final @Nullable Duration asked;

        Transient(HubException failure, @Nullable Duration asked) {
            super(failure);
            this.failure = failure;
            this.asked = asked;
        }

        HubException failure() {
            return failure;
        }

        Duration wait(int failures) {
            return asked == null ? backoff(failures) : asked;
        }
    }

    /** Throws what a status that is no success means. */
    void requireOk(HttpResponse<?> response, String what) throws IOException {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return;
        }
        HubException failure = failure(response, what);
        if (RETRYABLE.contains(status)) {
            throw new Transient(failure, askedWait(response.headers()));
        }
        throw failure;
    }

    private HubException failure(HttpResponse<?> response, String what) {
        int status = response.statusCode();
        String code = response.headers().firstValue("X-Error-Code").orElse("");
        String message = response.headers().firstValue("X-Error-Message").orElse("");
        HubException.Kind kind = kind(status, code, message);
        String expected = switch (kind) {
            case GATED -> "accept the repository's terms on its page, and set HF_TOKEN";
            case REPO_NOT_FOUND ->
                settings.token() == null
                        ? "a public repository, or HF_TOKEN set for a private or gated one"
                        : "a repository that this token may read";
            case REVISION_NOT_FOUND -> "a branch, tag or commit of the repository";
            case FILE_NOT_FOUND -> "a file of the repository";
            case DISABLED -> "a repository that the hub has not disabled";
            case UNAUTHORIZED -> "a valid token in HF_TOKEN";
            case RATE_LIMITED -> "fewer requests; a token in HF_TOKEN raises the limit";
            default -> "success";
        };
        String shown = status + (code.isEmpty() ? "" : " " + code) + (message.isEmpty() ? "" : " " + message);
        return new HubException(kind, Show.message(what, "status", shown, expected));
    }

    private static HubException.Kind kind(int status, String code, String message) {
        if (message.equals("Access to this resource is disabled.")) {
            return HubException.Kind.DISABLED;
        }
        return switch (code) {
            case "RepoNotFound" -> HubException.Kind.REPO_NOT_FOUND;
            case "RevisionNotFound" -> HubException.Kind.REVISION_NOT_FOUND;
            case "EntryNotFound" -> HubException.Kind.FILE_NOT_FOUND;
            case "GatedRepo" -> HubException.Kind.GATED;
            default ->
                switch (status) {
                    // Private, gated for the anonymous and missing look alike on purpose.
                    case 401 ->
                        message.equals("Invalid credentials in Authorization header")
                                ? HubException.Kind.UNAUTHORIZED
                                : HubException.Kind.REPO_NOT_FOUND;
                    case 403 -> HubException.Kind.FORBIDDEN;
                    case 404 -> HubException.Kind.FILE_NOT_FOUND;
                    case 429 -> HubException.Kind.RATE_LIMITED;
                    default -> HubException.Kind.SERVER;
                };
        };
    }

    /** The wait that Retry-After or an exhausted RateLimit asks for, or null. */
    private static @Nullable Duration askedWait(HttpHeaders headers) {
        String after = headers.firstValue("Retry-After").orElse("");
        if (after.matches("\\d{1,9}")) {
            return bounded(Long.parseLong(after));
        }
        Matcher limit = RATE_LIMIT.matcher(headers.firstValue("RateLimit").orElse(""));
        if (limit.find() && limit.group(1).equals("0") && limit.group(2).length() < 10) {
            return bounded(Long.parseLong(limit.group(2)));
        }
        return null;
    }

    private static Duration bounded(long seconds) {
        return Duration.ofSeconds(Math.clamp(seconds, 0, LONGEST_WAIT.toSeconds()));
    }

    @Override
    public void close() {
        stallWatch.close();
        client.shutdownNow();
    }
}

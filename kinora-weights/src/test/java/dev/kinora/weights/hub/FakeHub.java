package dev.kinora.weights.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The hub's protocol on this machine: one server is the endpoint, a second one the store that large files are redirected
 * to under signed addresses. It notes every request that a client must not make, and misbehaves when told to.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** What happens instead of the right answer, once, in order. */
    sealed interface Fault {
        /** The connection closes after so many bytes of content. */
        record Break(int after) implements Fault {}

        /** Nothing more comes after so many bytes. */
        record Stall(int after) implements Fault {}

        /** A status with headers {@code name: value}. */
        record Status(int status, List<String> headers) implements Fault {
            Status(int status, String... headers) {
                this(status, List.of(headers));
            }
        }

        /** Range is ignored. */
        record WholeFile() implements Fault {}

        /** The range is another than was asked for. */
        record WrongRange() implements Fault {}

        /** The first byte of content is another. */
        record WrongByte() implements Fault {}
    }

    @SuppressWarnings("ArrayRecordComponent") // nobody compares these
    record Stored(byte[] content, boolean large) {
        String etag() {
            return large ? hex("SHA-256", content) : blobId();
        }

        String blobId() {
            byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
            byte[] all = Arrays.copyOf(head, head.length + content.length);
            System.arraycopy(content, 0, all, head.length, content.length);
            return hex("SHA-1", all);
        }
    }

    final Map<String, Stored> files = new TreeMap<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
    final AtomicInteger signatures = new AtomicInteger();

    String repo = "owner/model";

    @Nullable
    String token;
    /** Replaces the listing's JSON. */
    @Nullable
    String listing;
    /** Headers of HEAD replies to be replaced. */
    final Map<String, String> wrongHeaders = new TreeMap<>();
    /** Where the repository has moved from. */
    @Nullable
    String formerName;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer endpoint = server(this::endpoint);
    private final HttpServer store = server(this::store);
    private volatile boolean closing;

    private interface Handler {
        void handle(HttpExchange x) throws IOException;
    }

    private HttpServer server(Handler handler) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", x -> {
                try (x) {
                    requests.add(x.getRequestMethod() + " " + x.getRequestURI()
                            + (x.getRequestHeaders().containsKey("Range")
                                    ? " " + x.getRequestHeaders().getFirst("Range")
                                    : ""));
                    check(x.getRequestHeaders().getFirst("User-Agent").startsWith("kinora/"), x, "User-Agent");
                    check("identity".equals(x.getRequestHeaders().getFirst("Accept-Encoding")), x, "Accept-Encoding");
                    handler.handle(x);
                } catch (RuntimeException e) {
                    violations.add(x.getRequestURI() + ": " + e);
                }
            });
            server.setExecutor(threads);
            server.start();
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + endpoint.getAddress().getPort());
    }

    void small(String path, String content) {
        files.put(path, new Stored(content.getBytes(StandardCharsets.UTF_8), false));
    }

    void large(String path, int size) {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = (byte) (i * 31 + path.length() + (i >> 8));
        }
        files.put(path, new Stored(content, true));
    }

    void fault(String path, Fault... some) {
        faults.computeIfAbsent(path, k -> new ArrayDeque<>()).addAll(List.of(some));
    }

    private @Nullable Fault next(String path) {
        Deque<Fault> queue = faults.get(path);
        if (queue == null) {
            return null;
        }
        synchronized (queue) {
            return queue.poll();
        }
    }

    long count(String prefix) {
        return requests.stream().filter(r -> r.startsWith(prefix)).count();
    }

    private void check(boolean ok, HttpExchange x, String what) {
        if (!ok) {
            violations.add(x.getRequestMethod() + " " + x.getRequestURI() + ": " + what + " = "
                    + x.getRequestHeaders().get(what));
        }
    }

    private void endpoint(HttpExchange x) throws IOException {
        String authorization = x.getRequestHeaders().getFirst("Authorization");
        check(token == null ? authorization == null : ("Bearer " + token).equals(authorization), x, "Authorization");
        String path = x.getRequestURI().getRawPath();
        String whole = x.getRequestURI().toString();
        if (formerName != null && path.contains(formerName)) {
            reply(x, 307, new byte[0], "Location", whole.replace(formerName, repo));
            return;
        }
        if (path.startsWith("/api/models/" + repo + "/revision/")) {
            api(x, URLDecoder.decode(path.substring(path.lastIndexOf('/') + 1), StandardCharsets.UTF_8));
        } else if (path.startsWith("/" + repo + "/resolve/" + COMMIT + "/")) {
            String name = URLDecoder.decode(
                    path.substring(("/" + repo + "/resolve/" + COMMIT + "/").length()), StandardCharsets.UTF_8);
            resolve(x, name);
        } else {
            reply(x, 404, new byte[0], "X-Error-Code", "RepoNotFound");
        }
    }

    private void api(HttpExchange x, String revision) throws IOException {
        check("blobs=true".equals(x.getRequestURI().getQuery()), x, "query");
        if (next("api") instanceof Fault.Status s) {
            reply(x, s.status(), new byte[0], s.headers().toArray(String[]::new));
            return;
        }
        if (!revision.equals("main") && !revision.equals("refs/pr/1") && !revision.equals(COMMIT)) {
            reply(x, 404, new byte[0], "X-Error-Code", "RevisionNotFound");
            return;
        }
        String json = listing;
        if (json == null) {
            StringBuilder all = new StringBuilder("{\"id\":\"" + repo + "\",\"sha\":\"" + COMMIT + "\",\"siblings\":[");
            String comma = "";
            for (Map.Entry<String, Stored> e : files.entrySet()) {
                Stored f = e.getValue();
                all.append(comma).append("{\"rfilename\":\"").append(e.getKey()).append("\",\"size\":");
                all.append(f.content().length)
                        .append(",\"blobId\":\"")
                        .append(f.blobId())
                        .append('"');
                if (f.large()) {
                    all.append(",\"lfs\":{\"sha256\":\"").append(f.etag()).append("\",\"size\":");
                    all.append(f.content().length).append(",\"pointerSize\":130}");
                }
                all.append('}');
                comma = ",";
            }
            json = all.append("]}").toString();
        }
        reply(x, 200, json.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
    }

    private void resolve(HttpExchange x, String name) throws IOException {
        Stored file = files.get(name);
        boolean head = x.getRequestMethod().equals("HEAD");
        Fault fault = next(head ? "HEAD " + name : file != null && file.large() ? "none" : name);
        if (fault instanceof Fault.Status s) {
            reply(x, s.status(), new byte[0], s.headers().toArray(String[]::new));
            return;
        }
        if (file == null) {
            reply(x, 404, new byte[0], "X-Error-Code", "EntryNotFound");
            return;
        }
        set(x, "X-Repo-Commit", COMMIT);
        if (file.large()) {
            set(x, "X-Linked-Etag", "\"" + file.etag() + "\"");
            set(x, "X-Linked-Size", String.valueOf(file.content().length));
            int signature = signatures.incrementAndGet();
            set(
                    x,
                    "Location",
                    "http://127.0.0.1:" + store.getAddress().getPort() + "/" + name.replace(" ", "%20") + "?sig="
                            + signature);
            x.sendResponseHeaders(302, -1);
        } else if (head) {
            set(x, "ETag", "W/\"" + file.etag() + "\"");
            set(x, "Content-Length", String.valueOf(file.content().length));
            x.sendResponseHeaders(200, -1);
        } else {
            content(x, file, fault);
        }
    }

    private void set(HttpExchange x, String name, String value) {
        x.getResponseHeaders().set(name, wrongHeaders.getOrDefault(name, value));
    }

    private void store(HttpExchange x) throws IOException {
        // The token must never travel to another host.
        check(!x.getRequestHeaders().containsKey("Authorization"), x, "Authorization");
        check(x.getRequestMethod().equals("GET"), x, "method");
        String name = x.getRequestURI().getPath().substring(1);
        Fault fault = next(name);
        Stored file = files.get(name);
        if (fault instanceof Fault.Status s) {
            reply(x, s.status(), new byte[0], s.headers().toArray(String[]::new));
        } else if (file == null || x.getRequestURI().getQuery() == null) {
            violations.add("GET of " + x.getRequestURI());
            reply(x, 404, new byte[0]);
        } else {
            content(x, file, fault);
        }
    }

    private void content(HttpExchange x, Stored file, @Nullable Fault fault) throws IOException {
        byte[] bytes = file.content();
        int from = 0;
        String range = x.getRequestHeaders().getFirst("Range");
        if (range != null && !(fault instanceof Fault.WholeFile)) {
            check(range.matches("bytes=[1-9]\\d*-"), x, "Range");
            from = Integer.parseInt(range.substring(6, range.length() - 1));
            check(from < bytes.length, x, "Range");
            int told = fault instanceof Fault.WrongRange ? from - 1 : from;
            x.getResponseHeaders()
                    .set("Content-Range", "bytes " + told + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        int length = bytes.length - from;
        x.sendResponseHeaders(
                x.getResponseHeaders().containsKey("Content-Range") ? 206 : 200, length == 0 ? -1 : length);
        if (length == 0) {
            return;
        }
        OutputStream out = x.getResponseBody();
        int end = switch (fault) {
            case Fault.Break b -> Math.min(bytes.length, from + b.after());
            case Fault.Stall s -> Math.min(bytes.length, from + s.after());
            case null -> bytes.length;
            default -> bytes.length;
        };
        byte[] sent = bytes.clone();
        if (fault instanceof Fault.WrongByte) {
            sent[from] ^= 1;
        }
        out.write(sent, from, end - from);
        out.flush();
        while (fault instanceof Fault.Stall && !closing) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void reply(HttpExchange x, int status, byte[] body, String... headers) throws IOException {
        for (String header : headers) {
            int colon = header.indexOf(": ");
            if (colon > 0) {
                x.getResponseHeaders().set(header.substring(0, colon), header.substring(colon + 2));
            }
        }
        if (headers.length == 2 && !headers[0].contains(": ")) {
            x.getResponseHeaders().set(headers[0], headers[1]);
        }
        x.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            x.getResponseBody().write(body);
        }
    }

    static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        closing = true;
        endpoint.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}

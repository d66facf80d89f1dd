package dev.kinora.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A small strict store that speaks S3 on this machine: one bucket by path style, pages of two, ranges, conditions,
 * parts, checksums; refuses what does not look signed by {@value #KEY}, and fails where it is told to.
 */
public final class S3Double implements AutoCloseable {
    /** The one bucket there is. */
    public static final String BUCKET = "bucket";

    /** Whose signature counts. */
    public static final String KEY = "key";

    private static final int PAGE = 2;

    /** What may befall a request. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** 503 SlowDown. */
        SLOW_DOWN,
        /** The connection ends in the middle of the body. */
        BREAK,
        /** 403 AccessDenied. */
        DENY,
        /** 403 InvalidAccessKeyId. */
        STRANGER,
        /** 501: no such condition here. */
        UNKNOWN
    }

    /**
     * An object.
     *
     * @param content its bytes
     * @param metadata headers that it was put with
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Stored(byte[] content, Map<String, String> metadata) {
        /** MD5 in quotes. */
        public String etag() {
            return '"' + HexFormat.of().formatHex(md5(content)) + '"';
        }
    }

    /** What it holds, by key. */
    public final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();

    /** What it was asked, such as {@code PUT /bucket/key}, in order. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    /** Bytes of objects that it has sent. */
    public final AtomicLong sent = new AtomicLong();

    /** Asked for each request. */
    public volatile Function<String, Fault> faults = r -> Fault.NONE;

    private final Map<String, NavigableMap<Integer, byte[]>> uploads = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> uploadMetadata = new ConcurrentHashMap<>();
    private final HttpServer server;

    /** An empty one, at a free port. */
    public S3Double() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** Its address. */
    public String endpoint() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Uploads begun and neither put together nor given up. */
    public int openUploads() {
        return uploads.size();
    }

    /** Puts an object past the protocol. */
    public void put(String key, byte[] content) {
        objects.put(key, new Stored(content, Map.of()));
    }

    private void handle(HttpExchange x) throws IOException {
        try (x) {
            String path = x.getRequestURI().getPath();
            Map<String, String> query = query(x);
            String request = x.getRequestMethod() + " " + path
                    + (query.containsKey("partNumber") ? "?partNumber=" + query.get("partNumber") : "");
            requests.add(request);
            String key = path.length() > BUCKET.length() + 2 ? path.substring(BUCKET.length() + 2) : "";
            byte[] body = x.getRequestBody().readAllBytes();
            Fault fault = faults.apply(request);
            String signed = String.valueOf(x.getRequestHeaders().getFirst("Authorization"));
            if (fault == Fault.SLOW_DOWN) {
                error(x, 503, "SlowDown");
            } else if (fault == Fault.STRANGER) {
                error(x, 403, "InvalidAccessKeyId");
            } else if (fault == Fault.UNKNOWN) {
                error(x, 501, "NotImplemented");
            } else if (fault == Fault.DENY
                    || !signed.matches("AWS4-HMAC-SHA256 Credential=" + KEY + "/\\d{8}/us-east-1/s3/aws4_request, .*"
                            + "Signature=[0-9a-f]{64}")) {
                error(x, 403, "AccessDenied");
            } else if (!path.startsWith("/" + BUCKET)) {
                error(x, 404, "NoSuchBucket");
            } else if (!intact(x, body)) {
                error(x, 400, "BadDigest");
            } else {
                answer(x, key, query, body, fault);
            }
        }
    }

    private static boolean intact(HttpExchange x, byte[] body) {
        String sent = x.getRequestHeaders().getFirst("Content-MD5");
        boolean signed = !x.getRequestMethod().equals("PUT")
                || HexFormat.of()
                        .formatHex(digest("SHA-256", body))
                        .equals(x.getRequestHeaders().getFirst("x-amz-content-sha256"));
        return signed && (sent == null || sent.equals(Base64.getEncoder().encodeToString(md5(body))));
    }

    private void answer(HttpExchange x, String key, Map<String, String> query, byte[] body, Fault fault)
            throws IOException {
        switch (x.getRequestMethod()) {
            case "GET", "HEAD" -> {
                if (key.isEmpty()) {
                    list(x, query);
                } else {
                    get(x, key, fault);
                }
            }
            case "PUT" -> {
                if (query.containsKey("partNumber")) {
                    Objects.requireNonNull(uploads.get(query.get("uploadId")))
                            .put(Integer.parseInt(query.get("partNumber")), body);
                    x.getResponseHeaders().set("ETag", new Stored(body, Map.of()).etag());
                    send(x, 200, "");
                } else if ("*".equals(x.getRequestHeaders().getFirst("If-None-Match")) && objects.containsKey(key)) {
                    error(x, 412, "PreconditionFailed");
                } else if (!matches(x, objects.get(key))) {
                    error(x, 412, "PreconditionFailed");
                } else {
                    objects.put(key, new Stored(body, metadata(x)));
                    send(x, 200, "");
                }
            }
            case "POST" -> post(x, key, query);
            case "DELETE" -> {
                if (query.containsKey("uploadId")) {
                    uploads.remove(query.get("uploadId"));
                } else {
                    objects.remove(key);
                }
                send(x, 204, "");
            }
            default -> error(x, 405, "MethodNotAllowed");
        }
    }

    private void post(HttpExchange x, String key, Map<String, String> query) throws IOException {
        if (query.containsKey("uploads")) {
            String id = "upload" + uploadMetadata.size();
            uploads.put(id, new TreeMap<>());
            uploadMetadata.put(id, metadata(x));
            send(
                    x,
                    200,
                    "<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>");
            return;
        }
        String id = query.get("uploadId");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : Objects.requireNonNull(uploads.remove(id)).values()) {
            all.write(part);
        }
        objects.put(key, new Stored(all.toByteArray(), Objects.requireNonNull(uploadMetadata.get(id))));
        send(x, 200, "<CompleteMultipartUploadResult><ETag>\"whole-2\"</ETag></CompleteMultipartUploadResult>");
    }

    private static boolean matches(HttpExchange x, @Nullable Stored found) {
        String wanted = x.getRequestHeaders().getFirst("If-Match");
        return wanted == null || (found != null && wanted.equals(found.etag()));
    }

    private void get(HttpExchange x, String key, Fault fault) throws IOException {
        Stored found = objects.get(key);
        if (found == null) {
            error(x, 404, "NoSuchKey");
            return;
        }
        if (!matches(x, found)) {
            error(x, 412, "PreconditionFailed");
            return;
        }
        byte[] content = found.content();
        Matcher range = Pattern.compile("bytes=(\\d+)-(\\d*)")
                .matcher(String.valueOf(x.getRequestHeaders().getFirst("Range")));
        int status = 200;
        if (range.matches()) {
            int from = Integer.parseInt(range.group(1));
            int end = range.group(2).isEmpty() ? content.length : Integer.parseInt(range.group(2)) + 1;
            x.getResponseHeaders().set("Content-Range", "bytes %d-%d/%d".formatted(from, end - 1, content.length));
            content = Arrays.copyOfRange(content, from, Math.min(end, content.length));
            status = 206;
        }
        x.getResponseHeaders().set("ETag", found.etag());
        found.metadata().forEach((k, v) -> x.getResponseHeaders().set(k, v));
        if (x.getRequestMethod().equals("HEAD")) {
            x.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
            x.sendResponseHeaders(200, -1);
            return;
        }
        x.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        int until = fault == Fault.BREAK ? content.length / 2 : content.length;
        sent.addAndGet(until);
        x.getResponseBody().write(content, 0, until);
        x.getResponseBody().flush();
    }

    private void list(HttpExchange x, Map<String, String> query) throws IOException {
        String prefix = query.getOrDefault("prefix", "");
        List<String> keys = objects.tailMap(query.getOrDefault("continuation-token", prefix), true).keySet().stream()
                .filter(k -> k.startsWith(prefix))
                .toList();
        StringBuilder xml = new StringBuilder("<ListBucketResult>");
        for (String k : keys.subList(0, Math.min(PAGE, keys.size()))) {
            Stored o = Objects.requireNonNull(objects.get(k));
            xml.append("""
                    <Contents><Key>%s</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>\
                    <ETag>%s</ETag><Size>%d</Size></Contents>""".formatted(k, o.etag(), o.content().length));
        }
        if (keys.size() > PAGE) {
            xml.append("<IsTruncated>true</IsTruncated><NextContinuationToken>%s</NextContinuationToken>"
                    .formatted(keys.get(PAGE)));
        }
        send(x, 200, xml.append("</ListBucketResult>").toString());
    }

    private static Map<String, String> metadata(HttpExchange x) {
        Map<String, String> all = new TreeMap<>();
        x.getRequestHeaders().forEach((k, v) -> {
            if (k.regionMatches(true, 0, "x-amz-meta-", 0, 11)) {
                all.put(k, v.getFirst());
            }
        });
        return all;
    }

    private static Map<String, String> query(HttpExchange x) {
        Map<String, String> all = new TreeMap<>();
        String query = x.getRequestURI().getQuery();
        for (String part : query == null ? new String[0] : query.split("&", -1)) {
            int i = part.indexOf('=');
            all.put(i < 0 ? part : part.substring(0, i), i < 0 ? "" : part.substring(i + 1));
        }
        return all;
    }

    private static void error(HttpExchange x, int status, String code) throws IOException {
        send(x, status, "<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>");
    }

    private static void send(HttpExchange x, int status, String xml) throws IOException {
        byte[] bytes = xml.getBytes(UTF_8);
        x.getResponseHeaders().set("Content-Type", "application/xml");
        boolean none = bytes.length == 0 || x.getRequestMethod().equals("HEAD");
        x.sendResponseHeaders(status, none ? -1 : bytes.length);
        if (!none) {
            x.getResponseBody().write(bytes);
        }
    }

    /** The hash that ETags are of. */
    public static byte[] md5(byte[] content) {
        return digest("MD5", content);
    }

    private static byte[] digest(String name, byte[] content) {
        try {
            return MessageDigest.getInstance(name).digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(name, e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

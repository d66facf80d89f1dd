package dev.kinora.weights.hub;

import dev.kinora.weights.internal.AtomicFiles;
import dev.kinora.weights.internal.Show;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fetches one file into the cache's blobs: resumed where an earlier try broke off, checked, then renamed into place. */
final class Transfer {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
    private static final int CHUNK = 1 << 18;

    private final HubHttp http;
    private final HubCache cache;
    private final RepoId repo;
    private final String commit;
    private final RemoteFile file;
    private final Cancellation cancellation;
    private final LongConsumer progress;
    private final String what;

    /** @param progress told how many of the file's bytes are here */
    Transfer(
            HubHttp http,
            HubCache cache,
            RepoListing listing,
            RemoteFile file,
            Cancellation cancellation,
            LongConsumer progress) {
        this.http = http;
        this.cache = cache;
        this.repo = listing.repo();
        this.commit = listing.commit();
        this.file = file;
        this.cancellation = cancellation;
        this.progress = progress;
        this.what = repo + "/" + file.path();
    }

    /** Makes sure the snapshot has the file. */
    void run() throws IOException {
        boolean symlinks = http.settings().symlinks();
        if (!cache.has(repo, commit, file)) {
            try (BlobLock lock = BlobLock.acquire(cache.lock(repo, file.etag()), http, cancellation)) {
                Path blob = cache.blob(repo, file.etag());
                boolean fresh = !Files.isRegularFile(blob) || Files.size(blob) != file.size();
                if (fresh) {
                    fetch(blob);
                }
                cache.place(repo, commit, file, fresh, symlinks);
            }
        }
        progress.accept(file.size());
    }

    private void fetch(Path blob) throws IOException {
        // Our own name: other tools neither continue it nor delete it.
        Path partial = blob.resolveSibling(file.etag() + ".kinora.incomplete");
        for (int wrong = 0; ; wrong++) {
            BlobDigest digest = complete(partial);
            if (digest.matches()) {
                AtomicFiles.move(partial, blob);
                return;
            }
            Files.delete(partial);
            // Once more from the start: the earlier try may have been cut off by a dying machine.
            if (wrong == 1) {
                throw new HubException(
                        HubException.Kind.CORRUPT,
                        Show.message(what, "content", "other bytes", "a hash of " + file.etag()));
            }
        }
    }

    /** Fetches what is missing of the partial file, over as many connections as it takes. */
    private BlobDigest complete(Path partial) throws IOException {
        if (Files.exists(partial) && Files.size(partial) > file.size()) {
            Files.delete(partial);
        }
        int failures = 0;
        while (true) {
            cancellation.check(what);
            long before = Files.exists(partial) ? Files.size(partial) : 0;
            BlobDigest digest = new BlobDigest(file);
            if (before > 0) {
                digest.update(partial);
            }
            if (before == file.size() && before > 0) {
                return digest;
            }
            try {
                progress.accept(before);
                return append(partial, before, digest);
            } catch (Restart e) {
                digest = new BlobDigest(file);
                Files.deleteIfExists(partial);
                failures = next(failures, e, null);
            } catch (HubHttp.Transient e) {
                failures = next(failures, e.failure(), e.wait(failures + 1));
            } catch (HubException e) {
                throw e;
            } catch (IOException e) {
                boolean progressed = Files.exists(partial) && Files.size(partial) > before;
                failures = next(progressed ? 0 : failures, HubHttp.network(what, e), null);
            }
        }
    }

    private int next(int failures, IOException failure, @Nullable Duration wait) throws IOException {
        if (failures + 1 >= HubHttp.TRIES) {
            throw failure instanceof Restart r ? HubHttp.network(what, r) : failure;
        }
        http.pause(wait == null ? HubHttp.backoff(failures + 1) : wait, cancellation, what);
        return failures + 1;
    }

    /** What was fetched so far is of no use: begin again. */
    private static final class Restart extends IOException {
        private static final long serialVersionUID = 1L;

        Restart(String message) {
            super(message);
        }
    }

    private BlobDigest append(Path partial, long from, BlobDigest soFar) throws IOException {
        URI uri = locate();
        HttpResponse<InputStream> response = http.content(uri, from, cancellation);
        try (InputStream body = response.body()) {
            boolean resumed = from > 0 && response.statusCode() == 206;
            if (response.statusCode() == 416) {
                throw new Restart("range from " + from + " refused");
            }
            // A signed address that ran out: the next try asks the hub for a new one.
            if (!http.isEndpoint(response.uri())
                    && Arrays.asList(400, 401, 403, 410).contains(response.statusCode())) {
                throw new IOException("status " + response.statusCode() + " from "
                        + response.uri().getHost());
            }
            http.requireOk(response, what);
            if (resumed) {
                requireRange(response.headers(), from);
            }
            // A server without ranges sends the whole file again.
            BlobDigest digest = resumed || from == 0 ? soFar : new BlobDigest(file);
            copy(body, partial, resumed ? from : 0, digest);
            return digest;
        }
    }

    private void requireRange(HttpHeaders headers, long from) throws Restart {
        String range = headers.firstValue("Content-Range").orElse("none");
        Matcher m = CONTENT_RANGE.matcher(range);
        if (!m.matches()
                || Long.parseLong(m.group(1)) != from
                || (!m.group(3).equals("*") && Long.parseLong(m.group(3)) != file.size())) {
            throw new Restart("Content-Range = " + Show.value(range) + " for bytes from " + from);
        }
    }

    private void copy(InputStream body, Path partial, long from, BlobDigest digest) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long at = from;
        try (FileChannel channel = openAt(partial, from);
                StallWatch.Watched watched = http.watch(body, cancellation)) {
            for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
                watched.alive();
                if (n > file.size() - at) {
                    throw new Restart("more than " + file.size() + " bytes");
                }
                write(channel, ByteBuffer.wrap(chunk, 0, n));
                digest.update(chunk, n);
                at += n;
                progress.accept(at);
                cancellation.check(what);
            }
            if (at == file.size()) {
                local(() -> channel.force(true));
            }
        }
        cancellation.check(what);
        if (at != file.size()) {
            throw new IOException("connection closed after " + at + " of " + file.size() + " bytes");
        }
    }

    private FileChannel openAt(Path partial, long from) throws IOException {
        try {
            FileChannel channel = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return channel.truncate(from).position(from);
        } catch (IOException e) {
            throw disk(e);
        }
    }

    private void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        local(() -> AtomicFiles.writeFully(channel, bytes));
    }

    /** Work on the local disk. */
    private interface Local {
        void run() throws IOException;
    }

    /** A failing disk is no failing network: trying again would not help. */
    private void local(Local work) throws IOException {
        try {
            work.run();
        } catch (IOException e) {
            throw disk(e);
        }
    }

    private HubException disk(IOException e) throws IOException {
        long usable = Files.getFileStore(cache.root()).getUsableSpace();
        return new HubException(
                usable < CHUNK ? HubException.Kind.DISK_FULL : HubException.Kind.DISK,
                Show.message(what, "disk", e.getMessage() + ", " + usable + " bytes free", "room for the file"),
                e);
    }

    /** Asks the hub where the content is, and holds its answer against the listing. */
    private URI locate() throws IOException {
        URI resolve = http.at("/" + repo + "/resolve/" + commit + "/"
                + Arrays.stream(file.path().split("/")).map(Transfer::encode).collect(Collectors.joining("/")));
        HttpResponse<InputStream> head = http.head(resolve, what, cancellation);
        HttpHeaders h = head.headers();
        String location = h.firstValue("Location").orElse(null);
        String etag =
                h.firstValue("X-Linked-Etag").or(() -> h.firstValue("ETag")).orElse("missing");
        etag = etag.replaceFirst("^W/", "").replace("\"", "");
        String size = h.firstValue("X-Linked-Size")
                .or(() -> location == null ? h.firstValue("Content-Length") : java.util.Optional.empty())
                .orElse("missing");
        require("X-Repo-Commit", h.firstValue("X-Repo-Commit").orElse("missing"), commit);
        require("ETag", etag, file.etag());
        require("size", size, String.valueOf(file.size()));
        return location == null ? head.uri() : http.resolve(head.uri(), location);
    }

    private void require(String name, String actual, String expected) throws HubException {
        if (!actual.equals(expected)) {
            throw new HubException(HubException.Kind.CORRUPT, Show.message(what, name, actual, expected));
        }
    }

    static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

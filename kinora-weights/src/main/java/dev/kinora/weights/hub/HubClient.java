package dev.kinora.weights.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.ModelIndex;
import dev.kinora.weights.internal.Json;
import dev.kinora.weights.internal.SafePaths;
import dev.kinora.weights.internal.Show;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches checkpoints from a model hub into the shared cache.
 *
 * {@snippet :
 * try (HubClient hub = new HubClient(HubSettings.fromEnvironment())) {
 *     Path folder = hub.pull(PullRequest.of("owner/name"), PullProgress.Listener.NONE, new Cancellation());
 * }
 * }
 *
 * <p>A revision is resolved once; all files are of that commit. A file appears under its name only whole and checked;
 * what a broken pull left is continued by the next one.
 */
public final class HubClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HubClient.class);

    /** Files above this are served to special clients only. */
    private static final long MAX_HTTP_BYTES = 50_000_000_000L;

    private final HubSettings settings;
    private final HubHttp http;
    private final HubCache cache;

    /** A client of the hub and the cache that the settings name. */
    public HubClient(HubSettings settings) {
        this(settings, Thread::sleep);
    }

    HubClient(HubSettings settings, HubHttp.Waits waits) {
        this.settings = settings;
        this.http = new HubHttp(settings, waits);
        this.cache = new HubCache(settings.cache());
    }

    /** The cache that pulls fill. */
    public HubCache cache() {
        return cache;
    }

    /**
     * What a repository holds at a revision.
     *
     * @throws HubException if the hub cannot be reached or refuses
     */
    public RepoListing list(RepoId repo, String revision, Cancellation cancellation) throws IOException {
        HubCache.requireRevision(revision);
        if (settings.offline()) {
            throw new HubException(
                    HubException.Kind.OFFLINE,
                    Show.message(repo.text(), "HF_HUB_OFFLINE", "on", "off, to ask the hub"));
        }
        String what = repo + "@" + revision;
        byte[] reply = http.get(
                http.at("/api/models/" + repo + "/revision/" + Transfer.encode(revision) + "?blobs=true"),
                what,
                cancellation);
        try {
            return listing(repo, what, Json.parse(what, reply));
        } catch (CheckpointException e) {
            throw new HubException(HubException.Kind.CORRUPT, String.valueOf(e.getMessage()), e);
        }
    }

    private static RepoListing listing(RepoId repo, String what, ObjectNode reply) {
        String commit = reply.path("sha").asText();
        if (!HubCache.isCommit(commit)) {
            throw CheckpointException.of(what, "sha", reply.get("sha"), "40 hexadecimal digits");
        }
        List<RemoteFile> files = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode f : reply.path("siblings")) {
            String path = f.path("rfilename").asText();
            // A name that leaves the snapshot's folder would let a repository write anywhere.
            if (!SafePaths.isPlainPath(path) || !seen.add(path)) {
                throw CheckpointException.of(
                        what, "rfilename", f.get("rfilename"), "a path inside the repository, once");
            }
            JsonNode lfs = f.path("lfs");
            String sha256 = lfs.path("sha256").isTextual() ? lfs.path("sha256").textValue() : null;
            JsonNode size = sha256 == null ? f.path("size") : lfs.path("size");
            String blob = f.path("blobId").asText();
            boolean hashed = sha256 == null ? blob.matches("[0-9a-f]{40}") : sha256.matches("[0-9a-f]{64}");
            if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0 || !hashed) {
                throw CheckpointException.of(what, path, f, "a size and a hash");
            }
            files.add(new RemoteFile(path, size.longValue(), blob, sha256));
        }
        return new RepoListing(repo, commit, files);
    }

    /**
     * Makes sure that the cache has what the request asks for, and returns the snapshot's folder. Without a network, or
     * when told to be offline, a snapshot that is complete in the cache is returned as it is.
     *
     * @param listener told of every piece that arrives
     * @param cancellation stops the pull; what was fetched stays for the next
     * @throws HubException if anything of it cannot be fetched; the revision then still leads to what it led to before
     * @throws CheckpointException if the repository has no safetensors for a component, or not in that variant
     */
    public Path pull(PullRequest request, PullProgress.Listener listener, Cancellation cancellation)
            throws IOException {
        RepoListing listing;
        try {
            listing = known(request);
            if (listing == null) {
                listing = list(request.repo(), request.revision(), cancellation);
            }
        } catch (HubException e) {
            if (e.kind() != HubException.Kind.NETWORK
                    && e.kind() != HubException.Kind.OFFLINE
                    && e.kind() != HubException.Kind.SERVER) {
                throw e;
            }
            Path cached = complete(request);
            if (cached == null) {
                throw e;
            }
            LOG.info("{}: taken from the cache as it is ({})", request.repo(), e.kind());
            return cached;
        }
        cache.prepare(request.repo());
        cache.writeTree(listing);
        fetch(listing, select(listing, request, cancellation), listener, cancellation);
        cache.writeRef(request.repo(), request.revision(), listing.commit());
        return cache.snapshot(request.repo(), listing.commit());
    }

    /** A commit never changes: what the hub once said of it needs no question. */
    private @Nullable RepoListing known(PullRequest request) throws IOException {
        return HubCache.isCommit(request.revision()) && !settings.offline()
                ? cache.readTree(request.repo(), request.revision())
                : null;
    }

    /** The snapshot in the cache, if it has all the request asks for. */
    private @Nullable Path complete(PullRequest request) throws IOException {
        Path snapshot = cache.find(request.repo(), request.revision());
        if (snapshot == null) {
            return null;
        }
        RepoListing listing = cache.readTree(request.repo(), String.valueOf(snapshot.getFileName()));
        if (listing == null) {
            // Filled by another tool, which left no word of what should be there.
            return snapshot;
        }
        Path index = snapshot.resolve(ModelIndex.FILE);
        boolean pipeline = has(listing, ModelIndex.FILE);
        if (pipeline && request.include().isEmpty() && !Files.isRegularFile(index)) {
            return null;
        }
        for (RemoteFile file : chosen(listing, request, pipeline ? index : null)) {
            if (!cache.has(request.repo(), listing.commit(), file)) {
                return null;
            }
        }
        return snapshot;
    }

    private List<RemoteFile> select(RepoListing listing, PullRequest request, Cancellation cancellation)
            throws IOException {
        Path index = null;
        if (request.include().isEmpty() && has(listing, ModelIndex.FILE)) {
            // Which folders are components stands in the index, so it comes first.
            List<RemoteFile> first = listing.files().stream()
                    .filter(f -> f.path().equals(ModelIndex.FILE))
                    .toList();
            fetch(listing, first, PullProgress.Listener.NONE, cancellation);
            index = cache.snapshot(listing.repo(), listing.commit()).resolve(ModelIndex.FILE);
        }
        return chosen(listing, request, index);
    }

    private static boolean has(RepoListing listing, String path) {
        return listing.files().stream().anyMatch(f -> f.path().equals(path));
    }

    private static List<RemoteFile> chosen(RepoListing listing, PullRequest request, @Nullable Path index)
            throws IOException {
        List<RemoteFile> all = listing.files();
        List<RemoteFile> chosen = request.include().isEmpty()
                ? FileSelection.needed(
                        listing.repo(),
                        all,
                        index == null ? null : ModelIndex.of(Config.read(index)),
                        request.variant())
                : FileSelection.matching(all, request.include());
        Set<RemoteFile> excluded = new HashSet<>(FileSelection.matching(chosen, request.exclude()));
        List<RemoteFile> result =
                chosen.stream().filter(f -> !excluded.contains(f)).toList();
        if (result.isEmpty()) {
            throw CheckpointException.of(
                    listing.repo().text(), "files", "none of " + all.size() + " chosen", "a checkpoint's files");
        }
        return result;
    }

    private void fetch(
            RepoListing listing, List<RemoteFile> files, PullProgress.Listener listener, Cancellation cancellation)
            throws IOException {
        requireRoom(listing, files);
        Tally tally = new Tally(files, listener);
        // One failure stops the others; a caller's cancellation does too.
        AtomicBoolean failed = new AtomicBoolean();
        Cancellation any = cancellation.or(failed::get);
        IOException failure = null;
        try (ExecutorService workers = Executors.newFixedThreadPool(
                settings.parallel(), Thread.ofVirtual().name("hub-", 0).factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                int index = i;
                running.add(workers.submit(() -> {
                    try {
                        new Transfer(http, cache, listing, files.get(index), any, n -> tally.set(index, n)).run();
                        return true;
                    } catch (IOException | RuntimeException e) {
                        failed.set(true);
                        throw e;
                    }
                }));
            }
            for (Future<?> f : running) {
                failure = worse(failure, await(f, failed));
            }
        }
        cancellation.check(listing.repo().text());
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable IOException await(Future<?> future, AtomicBoolean failed) {
        try {
            future.get();
            return null;
        } catch (InterruptedException e) {
            failed.set(true);
            return HubHttp.interrupted(e);
        } catch (ExecutionException e) {
            return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /** The failure that was the cause, rather than the cancellations it brought about. */
    private static @Nullable IOException worse(@Nullable IOException a, @Nullable IOException b) {
        boolean cancelled = a instanceof HubException h && h.kind() == HubException.Kind.CANCELLED;
        return a == null || (cancelled && b != null) ? b : a;
    }

    private void requireRoom(RepoListing listing, List<RemoteFile> files) throws IOException {
        long needed = 0;
        for (RemoteFile file : files) {
            if (file.size() > MAX_HTTP_BYTES) {
                throw new HubException(
                        HubException.Kind.TOO_LARGE,
                        Show.message(
                                listing.repo() + "/" + file.path(), "size", file.size(), "at most " + MAX_HTTP_BYTES));
            }
            Path blob = cache.blob(listing.repo(), file.etag());
            boolean here = cache.has(listing.repo(), listing.commit(), file) || Files.exists(blob);
            Path partial = blob.resolveSibling(file.etag() + ".kinora.incomplete");
            needed += here ? 0 : file.size() - (Files.exists(partial) ? Files.size(partial) : 0);
        }
        long usable = Files.getFileStore(cache.root()).getUsableSpace();
        if (needed > usable) {
            throw new HubException(
                    HubException.Kind.DISK_FULL,
                    Show.message(
                            cache.root().toString(),
                            "free space",
                            usable + " bytes",
                            "the " + needed + " to be fetched"));
        }
    }

    /** Adds up what the files have, and tells it. */
    private static final class Tally {
        private final List<RemoteFile> files;
        private final PullProgress.Listener listener;
        private final long[] here;
        private final long total;

        Tally(List<RemoteFile> files, PullProgress.Listener listener) {
            this.files = files;
            this.listener = listener;
            this.here = new long[files.size()];
            this.total = files.stream().mapToLong(RemoteFile::size).sum();
        }

        synchronized void set(int index, long bytes) {
            here[index] = bytes;
            RemoteFile file = files.get(index);
            long sum = 0;
            for (long h : here) {
                sum += h;
            }
            listener.update(new PullProgress(file.path(), bytes, file.size(), sum, total));
        }
    }

    @Override
    public void close() {
        http.close();
    }
}

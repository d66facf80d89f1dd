package dev.kinora.weights.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.internal.AtomicFiles;
import dev.kinora.weights.internal.Folders;
import dev.kinora.weights.internal.Json;
import dev.kinora.weights.internal.SafePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which checkpoints from the hub lie, shared with Python tools:
 *
 * <pre>
 * models--owner--name/
 *   refs/main                  the commit a branch or tag led to
 *   blobs/ETAG                 the files, by content
 *   snapshots/COMMIT/…/file    relative links to blobs, or the files themselves
 *   trees/COMMIT.json          what the hub said the commit holds
 * </pre>
 */
public final class HubCache {
    private static final String TAG = """
            Signature: 8a477f597d28d172789f06886806bc55
            # This folder is a cache of files from a model hub and may be deleted at any time.
            """;

    private final Path root;

    /** The cache in this folder, which need not exist yet. */
    public HubCache(Path root) {
        this.root = root.toAbsolutePath();
    }

    /**
     * A repository in the cache.
     *
     * @param repo the repository
     * @param bytes disk space of its blobs and files, shared ones once
     * @param revisions its snapshots
     */
    public record CachedRepo(RepoId repo, long bytes, List<CachedRevision> revisions) {}

    /**
     * A snapshot.
     *
     * @param commit 40 hexadecimal digits
     * @param refs the branches and tags that last led here
     * @param folder the checkpoint's folder
     * @param files number of files
     * @param bytes their size
     */
    public record CachedRevision(String commit, List<String> refs, Path folder, int files, long bytes) {}

    /** The cache's folder. */
    public Path root() {
        return root;
    }

    static void requireRevision(String revision) {
        if (!SafePaths.isPlainPath(revision) || revision.length() > 255) {
            throw new IllegalArgumentException(
                    "Hub: revision = " + revision + " (expected: a branch, a tag or a commit)");
        }
    }

    static boolean isCommit(String revision) {
        return revision.matches("[0-9a-f]{40}");
    }

    Path folder(RepoId repo) {
        return root.resolve(repo.folderName());
    }

    Path blob(RepoId repo, String etag) {
        return folder(repo).resolve("blobs").resolve(etag);
    }

    Path lock(RepoId repo, String etag) {
        return root.resolve(".locks").resolve(repo.folderName()).resolve(etag + ".lock");
    }

    Path snapshot(RepoId repo, String commit) {
        return folder(repo).resolve("snapshots").resolve(commit);
    }

    void prepare(RepoId repo) throws IOException {
        Files.createDirectories(folder(repo).resolve("blobs"));
        Files.createDirectories(root.resolve(".locks").resolve(repo.folderName()));
        Path tag = root.resolve("CACHEDIR.TAG");
        if (!Files.exists(tag)) {
            AtomicFiles.write(tag, TAG.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The commit a revision led to when it was last resolved, or null. */
    @Nullable
    String commit(RepoId repo, String revision) throws IOException {
        if (isCommit(revision)) {
            return revision;
        }
        Path ref = folder(repo).resolve("refs").resolve(revision);
        if (!Files.isRegularFile(ref)) {
            return null;
        }
        String commit = Files.readString(ref).strip();
        return isCommit(commit) ? commit : null;
    }

    void writeRef(RepoId repo, String revision, String commit) throws IOException {
        if (!isCommit(revision) && !commit.equals(commit(repo, revision))) {
            Path ref = folder(repo).resolve("refs").resolve(revision);
            Files.createDirectories(Folders.parent(ref));
            AtomicFiles.write(ref, commit.getBytes(StandardCharsets.US_ASCII));
        }
    }

    void writeTree(RepoListing listing) throws IOException {
        Path file = tree(listing.repo(), listing.commit());
        if (Files.exists(file)) {
            return;
        }
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("format_version", 1);
        ObjectNode files = tree.putObject("files");
        Map<String, RemoteFile> sorted = new TreeMap<>();
        listing.files().forEach(f -> sorted.put(f.path(), f));
        sorted.forEach((path, f) -> {
            ObjectNode entry = files.putObject(path);
            entry.put("size", f.size()).put("blob_id", f.blobId());
            if (f.sha256() != null) {
                entry.put("lfs_sha256", f.sha256()).put("lfs_size", f.size());
            }
        });
        Files.createDirectories(folder(listing.repo()).resolve("trees"));
        Json.write(file, tree);
    }

    /** What the hub once said a commit holds, or null where no tool kept it or it cannot be read. */
    @Nullable
    RepoListing readTree(RepoId repo, String commit) throws IOException {
        Path file = tree(repo, commit);
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            ObjectNode tree = Json.read(file);
            if (tree.path("format_version").asInt() != 1 || !tree.path("files").isObject()) {
                return null;
            }
            List<RemoteFile> files = new ArrayList<>();
            for (Map.Entry<String, JsonNode> e : tree.get("files").properties()) {
                JsonNode sha = e.getValue().path("lfs_sha256");
                if (!SafePaths.isPlainPath(e.getKey())) {
                    return null;
                }
                files.add(new RemoteFile(
                        e.getKey(),
                        e.getValue().path("size").asLong(-1),
                        e.getValue().path("blob_id").asText(),
                        sha.isTextual() ? sha.textValue() : null));
            }
            return new RepoListing(repo, commit, files);
        } catch (CheckpointException e) {
            // Another tool's file, and only a help: the hub can be asked again.
            return null;
        }
    }

    private Path tree(RepoId repo, String commit) {
        return folder(repo).resolve("trees").resolve(commit + ".json");
    }

    /** Whether the snapshot has the file, whole. */
    boolean has(RepoId repo, String commit, RemoteFile file) throws IOException {
        Path path = snapshot(repo, commit).resolve(file.path());
        return Files.isRegularFile(path) && Files.size(path) == file.size();
    }

    /**
     * Puts a blob into a snapshot: as a relative link, or where links cannot be, as the file itself; a fresh blob, which
     * no snapshot can have yet, is then moved there.
     */
    void place(RepoId repo, String commit, RemoteFile file, boolean fresh, boolean symlinks) throws IOException {
        Path target = snapshot(repo, commit).resolve(file.path());
        Path folder = Files.createDirectories(Folders.parent(target));
        Path blob = blob(repo, file.etag());
        Path temporary = AtomicFiles.temporary(target);
        try {
            if (symlinks && link(temporary, folder.relativize(blob))) {
                AtomicFiles.move(temporary, target);
            } else if (fresh) {
                AtomicFiles.move(blob, target);
            } else {
                Files.copy(blob, temporary);
                AtomicFiles.move(temporary, target);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** False on Windows without the privilege and on file systems without links. */
    private static boolean link(Path link, Path target) {
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (UnsupportedOperationException | IOException e) {
            return false;
        }
    }

    /** The snapshot of a revision that is in the cache, or null. */
    public @Nullable Path find(RepoId repo, String revision) throws IOException {
        requireRevision(revision);
        String commit = commit(repo, revision);
        if (commit == null) {
            return null;
        }
        Path snapshot = snapshot(repo, commit);
        return Files.isDirectory(snapshot) ? snapshot : null;
    }

    /** All model repositories in the cache, by name. */
    public List<CachedRepo> list() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        List<CachedRepo> repos = new ArrayList<>();
        try (Stream<Path> folders = Files.list(root)) {
            for (Path folder : folders.sorted().toList()) {
                String name = String.valueOf(folder.getFileName());
                RepoId repo = repo(name);
                if (repo != null && Files.isDirectory(folder.resolve("snapshots"))) {
                    repos.add(new CachedRepo(repo, Folders.bytes(folder), revisions(repo)));
                }
            }
        }
        return repos;
    }

    /** The repository a folder is of, or null for a folder that no tool made. */
    private static @Nullable RepoId repo(String folderName) {
        if (!folderName.startsWith("models--")) {
            return null;
        }
        try {
            return new RepoId(folderName.substring("models--".length()).replace("--", "/"));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private List<CachedRevision> revisions(RepoId repo) throws IOException {
        Map<String, List<String>> refs = new TreeMap<>();
        Path refsFolder = folder(repo).resolve("refs");
        for (Path ref : Folders.files(refsFolder)) {
            String name = refsFolder.relativize(ref).toString().replace('\\', '/');
            String commit = commit(repo, name);
            if (commit != null) {
                refs.computeIfAbsent(commit, k -> new ArrayList<>()).add(name);
            }
        }
        List<CachedRevision> revisions = new ArrayList<>();
        try (Stream<Path> snapshots = Files.list(folder(repo).resolve("snapshots"))) {
            for (Path snapshot : snapshots.sorted().toList()) {
                String commit = String.valueOf(snapshot.getFileName());
                if (Files.isDirectory(snapshot) && isCommit(commit)) {
                    List<Path> files = Folders.files(snapshot);
                    long bytes = 0;
                    for (Path file : files) {
                        bytes += Files.exists(file) ? Files.size(file) : 0;
                    }
                    revisions.add(new CachedRevision(
                            commit, refs.getOrDefault(commit, List.of()), snapshot, files.size(), bytes));
                }
            }
        }
        return revisions;
    }

    /**
     * Removes a repository with everything downloaded for it.
     *
     * @return the bytes freed; 0 where it was not in the cache
     */
    public long remove(RepoId repo) throws IOException {
        Path folder = folder(repo);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        long before = Folders.bytes(folder);
        // Renamed first, so that a half deleted repository is never taken for a whole one.
        Path dying = AtomicFiles.temporary(folder);
        AtomicFiles.move(folder, dying);
        Folders.delete(dying);
        Folders.delete(root.resolve(".locks").resolve(repo.folderName()));
        return before;
    }

    /**
     * Removes one revision: its snapshot, the refs that led to it and the blobs that no other snapshot links to.
     *
     * @return the bytes freed; 0 where it was not in the cache
     */
    public long remove(RepoId repo, String revision) throws IOException {
        Path snapshot = find(repo, revision);
        if (snapshot == null) {
            return 0;
        }
        Path folder = folder(repo);
        long before = Folders.bytes(folder);
        String commit = String.valueOf(snapshot.getFileName());
        for (CachedRevision r : revisions(repo)) {
            if (r.commit().equals(commit)) {
                for (String ref : r.refs()) {
                    Files.delete(folder.resolve("refs").resolve(ref));
                }
            }
        }
        Path dying = AtomicFiles.temporary(snapshot);
        AtomicFiles.move(snapshot, dying);
        Folders.delete(dying);
        Files.deleteIfExists(tree(repo, commit));
        Set<Path> used = new HashSet<>();
        for (Path file : Folders.files(folder.resolve("snapshots"))) {
            if (Files.exists(file)) {
                used.add(file.toRealPath());
            }
        }
        if (Folders.files(folder.resolve("snapshots")).isEmpty()) {
            return before - Folders.bytes(folder) + remove(repo);
        }
        for (Path blob : Folders.files(folder.resolve("blobs"))) {
            if (!used.contains(blob.toRealPath()) && isEtag(String.valueOf(blob.getFileName()))) {
                Files.delete(blob);
            }
        }
        return before - Folders.bytes(folder);
    }

    static boolean isEtag(String etag) {
        return etag.matches("[0-9A-Za-z_-]{1,128}");
    }
}

package dev.kinora.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.hub.FakeHub.Fault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubClientTest {
    private static final String BIG = "transformer/diffusion_pytorch_model.safetensors";
    private static final int BIG_SIZE = 600_000;

    @TempDir
    Path dir;

    private final FakeHub hub = new FakeHub();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    @BeforeEach
    void fill() {
        hub.small("model_index.json", """
                {"_class_name": "P", "transformer": ["diffusers", "T"], "vae": ["diffusers", "V"],
                 "tokenizer": ["transformers", "T5Tokenizer"], "scheduler": ["diffusers", "DDIMScheduler"]}
                """);
        hub.small("README.md", "# card");
        hub.small("LICENSE", "terms");
        hub.small(".gitattributes", "*");
        hub.small("transformer/config.json", "{}");
        hub.large(BIG, BIG_SIZE);
        hub.large("transformer/diffusion_pytorch_model.bin", 10);
        hub.small("vae/config.json", "{ }");
        hub.large("vae/diffusion_pytorch_model.safetensors", 70_000);
        hub.large("vae/diffusion_pytorch_model.fp16.safetensors", 35_000);
        hub.small("vae/flax_model.json", "{}");
        hub.large("tokenizer/spiece.model", 5_000);
        hub.small("tokenizer/empty.txt", "");
        hub.small("scheduler/scheduler_config.json", "{\"a\": 1}");
        hub.large("other/diffusion_pytorch_model.safetensors", 5);
        hub.large("all in one.safetensors", 9);
    }

    @AfterEach
    void nothingForbidden() {
        hub.close();
        assertThat(hub.violations).isEmpty();
        assertThat(hub.faults.values()).allMatch(java.util.Collection::isEmpty);
    }

    private HubSettings settings(@Nullable String token, boolean offline, boolean symlinks) {
        return new HubSettings(
                hub.uri(), dir, token, offline, symlinks, Duration.ofSeconds(20), Duration.ofSeconds(20), 3);
    }

    private HubClient client() {
        return new HubClient(settings(hub.token, false, true), waits::add);
    }

    private Path pull() throws IOException {
        return pull(PullRequest.of(hub.repo));
    }

    private Path pull(PullRequest request) throws IOException {
        try (HubClient client = client()) {
            return client.pull(request, PullProgress.Listener.NONE, new Cancellation());
        }
    }

    private HubException refused() {
        return catchThrowableOfType(HubException.class, this::pull);
    }

    private void assertPulled(Path snapshot, String... paths) throws IOException {
        for (String path : paths) {
            assertThat(Files.readAllBytes(snapshot.resolve(path)))
                    .as(path)
                    .isEqualTo(java.util.Objects.requireNonNull(hub.files.get(path))
                            .content());
        }
    }

    private static List<String> names(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(p -> !Files.isDirectory(p, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .map(p -> root.relativize(p).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void cacheThatPythonToolsRead() throws IOException {
        Path snapshot = pull();
        Path repo = dir.resolve("models--owner--model");
        assertThat(snapshot).isEqualTo(repo.resolve("snapshots").resolve(FakeHub.COMMIT));
        assertThat(names(snapshot))
                .containsExactly(
                        "LICENSE",
                        "model_index.json",
                        "scheduler/scheduler_config.json",
                        "tokenizer/empty.txt",
                        "tokenizer/spiece.model",
                        "transformer/config.json",
                        BIG,
                        "vae/config.json",
                        "vae/diffusion_pytorch_model.safetensors");
        assertPulled(snapshot, names(snapshot).toArray(String[]::new));
        assertThat(repo.resolve("refs/main")).hasContent(FakeHub.COMMIT);
        assertThat(Files.size(repo.resolve("refs/main"))).isEqualTo(40);
        String etag = java.util.Objects.requireNonNull(hub.files.get(BIG)).etag();
        assertThat(etag).hasSize(64);
        assertThat(Files.readSymbolicLink(snapshot.resolve(BIG))).isEqualTo(Path.of("../../../blobs/" + etag));
        String license =
                java.util.Objects.requireNonNull(hub.files.get("LICENSE")).etag();
        assertThat(license).hasSize(40);
        assertThat(Files.readSymbolicLink(snapshot.resolve("LICENSE"))).isEqualTo(Path.of("../../blobs/" + license));
        assertThat(names(repo.resolve("blobs"))).hasSize(9).doesNotContain("incomplete");
        assertThat(dir.resolve("CACHEDIR.TAG")).content().startsWith("Signature: 8a477f597d28d172789f06886806bc55");
        assertThat(dir.resolve(".locks/models--owner--model/" + etag + ".lock")).exists();
        Config tree = Config.read(repo.resolve("trees/" + FakeHub.COMMIT + ".json"));
        assertThat(tree.toJson())
                .contains("\"format_version\": 1", "\"lfs_sha256\": \"" + etag + "\"", "\"lfs_size\": 600000");
        assertThat(waits).isEmpty();
    }

    @Test
    void nothingIsFetchedTwice() throws IOException {
        Path first = pull();
        int before = hub.requests.size();
        assertThat(pull()).isEqualTo(first);
        assertThat(hub.requests.subList(before, hub.requests.size()))
                .containsExactly("GET /api/models/owner/model/revision/main?blobs=true");
        assertThat(pull(PullRequest.of(hub.repo).at(FakeHub.COMMIT))).isEqualTo(first);
        assertThat(hub.requests).hasSize(before + 1);
        assertThat(pull(PullRequest.of(hub.repo).at("refs/pr/1"))).isEqualTo(first);
        assertThat(dir.resolve("models--owner--model/refs/refs/pr/1")).hasContent(FakeHub.COMMIT);
    }

    @Test
    void progressReachesTheTotal() throws IOException {
        List<PullProgress> seen = new ArrayList<>();
        try (HubClient client = client()) {
            client.pull(PullRequest.of(hub.repo), seen::add, new Cancellation());
        }
        PullProgress last = seen.getLast();
        assertThat(last.bytes()).isEqualTo(last.total()).isGreaterThan(BIG_SIZE);
        for (int i = 1; i < seen.size(); i++) {
            assertThat(seen.get(i).bytes())
                    .isGreaterThanOrEqualTo(seen.get(i - 1).bytes());
        }
    }

    @Test
    void brokenConnectionsAreResumed() throws IOException {
        hub.fault(BIG, new Fault.Break(200_000), new Fault.Break(140_000), new Fault.Break(100_000));
        assertPulled(pull(), BIG);
        assertThat(hub.requests.stream().filter(r -> r.contains(" bytes="))).hasSize(3);
        assertThat(hub.count("HEAD /owner/model/resolve/" + FakeHub.COMMIT + "/" + BIG))
                .as("each try asks for a fresh address")
                .isEqualTo(4);
    }

    @Test
    void moreBreaksThanTriesAreFineAsLongAsBytesArrive() throws IOException {
        for (int i = 0; i < 2 * HubHttp.TRIES; i++) {
            hub.fault(BIG, new Fault.Break(40_000));
        }
        assertPulled(pull(), BIG);
    }

    @Test
    void serversThatCannotResume() throws IOException {
        hub.fault(BIG, new Fault.Break(200_000), new Fault.WholeFile());
        assertPulled(pull(), BIG);
        new HubCache(dir).remove(new RepoId(hub.repo));
        hub.fault(BIG, new Fault.Break(200_000), new Fault.WrongRange());
        assertPulled(pull(), BIG);
        new HubCache(dir).remove(new RepoId(hub.repo));
        hub.fault(BIG, new Fault.Break(200_000), new Fault.Status(416));
        assertPulled(pull(), BIG);
    }

    @Test
    void deadConnectionsEndInAnError() {
        for (int i = 0; i < HubHttp.TRIES; i++) {
            hub.fault(BIG, new Fault.Break(0));
        }
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.NETWORK);
        assertThat(e).hasMessageContaining("owner/model/" + BIG);
        assertThat(dir.resolve("models--owner--model/refs/main")).doesNotExist();
        assertThat(dir.resolve("models--owner--model/snapshots/" + FakeHub.COMMIT + "/" + BIG))
                .doesNotExist();
    }

    @Test
    void stalledConnectionsAreReplaced() throws IOException {
        hub.fault(BIG, new Fault.Stall(200_000));
        HubSettings impatient =
                new HubSettings(hub.uri(), dir, null, false, true, Duration.ofSeconds(20), Duration.ofMillis(300), 3);
        try (HubClient client = new HubClient(impatient, waits::add)) {
            assertPulled(client.pull(PullRequest.of(hub.repo), PullProgress.Listener.NONE, new Cancellation()), BIG);
        }
        assertThat(hub.requests.stream().filter(r -> r.contains(" bytes="))).hasSize(1);
    }

    @Test
    void cancelledPullsGoOnLater() throws IOException {
        hub.fault(BIG, new Fault.Stall(200_000));
        Cancellation cancellation = new Cancellation();
        try (HubClient client = client()) {
            assertThatThrownBy(() -> client.pull(
                            PullRequest.of(hub.repo).including(BIG),
                            p -> {
                                if (p.fileBytes() >= 200_000) {
                                    cancellation.cancel();
                                }
                            },
                            cancellation))
                    .isInstanceOfSatisfying(
                            HubException.class, e -> assertThat(e.kind()).isEqualTo(HubException.Kind.CANCELLED));
        }
        assertThat(dir.resolve("models--owner--model/refs/main")).doesNotExist();
        assertPulled(pull(), BIG);
        assertThat(hub.requests).anyMatch(r -> r.endsWith(" bytes=200000-"));
    }

    @Test
    void rateLimitsAreObeyed() throws IOException {
        hub.fault("api", new Fault.Status(429, "Retry-After: 7"));
        hub.fault("HEAD " + BIG, new Fault.Status(429, "RateLimit: \"api\";r=0;t=3"));
        hub.fault(BIG, new Fault.Status(503));
        assertPulled(pull(), BIG);
        Duration total = waits.stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(total).isEqualTo(Duration.ofSeconds(7 + 3).plus(HubHttp.backoff(1)));
    }

    @Test
    void endlessRateLimits() {
        for (int i = 0; i < HubHttp.TRIES; i++) {
            hub.fault("api", new Fault.Status(429, "Retry-After: 100000000"));
        }
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.RATE_LIMITED);
        assertThat(e).hasMessageContaining("status = 429").hasMessageContaining("fewer requests");
    }

    @Test
    void signedAddressesThatRanOut() throws IOException {
        hub.token = "hf_secret";
        hub.fault(BIG, new Fault.Break(200_000), new Fault.Status(403));
        assertPulled(pull(), BIG);
        assertThat(hub.requests.getLast()).doesNotContain("hf_secret");
    }

    @Test
    void refusals() {
        record Case(Fault.Status status, HubException.Kind kind, String message) {}
        for (Case c : List.of(
                new Case(
                        new Fault.Status(403, "X-Error-Code: GatedRepo"),
                        HubException.Kind.GATED,
                        "accept the repository's terms"),
                new Case(
                        new Fault.Status(401, "X-Error-Code: RepoNotFound"),
                        HubException.Kind.REPO_NOT_FOUND,
                        "or HF_TOKEN set for a private or gated one"),
                new Case(new Fault.Status(401), HubException.Kind.REPO_NOT_FOUND, "status = 401"),
                new Case(
                        new Fault.Status(401, "X-Error-Message: Invalid credentials in Authorization header"),
                        HubException.Kind.UNAUTHORIZED,
                        "a valid token in HF_TOKEN"),
                new Case(
                        new Fault.Status(403, "X-Error-Message: Access to this resource is disabled."),
                        HubException.Kind.DISABLED,
                        "not disabled"),
                new Case(new Fault.Status(403), HubException.Kind.FORBIDDEN, "status = 403"),
                new Case(
                        new Fault.Status(404, "X-Error-Code: RevisionNotFound"),
                        HubException.Kind.REVISION_NOT_FOUND,
                        "a branch, tag or commit"),
                new Case(new Fault.Status(418), HubException.Kind.SERVER, "status = 418"))) {
            hub.fault("api", c.status());
            HubException e = refused();
            assertThat(e.kind()).isEqualTo(c.kind());
            assertThat(e).hasMessageStartingWith("owner/model@main: ").hasMessageContaining(c.message());
        }
        hub.fault("HEAD vae/config.json", new Fault.Status(403, "X-Error-Code: GatedRepo"));
        assertThat(refused().kind()).isEqualTo(HubException.Kind.GATED);
        assertThat(catchThrowableOfType(HubException.class, () -> pull(PullRequest.of("no/where")))
                        .kind())
                .isEqualTo(HubException.Kind.REPO_NOT_FOUND);
    }

    @Test
    void renamedRepositories() throws IOException {
        hub.formerName = "owner/former";
        assertPulled(pull(PullRequest.of("owner/former")), BIG, "LICENSE");
        assertThat(dir.resolve("models--owner--former/refs/main")).exists();
    }

    @Test
    void contentIsHeldAgainstItsHash() throws IOException {
        hub.fault(BIG, new Fault.WrongByte());
        hub.fault("vae/config.json", new Fault.WrongByte());
        assertPulled(pull(), BIG, "vae/config.json");
        new HubCache(dir).remove(new RepoId(hub.repo));
        hub.fault("vae/config.json", new Fault.WrongByte(), new Fault.WrongByte());
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.CORRUPT);
        assertThat(names(dir.resolve("models--owner--model/snapshots")))
                .doesNotContain(FakeHub.COMMIT + "/vae/config.json");
    }

    @Test
    void repliesThatContradictTheListing() {
        for (String header : List.of("X-Repo-Commit", "X-Linked-Etag", "X-Linked-Size")) {
            hub.wrongHeaders.clear();
            hub.wrongHeaders.put(header, "1234");
            HubException e = refused();
            assertThat(e.kind()).isEqualTo(HubException.Kind.CORRUPT);
            assertThat(e).hasMessageContaining("1234");
        }
        hub.wrongHeaders.clear();
        hub.wrongHeaders.put("Location", "ftp://example/x");
        assertThat(refused()).hasMessageContaining("an https address");
    }

    @Test
    void hostileListings() {
        String file = "{\"sha\":\"" + FakeHub.COMMIT
                + "\",\"siblings\":[{\"rfilename\":\"%s\",\"size\":%s,\"blobId\":\"%s\"}]}";
        String blob = "a".repeat(40);
        for (String name :
                List.of("../x", "/x", "a/../../x", "a\\\\..\\\\x", "", "a//b", "C:x", "a\\u0000b", ".", "a/.")) {
            hub.listing = file.formatted(name, 1, blob);
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        for (String size : List.of("-1", "1.5", "\"1\"", "99999999999999999999", "null")) {
            hub.listing = file.formatted("config.json", size, blob);
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        for (String bad : List.of("../../../x", "", "zz")) {
            hub.listing = file.formatted("config.json", 1, bad);
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        for (String reply : List.of("", "[]", "{}", "{\"sha\":\"../..\"}", "<html>", "{".repeat(5000))) {
            hub.listing = reply.isEmpty() ? " " : reply;
            assertThat(refused().kind()).isEqualTo(HubException.Kind.CORRUPT);
        }
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void roomIsCheckedBeforeAnythingIsFetched() {
        StringBuilder files = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            files.append(files.isEmpty() ? "" : ",")
                    .append("{\"rfilename\":\"" + i + ".safetensors\",\"size\":49000000000,\"blobId\":\"")
                    .append(String.format("%040x", i))
                    .append("\"}");
        }
        hub.listing = "{\"sha\":\"" + FakeHub.COMMIT + "\",\"siblings\":[" + files + "]}";
        HubException e = refused();
        assertThat(e.kind()).isEqualTo(HubException.Kind.DISK_FULL);
        assertThat(e).hasMessageContaining("free space = ");
        hub.listing = "{\"sha\":\"" + FakeHub.COMMIT + "\",\"siblings\":["
                + "{\"rfilename\":\"a.safetensors\",\"size\":51000000000,\"blobId\":\"" + "a".repeat(40) + "\"}]}";
        assertThat(refused().kind()).isEqualTo(HubException.Kind.TOO_LARGE);
        assertThat(hub.requests).allMatch(r -> r.startsWith("GET /api/"));
    }

    @Test
    void offline() throws IOException {
        HubSettings off = settings(null, true, true);
        try (HubClient client = new HubClient(off, waits::add)) {
            PullRequest request = PullRequest.of(hub.repo);
            Callable<Path> pull = () -> client.pull(request, PullProgress.Listener.NONE, new Cancellation());
            assertThatThrownBy(pull::call)
                    .isInstanceOf(HubException.class)
                    .hasMessage("owner/model: HF_HUB_OFFLINE = on (expected: off, to ask the hub)");
            Path snapshot = pull();
            int before = hub.requests.size();
            assertThat(client.pull(request, PullProgress.Listener.NONE, new Cancellation()))
                    .isEqualTo(snapshot);
            assertThat(client.pull(request.at(FakeHub.COMMIT), PullProgress.Listener.NONE, new Cancellation()))
                    .isEqualTo(snapshot);
            Files.delete(snapshot.resolve(BIG));
            assertThatThrownBy(pull::call).isInstanceOf(HubException.class);
            assertThat(hub.requests).hasSize(before);
        }
    }

    @Test
    void anUnreachableHubLeavesTheCacheUsable() throws IOException {
        Path snapshot = pull();
        HubSettings gone = new HubSettings(
                URI.create("http://127.0.0.1:9"),
                dir,
                null,
                false,
                true,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1);
        try (HubClient client = new HubClient(gone, waits::add)) {
            assertThat(client.pull(PullRequest.of(hub.repo), PullProgress.Listener.NONE, new Cancellation()))
                    .isEqualTo(snapshot);
            assertThatThrownBy(() -> client.pull(
                            PullRequest.of(hub.repo).variant("fp16"), PullProgress.Listener.NONE, new Cancellation()))
                    .isInstanceOfSatisfying(
                            HubException.class, e -> assertThat(e.kind()).isEqualTo(HubException.Kind.NETWORK));
        }
    }

    @Test
    void withoutLinks() throws IOException {
        try (HubClient client = new HubClient(settings(null, false, false), waits::add)) {
            Path snapshot = client.pull(PullRequest.of(hub.repo), PullProgress.Listener.NONE, new Cancellation());
            assertPulled(snapshot, BIG, "LICENSE");
            assertThat(Files.isSymbolicLink(snapshot.resolve(BIG))).isFalse();
            assertThat(names(dir.resolve("models--owner--model/blobs"))).isEmpty();
            int before = hub.requests.size();
            client.pull(PullRequest.of(hub.repo), PullProgress.Listener.NONE, new Cancellation());
            assertThat(hub.requests).hasSize(before + 1);
        }
    }

    @Test
    void variantsAndGlobs() throws IOException {
        Path snapshot = pull(PullRequest.of(hub.repo).variant("fp16").excluding("transformer/*"));
        assertThat(names(snapshot))
                .contains("vae/diffusion_pytorch_model.fp16.safetensors")
                .doesNotContain("vae/diffusion_pytorch_model.safetensors", BIG);
        assertThatThrownBy(() -> pull(PullRequest.of(hub.repo).variant("bf16")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("variant = bf16");
        assertPulled(pull(PullRequest.of(hub.repo).including("*.safetensors")), "all in one.safetensors");
        assertThatThrownBy(() -> pull(PullRequest.of(hub.repo).including("nothing*")))
                .hasMessageContaining("none of 16 chosen");
    }

    @Test
    void severalAtOnce() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Callable<Path>> pulls = List.of(this::pull, this::pull, this::pull);
            for (var f : threads.invokeAll(pulls)) {
                assertPulled(f.get(), BIG, "LICENSE", "vae/diffusion_pytorch_model.safetensors");
            }
        }
        assertThat(hub.requests.stream().filter(r -> r.startsWith("GET /" + BIG)))
                .hasSize(1);
    }

    @Test
    void listAndRemove() throws IOException {
        HubCache cache = new HubCache(dir);
        assertThat(cache.list()).isEmpty();
        Path snapshot = pull();
        Path older = Files.createDirectories(snapshot.resolveSibling("f".repeat(40)));
        Files.createSymbolicLink(older.resolve("LICENSE"), Files.readSymbolicLink(snapshot.resolve("LICENSE")));
        Files.createDirectories(dir.resolve("models--not--a--name!/snapshots"));
        Files.createDirectories(dir.resolve("datasets--x--y/snapshots"));
        assertThat(cache.list()).hasSize(1);
        HubCache.CachedRepo repo = cache.list().getFirst();
        assertThat(repo.repo()).isEqualTo(new RepoId("owner/model"));
        assertThat(repo.bytes()).isGreaterThan(BIG_SIZE);
        assertThat(repo.revisions()).hasSize(2);
        HubCache.CachedRevision revision = repo.revisions().getFirst();
        assertThat(revision.refs()).containsExactly("main");
        assertThat(revision.files()).isEqualTo(9);
        assertThat(revision.folder()).isEqualTo(snapshot);
        assertThat(cache.find(repo.repo(), "main")).isEqualTo(snapshot);

        assertThat(cache.remove(repo.repo(), "main")).isGreaterThan(BIG_SIZE);
        assertThat(cache.find(repo.repo(), "main")).isNull();
        assertThat(older.resolve("LICENSE")).hasContent("terms");
        assertThat(cache.remove(repo.repo(), "main")).isZero();
        assertThat(cache.remove(repo.repo())).isPositive();
        assertThat(cache.list()).isEmpty();
        assertThat(cache.remove(repo.repo())).isZero();
    }
}

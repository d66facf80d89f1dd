package dev.kinora.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class HubClientTest extends HubDouble {
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
    void renamedRepositories() throws IOException {
        hub.formerName = "owner/former";
        assertPulled(pull(PullRequest.of("owner/former")), BIG, "LICENSE");
        assertThat(dir.resolve("models--owner--former/refs/main")).exists();
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

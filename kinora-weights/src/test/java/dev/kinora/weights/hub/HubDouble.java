package dev.kinora.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A hub of a few files that breaks the rules when told to, and a client of it. */
abstract class HubDouble {
    static final String BIG = "transformer/diffusion_pytorch_model.safetensors";
    static final int BIG_SIZE = 600_000;

    @TempDir
    Path dir;

    final FakeHub hub = new FakeHub();
    final List<Duration> waits = new CopyOnWriteArrayList<>();

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

    final HubSettings settings(@Nullable String token, boolean offline, boolean symlinks) {
        return new HubSettings(
                hub.uri(), dir, token, offline, symlinks, Duration.ofSeconds(20), Duration.ofSeconds(20), 3);
    }

    final HubClient client() {
        return new HubClient(settings(hub.token, false, true), waits::add);
    }

    final Path pull() throws IOException {
        return pull(PullRequest.of(hub.repo));
    }

    final Path pull(PullRequest request) throws IOException {
        try (HubClient client = client()) {
            return client.pull(request, PullProgress.Listener.NONE, new Cancellation());
        }
    }

    final HubException refused() {
        return catchThrowableOfType(HubException.class, this::pull);
    }

    final void assertPulled(Path snapshot, String... paths) throws IOException {
        for (String path : paths) {
            assertThat(Files.readAllBytes(snapshot.resolve(path)))
                    .as(path)
                    .isEqualTo(java.util.Objects.requireNonNull(hub.files.get(path))
                            .content());
        }
    }

    static List<String> names(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(p -> !Files.isDirectory(p, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .map(p -> root.relativize(p).toString())
                    .sorted()
                    .toList();
        }
    }
}

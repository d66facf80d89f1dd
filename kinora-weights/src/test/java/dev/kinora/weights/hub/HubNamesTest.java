package dev.kinora.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.ModelIndex;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubNamesTest {
    @TempDir
    Path home;

    @Test
    void environment() throws IOException {
        HubSettings plain = HubSettings.from(Map.of(), home);
        assertThat(plain.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(plain.token()).isNull();
        assertThat(plain.offline()).isFalse();
        assertThat(plain.symlinks()).isTrue();
        assertThat(plain.metadataTimeout()).isEqualTo(Duration.ofSeconds(10));

        Path hf = Files.createDirectories(home.resolve("hf"));
        Files.writeString(hf.resolve("token"), "hf_file\n");
        assertThat(HubSettings.from(Map.of("HF_HOME", "~/hf"), home).token()).isEqualTo("hf_file");
        HubSettings all = HubSettings.from(
                Map.of(
                        "HF_HOME", hf.toString(),
                        "HF_TOKEN", " hf_env ",
                        "HF_ENDPOINT", "http://localhost:8080//",
                        "HF_HUB_OFFLINE", "yes",
                        "HF_HUB_DISABLE_SYMLINKS", "1",
                        "HF_HUB_ETAG_TIMEOUT", "2.5"),
                home);
        assertThat(all.cache()).isEqualTo(hf.resolve("hub"));
        assertThat(all.token()).isEqualTo("hf_env");
        assertThat(all.endpoint()).isEqualTo(URI.create("http://localhost:8080"));
        assertThat(all.offline()).isTrue();
        assertThat(all.symlinks()).isFalse();
        assertThat(all.metadataTimeout()).isEqualTo(Duration.ofMillis(2500));
        assertThat(all.toString()).doesNotContain("hf_env");

        assertThat(HubSettings.from(Map.of("XDG_CACHE_HOME", home + "/x"), home).cache())
                .isEqualTo(home.resolve("x/huggingface/hub"));
        assertThat(HubSettings.from(Map.of("HUGGINGFACE_HUB_CACHE", home + "/old"), home)
                        .cache())
                .isEqualTo(home.resolve("old"));
        assertThat(HubSettings.from(Map.of("HF_HUB_CACHE", home + "/c", "HUGGINGFACE_HUB_CACHE", home + "/old"), home)
                        .cache())
                .isEqualTo(home.resolve("c"));
        assertThat(HubSettings.from(Map.of("HF_TOKEN", "t", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), home)
                        .token())
                .isNull();
        for (Map<String, String> bad : List.of(
                Map.of("HF_ENDPOINT", "ftp://x"),
                Map.of("HF_ENDPOINT", "not an address"),
                Map.of("HF_HUB_ETAG_TIMEOUT", "soon"),
                Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "-1"))) {
            assertThatThrownBy(() -> HubSettings.from(bad, home))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("HubSettings: HF_");
        }
    }

    @Test
    void names() {
        assertThat(new RepoId("zai-org/CogVideoX-2b").folderName()).isEqualTo("models--zai-org--CogVideoX-2b");
        assertThat(new RepoId("gpt2").folderName()).isEqualTo("models--gpt2");
        for (String bad : List.of(
                "",
                "/",
                "a/",
                "/a",
                "a/b/c",
                "..",
                "a/..",
                "../a",
                "a--b/c",
                "a b",
                "-a/b",
                "a/b.git",
                "a/b-",
                ".a/b",
                "a/b\0",
                "a/%2e",
                "x".repeat(200))) {
            assertThatThrownBy(() -> new RepoId(bad)).isInstanceOf(IllegalArgumentException.class);
        }
        for (String bad : List.of("", "../main", "/main", "a//b", "a\\b", ".", "x".repeat(300))) {
            assertThatThrownBy(() -> PullRequest.of("a/b").at(bad)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(PullRequest.of("a/b").at("refs/pr/1").revision()).isEqualTo("refs/pr/1");
    }

    @Test
    void redirectsNeverLeaveHttps() throws IOException {
        HubSettings https = HubSettings.from(Map.of("HF_ENDPOINT", "https://hub.example"), home);
        try (HubHttp http = new HubHttp(https, d -> {})) {
            URI at = http.at("/a/b");
            assertThat(http.resolve(at, "/c/d")).isEqualTo(URI.create("https://hub.example/c/d"));
            assertThat(http.resolve(at, "https://cdn.example/x?y")).isEqualTo(URI.create("https://cdn.example/x?y"));
            for (String bad : List.of("http://hub.example/c", "file:///etc/passwd", "://", "https:///x")) {
                assertThatThrownBy(() -> http.resolve(at, bad)).isInstanceOf(HubException.class);
            }
            assertThat(http.isEndpoint(URI.create("https://HUB.example/x"))).isTrue();
            for (String other : List.of(
                    "https://hub.example.evil/x",
                    "https://hub.example:444/x",
                    "http://hub.example/x",
                    "https://hub.example@evil/x",
                    "https://sub.hub.example/x")) {
                assertThat(http.isEndpoint(URI.create(other))).as(other).isFalse();
            }
        }
    }

    private static List<String> select(boolean pipeline, String variant, String... paths) {
        List<RemoteFile> files =
                Stream.of(paths).map(p -> new RemoteFile(p, 1, "0", null)).toList();
        ModelIndex index = pipeline ? ModelIndex.of(Config.parse("i", """
                        {"_class_name": "P", "unet": ["diffusers", "U"], "text_encoder": ["transformers", "T"]}""")) : null;
        return FileSelection.needed(new RepoId("o/n"), files, index, variant).stream()
                .map(RemoteFile::path)
                .sorted()
                .toList();
    }

    @Test
    void oneSetOfWeightsPerComponent() {
        String[] repo = {
            "model_index.json",
            "v1-5.safetensors",
            "v1-5.ckpt",
            "safety_checker/model.safetensors",
            "unet/config.json",
            "unet/diffusion_pytorch_model.safetensors",
            "unet/diffusion_pytorch_model.bin",
            "unet/diffusion_pytorch_model.fp16.safetensors",
            "unet/diffusion_pytorch_model.non_ema.safetensors",
            "unet/diffusion_flax_model.msgpack",
            "unet/model.onnx",
            "unet/preview.png",
            "text_encoder/config.json",
            "text_encoder/model-00001-of-00002.safetensors",
            "text_encoder/model-00002-of-00002.safetensors",
            "text_encoder/model.safetensors.index.json",
            "text_encoder/pytorch_model.bin.index.json"
        };
        assertThat(select(true, "", repo))
                .containsExactly(
                        "model_index.json",
                        "text_encoder/config.json",
                        "text_encoder/model-00001-of-00002.safetensors",
                        "text_encoder/model-00002-of-00002.safetensors",
                        "text_encoder/model.safetensors.index.json",
                        "unet/config.json",
                        "unet/diffusion_pytorch_model.safetensors");
        assertThat(select(true, "fp16", repo))
                .contains("unet/diffusion_pytorch_model.fp16.safetensors", "text_encoder/model.safetensors.index.json")
                .doesNotContain("unet/diffusion_pytorch_model.safetensors");
        assertThat(select(
                        true,
                        "fp16",
                        "unet/diffusion_pytorch_model.fp16-00001-of-00001.safetensors",
                        "unet/diffusion_pytorch_model.safetensors.index.fp16.json",
                        "unet/diffusion_pytorch_model.safetensors.index.json"))
                .hasSize(2);
        assertThat(select(
                        true,
                        "fp16",
                        "unet/diffusion_pytorch_model-00001-of-00001.fp16.safetensors",
                        "unet/diffusion_pytorch_model.safetensors.fp16.index.json"))
                .hasSize(2);
    }

    @Test
    void repositoriesThatAreOneComponent() {
        assertThat(select(
                        false,
                        "",
                        "config.json",
                        "diffusion_pytorch_model.safetensors",
                        "other.safetensors",
                        "sub/x.json"))
                .containsExactly("config.json", "diffusion_pytorch_model.safetensors");
        assertThat(select(false, "", "README.md", "zoom.safetensors")).containsExactly("zoom.safetensors");
    }

    @Test
    void picklesAreNoWeights() {
        assertThatThrownBy(() -> select(true, "", "unet/diffusion_pytorch_model.bin", "unet/config.json"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("o/n: weights = [unet/diffusion_pytorch_model.bin] "
                        + "(expected: safetensors; pickles are never read)");
    }
}

package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
class CheckpointFolderTest {
    @TempDir
    Path dir;

    private static final ModelIndex INDEX = ModelIndex.of("CogVideoXPipeline")
            .with("scheduler", "diffusers", "CogVideoXDDIMScheduler")
            .with("text_encoder", "transformers", "T5EncoderModel")
            .with("vae", "diffusers", "AutoencoderKLCogVideoX");

    private static final ModelIndex VAE =
            ModelIndex.of("CogVideoXPipeline").with("vae", "diffusers", "AutoencoderKLCogVideoX");

    private CheckpointFolder write(Path target) throws IOException {
        return CheckpointFolder.write(target, INDEX, draft -> {
            draft.config("scheduler", Config.of("CogVideoXDDIMScheduler").with("snr_shift_scale", 3.0));
            draft.config("text_encoder", Config.parse("t5", "{\"d_model\":8,\"_name\":\"x\"}"));
            draft.weights("text_encoder", new SafetensorsWriter().add("w", Tensors.of(new float[] {1}, 1)), "", 100);
            draft.config("vae", Config.of("AutoencoderKLCogVideoX"));
            draft.weights("vae", new SafetensorsWriter().add("w", Tensors.of(new float[] {1}, 1)), "fp16", 100);
        });
    }

    private List<String> files(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile)
                    .map(p -> root.relativize(p).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void writtenAndOpened() throws IOException {
        CheckpointFolder folder = write(dir.resolve("out"));
        assertThat(files(dir))
                .containsExactly(
                        "out/model_index.json",
                        "out/scheduler/scheduler_config.json",
                        "out/text_encoder/config.json",
                        "out/text_encoder/model.safetensors",
                        "out/vae/config.json",
                        "out/vae/diffusion_pytorch_model.fp16.safetensors");
        assertThat(folder.index().className()).isEqualTo("CogVideoXPipeline");
        assertThat(folder.components()).hasSize(3);
        assertThat(folder.component("scheduler").config().reader().number("snr_shift_scale"))
                .isEqualTo(3.0);
        assertThat(folder.component("scheduler").weightFiles("")).isEmpty();
        assertThat(folder.component("vae").weightFiles("fp16")).hasSize(1);
        assertThat(folder.has("tokenizer")).isFalse();
        assertThatThrownBy(() -> folder.component("vea"))
                .hasMessageContaining("component = vea (expected: one of [scheduler, text_encoder, vae])");
        assertThatThrownBy(() -> write(dir.resolve("out"))).hasMessageContaining("a new or empty folder");
    }

    @Test
    void anotherComponentTakesThePlaceOfOneInItsTypes() throws IOException {
        CheckpointFolder base = CheckpointFolder.write(dir.resolve("base"), VAE, draft -> {
            draft.config("vae", Config.of("AutoencoderKLCogVideoX"));
            Tensor half = Tensors.of(new float[] {1, 2}, 2).to(DType.BF16);
            draft.weights("vae", new SafetensorsWriter().add("w", half), "", 100);
        });
        Path other = component("other", "AutoencoderKLCogVideoX", "w", 3.25f, 4);
        CheckpointFolder made = replaced(base, "made", other);
        assertThat(files(dir.resolve("made")))
                .containsExactly(
                        "model_index.json",
                        "vae/config.json",
                        "vae/diffusion_pytorch_model.safetensors",
                        "vae/training.json");
        assertThat(made.component("vae").config().reader().number("scaling_factor"))
                .isEqualTo(0.5);
        try (Arena arena = Arena.ofConfined()) {
            Checkpoint weights = made.component("vae").weights("", arena);
            assertThat(weights.info("w").type().dtype()).isEqualTo(DType.BF16);
            assertThat(weights.tensor("w").toFloats()).containsExactly(3.25f, 4);
        }
        assertThatThrownBy(() -> replaced(base, "x", component("class", "AutoencoderKL", "w", 3, 4)))
                .hasMessageContaining("_class_name = AutoencoderKL (expected: AutoencoderKLCogVideoX)");
        assertThatThrownBy(() -> replaced(base, "x", component("key", "AutoencoderKLCogVideoX", "v", 3, 4)))
                .hasMessageContaining("weights = 2 others, first v (expected: keys and shapes of ");
        assertThatThrownBy(() -> replaced(base, "x", component("shape", "AutoencoderKLCogVideoX", "w", 3)))
                .hasMessageContaining("weights = 1 others, first w");
        assertThat(dir.resolve("x")).doesNotExist();
    }

    private CheckpointFolder replaced(CheckpointFolder base, String name, Path other) throws IOException {
        return CheckpointFolder.write(
                dir.resolve(name),
                base.index(),
                draft -> draft.replace(base.component("vae"), CheckpointFolder.Component.of(other)));
    }

    private Path component(String folder, String className, String key, float... values) throws IOException {
        Path at = Files.createDirectory(dir.resolve(folder));
        Config.of(className).with("scaling_factor", 0.5).write(at.resolve("config.json"));
        new SafetensorsWriter()
                .add(key, Tensors.of(values, values.length))
                .write(at.resolve("diffusion_pytorch_model.safetensors"));
        Files.writeString(at.resolve("training.json"), "{}");
        return at;
    }

    @Test
    void unfinishedWritesLeaveNothing() throws IOException {
        assertThatThrownBy(() -> CheckpointFolder.write(dir.resolve("half"), INDEX, draft -> {
                    draft.config("vae", Config.of("AutoencoderKLCogVideoX"));
                }))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("scheduler = not written");
        assertThatThrownBy(() -> CheckpointFolder.write(dir.resolve("half"), INDEX, draft -> {
                    draft.folder("vae");
                    throw new IOException("disk gone");
                }))
                .hasMessage("disk gone");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void indexKeepsWhatItDoesNotKnow() throws IOException {
        Path folder = Files.createDirectories(dir.resolve("sd"));
        String text = """
                {
                  "_class_name": "StableDiffusionPipeline",
                  "_name_or_path": "x",
                  "feature_extractor": [
                    null,
                    null
                  ],
                  "requires_safety_checker": false,
                  "vae": [
                    "diffusers",
                    "AutoencoderKL"
                  ]
                }
                """;
        Files.writeString(folder.resolve("model_index.json"), text);
        CheckpointFolder opened = CheckpointFolder.open(folder);
        assertThat(opened.index().components().keySet()).containsExactly("vae");
        opened.index().config().write(folder.resolve("again.json"));
        assertThat(folder.resolve("again.json")).hasContent(text);

        Files.writeString(folder.resolve("model_index.json"), text.replace("\"vae\"", "\"../vae\""));
        assertThatThrownBy(() -> CheckpointFolder.open(folder)).hasMessageContaining("a plain folder name");
        Files.writeString(folder.resolve("model_index.json"), text.replace("\"diffusers\"", "3"));
        assertThatThrownBy(() -> CheckpointFolder.open(folder)).hasMessageContaining("a library and a class");
        assertThatThrownBy(() -> CheckpointFolder.open(dir)).hasMessageContaining("model_index.json = missing");
        assertThatThrownBy(() -> CheckpointFolder.open(dir.resolve("no"))).hasMessageContaining("folder = missing");
    }

    @Test
    void aRepositoryThatIsOneComponentCanBeCopied() throws IOException {
        var vae = CheckpointFolder.Component.of(Goldens.path("weights/sharded_vae"));
        assertThat(vae.kind().className()).isEqualTo("AutoencoderKL");
        assertThat(vae.weightFiles("")).hasSize(5);
        ModelIndex index = ModelIndex.of("AnyPipeline").with("sharded_vae", "diffusers", "AutoencoderKL");
        CheckpointFolder copy = CheckpointFolder.write(dir.resolve("copy"), index, draft -> draft.copy(vae));
        assertThat(files(copy.component("sharded_vae").folder())).isEqualTo(files(vae.folder()));
        assertThat(copy.component("sharded_vae").config()).isEqualTo(vae.config());
    }

    @Test
    void hashes() throws IOException {
        Path a = Files.writeString(dir.resolve("a"), "abc");
        List<Long> seen = new ArrayList<>();
        String hash = Hashes.sha256(a, (done, total) -> seen.add(done));
        assertThat(hash).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(seen).endsWith(3L);
        Files.writeString(a, "abcd");
        assertThat(Hashes.sha256(a, Hashes.Progress.NONE)).isNotEqualTo(hash);
        Path b = Files.writeString(dir.resolve("b"), "");
        List<Long> both = new ArrayList<>();
        Map<String, String> hashes = Hashes.sha256(List.of(a, b), (done, total) -> both.add(total));
        assertThat(hashes).hasSize(2);
        assertThat(both).containsOnly(4L);
        assertThat(Hashes.combined(hashes)).hasSize(64).isNotEqualTo(Hashes.combined(Map.of()));
    }
}

package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
class CheckpointTest {
    private static final String INDEX = "diffusion_pytorch_model.safetensors.index.json";

    @TempDir
    Path dir;

    private static SafetensorsWriter three() {
        Tensor t = Tensors.of(new float[] {1, 2, 3, 4}, 4);
        return new SafetensorsWriter().add("c", t).add("a", t).add("b", t);
    }

    private void refused(String weightMap, String message) throws IOException {
        Files.writeString(dir.resolve(INDEX), "{\"metadata\":{},\"weight_map\":" + weightMap.replace('\'', '"') + "}");
        assertThatThrownBy(() -> Checkpoint.open(dir))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("(expected: ")
                .hasMessageContaining(message);
    }

    @Test
    void shardsThatDiffusersWrote() throws IOException {
        Checkpoint checkpoint = Checkpoint.open(Goldens.path("weights/sharded_vae"));
        assertThat(checkpoint.files()).hasSize(4);
        ConfigReader sums =
                Config.read(Goldens.path("weights/sharded_vae_sums.json")).reader();
        for (String name : checkpoint.names()) {
            double sum = 0;
            for (float v : checkpoint.tensor(name).toFloats()) {
                sum += v;
            }
            assertThat(sum).as(name).isCloseTo(sums.number(name), within(1e-4));
        }
        sums.done();
    }

    @Test
    void shardsRoundTrip() throws IOException {
        List<Path> files = three().writeSharded(dir, "diffusion_pytorch_model", "", 32);
        assertThat(files)
                .extracting(p -> p.getFileName().toString())
                .containsExactly(
                        "diffusion_pytorch_model-00001-of-00002.safetensors",
                        "diffusion_pytorch_model-00002-of-00002.safetensors",
                        INDEX);
        assertThat(files.getLast()).hasContent("""
                {
                  "metadata": {
                    "total_size": 48
                  },
                  "weight_map": {
                    "a": "diffusion_pytorch_model-00001-of-00002.safetensors",
                    "b": "diffusion_pytorch_model-00002-of-00002.safetensors",
                    "c": "diffusion_pytorch_model-00001-of-00002.safetensors"
                  }
                }
                """);
        Checkpoint checkpoint = Checkpoint.open(dir);
        assertThat(checkpoint.names()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(checkpoint.tensor("b").toFloats()).containsExactly(1, 2, 3, 4);
        assertThat(three().writeSharded(dir.resolve("tiny"), "model", "", 8)).hasSize(4);
        assertThat(three().writeSharded(dir.resolve("one"), "model", "", 48)).hasSize(1);
    }

    @Test
    void variants() throws IOException {
        three().writeSharded(dir, "model", "", 1000);
        three().writeSharded(dir, "model", "fp16", 32);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Checkpoint.open(dir, "", arena).where()).endsWith("model.safetensors");
            assertThat(Checkpoint.open(dir, "fp16", arena).where()).endsWith("model.safetensors.index.fp16.json");
            assertThat(Checkpoint.open(dir, "fp16", arena).files())
                    .extracting(f -> f.path().getFileName().toString())
                    .containsExactly("model.fp16-00001-of-00002.safetensors", "model.fp16-00002-of-00002.safetensors");
            assertThat(Checkpoint.open(dir, "bf16", arena).where()).endsWith("model.safetensors");
            assertThatThrownBy(() -> Checkpoint.open(dir, "../x", arena)).isInstanceOf(CheckpointException.class);
        }
        three().writeSharded(dir.resolve("single"), "diffusion_pytorch_model", "fp16", 1000);
        assertThat(Checkpoint.find(dir.resolve("single"), "fp16"))
                .isEqualTo(dir.resolve("single/diffusion_pytorch_model.fp16.safetensors"));
        assertThatThrownBy(() -> Checkpoint.open(dir.resolve("single")))
                .hasMessageContaining("[diffusion_pytorch_model.fp16.safetensors]");
        assertThatThrownBy(() -> Checkpoint.open(dir.resolve("none"))).hasMessageContaining("none: file = missing");
        Files.writeString(dir.resolve("x.bin"), "");
        assertThatThrownBy(() -> Checkpoint.open(dir.resolve("x.bin"))).hasMessageContaining("pickles are never read");
    }

    @Test
    void shardNamesStayInTheFolder() throws IOException {
        three().write(dir.resolve("s.safetensors"));
        for (String bad : List.of(
                "../s.safetensors",
                "/s.safetensors",
                "a/s.safetensors",
                "a\\\\s.safetensors",
                "..",
                ".",
                "",
                "C:s.safetensors",
                "s.safetensors\\u0000",
                "s.bin",
                dir + "/s.safetensors")) {
            refused("{'a':'" + bad + "'}", "a .safetensors file inside the folder");
        }
        refused("{'a':3}", "weight_map.a = 3");
        refused("[]", "weight_map = []");
        refused("{'a':'t.safetensors'}", "t.safetensors = missing");
        refused("{'a':'s.safetensors'}", "b is in s.safetensors");
        refused("{'a':'s.safetensors','b':'s.safetensors','c':'s.safetensors','d':'s.safetensors'}", "d is not in");
        refused("{'a':'s.safetensors','a':'s.safetensors'}", "Duplicate");
        Files.createDirectory(dir.resolve("d.safetensors"));
        refused("{'a':'d.safetensors'}", "d.safetensors = not a file");
    }

    @Test
    void linksStayInTheFolder(@TempDir Path elsewhere) throws IOException {
        three().write(elsewhere.resolve("s.safetensors"));
        Files.createSymbolicLink(dir.resolve("out.safetensors"), elsewhere.resolve("s.safetensors"));
        refused("{'a':'out.safetensors'}", "a link to ");
        Files.createSymbolicLink(dir.resolve("x.safetensors"), Path.of("y.safetensors"));
        Files.createSymbolicLink(dir.resolve("y.safetensors"), Path.of("x.safetensors"));
        refused("{'a':'x.safetensors'}", "a link that leads nowhere");
        Files.createSymbolicLink(dir.resolve("gone.safetensors"), Path.of("nothing"));
        refused("{'a':'gone.safetensors'}", "a link that leads nowhere");
    }

    @Test
    void snapshotsOfTheHubCacheMayLinkToTheirBlobs() throws IOException {
        Path repo = dir.resolve("models--o--n");
        Path vae = Files.createDirectories(repo.resolve("snapshots/0123/vae"));
        Files.createDirectories(repo.resolve("blobs"));
        three().write(repo.resolve("blobs/abc"));
        Files.createSymbolicLink(vae.resolve("diffusion_pytorch_model.safetensors"), Path.of("../../../blobs/abc"));
        assertThat(Checkpoint.open(vae).names()).hasSize(3);
        three().write(dir.resolve("outside"));
        Files.delete(vae.resolve("diffusion_pytorch_model.safetensors"));
        Files.createSymbolicLink(vae.resolve("diffusion_pytorch_model.safetensors"), Path.of("../../../../outside"));
        assertThatThrownBy(() -> Checkpoint.open(vae)).hasMessageContaining("a link to ");
    }

    @Test
    void mutatedIndexes() throws IOException {
        three().writeSharded(dir, "diffusion_pytorch_model", "", 32);
        Path index = dir.resolve(INDEX);
        byte[] good = Files.readAllBytes(index);
        long seed = 7;
        System.out.println("CheckpointTest: seed = " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 500; i++) {
            byte[] bad = good.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Files.write(index, bad);
            try {
                assertThat(Checkpoint.open(dir).names()).hasSize(3);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageContaining("(expected: ");
            }
        }
    }
}

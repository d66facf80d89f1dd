package dev.kinora.models.transnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

@TensorTest
class TransNetV2Test {
    /** The formula of reference/transnet_goldens.py. */
    private static float[] weight(Parameter p) {
        int n = Math.toIntExact(p.numel());
        long[] shape = p.shape();
        int phase = p.key().chars().sum() % 97;
        boolean positive = p.key().endsWith("running_var") || p.key().endsWith("bn.weight");
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            double wave = Math.sin(0.37 * i + phase);
            if (shape.length > 1) {
                wave = wave * 1.5 / Math.sqrt((double) n / shape[0]);
            } else {
                wave = positive ? 1 + 0.3 * wave : 0.1 * wave;
            }
            out[i] = (float) wave;
        }
        return out;
    }

    private static List<byte[]> frames() {
        List<byte[]> out = new ArrayList<>();
        for (int t = 0; t < TransNetV2.WINDOW; t++) {
            byte[] frame = new byte[27 * 48 * 3];
            for (int i = 0; i < frame.length; i++) {
                int c = i % 3;
                int x = i / 3 % 48;
                int y = i / 144;
                double wave =
                        Math.sin(0.05 * t * (c + 1) + 0.11 * y + 0.07 * x * (t >= 60 ? 3 : 1) + (t >= 30 ? 2 : 0));
                frame[i] = (byte) Math.floor(127 + 120 * wave);
            }
            out.add(frame);
        }
        return out;
    }

    private static TransNetV2 formulaModel() {
        TransNetV2 model = new TransNetV2(Names.root());
        for (Parameter p : model.parameters().all()) {
            model.parameters().bind(p.key(), Tensors.of(weight(p), p.shape()));
        }
        return model;
    }

    @Test
    void agreesWithThePortInPyTorch() throws IOException {
        JsonNode golden =
                new ObjectMapper().readTree(Goldens.path("transnet/window.json").toFile());
        try (TransNetV2 model = formulaModel()) {
            float[][] out = model.predict(frames());
            for (int head = 0; head < 2; head++) {
                JsonNode expected = golden.get(head == 0 ? "single" : "all");
                assertThat(out[head]).hasSize(expected.size());
                for (int i = 0; i < expected.size(); i++) {
                    assertThat((double) out[head][i])
                            .as("head %d, frame %d", head, i)
                            .isCloseTo(expected.get(i).doubleValue(), Offset.offset(2e-6));
                }
            }
        }
    }

    @Test
    void aVideoIsTheMiddlesOfItsWindows() {
        List<byte[]> video = frames().subList(0, 60);
        try (TransNetV2 model = formulaModel()) {
            ShotBoundaries boundaries = new ShotBoundaries(model);
            video.forEach(boundaries::add);
            float[][] out = boundaries.finish();
            List<byte[]> window = new ArrayList<>(java.util.Collections.nCopies(25, video.getFirst()));
            window.addAll(video);
            window.addAll(java.util.Collections.nCopies(15, video.getLast()));
            assertThat(out[0]).hasSize(60);
            assertThat(Arrays.copyOf(out[0], 50))
                    .containsExactly(Arrays.copyOfRange(model.predict(window)[0], 25, 75), Offset.offset(1e-6f));
        }
    }

    @Test
    void refusesFramesOfAnotherSize() {
        try (TransNetV2 model = new TransNetV2(Names.root())) {
            assertThatThrownBy(() -> new ShotBoundaries(model).add(new byte[10]))
                    .hasMessage("ShotBoundaries.add: rgb.length = 10 (expected: 27 x 48 x 3 bytes)");
        }
    }

    @Test
    void readsTheReleasedWeights() throws IOException {
        Optional<Path> file = Goldens.asset("weights/transnetv2/transnetv2.safetensors");
        assumeTrue(file.isPresent(), "SKIPPED: ../shared/assets/weights/transnetv2 is not on this machine");
        try (TransNetV2 model = TransNetV2.load(file.orElseThrow())) {
            assertThat(model.parameters().numel()).isGreaterThan(7_000_000);
        }
    }
}

package dev.kinora.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.eval.ToyboxScore.Attribute;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.TensorTest;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.weights.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
final class ToyboxReaderTest {
    private static final ToyboxReaderConfig TINY = ToyboxReaderConfig.of(List.of(8, 8, 16), 1, 16, 1, 2, 4, 8);

    @TempDir
    Path folder;

    private static ToyboxReaderModel model() {
        ToyboxReaderModel model = new ToyboxReaderModel(TINY, Names.root());
        try (Rng rng = new Rng(1)) {
            model.initialize(rng);
        }
        return model;
    }

    @Test
    void readsEverySizeAndLength() {
        try (ToyboxReaderModel model = model();
                Rng rng = new Rng(2)) {
            for (long[] s :
                    new long[][] {{1, 3, 9, 64, 96}, {2, 3, 4, 96, 64}, {1, 3, 33, 16, 16}, {1, 3, 1, 24, 16}}) {
                ToyboxReaderModel.Output out = model.forward(rng.rand(DType.FP32, s));
                assertThat(out.scene().shape()).containsExactly(s[0], 8);
                assertThat(out.cast().shape()).containsExactly(s[0], 3);
                assertThat(out.object().shape()).containsExactly(s[0], 2, 20);
                assertThat(out.color().shape()).containsExactly(s[0], 2, 8);
                assertThat(out.motion().shape()).containsExactly(s[0], 2, 16);
                assertThat(out.places().shape()).containsExactly(s[0], 2, s[2], 3);
            }
        }
    }

    @Test
    void clipsOfABatchDoNotSeeEachOther() {
        try (ToyboxReaderModel model = model();
                Rng rng = new Rng(3)) {
            Tensor a = rng.rand(DType.FP32, 1, 3, 5, 16, 24);
            Tensor b = rng.rand(DType.FP32, 1, 3, 5, 16, 24);
            double[] alone = model.forward(b).motion().toDoubles();
            double[] together =
                    model.forward(Tensors.cat(0, a, b)).motion().narrow(0, 1, 1).toDoubles();
            for (int i = 0; i < alone.length; i++) {
                assertThat(together[i]).isCloseTo(alone[i], within(1e-5));
            }
        }
    }

    @Test
    void theSoftMapsMeanIsThePlace() {
        try (ToyboxReaderModel model = model()) {
            // with no evidence in the maps every cell weighs the same, and the mean is the picture's centre
            model.parameters().bind("maps.weight", Tensors.zeros(DType.FP32, 2, 16, 1, 1));
            double[] places = model.forward(Tensors.zeros(DType.FP32, 1, 3, 2, 16, 32))
                    .places()
                    .narrow(3, 0, 2)
                    .toDoubles();
            assertThat(places).hasSize(8);
            for (double p : places) {
                assertThat(p).isCloseTo(0, within(1e-6));
            }
        }
    }

    @Test
    void savesAndLoads() throws IOException {
        Tensor frames = Tensors.zeros(DType.UINT8, 1, 3, 16, 16, 3);
        ToyboxReading before;
        try (ToyboxReaderModel model = model()) {
            model.parameters().to(DType.BF16);
            model.parameters().to(DType.FP32);
            ToyboxReader.save(model, folder);
            before = ToyboxReader.of(model, Device.CPU).read(frames).getFirst();
        }
        try (ToyboxReader reader = ToyboxReader.load(folder, Device.CPU)) {
            assertThat(reader.model().config()).isEqualTo(TINY);
            assertThat(reader.read(frames).getFirst()).isEqualTo(before);
        }
    }

    @Test
    void refusesAnotherWorld() throws IOException {
        try (ToyboxReaderModel model = model()) {
            ToyboxReader.save(model, folder);
        }
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"CUBE\"", "\"BOX\""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToyboxReaderConfig.of(Config.read(config)))
                .withMessageContaining("toybox reader: objects = ");
    }

    @Test
    void refusesWhatIsNoClip() {
        try (ToyboxReaderModel model = model()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.forward(Tensors.zeros(DType.FP32, 1, 3, 34, 16, 16)))
                    .withMessageContaining("F at most 33");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> ToyboxReader.of(model, Device.CPU).read(Tensors.zeros(DType.FP32, 1, 3, 2, 16, 16)))
                    .withMessageContaining("uint8 [B, F, H, W, 3]");
        }
    }

    @Test
    void rendersAndScoresClips() {
        try (ToyboxReaderModel model = model()) {
            ToyboxMix one = new ToyboxMix(24, 16, 3, 8, 0, 0, false);
            ToyboxMix two = new ToyboxMix(16, 16, 3, 8, 1, 0, false);
            int[] last = new int[1];
            RenderedClips.Result result = RenderedClips.read(
                    ToyboxReader.of(model, Device.CPU),
                    List.of(one, two),
                    RenderedClips.SEEDS,
                    20,
                    2,
                    UnaryOperator.identity(),
                    done -> last[0] = done);
            assertThat(last[0]).isEqualTo(20);
            assertThat(result.score().rate(Attribute.ALL).total()).isEqualTo(20);
            assertThat(result.score().rate(Attribute.OBJECT).total()).isEqualTo(16 + 2 * 4);
            assertThat(result.distance()).isBetween(0.0, 2.0);
        }
    }
}

package dev.kinora.train.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxReaderConfig;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.TensorTest;
import dev.kinora.toybox.ToyboxClip;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest(threads = 1)
final class ReaderTrainerTest {
    @TempDir
    Path folder;

    private static ReaderTrainConfig config(int steps) {
        return new ReaderTrainConfig(
                7,
                ToyboxReaderConfig.of(List.of(8, 8, 16), 1, 16, 1, 2, 4, 8),
                3,
                List.of(new ReaderTrainConfig.Size(24, 16), new ReaderTrainConfig.Size(16, 16)),
                List.of(3, 5),
                0.4,
                0.3,
                new OptimizerConfig(new LearningRate(3e-3, 1, steps, 0.1), false, 0.9, 0.99, 0.01, 1, 0.9),
                false,
                4,
                1,
                2);
    }

    private static final TrainListener KILLER = new TrainListener() {
        @Override
        public void onNote(String note) {
            if (note.equals("checkpoint at step 2")) {
                throw new IllegalStateException("killed");
            }
        }
    };

    @Test
    void aRunThatIsKilledContinuesBitForBit() throws IOException {
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        try (ReaderTrainer trainer = ReaderTrainer.open(whole, config(4), Device.CPU, 2)) {
            trainer.train(TrainListener.SILENT);
        }
        try (ReaderTrainer trainer = ReaderTrainer.open(broken, config(4), Device.CPU, 1)) {
            assertThatThrownBy(() -> trainer.train(KILLER)).hasMessage("killed");
        }
        try (ReaderTrainer trainer = ReaderTrainer.open(broken, config(4), Device.CPU, 1)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(folder.resolve("reader"), Map.of());
            assertThat(folder.resolve("reader/training.json")).content().contains("\"source\" : \"Toybox\"");
        }
        assertThat(Files.readAllBytes(broken.resolve("checkpoint/weights.safetensors")))
                .isEqualTo(Files.readAllBytes(whole.resolve("checkpoint/weights.safetensors")));
        try (ToyboxReader reader = ToyboxReader.load(folder.resolve("reader"), Device.CPU)) {
            assertThat(reader.model().config()).isEqualTo(config(4).model());
        }
    }

    @Test
    void truthIsLeftToRightAndFollowsThePicture() {
        ToyboxMix mix = new ToyboxMix(32, 16, 3, 8, 1, 0, false);
        ToyboxClip clip = ToyboxRenderer.render(mix.draw(11));
        ReaderBatch still = ReaderBatch.of(List.of(ReaderBatch.Sample.of(clip, config(4), 0, 0)), Device.CPU);
        ReaderBatch moved = ReaderBatch.of(List.of(ReaderBatch.Sample.of(clip, config(4), 4, -2)), Device.CPU);
        double[] places = still.places().toDoubles();
        assertThat(places[0]).isLessThan(places[3 * 3]); // toy 0, frame 0 and toy 1, frame 0
        Tensor shift = moved.places().sub(still.places());
        for (double dx : shift.narrow(3, 0, 1).toDoubles()) {
            assertThat(dx).isCloseTo(4 / 16.0, within(1e-6));
        }
        for (double dy : shift.narrow(3, 1, 1).toDoubles()) {
            assertThat(dy).isCloseTo(-2 / 16.0, within(1e-6));
        }
        Tensor before = still.video().narrow(4, 0, 28).narrow(3, 2, 14);
        Tensor after = moved.video().narrow(4, 4, 28).narrow(3, 0, 14);
        assertThat(after.sub(before).abs().max().item()).isZero();
        assertThat(still.present().toDoubles()).containsExactly(1, 1);
    }

    @Test
    void blemishesKeepShapeRangeAndSomeClips() {
        try (Rng rng = new Rng(4);
                Rng noise = new Rng(5);
                Rng same = new Rng(5)) {
            Tensor video = rng.rand(DType.FP32, 40, 3, 5, 16, 24).mul(2).sub(1);
            Tensor out = ReaderBlemishes.apply(video, noise);
            assertThat(out.shape()).isEqualTo(video.shape());
            assertThat(out.abs().max().item()).isLessThanOrEqualTo(1);
            double[] change = out.sub(video).abs().mean(false, 1, 2, 3, 4).toDoubles();
            long kept = java.util.Arrays.stream(change).filter(c -> c < 1e-6).count();
            assertThat(kept).isBetween(2L, 20L);
            assertThat(ReaderBlemishes.apply(video, same).equalTo(out)).isTrue();
        }
    }
}

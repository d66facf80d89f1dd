package dev.kinora.train.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.testkit.Processes;
import dev.kinora.testkit.TensorTest;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.optim.Precision;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that share first batches, then clips' time, learn what one learns; also when one of them dies. */
@TensorTest(threads = 1)
final class VaeProcessesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Heard from the first step on: in the batch that is shared, and in the clip whose time is. */
    private static final VaeLossConfig.Gan GAN = new VaeLossConfig.Gan(0.1, 1, 0, true, 4, 1, 1e-4, 0.5);

    @TempDir
    Path folder;

    static VaeTrainConfig config() {
        return config(null);
    }

    static VaeTrainConfig decoder(Path of) {
        return config(new VaeTrainConfig.Start(of.toString(), true, 0));
    }

    static VaeTrainConfig anchored(Path to) {
        return config(new VaeTrainConfig.Start(to.toString(), false, 2));
    }

    private static VaeTrainConfig config(VaeTrainConfig.@Nullable Start start) {
        return new VaeTrainConfig(
                3,
                new ToyboxMix(16, 16, 17, 8, 0, 0, false),
                List.of(8, 8, 8),
                1,
                4,
                4,
                List.of(
                        new VaeTrainConfig.Phase(1, List.of(new BatchShape(16, 16, 1, 2))),
                        new VaeTrainConfig.Phase(3, List.of(new BatchShape(16, 24, 17, 1)), true)),
                new VaeLossConfig(VaeLossConfig.Reconstruction.L2, 1, 0.5, 2, 1e-4, null, GAN),
                new OptimizerConfig(new LearningRate(1e-4, 1, 4, 0.1), false, 0.9, 0.99, 0.01, 1, 0.9),
                Precision.FP32,
                1,
                2,
                start);
    }

    private List<Processes.Started> start(String name, Path run, int dying) throws IOException {
        List<Processes.Started> workers = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            workers.add(Processes.start(
                    VaeProcessesWorker.class,
                    folder,
                    name + rank,
                    Integer.toString(rank),
                    "2",
                    folder.resolve(name + ".rendezvous").toString(),
                    run.toString(),
                    Integer.toString(rank == 1 ? dying : 0),
                    folder.resolve("trained").toString()));
        }
        return workers;
    }

    private static List<JsonNode> rows(Path run) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            rows.add(JSON.readTree(line));
        }
        return rows;
    }

    @Test
    void learnsWhatOneProcessLearnsThoughOneDies() throws IOException, InterruptedException {
        Path alone = folder.resolve("alone");
        train(alone, config(), folder.resolve("trained"));
        train(folder.resolve("alone-decoder"), decoder(folder.resolve("trained")), folder.resolve("decoder"));
        train(folder.resolve("alone-anchored"), anchored(folder.resolve("trained")), folder.resolve("anchored"));

        Path together = folder.resolve("together");
        List<Processes.Started> first = start("first", together, 3);
        assertThat(first.get(1).await(300)).as(first.get(1).text()).isEqualTo(7);
        assertThat(first.get(0).await(300)).as(first.get(0).text()).isPositive();
        assertThat(first.get(0).text())
                .contains("process group: ", "at rank 0 of 2 = failed (expected: all 2 processes");
        for (Processes.Started worker : start("second", together, 0)) {
            assertThat(worker.await(300)).as(worker.text()).isZero();
        }
        requireEqual(alone, together);
        requireEqual(folder.resolve("alone-decoder"), folder.resolve("together-decoder"));
        requireEqual(folder.resolve("alone-anchored"), folder.resolve("together-anchored"));
    }

    private static void train(Path run, VaeTrainConfig config, Path export) throws IOException {
        try (VaeTrainer trainer = VaeTrainer.open(run, config)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(export, Map.of());
        }
    }

    private static void requireEqual(Path alone, Path together) throws IOException {
        List<JsonNode> expected = rows(alone);
        List<JsonNode> actual = rows(together);
        assertThat(actual).hasSameSizeAs(expected).hasSize(6); // four steps, two validations
        assertThat(expected.getFirst().path("balance").asDouble()).isPositive();
        for (int i = 0; i < expected.size(); i++) {
            double tolerance = i == 0 ? 1e-5 : 1e-4; // an optimizer makes much of small differences
            for (String term : List.of(
                    "loss",
                    "l2",
                    "edge",
                    "kl",
                    "generator",
                    "balance",
                    "discriminator",
                    "gradient_norm",
                    "validation_psnr")) {
                double value = expected.get(i).path(term).asDouble();
                assertThat(actual.get(i).path(term).asDouble())
                        .as(together.getFileName() + ": " + term + " of row " + i)
                        .isCloseTo(value, within(tolerance * Math.abs(value) + 1e-7));
            }
        }
    }
}

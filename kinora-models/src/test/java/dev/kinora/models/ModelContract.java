package dev.kinora.models;

import static dev.kinora.testkit.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every model keeps: its keys are the checkpoint's, saving loses nothing, a batch of two is each alone, the same
 * input gives the same output, every parameter learns. A subclass has a static method {@code folders}: a checkpoint
 * folder for each kind of the model.
 *
 * @param <M> the model
 */
@TensorTest
public abstract class ModelContract<M extends AutoCloseable> {
    private static final long SEED = 20_261_123;

    protected abstract M load(Path folder, String variant, StrictLoader loader) throws IOException;

    protected abstract ParameterSet parameters(M model);

    protected abstract void save(M model, Path folder, @Nullable DType storedAs) throws IOException;

    /** An input of this many samples, drawn from the stream. */
    protected abstract Tensor input(M model, Rng rng, long batch);

    /** The model's output for a batch whose first axis is samples. */
    protected abstract Tensor output(M model, Tensor input);

    @ParameterizedTest
    @MethodSource("folders")
    void keysAreTheCheckpoints(Path folder) throws Exception {
        try (M model = load(folder, "", StrictLoader.asStored())) {
            assertThat(parameters(model).all().stream().map(Parameter::key).toList())
                    .containsExactlyInAnyOrderElementsOf(Checkpoint.open(folder).names());
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void comesBackAsItWasSaved(Path folder, @TempDir Path target) throws Exception {
        Path saved = target.resolve("saved");
        try (M model = load(folder, "", StrictLoader.asStored())) {
            save(model, saved, null);
        }
        assertThat(Config.read(saved.resolve("config.json"))).isEqualTo(Config.read(folder.resolve("config.json")));
        Checkpoint before = Checkpoint.open(folder);
        Checkpoint after = Checkpoint.open(saved);
        assertThat(new TreeSet<>(after.names())).isEqualTo(new TreeSet<>(before.names()));
        for (String name : before.names()) {
            assertThat(after.tensor(name).equalTo(before.tensor(name))).as(name).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void batchOfTwoIsEachAloneAndTheSameEveryTime(Path folder) throws Exception {
        try (M model = load(folder, "", StrictLoader.as(DType.FP32));
                Rng rng = new Rng(SEED)) {
            Tensor two = input(model, rng, 2);
            Tensor together = Grad.off(() -> output(model, two));
            assertThat(Grad.off(() -> output(model, two)).equalTo(together)).isTrue();
            for (int i = 0; i < 2; i++) {
                Tensor one = two.narrow(0, i, 1);
                assertClose("sample " + i, Grad.off(() -> output(model, one)), together.narrow(0, i, 1), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyParameterLearns(Path folder) throws Exception {
        try (M model = load(folder, "", StrictLoader.as(DType.FP32).copying());
                Rng rng = new Rng(SEED)) {
            parameters(model).all().forEach(p -> p.value().requiresGrad_(p.isTrainable()));
            output(model, input(model, rng, 1)).square().mean().backward();
            for (Parameter p : parameters(model).all()) {
                Tensor gradient = p.value().grad();
                if (p.isTrainable()) {
                    assertThat(gradient).as(p.key()).isNotNull();
                    assertThat(Float.isFinite((float) gradient.norm().item()))
                            .as(p.key())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void refusesWeightsOfAnotherModel(@TempDir Path target) throws IOException {
        Path folder = target.resolve("broken");
        Files.createDirectories(folder);
        Path source = refused();
        Files.copy(source.resolve("config.json"), folder.resolve("config.json"));
        Path stored = Checkpoint.find(source, "");
        Path weights = folder.resolve(String.valueOf(stored.getFileName()));
        byte[] bytes = Files.readAllBytes(stored);
        Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 100));
        assertThatThrownBy(() -> load(folder, "", StrictLoader.asStored())).isInstanceOf(CheckpointException.class);
        Files.write(weights, bytes);
        Files.copy(source.resolve("config.json"), folder.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        Config.read(source.resolve("config.json")).with("no_such_key", 1).write(folder.resolve("config.json"));
        assertThatThrownBy(() -> load(folder, "", StrictLoader.asStored()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no_such_key = 1");
    }

    /** A checkpoint in one file, to be broken. */
    protected abstract Path refused();
}

package dev.kinora.models.cogvideox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.StoredType;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole checkpoints through the models and out again. With {@code -Dkinora.roundtrip=FOLDER} the saved ones are left in
 * that folder, for {@code reference/check_roundtrip.py} to load them in diffusers.
 */
@TensorTest
class SavedCheckpointTest {
    @ParameterizedTest
    @CsvSource({"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v"})
    void isTheOneThatWasLoaded(String variant, @TempDir Path temporary) throws IOException {
        CheckpointFolder source = CheckpointFolder.open(Goldens.path("cogvideox/" + variant));
        String kept = System.getProperty("kinora.roundtrip");
        Path target = (kept == null ? temporary : Path.of(kept)).resolve(variant);

        try (CogVideoXTransformer3DModel transformer = Variants.transformer(variant, DType.FP32);
                AutoencoderKLCogVideoX vae = Variants.vae(variant, null)) {
            CheckpointFolder.write(target, source.index(), draft -> {
                transformer.save(draft.folder("transformer"), null);
                vae.save(draft.folder("vae"), null);
                for (String name : new String[] {"scheduler", "text_encoder", "tokenizer"}) {
                    draft.copy(source.component(name));
                }
            });
            assertHolds(target.resolve("transformer"), transformer.parameters());
            assertHolds(target.resolve("vae"), vae.parameters());
        }
        assertThat(CheckpointFolder.open(target).component("transformer").config())
                .as("every key of the config is kept")
                .isEqualTo(source.component("transformer").config());
    }

    private static void assertHolds(Path folder, ParameterSet parameters) throws IOException {
        Checkpoint saved = Checkpoint.open(folder);
        assertThat(saved.elementsByType()).containsOnlyKeys(StoredType.F32);
        assertThat(saved.names())
                .containsExactlyInAnyOrderElementsOf(
                        parameters.all().stream().map(Parameter::key).toList());
        for (Parameter p : parameters.all()) {
            assertThat(saved.tensor(p.key()).equalTo(p.value())).as(p.key()).isTrue();
        }
    }
}

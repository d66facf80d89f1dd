package dev.kinora.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Closeness;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Config;
import dev.kinora.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded pipeline run of diffusers, with the network's outputs played back: schedule, guidance, noise and its
 * order of draws have to give the recorded latents after every step.
 */
@TensorTest
class PipelineReplayTest {
    static List<String> runs() throws IOException {
        Path root = Goldens.path("cogvideox");
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(f -> f.getFileName().toString().startsWith("pipeline_"))
                    .map(f -> root.relativize(f).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void latentsEqualDiffusersAfterEveryStep(String run) throws IOException {
        Golden golden = new Golden("cogvideox/" + run);
        Map<String, String> said =
                SafetensorsFile.header(Goldens.path("cogvideox/" + run)).metadata();
        Path variant = Goldens.path("cogvideox/" + run.substring(0, run.indexOf('/')));
        CogVideoXScheduler scheduler = CogVideoXScheduler.of(
                        Config.read(variant.resolve("scheduler/scheduler_config.json")))
                .with(CogVideoXScheduler.Kind.valueOf(
                        said.getOrDefault("scheduler", "").toUpperCase(Locale.ROOT)));
        int steps = Integer.parseInt(said.getOrDefault("steps", ""));
        double strength = Double.parseDouble(said.getOrDefault("strength", "1"));
        Solver solver = scheduler.solver(steps, strength);
        Guidance guidance = new Guidance(
                Double.parseDouble(said.getOrDefault("guidance", "")),
                Guidance.Dynamic.valueOf(
                        said.getOrDefault("dynamic_guidance", "").toUpperCase(Locale.ROOT)));

        Tensor initial = golden.get("latents_initial");
        long[] timesteps = golden.get("timesteps").toLongs();
        assertThat(scheduler.solver(steps, strength).timestep(0)).isEqualTo(timesteps[0]);
        Denoiser recorded = (x, at) -> {
            assertThat(at.timestep()).isEqualTo(timesteps[at.index()]);
            return golden.get("noise_pred_" + at.index());
        };
        double tolerance = initial.dtype() == DType.FP32 ? 1e-5 : 1e-3;
        try (Rng rng = new Rng(Long.parseLong(said.getOrDefault("seed", "")))) {
            drawWhatCameBefore(said.getOrDefault("task", ""), initial, rng);
            Sampler.Listener compare = (at, sample, x0) -> Closeness.assertClose(
                    run + " step " + at.index(), sample, golden.get("latents_" + at.index()), tolerance);
            Tensor latents = Sampler.sample(guidance.batched(recorded), solver, initial, rng, compare);
            Closeness.assertClose(run, latents, golden.get("latents"), tolerance);
        }
    }

    /** The VAE samples an image's or a video's latents before the noise is drawn. */
    private static void drawWhatCameBefore(String task, Tensor initial, Rng rng) {
        long[] shape = initial.shape(); // [B, F, C, H, W]
        long encoded = task.equals("i2v") ? 1 : shape[1];
        if (!task.equals("t2v")) {
            rng.randn(initial.dtype(), shape[0], shape[2], encoded, shape[3], shape[4]);
        }
        Tensor noise = rng.randn(initial.dtype(), shape);
        if (!task.equals("v2v")) { // there the video is in it, too
            assertThat(noise.equalTo(initial)).isTrue();
        }
    }
}

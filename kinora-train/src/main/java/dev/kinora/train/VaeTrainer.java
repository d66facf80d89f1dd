package dev.kinora.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.DiagonalGaussianDistribution;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a causal video VAE of CogVideoX's architecture from scratch: L1 reconstruction with an edge term, and a KL
 * divergence. Everything random in a step follows from seed and step, so that a run killed at any point continues from
 * its last checkpoint bit for bit.
 */
public final class VaeTrainer implements AutoCloseable {
    private static final int VALIDATION_CLIPS = 8;
    private static final int SHOWN_CLIPS = 6;

    private final VaeTrainConfig config;
    private final RunFolder run;
    private final AutoencoderKLCogVideoX vae;
    private final Updater updater;
    private final ToyboxClips clips;
    private final Metrics metrics;
    private int step;

    private VaeTrainer(
            VaeTrainConfig config,
            RunFolder run,
            AutoencoderKLCogVideoX vae,
            Updater updater,
            Metrics metrics,
            int step) {
        this.config = config;
        this.run = run;
        this.vae = vae;
        this.updater = updater;
        this.clips = new ToyboxClips(config.mix());
        this.metrics = metrics;
        this.step = step;
    }

    /**
     * Opens a run: a new one, or one that was stopped.
     *
     * @param folder where the run's files go
     * @throws IllegalArgumentException if the folder holds a run of another config
     */
    public static VaeTrainer open(Path folder, VaeTrainConfig config) throws IOException {
        RunFolder run = RunFolder.open(folder, RunFolder.tree(config));
        AutoencoderKLCogVideoX vae = new AutoencoderKLCogVideoX(modelConfig(config, 1), Names.root());
        try (TensorScope ignored = TensorScope.open("initialise");
                Rng rng = new Rng(config.seed())) {
            vae.parameters().initialize(rng);
            Updater updater = new Updater(Map.of("vae", vae.parameters()), config.optimizer());
            Path latest = run.latest();
            int step = 0;
            if (latest != null) {
                step = RunFolder.state(latest).path("step").asInt();
                updater.restore(
                        latest, RunFolder.state(latest).path("optimizerSteps").asInt());
            }
            Metrics metrics = new Metrics(run.resolve("metrics.jsonl"), step);
            return new VaeTrainer(config, run, vae, updater, metrics, step);
        }
    }

    /** The architecture of a run, with the factor that brings latents to unit deviation. */
    static AutoencoderKLCogVideoXConfig modelConfig(VaeTrainConfig c, double scalingFactor) {
        return new AutoencoderKLCogVideoXConfig(
                3,
                3,
                c.blockOutChannels(),
                c.latentChannels(),
                c.layersPerBlock(),
                "silu",
                1e-6,
                c.groups(),
                4,
                c.mix().height(),
                c.mix().width(),
                scalingFactor,
                null,
                null,
                null,
                true,
                false);
    }

    /** Number of trained weights. */
    public long numel() {
        return updater.numel();
    }

    /** Trains to the last step of the config. */
    public void train(TrainListener listener) throws IOException {
        int steps = config.optimizer().rate().steps();
        listener.onNote("VAE of " + updater.numel() + " weights, from step " + step + " of " + steps);
        StepClock clock = new StepClock();
        while (step < steps) {
            step++;
            clock.step();
            Map<String, Double> values = new LinkedHashMap<>(oneStep());
            if (step % config.reportEvery() == 0 || step == 1) {
                clock.report(values);
                values.put("rate", config.optimizer().rate().at(step));
                metrics.add(step, values);
                listener.onStep(step, steps, values);
            }
            if (step % config.saveEvery() == 0 || step == steps) {
                Map<String, Double> validation = validate();
                metrics.add(step, validation);
                listener.onStep(step, steps, validation);
                save();
                listener.onNote("checkpoint at step " + step);
                clock.restart();
            } else if (listener.shouldStop()) {
                save();
                listener.onNote("stopped at step " + step);
                return;
            }
        }
    }

    /** One step; the values are those before the update. */
    private Map<String, Double> oneStep() {
        VaeTrainConfig.Phase phase = config.phase(step);
        try (TensorScope ignored = TensorScope.open("train step");
                Rng rng = new Rng(config.seed() * 7_777_777 + step)) {
            Tensor video = clips.batch(config.seed(), step, phase.frames(), phase.batch());
            Terms terms = precision(() -> terms(video, rng));
            Tensor loss = terms.l1()
                    .add(terms.edge().mul(config.edge()))
                    .add(terms.kl().mul(config.kl()));
            loss.backward();
            double value = loss.item();
            double norm = updater.apply(value, step);
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("loss", value);
            values.put("l1", terms.l1().item());
            values.put("edge", terms.edge().item());
            values.put("kl", terms.kl().item());
            values.put("gradient_norm", norm);
            return values;
        }
    }

    private record Terms(Tensor l1, Tensor edge, Tensor kl) {}

    private Terms terms(Tensor video, Rng rng) { // [B, 3, F, H, W]
        DiagonalGaussianDistribution posterior = vae.encode(video, VaeOptions.DEFAULT);
        Tensor mean = posterior.mean().to(DType.FP32); // [B, Z, f, h, w]
        Tensor logvar = posterior.logvar().to(DType.FP32);
        Tensor noise = rng.randn(DType.FP32, mean.shape());
        Tensor latents = mean.add(logvar.mul(0.5).exp().mul(noise));
        Tensor decoded = vae.decode(latents, VaeOptions.DEFAULT).to(DType.FP32);
        Tensor difference = decoded.sub(video);
        Tensor kl = mean.square().add(logvar.exp()).sub(1).sub(logvar).mean().mul(0.5);
        return new Terms(difference.abs().mean(), gradient(difference, 4).add(gradient(difference, 3)), kl);
    }

    /** Mean size of the difference between neighbours along a dimension. */
    private static Tensor gradient(Tensor x, int dim) {
        long n = x.size(dim) - 1;
        return x.narrow(dim, 1, n).sub(x.narrow(dim, 0, n)).abs().mean();
    }

    private <T> T precision(TensorScope.Body<T, RuntimeException> body) {
        return config.bf16() ? Grad.autocast(DType.BF16, body) : body.run();
    }

    /** PSNR on clips that training never sees, and a contact sheet of them, with the averaged weights. */
    private Map<String, Double> validate() throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        List<Pictures.Row> rows = new ArrayList<>();
        updater.ema()
                .during(() -> Grad.off(() -> {
                    double error = 0;
                    double flicker = 0;
                    for (int i = 0; i < VALIDATION_CLIPS; i++) {
                        try (TensorScope ignored = TensorScope.open("validate")) {
                            Tensor video = clips.whole(ToyboxClips.VALIDATION + i, 1);
                            Tensor latents =
                                    vae.encode(video, VaeOptions.DEFAULT).mode();
                            Tensor decoded =
                                    vae.decode(latents, VaeOptions.DEFAULT).clamp(-1, 1);
                            Tensor difference = decoded.sub(video);
                            error += difference.square().mean().item() / 4;
                            flicker += gradient(difference, 2).item() / 2;
                            if (i < SHOWN_CLIPS) {
                                rows.add(new Pictures.Row("", everyOther(video.select(0, 0))));
                                rows.add(new Pictures.Row("", everyOther(decoded.select(0, 0))));
                            }
                        }
                    }
                    values.put("validation_psnr", -10 * Math.log10(error / VALIDATION_CLIPS));
                    values.put("validation_flicker", flicker / VALIDATION_CLIPS);
                }));
        Pictures.writePng(
                run.resolve("reconstructions.png"),
                Pictures.sheet(rows, config.mix().width(), config.mix().height(), 2));
        return values;
    }

    private static List<byte[]> everyOther(Tensor video) {
        byte[][] frames = ToyboxClips.frames(video);
        List<byte[]> some = new ArrayList<>();
        for (int f = 0; f < frames.length; f += 2) {
            some.add(frames[f]);
        }
        return some;
    }

    private void save() throws IOException {
        ObjectNode state = RunFolder.object();
        state.put("step", step);
        state.put("optimizerSteps", updater.optimizerSteps());
        run.save(state, updater::save);
        Map<String, List<double[]>> curves = new LinkedHashMap<>();
        for (String name : List.of("l1", "edge", "kl", "gradient_norm", "validation_psnr", "seconds_per_step")) {
            curves.put(name, metrics.series(name));
        }
        CurvePlot.write(run.resolve("curves.png"), curves);
    }

    /**
     * Writes the averaged weights with the factor that brings the latents of clips to unit deviation.
     *
     * @param folder for {@code config.json} and the weights
     */
    public void export(Path folder) throws IOException {
        IOException[] failed = new IOException[1];
        updater.ema().during(() -> {
            try (TensorScope ignored = TensorScope.open("export")) {
                Tensor latents = Grad.off(() -> vae.encode(clips.whole(ToyboxClips.VALIDATION, 32), VaeOptions.DEFAULT)
                        .mode());
                double deviation =
                        Math.sqrt(latents.sub(latents.mean()).square().mean().item());
                Files.createDirectories(folder);
                modelConfig(config, 1 / deviation).toConfig().write(folder.resolve("config.json"));
                new SafetensorsWriter()
                        .metadata("format", "pt")
                        .addAll(vae.parameters(), DType.FP32)
                        .write(folder.resolve("diffusion_pytorch_model.safetensors"));
            } catch (IOException e) {
                failed[0] = e;
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
    }

    @Override
    public void close() throws IOException {
        updater.close();
        vae.close();
        run.close();
    }

    @Override
    public String toString() {
        return "VaeTrainer(" + run.path() + ", step " + step + ", phases "
                + Arrays.toString(config.phases().toArray()) + ")";
    }
}

package dev.kinora.train.vae;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.data.ClipDraws;
import dev.kinora.train.data.ClipLoader;
import dev.kinora.train.data.ToyboxClips;
import dev.kinora.train.optim.Updater;
import dev.kinora.train.run.CurvePlot;
import dev.kinora.train.run.MetricSums;
import dev.kinora.train.run.Metrics;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TrainListener;
import dev.kinora.train.run.Trainer;
import dev.kinora.train.run.TrainingFacts;
import dev.kinora.train.run.TrainingLoop;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.SafetensorsWriter;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Trains a causal video VAE of CogVideoX's architecture from scratch, on clips of mixed native sizes: reconstruction,
 * edges, LPIPS and KL, and from a later step on against a discriminator (arXiv 2408.06072, section 2.1). Everything
 * random in a step follows from seed and step, so that a run killed at any point continues from its last checkpoint bit
 * for bit.
 *
 * <p>Frames go through the autoencoder in the batches of {@link VaeOptions#DEFAULT}, in training as later in use: the
 * norms see what they will see. Phases over whole clips are for long ones: their norms see all frames, which lie on
 * several processes where there are such.
 */
public final class VaeTrainer implements Trainer {
    private static final int LOADED_AHEAD = 4;
    private static final int MEASURED_CLIPS = 32;
    private static final List<String> PLOTTED = List.of(
            "loss",
            "l1",
            "l2",
            "edge",
            "lpips",
            "kl",
            "anchor",
            "generator",
            "discriminator",
            "balance",
            "gradient_norm",
            "validation_psnr",
            "validation_ssim",
            "validation_flicker",
            "validation_lpips",
            "seconds_per_step");

    private final VaeTrainConfig config;
    private final RunFolder run;
    private final Device device;
    private final AutoencoderKLCogVideoX vae;
    private final Updater updater;
    private final VaeObjective objective;
    private final ClipDraws source;
    private final ClipLoader loader;
    private final VaeValidation validation;
    private final @Nullable VaeProcesses processes;
    private final @Nullable ProcessGroup group;
    private final @Nullable Metrics metrics;
    private final MetricSums sums;
    private final TrainingLoop loop;

    private VaeTrainer(
            VaeTrainConfig config,
            RunFolder run,
            Device device,
            AutoencoderKLCogVideoX vae,
            Updater updater,
            VaeObjective objective,
            ClipDraws source,
            @Nullable ProcessGroup group)
            throws IOException {
        this.group = group;
        this.processes = group == null ? null : new VaeProcesses(config, vae, objective, group);
        this.config = config;
        this.run = run;
        this.device = device;
        this.vae = vae;
        this.updater = updater;
        this.objective = objective;
        this.source = source;
        this.sums = new MetricSums(device);
        int step = restore();
        boolean leads = group == null || group.rank() == 0;
        this.metrics = leads ? new Metrics(run.resolve("metrics.jsonl"), step) : null;
        this.loop = new TrainingLoop(
                config.optimizer().rate().steps(),
                config.optimizer().rate()::at,
                new TrainingLoop.Every(config.reportEvery(), config.saveEvery(), 0),
                step,
                metrics,
                group);
        this.validation = new VaeValidation(config, source, device, objective.lpips());
        int threads = Math.max(1, Math.min(12, Runtime.getRuntime().availableProcessors() - 2));
        this.loader = new ClipLoader(
                source, config.seed(), config::shape, config.optimizer().rate().steps(), threads, LOADED_AHEAD);
    }

    /** Opens a run on Toybox, on the CPU. */
    public static VaeTrainer open(Path folder, VaeTrainConfig config) throws IOException {
        return open(folder, config, Device.CPU);
    }

    /** Opens a run on Toybox. */
    public static VaeTrainer open(Path folder, VaeTrainConfig config, Device device) throws IOException {
        return open(folder, config, device, new ToyboxClips(config.mix()), null);
    }

    /** Opens one process's part of a run on Toybox that several processes train; null for one alone. */
    public static VaeTrainer open(Path folder, VaeTrainConfig config, Device device, @Nullable ProcessGroup group)
            throws IOException {
        return open(folder, config, device, new ToyboxClips(config.mix()), group);
    }

    /**
     * Opens a run: a new one, or one that was stopped.
     *
     * @param folder where the run's files go
     * @param device where it computes; a run may continue on another one, but then not bit for bit
     * @param source of the clips; closed with the trainer
     * @param group the processes that train together, all on the same config, source and folder, or null for this one
     *     alone. The first one writes the run's files; the others read its checkpoint
     * @throws IllegalArgumentException if the folder holds a run of another config, or the config does not suit so many
     *     processes
     * @throws dev.kinora.weights.CheckpointException if there are no weights of this architecture to begin with, or the
     *     file of LPIPS weights holds something else
     */
    public static VaeTrainer open(
            Path folder, VaeTrainConfig config, Device device, ClipDraws source, @Nullable ProcessGroup group)
            throws IOException {
        VaeTrainConfig.Start start = config.start();
        Checkpoint before = start == null ? null : Checkpoint.open(Path.of(start.folder()));
        RunFolder run = folder(folder, config, group);
        AutoencoderKLCogVideoX vae = new AutoencoderKLCogVideoX(modelConfig(config, 1), Names.root());
        boolean opened = false;
        try (TensorScope ignored = TensorScope.open("initialise");
                Rng rng = new Rng(config.seed())) {
            if (before == null) {
                vae.parameters().initialize(rng);
            } else {
                StrictLoader.as(DType.FP32).copying().load(before, vae.parameters());
            }
            vae.parameters().to(device);
            VaeObjective objective = new VaeObjective(config, vae, device, group);
            Updater updater = new Updater(
                    Map.of("vae", vae.parameters()),
                    config.optimizer(),
                    config.precision().ofNetworks(device),
                    p -> p.isTrainable() && !(config.decoderOnly() && p.key().startsWith("encoder.")));
            VaeTrainer trainer = new VaeTrainer(config, run, device, vae, updater, objective, source, group);
            opened = true;
            return trainer;
        } finally {
            if (!opened) {
                vae.close();
                run.close();
            }
        }
    }

    private static RunFolder folder(Path folder, VaeTrainConfig config, @Nullable ProcessGroup group)
            throws IOException {
        if (group == null) {
            return RunFolder.open(folder, RunFolder.tree(config));
        }
        VaeProcesses.require(config, group);
        RunFolder run = group.rank() == 0 ? RunFolder.open(folder, RunFolder.tree(config)) : RunFolder.follow(folder);
        group.barrier();
        return run;
    }

    /** Takes up the newest checkpoint; returns its step, 0 where there is none. */
    private int restore() throws IOException {
        Path latest = run.latest();
        if (latest == null) {
            return 0;
        }
        var state = RunFolder.state(latest);
        updater.restore(latest, state.path("optimizerSteps").asInt());
        Adversary adversary = objective.adversary();
        if (adversary != null) {
            adversary.restore(latest, state.path("discriminatorSteps").asInt());
        }
        Map<String, Double> saved = new LinkedHashMap<>();
        state.path("sums")
                .properties()
                .forEach(e -> saved.put(e.getKey(), e.getValue().asDouble()));
        sums.restore(saved);
        return state.path("step").asInt();
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

    /** Without the discriminator's. */
    @Override
    public long numel() {
        return updater.numel();
    }

    @Override
    public void train(TrainListener listener) throws IOException {
        listener.onNote((group == null ? "" : "process " + group.rank() + " of " + group.size() + ": ") + "VAE of "
                + updater.numel() + " weights on " + device + ", from step " + loop.step() + " of " + loop.steps());
        loop.run(new TrainingLoop.Course(this::step, this::validate, this::save), listener);
    }

    private Map<String, Double> step(int step, boolean reported) {
        oneStep(step);
        return reported ? report() : Map.of();
    }

    /** One step; its metrics, from before the update, go to the sums. */
    private void oneStep(int step) {
        BatchShape shape = config.shape(step);
        byte[] clips = loader.batch(step);
        try (TensorScope ignored = TensorScope.open("train step");
                Rng rng = new Rng(config.seed() * 7_777_777 + step)) {
            Tensor video = ToyboxClips.toTensor(clips, shape, device);
            Tensor noise = VaeObjective.noise(config, shape, rng).to(device);
            Map<String, Tensor> terms = new LinkedHashMap<>();
            VaeObjective.Outcome outcome;
            if (processes == null) {
                outcome = objective.of(video, noise, step);
                outcome.total().backward();
            } else {
                outcome = processes.step(video, noise, step, updater::gradients);
            }
            // a loss that is not finite shows in the gradients' norm, the one number that is read back
            double norm = updater.apply(0, step);
            terms.putAll(outcome.terms());
            terms.putAll(objective.afterwards(outcome, step));
            terms.put("gradient_norm", Tensors.scalar(norm, DType.FP64));
            sums.add(terms);
        }
    }

    private Map<String, Double> report() {
        Map<String, Double> means = sums.drain();
        Map<String, Double> values = new LinkedHashMap<>();
        Double loss = means.remove("loss");
        if (loss != null) {
            values.put("loss", loss);
        }
        values.putAll(means);
        return values;
    }

    /** Quality on clips that training never sees, and a contact sheet of them, with the averaged weights. */
    private Map<String, Double> validate() throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        updater.ema().during(() -> values.putAll(validation.run(vae, run.resolve("reconstructions.png"))));
        return values;
    }

    private void save() throws IOException {
        ObjectNode state = RunFolder.object();
        state.put("step", loop.step());
        state.put("optimizerSteps", updater.optimizerSteps());
        ObjectNode open = state.putObject("sums");
        sums.state().forEach(open::put);
        Adversary adversary = objective.adversary();
        if (adversary != null) {
            state.put("discriminatorSteps", adversary.optimizerSteps());
        }
        run.save(state, checkpoint -> {
            updater.save(checkpoint);
            if (adversary != null) {
                adversary.save(checkpoint);
            }
        });
        CurvePlot.write(run.resolve("curves.png"), Objects.requireNonNull(metrics), PLOTTED);
    }

    /**
     * {@code config.json}, with the factor that brings the latents of clips to unit deviation, the weights and {@code
     * training.json}.
     */
    @Override
    public void export(Path folder, Map<String, String> provenance) throws IOException {
        ObjectNode facts = TrainingFacts.of(
                loop.step(),
                provenance,
                device.toString(),
                VaeFacts.portable(config),
                RunFolder.tree(source.provenance()),
                group == null ? 1 : group.size(),
                metrics);
        updater.ema().during(() -> {
            try (TensorScope ignored = TensorScope.open("export")) {
                Files.createDirectories(folder);
                modelConfig(config, 1 / deviation()).toConfig().write(folder.resolve("config.json"));
                new SafetensorsWriter()
                        .metadata("format", "pt")
                        .addAll(vae.parameters(), DType.FP32)
                        .write(folder.resolve("diffusion_pytorch_model.safetensors"));
                TrainingFacts.write(folder.resolve(TrainingFacts.FILE), facts);
            }
        });
    }

    private double deviation() throws IOException {
        BatchShape one = new BatchShape(
                config.mix().width(), config.mix().height(), config.mix().frames(), 1);
        VaeTrainConfig.Start start = config.start();
        if (start != null && start.keepsLatents()) {
            return 1 / start.scalingFactor();
        }
        return Grad.off(() -> {
            List<Tensor> means = new ArrayList<>();
            for (int i = 0; i < MEASURED_CLIPS; i++) {
                int clip = i;
                means.add(TensorScope.compute(() -> vae.encode(
                                ToyboxClips.toTensor(source.validation(clip, one.clip()), one, device)
                                        .to(vae.parameters().dtype()),
                                VaeOptions.DEFAULT)
                        .mode()
                        .to(DType.FP32)));
            }
            Tensor latents = Tensors.cat(0, means);
            return Math.sqrt(latents.sub(latents.mean()).square().mean().item());
        });
    }

    @Override
    public void close() throws IOException {
        loader.close();
        sums.close();
        objective.close();
        updater.close();
        vae.close();
        run.close();
        source.close();
    }

    @Override
    public String toString() {
        return "VaeTrainer(" + run.path() + ", step " + loop.step() + ", phases "
                + Arrays.toString(config.phases().toArray()) + ")";
    }
}

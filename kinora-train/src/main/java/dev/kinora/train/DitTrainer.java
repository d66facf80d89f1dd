package dev.kinora.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.diffusion.NoiseSchedule;
import dev.kinora.diffusion.Scheduler;
import dev.kinora.diffusion.SchedulerConfig;
import dev.kinora.diffusion.Timesteps;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Trains a CogVideoX transformer and its text encoder on cached latents: v-prediction with zero terminal SNR, uniform
 * timesteps, text dropout. Everything random in a step follows from seed and step, so that a run killed at any point
 * continues from its last checkpoint bit for bit.
 */
public final class DitTrainer implements AutoCloseable {
    private static final long[] VALIDATION_TIMESTEPS = {99, 299, 499, 699, 899};

    private final DitTrainConfig config;
    private final RunFolder run;
    private final LatentCache cache;
    private final TextBatches texts;
    private final DitModel model;
    private final Updater updater;
    private final Metrics metrics;
    private final NoiseSchedule schedule;
    private final Samples samples;
    private final double scale;
    private int step;
    private int epoch = -1;
    private int[] order = new int[0];

    private DitTrainer(
            DitTrainConfig config,
            RunFolder run,
            LatentCache cache,
            TextBatches texts,
            DitModel model,
            Updater updater,
            Metrics metrics,
            Path vae,
            int step)
            throws IOException {
        this.config = config;
        this.run = run;
        this.cache = cache;
        this.texts = texts;
        this.model = model;
        this.updater = updater;
        this.metrics = metrics;
        this.step = step;
        Scheduler scheduler = new Scheduler(Scheduler.Kind.DDIM, SchedulerConfig.cogVideoX(config.snrShift()));
        this.schedule = scheduler.schedule();
        this.samples = new Samples(vae, scheduler, config);
        this.scale = samples.scalingFactor();
    }

    /**
     * Opens a run: a new one, or one that was stopped.
     *
     * @param folder where the run's files go
     * @param latents a {@link LatentCache}
     * @param vae folder of the autoencoder that made the latents
     * @param frames of the clips, before encoding
     */
    public static DitTrainer open(Path folder, DitTrainConfig config, Path latents, Path vae, int frames)
            throws IOException {
        RunFolder run = RunFolder.open(folder, RunFolder.tree(config));
        ToyTokenizer.write(run.resolve("tokenizer"), config.textLength());
        TextBatches texts = new TextBatches(run.resolve("tokenizer"), config.textLength());
        LatentCache cache = LatentCache.open(latents);
        Checks.require(
                cache.size() > config.validationClips() + config.batch(),
                latents.toString(),
                "clips",
                cache.size(),
                "more than validation and one batch need");
        try (TensorScope ignored = TensorScope.open("initialise");
                Rng rng = new Rng(config.seed())) {
            DitModel model = new DitModel(config, texts.vocabularySize(), cache.shape(), frames, rng);
            Updater updater = new Updater(model.parameters(), config.optimizer());
            Path latest = run.latest();
            int step = 0;
            if (latest != null) {
                step = RunFolder.state(latest).path("step").asInt();
                updater.restore(
                        latest, RunFolder.state(latest).path("optimizerSteps").asInt());
            }
            Metrics metrics = new Metrics(run.resolve("metrics.jsonl"), step);
            return new DitTrainer(config, run, cache, texts, model, updater, metrics, vae, step);
        }
    }

    /** Number of trained weights. */
    public long numel() {
        return updater.numel();
    }

    /** Trains to the last step of the config. */
    public void train(TrainListener listener) throws IOException {
        int steps = config.optimizer().rate().steps();
        listener.onNote("transformer and text encoder of " + updater.numel() + " weights on " + trainingClips()
                + " clips, from step " + step + " of " + steps);
        StepClock clock = new StepClock();
        double sum = 0;
        while (step < steps) {
            step++;
            clock.step();
            Map<String, Double> values = oneStep();
            sum += values.getOrDefault("loss", 0.0);
            if (step % config.reportEvery() == 0) {
                Map<String, Double> row = new LinkedHashMap<>(values);
                row.put("loss", sum / config.reportEvery());
                clock.report(row);
                row.put("rate", config.optimizer().rate().at(step));
                sum = 0;
                metrics.add(step, row);
                listener.onStep(step, steps, row);
            }
            if (step % config.saveEvery() == 0 || step == steps) {
                Map<String, Double> validation = validate();
                metrics.add(step, validation);
                listener.onStep(step, steps, validation);
                save();
                listener.onNote("checkpoint at step " + step);
                clock.restart();
            }
            if (step % config.sampleEvery() == 0 || step == steps) {
                updater.ema().during(() -> samples.sheet(model, texts, run.resolve("samples.png"), step));
                clock.restart();
            }
            if (listener.shouldStop()) {
                save();
                listener.onNote("stopped at step " + step);
                return;
            }
        }
    }

    private int trainingClips() {
        return cache.size() - config.validationClips();
    }

    private Map<String, Double> oneStep() {
        SplittableRandom random = new SplittableRandom(config.seed() * 1_000_003 + step).split();
        try (TensorScope ignored = TensorScope.open("train step");
                Rng rng = new Rng(config.seed() * 7_777_777 + step)) {
            int[] clips = clipsOf(step);
            List<String> captions = new ArrayList<>();
            for (int clip : clips) {
                List<String> all = cache.captions(clip);
                String caption = TextBatches.asWritten(all.get(random.nextInt(all.size())), random);
                captions.add(random.nextDouble() < config.textDropout() ? "" : caption);
            }
            long[] timesteps = Timesteps.uniform(rng, config.batch(), schedule.timesteps());
            Tensor loss = loss(texts.ids(captions), latents(clips), timesteps, rng);
            loss.backward();
            double value = loss.item();
            double norm = updater.apply(value, step);
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("loss", value);
            values.put("gradient_norm", norm);
            return values;
        }
    }

    /** Clips in an order drawn anew for every pass over the data. */
    private int[] clipsOf(int atStep) {
        int n = trainingClips();
        int[] clips = new int[config.batch()];
        for (int i = 0; i < clips.length; i++) {
            long position = (long) (atStep - 1) * config.batch() + i;
            int pass = (int) (position / n);
            if (pass != epoch) {
                epoch = pass;
                order = shuffled(n, config.seed() * 31 + pass);
            }
            clips[i] = order[(int) (position % n)];
        }
        return clips;
    }

    private static int[] shuffled(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed).split();
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private Tensor latents(int... clips) { // [B, F, C, H, W]
        return cache.latents(clips).permute(0, 2, 1, 3, 4).mul(scale).contiguous();
    }

    private Tensor loss(Tensor ids, Tensor x0, long[] timesteps, Rng rng) {
        Tensor noise = rng.randn(DType.FP32, x0.shape());
        Tensor noisy = schedule.addNoise(x0, noise, timesteps);
        Tensor target = schedule.velocity(x0, noise, timesteps);
        Tensor t = Tensors.of(timesteps, timesteps.length);
        Tensor predicted = config.bf16()
                ? Grad.autocast(DType.BF16, () -> model.forward(ids, noisy, t))
                : model.forward(ids, noisy, t);
        return F.mseLoss(predicted.to(DType.FP32), target);
    }

    /** The loss at fixed timesteps with fixed noise on clips that are not trained on, with the averaged weights. */
    private Map<String, Double> validate() {
        Map<String, Double> values = new LinkedHashMap<>();
        updater.ema()
                .during(() -> Grad.off(() -> {
                    double total = 0;
                    for (long t : VALIDATION_TIMESTEPS) {
                        double sum = 0;
                        int batches = config.validationClips() / config.batch();
                        for (int b = 0; b < batches; b++) {
                            try (TensorScope ignored = TensorScope.open("validate");
                                    Rng rng = new Rng(1000 * t + b)) {
                                int[] clips = new int[config.batch()];
                                List<String> captions = new ArrayList<>();
                                long[] timesteps = new long[config.batch()];
                                for (int i = 0; i < clips.length; i++) {
                                    clips[i] = trainingClips() + b * clips.length + i;
                                    captions.add(cache.captions(clips[i]).getFirst());
                                    timesteps[i] = t;
                                }
                                sum += loss(texts.ids(captions), latents(clips), timesteps, rng)
                                        .item();
                            }
                        }
                        values.put("validation_" + t, sum / batches);
                        total += sum / batches;
                    }
                    values.put("validation", total / VALIDATION_TIMESTEPS.length);
                }));
        return values;
    }

    private void save() throws IOException {
        ObjectNode state = RunFolder.object();
        state.put("step", step);
        state.put("optimizerSteps", updater.optimizerSteps());
        run.save(state, updater::save);
        Map<String, List<double[]>> curves = new LinkedHashMap<>();
        for (String name : List.of(
                "loss", "validation", "validation_299", "validation_699", "gradient_norm", "seconds_per_step")) {
            curves.put(name, metrics.series(name));
        }
        CurvePlot.write(run.resolve("curves.png"), curves);
    }

    /**
     * Writes the averaged weights, the autoencoder and the tokenizer as a checkpoint in the diffusers layout.
     *
     * @param target a new or empty folder
     * @param provenance further facts to be kept beside the weights: data, commit
     */
    public void export(Path target, Map<String, String> provenance) throws IOException {
        IOException[] failed = new IOException[1];
        updater.ema().during(() -> {
            try {
                samples.export(target, model, run, step, metrics, provenance);
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
        samples.close();
        updater.close();
        model.close();
        texts.close();
        cache.close();
        run.close();
    }
}

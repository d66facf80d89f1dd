package dev.kinora.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Trains a CogVideoX transformer and its text encoder on cached latents of many sizes and lengths. Everything random in
 * a step follows from seed and step, so that a run killed at any point continues from its last checkpoint bit for bit.
 */
public final class DitTrainer implements AutoCloseable {
    private final DitTrainConfig config;
    private final Device device;
    private final RunFolder run;
    private final LatentCache cache;
    private final DitBatches batches;
    private final DitModel model;
    private final DitLoss loss;
    private final Updater updater;
    private final Metrics metrics;
    private final DitSamples samples;
    private final TensorScope owner = TensorScope.owner("loss");
    private final Tensor lossSum; // of the steps since the last report
    private int step;

    private DitTrainer(
            DitTrainConfig config,
            Device device,
            RunFolder run,
            LatentCache cache,
            DitBatches batches,
            DitModel model,
            DitLoss loss,
            Updater updater,
            Metrics metrics,
            DitSamples samples,
            int step) {
        this.config = config;
        this.device = device;
        this.run = run;
        this.cache = cache;
        this.batches = batches;
        this.model = model;
        this.loss = loss;
        this.updater = updater;
        this.metrics = metrics;
        this.samples = samples;
        this.step = step;
        this.lossSum = owner.adopt(TensorScope.compute(() -> Tensors.zeros(DType.FP32, device)));
    }

    /**
     * Opens a run: a new one, or one that was stopped.
     *
     * @param folder where the run's files go
     * @param latents a {@link LatentCache}
     * @param vae folder of the autoencoder that made the latents
     * @param device that trains
     * @param cacheOnDevice whether all latents are held there; else they are read from disk batch by batch
     * @throws IllegalArgumentException if the folder holds a run of another config, or the cache does not fit
     */
    public static DitTrainer open(
            Path folder, DitTrainConfig config, Path latents, Path vae, Device device, boolean cacheOnDevice)
            throws IOException {
        LatentCache cache = LatentCache.open(latents);
        RunFolder run = RunFolder.open(folder, RunFolder.tree(config));
        copy(cache.tokenizer(), run.resolve("tokenizer"));
        if (cacheOnDevice) {
            cache.moveTo(device);
        }
        try (TensorScope ignored = TensorScope.open("initialise");
                TextBatches texts = new TextBatches(run.resolve("tokenizer"), cache.textLength());
                Rng rng = new Rng(config.seed())) {
            DitModel model = new DitModel(
                    config, texts.vocabularySize(), cache.textLength(), cache.channels(), cache.shapes(), device, rng);
            // a GPU is fastest where everything has 16 bits; a CPU where only products do
            boolean half = config.bf16() && device.type() == Device.Type.CUDA;
            Updater updater = new Updater(model.parameters(), config.optimizer(), half ? DType.BF16 : DType.FP32);
            Path latest = run.latest();
            int step = 0;
            if (latest != null) {
                step = RunFolder.state(latest).path("step").asInt();
                updater.restore(
                        latest, RunFolder.state(latest).path("optimizerSteps").asInt());
            }
            DitLoss loss = new DitLoss(config.objective(), config.bf16() && !half);
            DitSamples samples = new DitSamples(vae, loss, config, cache.shapes(), device);
            long[] noText = texts.ids(List.of("")).toLongs();
            DitBatches batches =
                    new DitBatches(config, cache, device, samples.scalingFactor(), noText, config.accumulate());
            Metrics metrics = new Metrics(run.resolve("metrics.jsonl"), step);
            return new DitTrainer(config, device, run, cache, batches, model, loss, updater, metrics, samples, step);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path f : files.toList()) {
                Files.write(to.resolve(f.getFileName().toString()), Files.readAllBytes(f));
            }
        }
    }

    /** Number of trained weights. */
    public long numel() {
        return updater.numel();
    }

    /** Trains to the last step of the config. */
    public void train(TrainListener listener) throws IOException {
        int steps = config.optimizer().rate().steps();
        listener.onNote("transformer and text encoder of " + updater.numel() + " weights on " + batches.size()
                + " clips of " + batches.groups() + " shapes, " + batches.stepsPerPass() + " steps a pass, from step "
                + step + " of " + steps);
        StepClock clock = new StepClock();
        clear();
        int summed = 0;
        long clips = 0;
        while (step < steps) {
            step++;
            clock.step();
            DitBatches.Step batch = batches.step(step);
            double norm = oneStep(batch);
            summed++;
            clips += batch.size();
            if (step % config.reportEvery() == 0 || step == steps) {
                Map<String, Double> row = new LinkedHashMap<>();
                row.put("loss", lossSum.item() / summed);
                row.put("gradient_norm", norm);
                row.put("clips_per_step", (double) clips / summed);
                clock.report(row);
                row.put("rate", config.optimizer().rate().at(step));
                clear();
                summed = 0;
                clips = 0;
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
                sheet();
                clock.restart();
            }
            if (listener.shouldStop()) {
                save();
                listener.onNote("stopped at step " + step);
                return;
            }
        }
    }

    private void clear() {
        Grad.off(() -> {
            lossSum.zero_();
        });
    }

    private double oneStep(DitBatches.Step batch) {
        try (TensorScope ignored = TensorScope.open("train step");
                Rng chance = new Rng(config.seed() * 5_555_557 + step);
                Rng rng = new Rng(config.seed() * 7_777_777 + step, device)) {
            double[] levels = loss.levels(chance, batch.size(), 0, 1);
            int micro = batch.size() / config.accumulate();
            DitBatches.Batch clips = batch.all();
            DitLoss.Problem problem = problem(clips, levels, true, rng);
            double share = 1.0 / config.accumulate();
            Tensor total = Tensors.zeros(DType.FP32, device);
            for (int from = 0; from < batch.size(); from += micro) {
                int at = from;
                total.add_(TensorScope.compute(() -> {
                    Tensor ids = clips.ids().narrow(0, at, micro);
                    return loss.backward(model, ids, problem.part(at, micro), share, config.checkpointing());
                }));
                updater.accumulate();
            }
            Grad.off(() -> {
                lossSum.add_(total);
            });
            return updater.apply(total.item(), step);
        }
    }

    private DitLoss.Problem problem(DitBatches.Batch b, double[] levels, boolean training, Rng rng) {
        if (!config.objective().firstFrame()) {
            return loss.problem(b.clips(), levels, rng);
        }
        double dropout = config.objective().imageDropout();
        return loss.problem(b.clips(), levels, rng, DitBatches.condition(b.clips(), dropout, training, rng));
    }

    /**
     * The loss at fixed noise levels with fixed noise on clips that are not trained on, with the averaged weights: every
     * shape counts alike.
     */
    private Map<String, Double> validate() {
        Map<String, Double> values = new LinkedHashMap<>();
        updater.ema()
                .during(() -> Grad.off(() -> {
                    double total = 0;
                    for (double level : loss.validationLevels()) {
                        double sum = 0;
                        for (int g = 0; g < batches.groups(); g++) {
                            sum += validate(g, level);
                        }
                        values.put("validation_" + (int) level, sum / batches.groups());
                        total += sum / batches.groups();
                    }
                    values.put("validation", total / loss.validationLevels().length);
                }));
        return values;
    }

    private double validate(int group, double level) {
        int atOnce = Math.max(1, Math.min(config.validationClips(), batches.stepSize(group) / config.accumulate()));
        double sum = 0;
        for (int from = 0; from < config.validationClips(); from += atOnce) {
            int n = Math.min(atOnce, config.validationClips() - from);
            try (TensorScope ignored = TensorScope.open("validate");
                    Rng rng = new Rng(((long) level) * 1_000_003 + group * 1009L + from, device)) {
                DitBatches.Batch b = batches.validation(group, from, n);
                double[] levels = new double[n];
                Arrays.fill(levels, level);
                sum += n
                        * loss.of(model, b.ids(), problem(b, levels, false, rng))
                                .item();
            }
        }
        return sum / config.validationClips();
    }

    private void sheet() throws IOException {
        IOException[] failed = new IOException[1];
        updater.ema().during(() -> {
            try (TextBatches texts = new TextBatches(run.resolve("tokenizer"), cache.textLength())) {
                samples.sheet(model, texts, run.resolve("samples.png"), step);
            } catch (IOException e) {
                failed[0] = e;
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
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
     * @param provenance further facts to be kept beside the weights: version, commit
     */
    public void export(Path target, Map<String, String> provenance) throws IOException {
        ObjectNode facts = RunFolder.object();
        facts.put("step", step);
        provenance.forEach(facts::put);
        facts.put("device", device.toString());
        facts.set("config", RunFolder.tree(config));
        facts.set("data", cache.description());
        if (!metrics.rows().isEmpty()) {
            facts.set("last_metrics", RunFolder.tree(metrics.rows().getLast()));
        }
        facts.set("validation_curve", RunFolder.array(metrics.series("validation")));
        updater.ema().during(() -> {
            try {
                DitExport.write(target, model, samples.vae(), loss, run.resolve("tokenizer"), facts);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() throws IOException {
        owner.close();
        samples.close();
        updater.close();
        model.close();
        cache.close();
        run.close();
    }
}

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Trains a CogVideoX transformer and its text encoder on cached latents of many sizes and lengths. Everything random in
 * a step follows from seed and step, so that a run killed at any point continues from its last checkpoint bit for bit.
 */
public final class DitTrainer implements AutoCloseable {
    private final DitRecipe config;
    private final DitRun parts;
    private final Device device;
    private final DitBatches batches;
    private final DitModel model;
    private final DitLoss loss;
    private final Updater updater;
    private final Metrics metrics;
    private final TensorScope owner = TensorScope.owner("loss");
    private final Tensor lossSum; // of the steps since the last report
    private int step;

    DitTrainer(DitRun parts, Updater updater, Metrics metrics, int step) {
        this.parts = parts;
        this.config = parts.recipe();
        this.device = parts.device();
        this.batches = parts.batches();
        this.model = parts.model();
        this.loss = parts.loss();
        this.updater = updater;
        this.metrics = metrics;
        this.step = step;
        this.lossSum = owner.adopt(TensorScope.compute(() -> Tensors.zeros(DType.FP32, device)));
    }

    /**
     * Opens a run from scratch: a new one, or one that was stopped.
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
        return DitRun.fresh(folder, config, latents, vae, device, cacheOnDevice);
    }

    /**
     * Opens further training of a checkpoint: a new run, or one that was stopped.
     *
     * @param folder where the run's files go
     * @param latents a {@link LatentCache} made with the checkpoint's autoencoder and tokenizer
     * @param device that trains
     * @param cacheOnDevice whether all latents are held there; else they are read from disk batch by batch
     * @throws IllegalArgumentException if the folder holds a run of another config, or the cache does not fit
     */
    public static DitTrainer tune(
            Path folder, FineTuneConfig config, Path latents, Device device, boolean cacheOnDevice) throws IOException {
        return DitRun.tuned(folder, config, latents, device, cacheOnDevice);
    }

    /** Tokens that a token attends to, on average over the tokens of the training clips. */
    double meanLength() {
        return batches.meanLength();
    }

    /** Number of trained weights. */
    public long numel() {
        return updater.numel();
    }

    /** Trains to the last step of the config. */
    public void train(TrainListener listener) throws IOException {
        int steps = config.optimizer().rate().steps();
        listener.onNote(parts.what() + " of " + updater.numel() + " weights on " + batches.size()
                + " clips of " + batches.groups() + " shapes, " + batches.stepsPerPass() + " steps a pass, from step "
                + step + " of " + steps);
        StepClock clock = new StepClock();
        clear();
        int summed = 0;
        long clips = 0;
        long tokens = 0;
        while (step < steps) {
            step++;
            clock.step();
            DitBatches.Step batch = batches.step(step);
            double norm = oneStep(batch);
            summed++;
            clips += batch.clips();
            tokens += batch.tokens();
            if (step % config.reportEvery() == 0 || step == steps) {
                Map<String, Double> row = new LinkedHashMap<>();
                row.put("loss", lossSum.item() / summed);
                row.put("gradient_norm", norm);
                row.put("clips_per_step", (double) clips / summed);
                row.put("tokens_per_step", (double) tokens / summed);
                clock.report(row);
                row.put("rate", config.optimizer().rate().at(step));
                clear();
                summed = 0;
                clips = 0;
                tokens = 0;
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
            double[] levels = loss.levels(chance, batch.clips(), 0, 1);
            Tensor total = Tensors.zeros(DType.FP32, device);
            if (config.pack()) {
                packs(batch, levels, rng, total);
            } else {
                microBatches(batch, levels, rng, total);
            }
            Grad.off(() -> {
                lossSum.add_(total);
            });
            return updater.apply(total.item(), step);
        }
    }

    private void microBatches(DitBatches.Step batch, double[] levels, Rng rng, Tensor total) {
        DitBatches.Batch clips = batches.load(batch.parts().getFirst().getFirst());
        DitLoss.Problem problem = problem(clips, levels, true, rng);
        double share = 1.0 / config.accumulate();
        int micro = batch.clips() / config.accumulate();
        for (int from = 0; from < batch.clips(); from += micro) {
            int at = from;
            total.add_(TensorScope.compute(() -> {
                Tensor text = clips.text().narrow(0, at, micro);
                return loss.backward(model, text, problem.part(at, micro), share, config.checkpointing());
            }));
            updater.accumulate();
        }
    }

    private void packs(DitBatches.Step batch, double[] levels, Rng rng, Tensor total) {
        int[] order = Buckets.shuffled(levels.length, new SplittableRandom(config.seed() * 11 + step).split());
        int[] from = {0};
        for (List<DitBatches.Part> sequence : batch.parts()) {
            total.add_(TensorScope.compute(() -> {
                List<Tensor> texts = new ArrayList<>();
                List<DitLoss.Problem> problems = new ArrayList<>();
                for (DitBatches.Part part : sequence) {
                    DitBatches.Batch clips = batches.load(part);
                    // clips stand by shape, and intervals of time in their order: shapes must not get a time each
                    double[] own = new double[part.size()];
                    Arrays.setAll(own, i -> levels[order[from[0] + i]]);
                    from[0] += part.size();
                    texts.add(clips.text());
                    problems.add(problem(clips, own, true, rng));
                }
                double share = 1.0 / batch.parts().size();
                return loss.backward(model, texts, problems, share);
            }));
            updater.accumulate();
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
        int atOnce = Math.min(config.validationClips(), batches.microBatch(group));
        double sum = 0;
        for (int from = 0; from < config.validationClips(); from += atOnce) {
            int n = Math.min(atOnce, config.validationClips() - from);
            try (TensorScope ignored = TensorScope.open("validate");
                    Rng rng = new Rng(((long) level) * 1_000_003 + group * 1009L + from, device)) {
                DitBatches.Batch b = batches.validation(group, from, n);
                double[] levels = new double[n];
                Arrays.fill(levels, level);
                sum += n
                        * loss.of(model, b.text(), problem(b, levels, false, rng))
                                .item();
            }
        }
        return sum / config.validationClips();
    }

    private void sheet() throws IOException {
        IOException[] failed = new IOException[1];
        updater.ema().during(() -> {
            try {
                parts.samples().sheet(model, parts.folder().resolve("samples.png"), step);
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
        parts.folder().save(state, updater::save);
        Map<String, List<double[]>> curves = new LinkedHashMap<>();
        for (String name : List.of(
                "loss", "validation", "validation_299", "validation_699", "gradient_norm", "seconds_per_step")) {
            curves.put(name, metrics.series(name));
        }
        CurvePlot.write(parts.folder().resolve("curves.png"), curves);
    }

    /**
     * Writes the averaged weights: from scratch and of a whole transformer as a checkpoint in the diffusers layout, of a
     * LoRA as a file that diffusers and PEFT load.
     *
     * @param target a new or empty folder, or a file's name
     * @param provenance further facts to be kept beside the weights: version, commit
     */
    public void export(Path target, Map<String, String> provenance) throws IOException {
        ObjectNode facts = RunFolder.object();
        facts.put("step", step);
        provenance.forEach(facts::put);
        facts.put("device", device.toString());
        facts.set("config", parts.settings());
        facts.set("data", parts.cache().description());
        if (!metrics.rows().isEmpty()) {
            facts.set("last_metrics", RunFolder.tree(metrics.rows().getLast()));
        }
        facts.set("validation_curve", RunFolder.array(metrics.series("validation")));
        updater.ema().during(() -> {
            try {
                parts.export().write(target, facts);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() throws IOException {
        owner.close();
        updater.close();
        parts.close();
    }
}

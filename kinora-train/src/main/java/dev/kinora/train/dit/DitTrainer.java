package dev.kinora.train.dit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.latents.Buckets;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.optim.Updater;
import dev.kinora.train.run.CurvePlot;
import dev.kinora.train.run.Metrics;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.StepClock;
import dev.kinora.train.run.TrainListener;
import dev.kinora.train.run.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Trains a CogVideoX transformer and its text encoder on cached latents of many sizes and lengths. Everything random in
 * a step follows from seed and step, so that a run killed at any point continues from its last checkpoint bit for bit.
 */
public final class DitTrainer implements Trainer {
    private final DitRecipe config;
    private final DitRun parts;
    private final Device device;
    private final DitBatches batches;
    private final DitModel model;
    private final DitLoss loss;
    private final Updater updater;
    private final @Nullable Metrics metrics; // of the first process
    private final @Nullable ProcessGroup group;
    private final TensorScope owner = TensorScope.owner("loss");
    private final Tensor lossSum; // of the steps since the last report
    private int step;

    DitTrainer(DitRun parts, Updater updater, @Nullable Metrics metrics, int step) {
        this.group = parts.group();
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
        return open(folder, config, latents, vae, device, cacheOnDevice, null);
    }

    /**
     * Opens one process's part of a run from scratch that several processes train: each computes a part of every step's
     * clips, and all make the update that one would make.
     *
     * @param group all with the same config, latents and folder; null for this process alone. The first one writes the
     *     run's files
     */
    public static DitTrainer open(
            Path folder,
            DitTrainConfig config,
            Path latents,
            Path vae,
            Device device,
            boolean cacheOnDevice,
            @Nullable ProcessGroup group)
            throws IOException {
        return open(folder, config, LatentCache.open(latents), vae, device, cacheOnDevice, group);
    }

    /**
     * The same on a cache that is open, perhaps with fewer clips than it has.
     *
     * @param cache closed with the trainer
     */
    public static DitTrainer open(
            Path folder,
            DitTrainConfig config,
            LatentCache cache,
            Path vae,
            Device device,
            boolean cacheOnDevice,
            @Nullable ProcessGroup group)
            throws IOException {
        return DitRun.fresh(folder, config, cache, vae, device, cacheOnDevice, group);
    }

    /**
     * Opens further training of a checkpoint: a new run, or one that was stopped.
     *
     * @param folder where the run's files go
     * @param latents a {@link LatentCache} made with the checkpoint's autoencoder and tokenizer
     * @param device that trains
     * @param cacheOnDevice whether all latents are held there; else they are read from disk batch by batch
     * @param group the processes that train together, or null for this one alone; see {@link #open}
     * @param listener hears how captions are encoded, which a new run begins with
     * @throws IllegalArgumentException if the folder holds a run of another config, or the cache does not fit
     */
    public static DitTrainer tune(
            Path folder,
            FineTuneConfig config,
            Path latents,
            Device device,
            boolean cacheOnDevice,
            @Nullable ProcessGroup group,
            TrainListener listener)
            throws IOException {
        return DitRun.tuned(folder, config, latents, device, cacheOnDevice, group, listener);
    }

    /** Tokens that a token attends to, on average over the tokens of the training clips. */
    public double meanLength() {
        return batches.meanLength();
    }

    @Override
    public long numel() {
        return updater.numel();
    }

    @Override
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
            if (stops(listener)) {
                if (metrics != null) {
                    save();
                    listener.onNote("stopped at step " + step);
                }
                return;
            }
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
                tell(row, steps, listener);
            }
            if (step % config.saveEvery() == 0 || step == steps) {
                if (metrics != null) {
                    tell(validate(), steps, listener);
                    save();
                    listener.onNote("checkpoint at step " + step);
                }
                clock.restart();
            }
            if ((step % config.sampleEvery() == 0 || step == steps) && metrics != null) {
                sheet();
                clock.restart();
            }
        }
    }

    private void tell(Map<String, Double> values, int steps, TrainListener listener) throws IOException {
        if (metrics != null) {
            metrics.add(step, values);
            listener.onStep(step, steps, values);
        }
    }

    /** Whether any process's listener asks for the end. */
    private boolean stops(TrainListener listener) {
        boolean stop = listener.shouldStop(step);
        ProcessGroup all = group;
        if (all == null) {
            return stop;
        }
        try (TensorScope ignored = TensorScope.open("stop")) {
            Tensor asked = Tensors.zeros(DType.FP32, all.device(), 1).add(stop ? 1.0 : 0.0);
            return all.allReduce(asked).item() > 0;
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
                Rng rng = new Rng(
                        config.seed() * 7_777_777 + step + (config.pack() ? 1_000_000_007L * rank() : 0), device)) {
            double[] levels = loss.levels(chance, batch.clips(), 0, 1);
            Tensor total = Tensors.zeros(DType.FP32, device);
            if (config.pack()) {
                packs(batch, levels, rng, total);
            } else {
                microBatches(batch, levels, rng, total);
            }
            share(total);
            Grad.off(() -> {
                lossSum.add_(total);
            });
            return updater.apply(total.item(), step);
        }
    }

    private int rank() {
        return group == null ? 0 : group.rank();
    }

    private int ranks() {
        return group == null ? 1 : group.size();
    }

    /** Gradients and loss of all processes, averaged. */
    private void share(Tensor total) {
        ProcessGroup all = group;
        if (all != null) {
            all.averageGradients(List.of(updater.gradients()));
            Grad.off(() -> {
                all.allReduce(total).div_(all.size());
            });
        }
    }

    /** This process's part of a step's clips, in micro-batches. The noise is that of the whole step. */
    private void microBatches(DitBatches.Step batch, double[] levels, Rng rng, Tensor total) {
        DitBatches.Batch clips = batches.load(batch.parts().getFirst().getFirst());
        DitLoss.Problem problem = problem(clips, levels, true, rng);
        double share = 1.0 / config.accumulate();
        int micro = batch.clips() / config.accumulate() / ranks();
        for (int m = 0; m < config.accumulate(); m++) {
            int at = (rank() * config.accumulate() + m) * micro;
            total.add_(TensorScope.compute(() -> {
                Tensor text = clips.text().narrow(0, at, micro);
                return loss.backward(model, text, problem.part(at, micro), share, config.checkpointing());
            }));
            updater.accumulate();
        }
    }

    private void packs(DitBatches.Step batch, double[] levels, Rng rng, Tensor total) {
        int[] order = Buckets.shuffled(levels.length, new SplittableRandom(config.seed() * 11 + step).split());
        int own = batch.parts().size() / ranks();
        int[] from = {0};
        for (List<DitBatches.Part> before : batch.parts().subList(0, rank() * own)) {
            from[0] += before.stream().mapToInt(DitBatches.Part::size).sum();
        }
        for (List<DitBatches.Part> sequence : batch.parts().subList(rank() * own, (rank() + 1) * own)) {
            total.add_(TensorScope.compute(() -> {
                List<Tensor> texts = new ArrayList<>();
                List<DitLoss.Problem> problems = new ArrayList<>();
                for (DitBatches.Part part : sequence) {
                    DitBatches.Batch clips = batches.load(part);
                    // clips stand by shape, and intervals of time in their order: shapes must not get a time each
                    double[] mine = new double[part.size()];
                    Arrays.setAll(mine, i -> levels[order[from[0] + i]]);
                    from[0] += part.size();
                    texts.add(clips.text());
                    problems.add(problem(clips, mine, true, rng));
                }
                double share = 1.0 / own;
                return loss.backward(model, texts, problems, share);
            }));
            updater.accumulate();
        }
    }

    private DitLoss.Problem problem(DitBatches.Batch b, double[] levels, boolean training, Rng rng) {
        DitObjective o = config.objective();
        DitLoss.Problem problem = o.firstFrame()
                ? loss.problem(b.clips(), levels, rng, DitBatches.condition(b.clips(), o.imageDropout(), training, rng))
                : loss.problem(b.clips(), levels, rng);
        Tensor shares = b.foreground();
        return training && shares != null && o.foreground() > 1 ? problem.weighted(shares, o.foreground()) : problem;
    }

    /**
     * The loss at fixed noise levels with fixed noise on clips that are not trained on, with the averaged weights: every
     * shape counts alike, and so does every latent; and, where that is known, the same in what the clips are about.
     */
    private Map<String, Double> validate() {
        Map<String, Double> values = new LinkedHashMap<>();
        double[] levels = loss.validationLevels();
        updater.ema()
                .during(() -> Grad.off(() -> {
                    double total = 0;
                    double inside = 0;
                    for (double level : levels) {
                        double sum = 0;
                        for (int g = 0; g < batches.groups(); g++) {
                            double[] errors = validate(g, level);
                            sum += errors[0];
                            inside += errors[1];
                        }
                        values.put("validation_" + (int) level, sum / batches.groups());
                        total += sum / batches.groups();
                    }
                    values.put("validation", total / levels.length);
                    if (!Double.isNaN(inside)) {
                        values.put("validation_foreground", inside / levels.length / batches.groups());
                    }
                }));
        return values;
    }

    /** The mean error of a shape's validation clips, and that in their foreground: NaN where it is not known. */
    private double[] validate(int group, double level) {
        int atOnce = Math.min(config.validationClips(), batches.microBatch(group));
        double[] sums = new double[2];
        for (int from = 0; from < config.validationClips(); from += atOnce) {
            int n = Math.min(atOnce, config.validationClips() - from);
            try (TensorScope ignored = TensorScope.open("validate");
                    Rng rng = new Rng(((long) level) * 1_000_003 + group * 1009L + from, device)) {
                DitBatches.Batch b = batches.validation(group, from, n);
                double[] levels = new double[n];
                Arrays.fill(levels, level);
                DitLoss.Problem problem = problem(b, levels, false, rng);
                Tensor predicted = loss.predicted(model, b.text(), problem);
                Tensor shares = b.foreground();
                double share = (double) n / config.validationClips();
                sums[0] += share * problem.error(predicted).item();
                sums[1] += shares == null
                        ? Double.NaN
                        : share * problem.errorIn(shares, predicted).item();
            }
        }
        return sums;
    }

    private void sheet() throws IOException {
        updater.ema().during(() -> parts.samples().sheet(model, parts.folder().resolve("samples.png"), step));
    }

    private void save() throws IOException {
        ObjectNode state = RunFolder.object();
        state.put("step", step);
        state.put("optimizerSteps", updater.optimizerSteps());
        parts.folder().save(state, updater::save);
        Map<String, List<double[]>> curves = new LinkedHashMap<>();
        for (String name : List.of(
                "loss", "validation", "validation_299", "validation_699", "gradient_norm", "seconds_per_step")) {
            curves.put(name, metrics == null ? List.of() : metrics.series(name));
        }
        CurvePlot.write(parts.folder().resolve("curves.png"), curves);
    }

    /**
     * From scratch and of a whole transformer a checkpoint in the diffusers layout, of a LoRA a file that diffusers and
     * PEFT load.
     */
    @Override
    public void export(Path target, Map<String, String> provenance) throws IOException {
        ObjectNode facts = DitFacts.of(parts, step, ranks(), provenance, metrics);
        updater.ema().during(() -> parts.export().write(target, facts));
    }

    @Override
    public void close() throws IOException {
        owner.close();
        updater.close();
        parts.close();
    }
}

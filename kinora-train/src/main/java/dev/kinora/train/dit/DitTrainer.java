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
import dev.kinora.train.run.TrainListener;
import dev.kinora.train.run.Trainer;
import dev.kinora.train.run.TrainingLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final DitValidation validation;
    private final Updater updater;
    private final @Nullable Metrics metrics; // of the first process
    private final @Nullable ProcessGroup group;
    private final TensorScope owner = TensorScope.owner("loss");
    private final TrainingLoop loop;
    // of the steps since the last report
    private final Tensor lossSum;
    private int stepSum;
    private long clipSum;
    private long tokenSum;

    DitTrainer(DitRun parts, Updater updater, @Nullable Metrics metrics, int step) {
        this.group = parts.group();
        this.parts = parts;
        this.config = parts.recipe();
        this.device = parts.device();
        this.batches = parts.batches();
        this.model = parts.model();
        this.loss = parts.loss();
        this.validation = new DitValidation(config.validationClips(), batches, model, loss, device);
        this.updater = updater;
        this.metrics = metrics;
        this.loop = new TrainingLoop(
                config.optimizer().rate().steps(),
                config.optimizer().rate()::at,
                new TrainingLoop.Every(config.reportEvery(), config.saveEvery(), config.sampleEvery()),
                step,
                metrics,
                group);
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
        listener.onNote(parts.what() + " of " + updater.numel() + " weights on " + batches.size()
                + " clips of " + batches.groups() + " shapes, " + batches.stepsPerPass() + " steps a pass, from step "
                + loop.step() + " of " + loop.steps());
        begin();
        loop.run(new TrainingLoop.Course(this::step, this::validate, this::save, this::sheet), listener);
    }

    private Map<String, Double> step(int step, boolean reported) {
        DitBatches.Step batch = batches.step(step);
        double norm = update(step, batch);
        stepSum++;
        clipSum += batch.clips();
        tokenSum += batch.tokens();
        Map<String, Double> row = new LinkedHashMap<>();
        if (reported) {
            row.put("loss", lossSum.item() / stepSum);
            row.put("gradient_norm", norm);
            row.put("clips_per_step", (double) clipSum / stepSum);
            row.put("tokens_per_step", (double) tokenSum / stepSum);
            begin();
        }
        return row;
    }

    /** Sums begin anew. */
    private void begin() {
        stepSum = 0;
        clipSum = 0;
        tokenSum = 0;
        Grad.off(() -> {
            lossSum.zero_();
        });
    }

    private double update(int step, DitBatches.Step batch) {
        try (TensorScope ignored = TensorScope.open("train step");
                Rng chance = new Rng(config.seed() * 5_555_557 + step);
                Rng rng = new Rng(
                        config.seed() * 7_777_777 + step + (config.pack() ? 1_000_000_007L * rank() : 0), device)) {
            double[] levels = loss.levels(chance, batch.clips(), 0, 1);
            Tensor total = Tensors.zeros(DType.FP32, device);
            if (config.pack()) {
                packs(step, batch, levels, rng, total);
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
        DitLoss.Problem problem = loss.problem(clips, levels, true, rng);
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

    private void packs(int step, DitBatches.Step batch, double[] levels, Rng rng, Tensor total) {
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
                    problems.add(loss.problem(clips, mine, true, rng));
                }
                double share = 1.0 / own;
                return loss.backward(model, texts, problems, share);
            }));
            updater.accumulate();
        }
    }

    private Map<String, Double> validate() {
        Map<String, Double> values = new LinkedHashMap<>();
        updater.ema().during(() -> values.putAll(validation.run()));
        return values;
    }

    private void sheet() throws IOException {
        updater.ema().during(() -> parts.samples().sheet(model, parts.folder().resolve("samples.png"), loop.step()));
    }

    private void save() throws IOException {
        ObjectNode state = RunFolder.object();
        state.put("step", loop.step());
        state.put("optimizerSteps", updater.optimizerSteps());
        parts.folder().save(state, updater::save);
        CurvePlot.write(
                parts.folder().resolve("curves.png"),
                Objects.requireNonNull(metrics),
                List.of("loss", "validation", "validation_299", "validation_699", "gradient_norm", "seconds_per_step"));
    }

    /**
     * From scratch and of a whole transformer a checkpoint in the diffusers layout, of a LoRA a file that diffusers and
     * PEFT load.
     */
    @Override
    public void export(Path target, Map<String, String> provenance) throws IOException {
        ObjectNode facts = DitFacts.of(parts, loop.step(), ranks(), provenance, metrics);
        updater.ema().during(() -> parts.export().write(target, facts));
    }

    @Override
    public void close() throws IOException {
        owner.close();
        updater.close();
        parts.close();
    }
}

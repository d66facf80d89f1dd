package dev.kinora.train.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.eval.RenderedClips;
import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxReaderModel;
import dev.kinora.eval.ToyboxScore;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.train.data.ToyboxClips;
import dev.kinora.train.optim.Updater;
import dev.kinora.train.run.CurvePlot;
import dev.kinora.train.run.Metrics;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TrainListener;
import dev.kinora.train.run.Trainer;
import dev.kinora.train.run.TrainingFacts;
import dev.kinora.train.run.TrainingLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Trains the network that reads Toybox clips, on clips drawn while it trains. Everything random in a step follows from
 * seed and step, so that a run killed at any point continues from its last checkpoint bit for bit.
 */
public final class ReaderTrainer implements Trainer {
    private final ReaderTrainConfig config;
    private final RunFolder run;
    private final Device device;
    private final int threads;
    private final ToyboxReaderModel model;
    private final Updater updater;
    private final Metrics metrics;
    private final TrainingLoop loop;

    private ReaderTrainer(
            ReaderTrainConfig config,
            RunFolder run,
            Device device,
            int threads,
            ToyboxReaderModel model,
            Updater updater,
            Metrics metrics,
            int step) {
        this.config = config;
        this.run = run;
        this.device = device;
        this.threads = threads;
        this.model = model;
        this.updater = updater;
        this.metrics = metrics;
        this.loop = new TrainingLoop(
                config.optimizer().rate().steps(),
                config.optimizer().rate()::at,
                new TrainingLoop.Every(config.reportEvery(), config.saveEvery(), 0),
                step,
                metrics,
                null);
    }

    /**
     * Opens a run: a new one, or one that was stopped.
     *
     * @param folder where the run's files go
     * @param device where the network is trained
     * @param threads that draw clips
     * @throws IllegalArgumentException if the folder holds a run of another config
     */
    public static ReaderTrainer open(Path folder, ReaderTrainConfig config, Device device, int threads)
            throws IOException {
        RunFolder run = RunFolder.open(folder, RunFolder.tree(config));
        ToyboxReaderModel model = new ToyboxReaderModel(config.model(), Names.root());
        try (TensorScope ignored = TensorScope.open("initialise");
                Rng rng = new Rng(config.seed())) {
            model.initialize(rng);
            model.parameters().to(device);
            Updater updater = new Updater(Map.of("reader", model.parameters()), config.optimizer());
            Path latest = run.latest();
            int step = 0;
            if (latest != null) {
                step = RunFolder.state(latest).path("step").asInt();
                updater.restore(
                        latest, RunFolder.state(latest).path("optimizerSteps").asInt());
            }
            Metrics metrics = new Metrics(run.resolve("metrics.jsonl"), step);
            return new ReaderTrainer(config, run, device, threads, model, updater, metrics, step);
        }
    }

    @Override
    public long numel() {
        return updater.numel();
    }

    @Override
    public void train(TrainListener listener) throws IOException {
        listener.onNote(
                "Toybox reader of " + updater.numel() + " weights, from step " + loop.step() + " of " + loop.steps());
        try (ReaderClips clips = new ReaderClips(config, loop.step() + 1, threads)) {
            TrainingLoop.Step step = (number, reported) -> oneStep(number, clips.next(), reported);
            loop.run(new TrainingLoop.Course(step, this::validate, this::save), listener);
        }
    }

    /** One step; the values are those before the update, none if not asked for. */
    private Map<String, Double> oneStep(int step, List<ReaderBatch.Sample> samples, boolean report) {
        try (TensorScope ignored = TensorScope.open("train step");
                Rng rng = new Rng(config.seed() * 7_777_777 + step, device)) {
            ReaderBatch batch = ReaderBatch.of(samples, device);
            Tensor video = Grad.off(() -> TensorScope.compute(() -> ReaderBlemishes.apply(batch.video(), rng)));
            ToyboxReaderModel.Output out =
                    config.bf16() ? Grad.autocast(DType.BF16, () -> model.forward(video)) : model.forward(video);
            ReaderLoss loss = ReaderLoss.of(out, batch);
            loss.total().backward();
            Map<String, Double> values = report ? loss.values() : new LinkedHashMap<>();
            double norm = updater.apply(loss.total().item(), step);
            if (report) {
                values.put("gradient_norm", norm);
            }
            return values;
        }
    }

    /** How often the averaged weights are right on unblemished clips that training never sees. */
    private Map<String, Double> validate() {
        List<ToyboxMix> mixes = config.sizes().stream()
                .map(s -> new ToyboxMix(
                        s.width(),
                        s.height(),
                        config.frames().getFirst(),
                        config.model().fps(),
                        0,
                        0,
                        false))
                .toList();
        Map<String, Double> values = new LinkedHashMap<>();
        updater.ema().during(() -> {
            RenderedClips.Result result = RenderedClips.read(
                    ToyboxReader.of(model, device),
                    mixes,
                    ToyboxClips.VALIDATION,
                    config.validationClips(),
                    threads,
                    UnaryOperator.identity(),
                    done -> {});
            for (ToyboxScore.Attribute a : ToyboxScore.Attribute.values()) {
                values.put(
                        "validation_" + a.name().toLowerCase(Locale.ROOT),
                        result.score().rate(a).share());
            }
            values.put("validation_distance", result.distance());
        });
        return values;
    }

    private void save() throws IOException {
        ObjectNode state = RunFolder.object();
        state.put("step", loop.step());
        state.put("optimizerSteps", updater.optimizerSteps());
        run.save(state, updater::save);
        CurvePlot.write(
                run.resolve("curves.png"),
                metrics,
                List.of(
                        "loss",
                        "object",
                        "color",
                        "motion",
                        "scene",
                        "place",
                        "map",
                        "validation_object",
                        "validation_motion",
                        "validation_all",
                        "seconds_per_step"));
    }

    /** A folder that {@link ToyboxReader#load} reads, with {@code training.json}. */
    @Override
    public void export(Path target, Map<String, String> provenance) throws IOException {
        ObjectNode facts = TrainingFacts.of(
                loop.step(),
                provenance,
                device.toString(),
                RunFolder.tree(config),
                RunFolder.tree(ToyboxClips.facts()),
                1,
                metrics);
        updater.ema().during(() -> {
            try (TensorScope ignored = TensorScope.open("export")) {
                ToyboxReader.save(model, target);
                TrainingFacts.write(target.resolve(TrainingFacts.FILE), facts);
            }
        });
    }

    @Override
    public void close() throws IOException {
        updater.close();
        model.close();
        run.close();
    }
}

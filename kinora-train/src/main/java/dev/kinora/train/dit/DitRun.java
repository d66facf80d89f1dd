package dev.kinora.train.dit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.diffusion.CogVideoXScheduler;
import dev.kinora.diffusion.Prediction;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.latents.LatentGroup;
import dev.kinora.train.latents.TextBatches;
import dev.kinora.train.optim.Updater;
import dev.kinora.train.run.Metrics;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TrainListener;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a transformer's run is put together from.
 *
 * @param what is trained, in words
 * @param settings the whole config, for the record
 * @param group the processes that train together, or null for one alone
 */
record DitRun(
        String what,
        ObjectNode settings,
        DitRecipe recipe,
        RunFolder folder,
        LatentCache cache,
        DitBatches.Texts texts,
        DitBatches batches,
        DitModel model,
        DitLoss loss,
        DitSamples samples,
        Device device,
        @Nullable ProcessGroup group,
        Export export)
        implements AutoCloseable {

    private static final String LORA = "LoRA";

    /** Shown in every contact sheet of a run from scratch. */
    static final List<String> PROMPTS = List.of(
            "a red ball bounces on a green meadow",
            "a blue car slides to the right in the desert",
            "a yellow duck swings in a cozy room",
            "a purple rocket flies up in space",
            "a green heart spins on a sandy beach",
            "an orange fish moves in a circle in the blue ocean",
            "a white rabbit jumps in the snowy mountains",
            "a pink house grows in a city at night");

    /** Writes what was trained. */
    @FunctionalInterface
    interface Export {
        void write(Path target, ObjectNode facts) throws IOException;
    }

    static DitTrainer fresh(
            Path path,
            DitTrainConfig config,
            LatentCache cache,
            Path vae,
            Device device,
            boolean cacheOnDevice,
            @Nullable ProcessGroup group)
            throws IOException {
        requireForeground(config.recipe(), cache);
        RunFolder folder = folder(
                path,
                RunFolder.tree(config),
                group,
                run -> TextBatches.copy(cache.tokenizer(), run.resolve("tokenizer")));
        Path tokenizer = folder.resolve("tokenizer");
        if (cacheOnDevice) {
            cache.moveTo(device);
        }
        try (TensorScope ignored = TensorScope.open("initialise");
                TextBatches words = new TextBatches(tokenizer, cache.textLength());
                Rng rng = new Rng(config.recipe().seed())) {
            DitModel model = DitModel.fresh(
                    config, words.vocabularySize(), cache.textLength(), cache.channels(), cache.shapes(), device, rng);
            DitLoss loss = DitLoss.of(config.recipe().objective(), autocast(config.recipe(), device));
            List<DitSamples.Shown> shown = new ArrayList<>();
            List<ClipShape> shapes =
                    DitSamples.shapes(cache.shapes(), config.model().frames());
            for (int s = 0; s < Math.min(shapes.size(), PROMPTS.size()); s++) {
                List<String> prompts = new ArrayList<>();
                for (int i = s; i < PROMPTS.size(); i += shapes.size()) {
                    prompts.add(PROMPTS.get(i));
                }
                List<String> both = new ArrayList<>(Collections.nCopies(prompts.size(), ""));
                both.addAll(prompts);
                long[] ids = words.ids(both).toLongs();
                shown.add(new DitSamples.Shown(
                        shapes.get(s),
                        prompts,
                        () -> Tensors.of(ids, both.size(), cache.textLength()).to(device)));
            }
            DitSamples samples = new DitSamples(vae, loss, config.recipe(), shown, device);
            DitBatches.Texts texts = new TextIds(noText(words), device);
            DitBatches batches =
                    new DitBatches(config.recipe(), cache, texts, device, samples.scalingFactor(), 1, 1, size(group));
            return open(new DitRun(
                    "transformer and text encoder",
                    RunFolder.tree(config),
                    config.recipe(),
                    folder,
                    cache,
                    texts,
                    batches,
                    model,
                    loss,
                    samples,
                    device,
                    group,
                    (target, facts) -> DitExport.write(
                            target, model, samples.vae(), vae, loss, tokenizer, DitExport.use(config, cache), facts)));
        }
    }

    static DitTrainer tuned(
            Path path,
            FineTuneConfig config,
            Path latents,
            Device device,
            boolean cacheOnDevice,
            @Nullable ProcessGroup group,
            TrainListener listener)
            throws IOException {
        CheckpointFolder checkpoint = CheckpointFolder.open(Path.of(config.checkpoint()));
        Path transformer = checkpoint.component("transformer").folder();
        Path vae = checkpoint.component("vae").folder();
        CogVideoXConfig sizes =
                CogVideoXConfig.of(checkpoint.component("transformer").config());
        CogVideoXScheduler scheduler =
                CogVideoXScheduler.of(checkpoint.component("scheduler").config());
        LatentCache cache = LatentCache.open(latents);
        check(config, sizes, scheduler, cache, latents);
        requireForeground(config.recipe(), cache);
        Path encoder = checkpoint.component("text_encoder").folder();
        RunFolder folder = folder(path, RunFolder.tree(config), group, run -> {
            try (TextBatches words = new TextBatches(cache.tokenizer(), cache.textLength())) {
                boolean bf16 = config.recipe().bf16();
                TextStates.make(run.resolve("text"), cache, encoder, noText(words), bf16, device, listener);
            }
        });
        if (cacheOnDevice) {
            cache.moveTo(device);
        }
        DitRecipe recipe = config.recipe();
        try (TensorScope ignored = TensorScope.open("initialise");
                Rng rng = new Rng(recipe.seed())) {
            DitBatches.Texts texts = TextStates.open(folder.resolve("text"), cache, device);
            DType beside = recipe.bf16() ? DType.BF16 : DType.FP32;
            DitModel model = DitModel.tuned(transformer, config.lora(), beside, device, rng);
            boolean autocast = config.lora() == null && autocast(recipe, device);
            DitLoss loss = new DitLoss(recipe.objective(), scheduler, autocast);
            DitSamples samples = new DitSamples(vae, loss, recipe, validation(cache, texts, recipe), device);
            double scale = AutoencoderKLCogVideoXConfig.of(Config.read(vae.resolve("config.json")))
                    .scalingFactor();
            DitBatches batches = new DitBatches(
                    recipe, cache, texts, device, scale, sizes.framesPerPatch(), sizes.patchSize(), size(group));
            Export export = config.lora() == null
                    ? (target, facts) -> DitExport.tuned(target, checkpoint, model, facts)
                    : (target, facts) -> DitExport.lora(target, model, facts);
            return open(new DitRun(
                    config.lora() == null ? "transformer" : LORA,
                    RunFolder.tree(config),
                    recipe,
                    folder,
                    cache,
                    texts,
                    batches,
                    model,
                    loss,
                    samples,
                    device,
                    group,
                    export));
        }
    }

    private static void requireForeground(DitRecipe recipe, LatentCache cache) {
        double weight = recipe.objective().foreground();
        if (weight > 1 && !cache.hasForeground()) {
            cache.close();
            throw new IllegalArgumentException("latent cache: foreground = none (expected: one of every clip, with a "
                    + "foreground weight of " + weight + ")");
        }
    }

    private static long[] noText(TextBatches words) {
        try (TensorScope ignored = TensorScope.open("no text")) {
            return words.ids(List.of("")).toLongs();
        }
    }

    private static int size(@Nullable ProcessGroup group) {
        return group == null ? 1 : group.size();
    }

    /** The run's folder, filled by the first process before the others look into it. */
    private static RunFolder folder(
            Path path, ObjectNode config, @Nullable ProcessGroup group, RunFolder.Content content) throws IOException {
        if (group != null && group.rank() > 0) {
            group.barrier();
            return RunFolder.follow(path);
        }
        RunFolder folder = RunFolder.open(path, config);
        content.writeTo(path);
        if (group != null) {
            group.barrier();
        }
        return folder;
    }

    private static void check(
            FineTuneConfig config,
            CogVideoXConfig sizes,
            CogVideoXScheduler scheduler,
            LatentCache cache,
            Path latents) {
        String where = config.checkpoint();
        Checks.require(
                scheduler.config().predictionType() == Prediction.V,
                where,
                "prediction_type",
                scheduler.config().predictionType().key(),
                "v_prediction");
        Checks.require(
                cache.channels() == sizes.outChannels(),
                latents.toString(),
                "channels",
                cache.channels(),
                sizes.outChannels() + ", as the checkpoint's latents have");
        Checks.require(
                cache.textLength() == sizes.maxTextSeqLength(),
                latents.toString(),
                "text length",
                cache.textLength(),
                sizes.maxTextSeqLength() + ", as the checkpoint's texts have");
        boolean takesImage = sizes.inChannels() == 2 * sizes.outChannels();
        Checks.require(
                config.recipe().objective().firstFrame() == takesImage,
                where,
                "first frame",
                config.recipe().objective().firstFrame(),
                takesImage + ": the checkpoint is " + (takesImage ? "image" : "text") + " to video");
    }

    /** The first validation clip of each size, by its own caption. */
    private static List<DitSamples.Shown> validation(LatentCache cache, DitBatches.Texts texts, DitRecipe recipe) {
        List<DitSamples.Shown> shown = new ArrayList<>();
        for (ClipShape shape : DitSamples.shapes(cache.shapes(), 17)) {
            for (LatentGroup group : cache.groups()) {
                if (group.shape().equals(shape)) {
                    int[] clips = {0, group.size() - recipe.validationClips()};
                    shown.add(new DitSamples.Shown(
                            shape,
                            List.of("validation clip " + clips[1]),
                            () -> texts.of(group, clips, new int[] {LatentGroup.NO_TEXT, 0})));
                }
            }
        }
        return shown;
    }

    /** Whether matrix products alone are in 16 bits: what a CPU is fastest with, while a GPU wants all in them. */
    private static boolean autocast(DitRecipe recipe, Device device) {
        return recipe.bf16() && device.type() != Device.Type.CUDA;
    }

    /** What the trained networks compute with, beside the fp32 weights that are updated. */
    private DType compute() {
        boolean half = recipe.bf16() && device.type() == Device.Type.CUDA;
        return half && !what.equals(LORA) ? DType.BF16 : DType.FP32;
    }

    private static DitTrainer open(DitRun run) throws IOException {
        Updater updater = new Updater(run.model().parameters(), run.recipe().optimizer(), run.compute());
        Path latest = run.folder().latest();
        int step = 0;
        if (latest != null) {
            step = RunFolder.state(latest).path("step").asInt();
            updater.restore(
                    latest, RunFolder.state(latest).path("optimizerSteps").asInt());
        }
        boolean leads = run.group() == null || run.group().rank() == 0;
        Metrics metrics = leads ? new Metrics(run.folder().resolve("metrics.jsonl"), step) : null;
        return new DitTrainer(run, updater, metrics, step);
    }

    @Override
    public void close() throws IOException {
        samples.close();
        model.close();
        texts.close();
        cache.close();
        folder.close();
    }
}

package dev.kinora.train.dit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.tensor.DType;
import dev.kinora.toybox.CaptionGrammar;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.run.TrainingFacts;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelFacts;
import dev.kinora.weights.ModelIndex;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A trained transformer, its text encoder and its autoencoder as one checkpoint in the diffusers layout. */
final class DitExport {
    private DitExport() {}

    /**
     * Writes all five components.
     *
     * @param vaeFolder where the autoencoder is from: its facts go along
     * @param tokenizer folder of the tokenizer's files
     * @param use kept as {@code kinora.json}
     * @param facts kept as {@code transformer/training.json}
     */
    static void write(
            Path target,
            DitModel model,
            AutoencoderKLCogVideoX vae,
            Path vaeFolder,
            DitLoss loss,
            Path tokenizer,
            ModelFacts use,
            ObjectNode facts)
            throws IOException {
        boolean takesImage = model.transformer().config().inChannels()
                > model.transformer().config().outChannels();
        ModelIndex index = ModelIndex.of(takesImage ? "CogVideoXImageToVideoPipeline" : "CogVideoXPipeline")
                .with("scheduler", "diffusers", loss.schedulerClass())
                .with("text_encoder", "transformers", "T5EncoderModel")
                .with("tokenizer", "transformers", "T5Tokenizer")
                .with("transformer", "diffusers", "CogVideoXTransformer3DModel")
                .with("vae", "diffusers", "AutoencoderKLCogVideoX");
        CheckpointFolder.write(target, index, draft -> {
            draft.config("scheduler", loss.schedulerConfig());
            // transformers loads what is stored, diffusers fp32: the small one is stored as the large ones are loaded
            draft.config("text_encoder", model.text().config().toConfig());
            draft.weights(
                    "text_encoder",
                    new SafetensorsWriter().addAll(model.text().parameters(), DType.FP32),
                    "",
                    Long.MAX_VALUE);
            draft.config("transformer", model.transformer().config().toConfig());
            draft.weights(
                    "transformer",
                    new SafetensorsWriter().addAll(model.transformer().parameters(), DType.BF16),
                    "",
                    Long.MAX_VALUE);
            draft.config("vae", vae.config().toConfig());
            draft.weights("vae", new SafetensorsWriter().addAll(vae.parameters(), DType.BF16), "", Long.MAX_VALUE);
            Path learned = vaeFolder.resolve(TrainingFacts.FILE);
            if (Files.isRegularFile(learned)) {
                Files.copy(learned, draft.folder("vae").resolve(TrainingFacts.FILE));
            }
            Path words = draft.folder("tokenizer");
            try (Stream<Path> files = Files.list(tokenizer)) {
                for (Path f : files.toList()) {
                    Files.copy(f, words.resolve(f.getFileName().toString()));
                }
            }
            TrainingFacts.write(draft.folder("transformer").resolve(TrainingFacts.FILE), facts);
            use.write(draft.path());
        });
    }

    /** How a checkpoint is best used: as it was shown while it was trained, at the size it saw most of. */
    static ModelFacts use(DitTrainConfig config, LatentCache cache) {
        List<ClipShape> shapes = cache.shapes();
        ClipShape usual = shapes.stream()
                .filter(s -> s.frames() == config.model().frames())
                .max(Comparator.comparingInt(cache::size))
                .orElse(shapes.getFirst());
        JsonNode source = cache.description().path("source");
        boolean toybox = source.path("source").asText().equals("Toybox");
        return new ModelFacts(
                null,
                usual.width(),
                usual.height(),
                config.model().frames(),
                source.has("fps") ? source.path("fps").asDouble() : null,
                config.recipe().sampleSteps(),
                config.recipe().guidance(),
                shapes.stream().map(ClipShape::toString).toList(),
                toybox
                        ? CaptionGrammar.vocabulary().stream()
                                .filter(w -> Character.isLetter(w.charAt(0)))
                                .map(w -> w.toLowerCase(Locale.ROOT))
                                .distinct()
                                .sorted()
                                .toList()
                        : List.of());
    }

    /**
     * A checkpoint with its transformer replaced by the trained one, stored in the types it was stored in. It is used as
     * the other is; what that says of itself is not said of this one.
     */
    static void tuned(Path target, CheckpointFolder from, DitModel model, ObjectNode facts) throws IOException {
        ModelFacts use = ModelFacts.read(from).withoutAbout();
        DType type;
        try (Arena arena = Arena.ofConfined()) {
            DType stored = from.component("transformer")
                    .weights("", arena)
                    .info("proj_out.weight")
                    .type()
                    .dtype();
            type = stored == null ? DType.FP32 : stored;
        }
        CheckpointFolder.write(target, from.index(), draft -> {
            for (CheckpointFolder.Component c : from.components()) {
                if (!c.name().equals("transformer")) {
                    draft.copy(c);
                }
            }
            draft.config("transformer", from.component("transformer").config());
            draft.weights(
                    "transformer",
                    new SafetensorsWriter().addAll(model.transformer().parameters(), type),
                    "",
                    SafetensorsWriter.DEFAULT_SHARD_BYTES);
            TrainingFacts.write(draft.folder("transformer").resolve(TrainingFacts.FILE), facts);
            if (!use.equals(ModelFacts.NONE)) {
                use.write(draft.path());
            }
        });
    }

    /** A LoRA as diffusers and PEFT load it, and the facts as JSON beside it. */
    static void lora(Path target, DitModel model, ObjectNode facts) throws IOException {
        model.lora().save(target, "transformer", DType.FP32);
        Path beside = target.resolveSibling(target.getFileName() + ".json");
        TrainingFacts.write(beside, facts);
    }
}

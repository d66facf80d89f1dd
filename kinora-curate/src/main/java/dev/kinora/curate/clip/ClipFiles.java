package dev.kinora.curate.clip;

import dev.kinora.models.clip.AestheticHead;
import dev.kinora.models.clip.ClipConfig;
import dev.kinora.models.clip.ClipImageProcessor;
import dev.kinora.models.clip.ClipVisionConfig;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.Config;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a CLIP's folder: their hash, their size, and whether they are what curation needs. */
public final class ClipFiles {
    private ClipFiles() {}

    /** One hash for everything that decides an embedding: weights, {@code config.json} and the processor's settings. */
    public static String hash(Path folder) throws IOException {
        List<Path> files = new ArrayList<>(weights(folder));
        for (String name : List.of("config.json", ClipImageProcessor.FILE)) {
            if (Files.isRegularFile(folder.resolve(name))) {
                files.add(folder.resolve(name));
            }
        }
        return Hashes.combined(Hashes.sha256(files, Hashes.Progress.NONE));
    }

    /** Bytes of the weights. */
    public static long bytes(Path folder) throws IOException {
        long sum = 0;
        for (Path file : weights(folder)) {
            sum += Files.size(file);
        }
        return sum;
    }

    private static List<Path> weights(Path folder) throws IOException {
        return Checkpoint.open(folder).files().stream().map(f -> f.path()).toList();
    }

    /**
     * Refuses, before work starts, what the stages could not work with.
     *
     * @param folder of a CLIP
     * @param head a safetensors file; null for none
     * @throws IOException if a file is missing or no model's; likewise its unchecked exceptions
     */
    public static void require(Path folder, @Nullable Path head) throws IOException {
        Config json = Config.read(folder.resolve("config.json"));
        ClipVisionConfig config = ClipConfig.isWhole(json) ? ClipConfig.of(json).vision() : ClipVisionConfig.of(json);
        ClipImageProcessor.load(folder, config.imageSize());
        if (!Checkpoint.open(folder).has("visual_projection.weight")) {
            throw new IOException("clip: visual_projection.weight = missing in " + folder
                    + " (expected: a whole CLIP, or a CLIPVisionModelWithProjection)");
        }
        if (head != null && AestheticHead.load(head).width() != config.encoder().projectionDim()) {
            throw new IOException(
                    "aesthetic: width = " + AestheticHead.load(head).width() + " (expected: "
                            + config.encoder().projectionDim() + ", that of the embeddings of " + folder + ")");
        }
    }
}

package dev.kinora.curate.worker;

import dev.kinora.curate.clip.AestheticStage;
import dev.kinora.curate.clip.ClipFiles;
import dev.kinora.curate.clip.ClipStage;
import dev.kinora.curate.cut.Cascade;
import dev.kinora.curate.cut.Segmenter;
import dev.kinora.curate.cut.WholeFile;
import dev.kinora.curate.face.FaceStage;
import dev.kinora.curate.motion.MotionStage;
import dev.kinora.curate.motion.VectorsStage;
import dev.kinora.curate.picture.PictureStage;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.curate.text.TextStage;
import dev.kinora.models.transnet.TransNetV2;
import dev.kinora.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The stages that a recipe names. */
public final class Stages {
    private Stages() {}

    /** What they measure, without opening them. */
    public static List<StageInfo> describe(Recipe recipe) {
        List<StageInfo> all = new ArrayList<>();
        boolean moving = recipe.stages().contains("motion");
        if (recipe.stages().contains("picture")) {
            all.add(PictureStage.INFO);
        }
        if (moving) {
            all.add(MotionStage.INFO);
        }
        if (recipe.stages().contains(Recipe.VECTORS)) {
            all.add(VectorsStage.INFO);
        }
        if (recipe.stages().contains("text")) {
            all.add(TextStage.info(moving));
        }
        if (recipe.stages().contains("face")) {
            all.add(FaceStage.info(recipe.models().getOrDefault(Recipe.YUNET, "")));
        }
        if (recipe.stages().contains(Recipe.CLIP)) {
            all.add(ClipStage.info(recipe.models().getOrDefault(Recipe.CLIP, "")));
        }
        if (recipe.stages().contains(Recipe.AESTHETIC)) {
            all.add(AestheticStage.info(recipe.models().getOrDefault(Recipe.AESTHETIC, "")));
        }
        return all;
    }

    /**
     * Opens them, in the order of {@link #describe}; the caller closes them.
     *
     * @param models file or folder by name
     */
    public static List<Stage> open(Recipe recipe, Map<String, Path> models) throws IOException {
        List<Stage> stages = new ArrayList<>();
        if (recipe.stages().contains("picture")) {
            stages.add(new PictureStage());
        }
        MotionStage motion = null;
        if (recipe.stages().contains("motion")) {
            motion = new MotionStage();
            stages.add(motion);
        }
        if (recipe.stages().contains(Recipe.VECTORS)) {
            stages.add(new VectorsStage());
        }
        if (recipe.stages().contains("text")) {
            stages.add(new TextStage(motion));
        }
        if (recipe.stages().contains("face")) {
            Path yunet = models.get(Recipe.YUNET);
            String hash = recipe.models().getOrDefault(Recipe.YUNET, "");
            stages.add(yunet == null || hash.isEmpty() ? new FaceStage() : new FaceStage(yunet, hash));
        }
        Path folder = models.get(Recipe.CLIP);
        if (recipe.stages().contains(Recipe.CLIP) && folder != null) {
            // One thread, one kernel: sums that are added up otherwise differ in their last bits.
            Torch.setThreads(1);
            System.setProperty("kinora.kernel.attention", "libtorch");
            ClipStage clip = new ClipStage(folder, recipe.models().getOrDefault(Recipe.CLIP, ""));
            stages.add(clip);
            Path head = models.get(Recipe.AESTHETIC);
            if (recipe.stages().contains(Recipe.AESTHETIC) && head != null) {
                stages.add(new AestheticStage(clip, head, recipe.models().getOrDefault(Recipe.AESTHETIC, "")));
            }
        }
        return stages;
    }

    /** How shots are found, without opening what finds them. */
    public static Method shots(Recipe recipe) {
        return recipe.shots().equals(Recipe.WHOLE) ? WholeFile.METHOD : Cascade.method(recipe.transnet());
    }

    /**
     * Refuses a recipe whose models are not those at hand.
     *
     * @param models file by name
     * @throws IOException if a model's file is missing, or other than the recipe says
     */
    public static void requireModels(Recipe recipe, Map<String, Path> models) throws IOException {
        requireTransnet(recipe, models);
        for (Map.Entry<String, String> wanted : recipe.models().entrySet()) {
            Path file = models.get(wanted.getKey());
            String hash = file == null ? "none" : hash(file);
            if (!hash.equals(wanted.getValue())) {
                throw new IOException("curate: %s = %s, SHA-256 %s (expected: the one with %s)"
                        .formatted(wanted.getKey(), file, hash, wanted.getValue()));
            }
        }
        Path clip = models.get(Recipe.CLIP);
        if (recipe.models().containsKey(Recipe.CLIP) && clip != null) {
            ClipFiles.require(
                    clip, recipe.models().containsKey(Recipe.AESTHETIC) ? models.get(Recipe.AESTHETIC) : null);
        }
        Path yunet = models.get(Recipe.YUNET);
        if (recipe.models().containsKey(Recipe.YUNET) && yunet != null) {
            FaceStage.require(yunet);
        }
    }

    /** The hash that a recipe names a model by: of a file, or of a CLIP's folder. */
    public static String hash(Path model) throws IOException {
        return Files.isDirectory(model) ? ClipFiles.hash(model) : Hashes.ofFile(model);
    }

    private static void requireTransnet(Recipe recipe, Map<String, Path> models) throws IOException {
        if (recipe.transnet().isEmpty()) {
            return;
        }
        Path weights = models.get(Recipe.TRANSNET);
        String sha256 = weights == null ? "none" : Hashes.ofFile(weights);
        if (!sha256.equals(recipe.transnet())) {
            throw new IOException("curate: transnet = " + weights + ", SHA-256 " + sha256 + " (expected: the file with "
                    + recipe.transnet() + ")");
        }
    }

    /**
     * What finds the shots; the caller closes it.
     *
     * @param models file by name
     * @throws IOException if a model's file is missing, or other than the recipe says
     */
    static Segmenter segmenter(Recipe recipe, Map<String, Path> models) throws IOException {
        if (recipe.shots().equals(Recipe.WHOLE)) {
            return new WholeFile();
        }
        requireTransnet(recipe, models);
        Path weights = models.get(Recipe.TRANSNET);
        if (recipe.transnet().isEmpty() || weights == null) {
            return new Cascade(null);
        }
        // Workers share the processors already; and sums over several threads would depend on how many.
        Torch.setThreads(1);
        return new Cascade(TransNetV2.load(weights));
    }
}

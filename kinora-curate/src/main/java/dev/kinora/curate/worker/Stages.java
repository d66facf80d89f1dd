package dev.kinora.curate.worker;

import dev.kinora.curate.cut.Cascade;
import dev.kinora.curate.cut.Segmenter;
import dev.kinora.curate.cut.WholeFile;
import dev.kinora.curate.face.FaceStage;
import dev.kinora.curate.motion.MotionStage;
import dev.kinora.curate.picture.PictureStage;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.curate.text.TextStage;
import dev.kinora.models.transnet.TransNetV2;
import dev.kinora.tensor.Torch;
import java.io.IOException;
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
        if (recipe.stages().contains("text")) {
            all.add(TextStage.info(moving));
        }
        if (recipe.stages().contains("face")) {
            all.add(FaceStage.INFO);
        }
        return all;
    }

    /** Opens them, in the order of {@link Recipe#STAGES}; the caller closes them. */
    public static List<Stage> open(Recipe recipe) throws IOException {
        List<Stage> stages = new ArrayList<>();
        if (recipe.stages().contains("picture")) {
            stages.add(new PictureStage());
        }
        MotionStage motion = null;
        if (recipe.stages().contains("motion")) {
            motion = new MotionStage();
            stages.add(motion);
        }
        if (recipe.stages().contains("text")) {
            stages.add(new TextStage(motion));
        }
        if (recipe.stages().contains("face")) {
            stages.add(new FaceStage());
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
        requireModels(recipe, models);
        Path weights = models.get(Recipe.TRANSNET);
        if (recipe.transnet().isEmpty() || weights == null) {
            return new Cascade(null);
        }
        // Workers share the processors already; and sums over several threads would depend on how many.
        Torch.setThreads(1);
        return new Cascade(TransNetV2.load(weights));
    }
}

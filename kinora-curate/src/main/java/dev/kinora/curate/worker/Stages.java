package dev.kinora.curate.worker;

import dev.kinora.curate.cut.Segmenter;
import dev.kinora.curate.cut.WholeFile;
import dev.kinora.curate.face.FaceStage;
import dev.kinora.curate.motion.MotionStage;
import dev.kinora.curate.picture.PictureStage;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.curate.text.TextStage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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
        return WholeFile.METHOD;
    }

    /** What finds the shots. */
    static Segmenter segmenter(Recipe recipe) {
        return new WholeFile();
    }
}

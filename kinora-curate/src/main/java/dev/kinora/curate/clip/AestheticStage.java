package dev.kinora.curate.clip;

import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Scores;
import dev.kinora.curate.stage.Span;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.media.VideoInfo;
import dev.kinora.models.clip.AestheticHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How people would like the pictures that {@link ClipStage} embeds, by one of LAION's heads. */
public final class AestheticStage implements Stage {
    private final StageInfo info;
    private final ClipStage clip;
    private final AestheticHead head;

    /**
     * Loads the head.
     *
     * @param clip watches the same frames, before this stage
     * @param file a safetensors file
     * @param hash its SHA-256
     */
    public AestheticStage(ClipStage clip, Path file, String hash) throws IOException {
        this.clip = clip;
        info = info(hash);
        head = AestheticHead.load(file);
    }

    /** What it measures and how, with the head of this hash. */
    public static StageInfo info(String hash) {
        return new StageInfo(
                new Method("aesthetic", 1, hash),
                List.of(
                        new Column("aesthetic_mean", "about 1..10", "mean over pictures"),
                        new Column("aesthetic_min", "about 1..10", "that of the worst picture")));
    }

    @Override
    public StageInfo info() {
        return info;
    }

    @Override
    public void begin(VideoInfo video) {}

    @Override
    public void observe(Look look) {}

    @Override
    public void score(Span span, Scores to) {
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        List<float[]> pictures = clip.in(span);
        for (float[] picture : pictures) {
            double score = head.score(picture);
            sum += score;
            least = Math.min(least, score);
        }
        to.put("aesthetic_mean", sum / pictures.size());
        to.put("aesthetic_min", least);
    }
}

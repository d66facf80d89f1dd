package dev.kinora.curate.clip;

import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Scores;
import dev.kinora.curate.stage.Span;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import dev.kinora.models.clip.ClipImageProcessor;
import dev.kinora.models.clip.ClipModel;
import dev.kinora.models.clip.ClipVisionModel;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Embeds the first picture of every second with CLIP's image encoder, some at a time, in fp32; the mean of a clip's
 * embeddings, each of unit length, goes with it. Its dot product with a caption's embedding is the mean
 * of the pictures' cosines with the caption, and its own length says how alike the pictures are.
 */
public final class ClipStage implements Stage {
    /** Pictures embedded a second. */
    public static final double RATE = 1;

    /** Pictures that go through the network together; what comes out depends on it in the last bits. */
    private static final int BATCH = 4;

    private final StageInfo info;
    private final ClipVisionModel model;
    private final ClipImageProcessor processor;
    private final List<Image> waiting = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private final List<float[]> embeddings = new ArrayList<>();
    private long lastSecond = Long.MIN_VALUE;

    /**
     * Loads the model.
     *
     * @param folder of a CLIP or of its image encoder, in transformers' layout
     * @param hash of its files
     */
    public ClipStage(Path folder, String hash) throws IOException {
        info = info(hash);
        model = ClipVisionModel.load(folder, DType.FP32);
        processor = ClipImageProcessor.load(folder, model.config().imageSize());
    }

    /** What it measures and how, with the model of this hash. */
    public static StageInfo info(String hash) {
        return new StageInfo(
                new Method("clip", 1, hash),
                List.of(
                        new Column("clip_adjacent", "-1..1", "cosine of pictures a second apart, mean"),
                        new Column("clip_adjacent_min", "-1..1", "the least of them: a cut that was missed")));
    }

    @Override
    public StageInfo info() {
        return info;
    }

    /** Width of the embeddings. */
    public int width() {
        return model.config().encoder().projectionDim();
    }

    @Override
    public void begin(VideoInfo video) {
        waiting.clear();
        times.clear();
        embeddings.clear();
        lastSecond = Long.MIN_VALUE;
    }

    @Override
    public void observe(Look look) throws MediaException {
        // Whole seconds, not a second after the one before: no clip of a second goes without a picture.
        long second = (long) Math.floor(look.seconds() * RATE + 1e-4);
        if (second == lastSecond) {
            return;
        }
        lastSecond = second;
        waiting.add(processor.cut(look.image()));
        times.add(look.pts());
        if (waiting.size() == BATCH) {
            embed();
        }
    }

    private void embed() {
        if (waiting.isEmpty()) {
            return;
        }
        Grad.off(() -> {
            try (TensorScope scope = TensorScope.open("ClipStage")) {
                float[] all = ClipModel.unit(model.embeds(processor.process(waiting)))
                        .contiguous()
                        .toFloats();
                for (int i = 0; i < waiting.size(); i++) {
                    embeddings.add(Arrays.copyOfRange(all, i * width(), (i + 1) * width()));
                }
            }
            return 0;
        });
        waiting.clear();
    }

    /** The embeddings of a span's pictures in order of time, each of unit length. */
    List<float[]> in(Span span) {
        embed();
        List<float[]> found = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            if (span.contains(times.get(i))) {
                found.add(embeddings.get(i));
            }
        }
        return found;
    }

    @Override
    public void score(Span span, Scores to) {
        List<float[]> pictures = in(span);
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 1; i < pictures.size(); i++) {
            double cosine = dot(pictures.get(i - 1), pictures.get(i));
            sum += cosine;
            least = Math.min(least, cosine);
        }
        to.put("clip_adjacent", sum / (pictures.size() - 1)); // of a single picture: 0 / 0, unknown
        to.put("clip_adjacent_min", least);
    }

    @Override
    public float[] embedding(Span span) {
        List<float[]> pictures = in(span);
        if (pictures.isEmpty()) {
            return new float[0];
        }
        float[] mean = new float[width()];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (float[] p : pictures) {
                sum += p[i];
            }
            mean[i] = (float) (sum / pictures.size());
        }
        return mean;
    }

    /** Of two embeddings of one length; the cosine where both have length 1. */
    public static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void close() {
        model.close();
    }
}

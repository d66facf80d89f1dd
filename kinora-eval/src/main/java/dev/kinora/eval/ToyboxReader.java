package dev.kinora.eval;

import dev.kinora.eval.ToyboxReaderModel.Cast;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.toybox.ToyColor;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyObject;
import dev.kinora.toybox.ToyScene;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.Config;
import dev.kinora.weights.SafetensorsWriter;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Says what a clip of the Toybox world shows: its scene, and what every toy is and does. */
public final class ToyboxReader implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final List<Cast> CASTS = List.of(Cast.values());

    private final ToyboxReaderModel model;
    private final Device device;

    private ToyboxReader(ToyboxReaderModel model, Device device) {
        this.model = model;
        this.device = device;
    }

    /** Reads with a model that stays the caller's, where its weights are. */
    public static ToyboxReader of(ToyboxReaderModel model, Device device) {
        return new ToyboxReader(model, device);
    }

    /**
     * Loads a folder with {@code config.json} and {@code model.safetensors}.
     *
     * @throws IllegalArgumentException if it was trained for another version of the world
     * @throws dev.kinora.weights.CheckpointException if the weights do not fit the config
     */
    public static ToyboxReader load(Path folder, Device device) throws IOException {
        ToyboxReaderModel model =
                new ToyboxReaderModel(ToyboxReaderConfig.of(Config.read(folder.resolve(CONFIG))), Names.root());
        boolean loaded = false;
        try (TensorScope ignored = TensorScope.open("load reader")) {
            StrictLoader.as(DType.FP32).load(Checkpoint.open(folder, "", Arena.ofAuto()), model.parameters());
            model.parameters().to(device);
            loaded = true;
            return new ToyboxReader(model, device);
        } finally {
            if (!loaded) {
                model.close();
            }
        }
    }

    /** Writes a model as {@link #load} reads it, the weights as bf16. */
    public static void save(ToyboxReaderModel model, Path folder) throws IOException {
        Files.createDirectories(folder);
        new SafetensorsWriter()
                .metadata("format", "pt")
                .addAll(model.parameters(), DType.BF16)
                .write(folder.resolve(WEIGHTS));
        model.config().toConfig().write(folder.resolve(CONFIG));
    }

    /** The network. */
    public ToyboxReaderModel model() {
        return model;
    }

    /**
     * Reads clips of one shape.
     *
     * @param frames uint8 [B, F, H, W, 3], sRGB, at the frame rate of the reader's config
     * @throws IllegalArgumentException for another shape
     */
    public List<ToyboxReading> read(Tensor frames) {
        require(frames);
        try (TensorScope ignored = TensorScope.open("read toybox")) {
            Tensor video = toVideo(frames.to(device));
            return Grad.off(() -> readings(model.forward(video)));
        }
    }

    private static void require(Tensor frames) {
        if (frames.dim() != 5 || frames.size(4) != 3 || frames.dtype() != DType.UINT8) {
            throw new IllegalArgumentException(
                    "toybox reader: frames = " + frames.describe() + " (expected: uint8 [B, F, H, W, 3])");
        }
    }

    /**
     * Reads clips of one shape, answer by answer, each with its probability.
     *
     * @param frames as for {@link #read}
     */
    public List<ToyboxAnswers> answers(Tensor frames) {
        require(frames);
        try (TensorScope ignored = TensorScope.open("read toybox")) {
            Tensor video = toVideo(frames.to(device));
            return Grad.off(() -> answers(model.forward(video)));
        }
    }

    private List<ToyboxAnswers> answers(ToyboxReaderModel.Output out) {
        ToyboxReaderConfig labels = model.config();
        Answers scene = Answers.of(out.scene());
        Answers cast = Answers.of(out.cast());
        Answers object = Answers.of(out.object());
        Answers color = Answers.of(out.color());
        Answers motion = Answers.of(out.motion());
        List<ToyboxAnswers> all = new ArrayList<>();
        for (int b = 0; b < out.scene().size(0); b++) {
            Cast who = CASTS.get(cast.index(b));
            List<ToyboxAnswers.Toy> toys = new ArrayList<>();
            for (int s = 0; s < (who == Cast.ONE ? 1 : 2); s++) {
                int at = b * ToyboxReaderModel.SLOTS + s;
                toys.add(new ToyboxAnswers.Toy(
                        object.sure(at, ToyObject.valueOf(labels.objects().get(object.index(at)))),
                        color.sure(at, ToyColor.valueOf(labels.colors().get(color.index(at)))),
                        motion.sure(at, ToyMotion.valueOf(labels.motions().get(motion.index(at))))));
            }
            all.add(new ToyboxAnswers(
                    scene.sure(b, ToyScene.valueOf(labels.scenes().get(scene.index(b)))), cast.sure(b, who), toys));
        }
        return all;
    }

    /** uint8 [B, F, H, W, 3] to fp32 [B, 3, F, H, W] in [-1, 1]. */
    public static Tensor toVideo(Tensor frames) {
        return frames.permute(0, 4, 1, 2, 3).to(DType.FP32).div(127.5).sub(1).contiguous();
    }

    private List<ToyboxReading> readings(ToyboxReaderModel.Output out) {
        ToyboxReaderConfig labels = model.config();
        Answers scene = Answers.of(out.scene());
        Answers cast = Answers.of(out.cast());
        Answers object = Answers.of(out.object());
        Answers color = Answers.of(out.color());
        Answers motion = Answers.of(out.motion());
        long[] shape = out.places().shape(); // [B, S, F, 3]
        double[] places = out.places().contiguous().toDoubles();
        List<ToyboxReading> readings = new ArrayList<>();
        for (int b = 0; b < shape[0]; b++) {
            Cast who = CASTS.get(cast.index(b));
            double confidence = Math.min(scene.probability(b), cast.probability(b));
            List<ToyboxReading.SeenToy> toys = new ArrayList<>();
            for (int s = 0; s < (who == Cast.ONE ? 1 : 2); s++) {
                int at = b * ToyboxReaderModel.SLOTS + s;
                confidence = Math.min(
                        confidence,
                        Math.min(object.probability(at), Math.min(color.probability(at), motion.probability(at))));
                toys.add(new ToyboxReading.SeenToy(
                        ToyObject.valueOf(labels.objects().get(object.index(at))),
                        ToyColor.valueOf(labels.colors().get(color.index(at))),
                        ToyMotion.valueOf(labels.motions().get(motion.index(at))),
                        path(places, at, (int) shape[2])));
            }
            readings.add(new ToyboxReading(
                    ToyScene.valueOf(labels.scenes().get(scene.index(b))), who == Cast.COLLIDING, toys, confidence));
        }
        return readings;
    }

    private static List<ToyboxReading.Place> path(double[] places, int toy, int frames) {
        List<ToyboxReading.Place> path = new ArrayList<>();
        for (int f = 0; f < frames; f++) {
            int i = (toy * frames + f) * ToyboxReaderModel.PLACE;
            path.add(new ToyboxReading.Place(places[i], places[i + 1], places[i + 2]));
        }
        return path;
    }

    /** The likeliest label of each row of logits, and its probability. */
    private static final class Answers {
        private final long[] indices;
        private final double[] probabilities;

        private Answers(long[] indices, double[] probabilities) {
            this.indices = indices;
            this.probabilities = probabilities;
        }

        static Answers of(Tensor logits) { // [..., labels]
            Tensor p = logits.reshape(-1, logits.size(-1)).softmax(1);
            Tensor best = p.argmax(1);
            return new Answers(
                    best.toLongs(), p.gather(1, best.unsqueeze(1)).squeeze(1).toDoubles());
        }

        int index(int row) {
            return (int) indices[row];
        }

        double probability(int row) {
            return probabilities[row];
        }

        <T> ToyboxAnswers.Answer<T> sure(int row, T value) {
            return new ToyboxAnswers.Answer<>(value, probabilities[row]);
        }
    }

    /** A clip of the renderer as the reader takes it: uint8 [1, F, H, W, 3]. */
    public static Tensor frames(byte[] rgb, int frames, int height, int width) {
        return Tensors.of(rgb, 1, frames, height, width, 3);
    }

    @Override
    public void close() {
        model.close();
    }
}

package dev.kinora.train.dit;

import dev.kinora.diffusion.Guidance;
import dev.kinora.diffusion.Sampler;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.data.ToyboxClips;
import dev.kinora.train.run.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a transformer in training is shown by: videos of the same prompts from the same noise, in several sizes. */
final class DitSamples implements AutoCloseable {
    /** Frames shown of a video. */
    private static final int SHOWN = 9;

    private final AutoencoderKLCogVideoX vae;
    private final DitLoss loss;
    private final DitRecipe config;
    private final Device device;
    private final List<Shown> shown;

    /**
     * Prompts that are shown at one size.
     *
     * @param labels one a prompt
     * @param text gives [2 n, …]: as many empty texts as prompts, then the prompts, as {@link DitBatches.Texts} would
     */
    record Shown(ClipShape shape, List<String> labels, Supplier<Tensor> text) {}

    /** Loads the autoencoder. */
    DitSamples(Path vae, DitLoss loss, DitRecipe config, List<Shown> shown, Device device) throws IOException {
        this.vae = AutoencoderKLCogVideoX.load(vae, DType.BF16);
        this.vae.parameters().to(device);
        this.loss = loss;
        this.config = config;
        this.device = device;
        this.shown = List.copyOf(shown);
    }

    /** Of each size the length nearest to a usual one. */
    static List<ClipShape> shapes(List<ClipShape> all, int frames) {
        Map<String, ClipShape> bySize = new LinkedHashMap<>();
        all.stream()
                .sorted(Comparator.comparingInt(s -> Math.abs(s.frames() - frames)))
                .forEach(s -> bySize.putIfAbsent(s.width() + "x" + s.height(), s));
        return List.copyOf(bySize.values());
    }

    AutoencoderKLCogVideoX vae() {
        return vae;
    }

    double scalingFactor() {
        return vae.config().scalingFactor();
    }

    /** Writes a contact sheet. */
    void sheet(DitModel model, Path file, int step) throws IOException {
        List<BufferedImage> parts = new ArrayList<>();
        for (Shown s : shown) {
            parts.add(sheet(model, s, step));
        }
        Pictures.writePng(file, Pictures.column(parts));
    }

    private BufferedImage sheet(DitModel model, Shown s, int step) {
        try (TensorScope ignored = TensorScope.open("samples")) {
            List<Pictures.Row> rows = new ArrayList<>();
            Tensor videos = Grad.off(() -> videos(model, s, 42));
            for (int i = 0; i < s.labels().size(); i++) {
                byte[][] frames = ToyboxClips.frames(videos.select(0, i));
                List<byte[]> some = new ArrayList<>();
                int stride = Math.max(1, (frames.length - 1) / (SHOWN - 1));
                for (int f = 0; f < frames.length; f += stride) {
                    some.add(frames[f]);
                }
                String where = i == 0 ? "   (" + s.shape() + ", step " + step + ")" : "";
                rows.add(new Pictures.Row(s.labels().get(i) + where, some));
            }
            return Pictures.sheet(rows, s.shape().width(), s.shape().height(), 2);
        }
    }

    private Tensor videos(DitModel model, Shown s, long seed) {
        int n = s.labels().size();
        var c = model.transformer().config();
        int added = Math.floorMod(-s.shape().latentFrames(), c.framesPerPatch());
        long[] shape = {
            n,
            s.shape().latentFrames() + added,
            c.outChannels(),
            s.shape().latentHeight(),
            s.shape().latentWidth()
        };
        try (Rng rng = new Rng(seed)) {
            Tensor states = loss.precision(() -> model.states(s.text().get()));
            Tensor noise = rng.randn(DType.FP32, shape).to(device);
            Tensor latents = Sampler.sample(
                    Guidance.of(config.guidance()).batched((x, at) -> {
                        // a model that takes a first frame is shown without one
                        Tensor input = config.objective().firstFrame() ? Tensors.cat(2, x, Tensors.zerosLike(x)) : x;
                        Tensor t = Tensors.full(at.timestep(), DType.FP32, x.size(0))
                                .to(device);
                        return loss.precision(() -> model.forward(input, states, t));
                    }),
                    loss.solver(config.sampleSteps()),
                    noise,
                    rng,
                    Sampler.Listener.NONE);
            Tensor z = latents.narrow(1, added, s.shape().latentFrames())
                    .permute(0, 2, 1, 3, 4)
                    .div(scalingFactor())
                    .contiguous(); // [B, Z, f, h, w]
            return vae.decode(z.to(DType.BF16), VaeOptions.DEFAULT)
                    .to(DType.FP32)
                    .to(Device.CPU);
        }
    }

    @Override
    public void close() {
        vae.close();
    }
}

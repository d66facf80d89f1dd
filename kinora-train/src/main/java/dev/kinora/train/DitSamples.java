package dev.kinora.train;

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
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a transformer in training is shown by: videos of the same prompts from the same noise, in several sizes. */
final class DitSamples implements AutoCloseable {
    /** Shown in every contact sheet. */
    static final List<String> PROMPTS = List.of(
            "a red ball bounces on a green meadow",
            "a blue car slides to the right in the desert",
            "a yellow duck swings in a cozy room",
            "a purple rocket flies up in space",
            "a green heart spins on a sandy beach",
            "an orange fish moves in a circle in the blue ocean",
            "a white rabbit jumps in the snowy mountains",
            "a pink house grows in a city at night");

    /** Frames shown of a video. */
    private static final int SHOWN = 9;

    private final AutoencoderKLCogVideoX vae;
    private final DitLoss loss;
    private final DitTrainConfig config;
    private final Device device;
    private final List<ClipShape> shapes;

    /**
     * Loads the autoencoder.
     *
     * @param shapes of the data: one of each size is shown
     */
    DitSamples(Path vae, DitLoss loss, DitTrainConfig config, List<ClipShape> shapes, Device device)
            throws IOException {
        this.vae = AutoencoderKLCogVideoX.load(vae, DType.BF16);
        this.vae.parameters().to(device);
        this.loss = loss;
        this.config = config;
        this.device = device;
        this.shapes = shown(shapes, config.model().frames());
    }

    /** Of each size the length nearest to the usual one. */
    private static List<ClipShape> shown(List<ClipShape> all, int frames) {
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

    /** Writes a contact sheet: the prompts are shared among the sizes. */
    void sheet(DitModel model, TextBatches texts, Path file, int step) throws IOException {
        List<BufferedImage> parts = new ArrayList<>();
        for (int s = 0; s < shapes.size(); s++) {
            List<String> prompts = new ArrayList<>();
            for (int i = s; i < PROMPTS.size(); i += shapes.size()) {
                prompts.add(PROMPTS.get(i));
            }
            if (!prompts.isEmpty()) {
                parts.add(sheet(model, texts, prompts, shapes.get(s), step));
            }
        }
        Pictures.writePng(file, Pictures.column(parts));
    }

    private BufferedImage sheet(DitModel model, TextBatches texts, List<String> prompts, ClipShape shape, int step) {
        try (TensorScope ignored = TensorScope.open("samples")) {
            List<Pictures.Row> rows = new ArrayList<>();
            Tensor videos = Grad.off(() -> videos(model, texts, prompts, shape, 42));
            for (int i = 0; i < prompts.size(); i++) {
                byte[][] frames = ToyboxClips.frames(videos.select(0, i));
                List<byte[]> some = new ArrayList<>();
                int stride = Math.max(1, (frames.length - 1) / (SHOWN - 1));
                for (int f = 0; f < frames.length; f += stride) {
                    some.add(frames[f]);
                }
                rows.add(new Pictures.Row(
                        prompts.get(i) + (i == 0 ? "   (" + shape + ", step " + step + ")" : ""), some));
            }
            return Pictures.sheet(rows, shape.width(), shape.height(), 2);
        }
    }

    private Tensor videos(DitModel model, TextBatches texts, List<String> prompts, ClipShape shape, long seed) {
        int n = prompts.size();
        List<String> both = new ArrayList<>(Collections.nCopies(n, ""));
        both.addAll(prompts);
        int channels = model.transformer().config().outChannels();
        try (Rng rng = new Rng(seed)) {
            Tensor states =
                    loss.precision(() -> model.text().forward(texts.ids(both).to(device)));
            Tensor noise = rng.randn(
                            DType.FP32, n, shape.latentFrames(), channels, shape.latentHeight(), shape.latentWidth())
                    .to(device);
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
            Tensor scaled = latents.permute(0, 2, 1, 3, 4).div(scalingFactor()).contiguous(); // [B, Z, f, h, w]
            return vae.decode(scaled.to(DType.BF16), VaeOptions.DEFAULT)
                    .to(DType.FP32)
                    .to(Device.CPU);
        }
    }

    @Override
    public void close() {
        vae.close();
    }
}

package dev.kinora.train.vae;

import dev.kinora.eval.Fidelity;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.models.vision.Lpips;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.data.ClipDraws;
import dev.kinora.train.data.ToyboxClips;
import dev.kinora.train.run.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at clips that training never sees, of every size that it trains on, without noise in the latents. */
final class VaeValidation {
    private static final int CLIPS = 8;
    private static final int OTHER_CLIPS = 2;
    private static final int SHOWN = 6;
    private static final int PICTURES_AT_A_TIME = 16;

    private final ClipDraws source;
    private final List<BatchShape> shapes;
    private final BatchShape own;
    private final Device device;
    private final @Nullable Lpips lpips;

    /**
     * A look at the sizes of the last phase.
     *
     * @param lpips null where there are no weights for it
     */
    VaeValidation(VaeTrainConfig config, ClipDraws source, Device device, @Nullable Lpips lpips) {
        this.source = source;
        this.device = device;
        this.lpips = lpips;
        this.own = new BatchShape(config.mix().width(), config.mix().height(), frames(config), 1);
        List<BatchShape> sizes = new ArrayList<>(List.of(own));
        for (BatchShape s : config.phases().getLast().shapes()) {
            BatchShape size = longest(source, s, own.frames());
            if (!sizes.contains(size)) {
                sizes.add(size);
            }
        }
        this.shapes = List.copyOf(sizes);
    }

    /** As long as the run's own clips, or as long as the step's where the source has none of those. */
    private static BatchShape longest(ClipDraws source, BatchShape s, int frames) {
        BatchShape size = new BatchShape(s.drawn().width(), s.drawn().height(), frames, 1);
        return source.has(size.clip()) ? size : new BatchShape(s.drawn(), 1);
    }

    private static int frames(VaeTrainConfig config) {
        int frames = config.mix().frames();
        return frames % 8 <= 1 ? frames : frames - frames % 8 + 1;
    }

    private static String size(BatchShape s) {
        return s.width() + "x" + s.height();
    }

    /**
     * PSNR, SSIM and flicker as {@link Fidelity} has them, and LPIPS: means over eight clips of the run's own size and
     * two of every other; PSNR of each size too where there are several.
     *
     * @param sheet where a picture of clips and reconstructions goes
     */
    Map<String, Double> run(AutoencoderKLCogVideoX vae, Path sheet) throws IOException {
        Map<String, Double> bySize = new LinkedHashMap<>();
        List<Pictures.Row> rows = new ArrayList<>();
        List<Fidelity> all = new ArrayList<>();
        double perceptual = 0;
        for (BatchShape shape : shapes) {
            List<Fidelity> ofSize = new ArrayList<>();
            for (int i = 0; i < (shape.equals(own) ? CLIPS : OTHER_CLIPS); i++) {
                try (TensorScope ignored = TensorScope.open("validate")) {
                    Tensor video = ToyboxClips.toTensor(source.validation(i, shape.clip()), shape, device);
                    Tensor decoded = reconstruct(vae, video);
                    ofSize.add(Fidelity.of(
                            video.select(0, 0).to(Device.CPU),
                            decoded.select(0, 0).to(Device.CPU)));
                    perceptual += lpips == null ? 0 : distance(lpips, video, decoded);
                    if (shape.equals(own) && i < SHOWN) {
                        rows.add(new Pictures.Row("", everyOther(video.select(0, 0))));
                        rows.add(new Pictures.Row("", everyOther(decoded.select(0, 0))));
                    }
                }
            }
            if (shapes.size() > 1) {
                bySize.put(
                        "validation_psnr_" + size(shape), Fidelity.mean(ofSize).psnr());
            }
            all.addAll(ofSize);
        }
        Fidelity mean = Fidelity.mean(all);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("validation_psnr", mean.psnr());
        values.put("validation_ssim", mean.ssim());
        if (own.frames() > 1) {
            values.put("validation_flicker", mean.flicker());
        }
        if (lpips != null) {
            values.put("validation_lpips", perceptual / all.size());
        }
        values.putAll(bySize);
        BufferedImage picture = Pictures.sheet(rows, own.width(), own.height(), 2);
        Pictures.writePng(sheet, picture);
        return values;
    }

    private static Tensor reconstruct(AutoencoderKLCogVideoX vae, Tensor video) {
        return Grad.off(() -> {
            Tensor latents = vae.encode(video.to(vae.parameters().dtype()), VaeOptions.DEFAULT)
                    .mode();
            return vae.decode(latents, VaeOptions.DEFAULT).to(DType.FP32).clamp(-1, 1);
        });
    }

    private static double distance(Lpips lpips, Tensor video, Tensor decoded) {
        return Grad.off(() -> {
            Tensor x = video.select(0, 0).transpose(0, 1); // [F, 3, H, W]
            Tensor y = decoded.select(0, 0).transpose(0, 1);
            double sum = 0;
            long frames = x.size(0);
            for (long f = 0; f < frames; f += PICTURES_AT_A_TIME) {
                long n = Math.min(PICTURES_AT_A_TIME, frames - f);
                sum += lpips.forward(x.narrow(0, f, n), y.narrow(0, f, n)).sum().item();
            }
            return sum / frames;
        });
    }

    private static List<byte[]> everyOther(Tensor video) {
        byte[][] frames = ToyboxClips.frames(video);
        List<byte[]> some = new ArrayList<>();
        for (int f = 0; f < frames.length; f += 2) {
            some.add(frames[f]);
        }
        return some;
    }
}

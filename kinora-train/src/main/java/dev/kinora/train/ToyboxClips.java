package dev.kinora.train;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.toybox.ToyboxSpec;
import java.util.SplittableRandom;

/** Batches of Toybox clips as tensors. Which clips a step sees follows from seed and step alone. */
final class ToyboxClips {
    /** Seeds from here on are never trained on: validation clips. */
    static final long VALIDATION = 1L << 40;

    private final ToyboxMix mix;

    ToyboxClips(ToyboxMix mix) {
        this.mix = mix;
    }

    /** Clips cut at random for one step: fp32 [B, 3, F, H, W] in [-1, 1]. */
    Tensor batch(long seed, int step, int frames, int clips) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + step).split();
        byte[] rgb = new byte[clips * frames * mix.width() * mix.height() * 3];
        int size = rgb.length / clips;
        for (int i = 0; i < clips; i++) {
            ToyboxSpec spec = mix.draw(random.nextLong(VALIDATION));
            int from = random.nextInt(mix.frames() - frames + 1);
            System.arraycopy(ToyboxRenderer.frames(spec, from, frames), 0, rgb, i * size, size);
        }
        return toTensor(rgb, clips, frames);
    }

    /** Whole clips of consecutive seeds: fp32 [B, 3, F, H, W] in [-1, 1]. */
    Tensor whole(long firstSeed, int clips) {
        int size = mix.frames() * mix.width() * mix.height() * 3;
        byte[] rgb = new byte[clips * size];
        for (int i = 0; i < clips; i++) {
            byte[] clip = ToyboxRenderer.frames(mix.draw(firstSeed + i), 0, mix.frames());
            System.arraycopy(clip, 0, rgb, i * size, size);
        }
        return toTensor(rgb, clips, mix.frames());
    }

    private Tensor toTensor(byte[] rgb, int clips, int frames) {
        return Tensors.of(rgb, clips, frames, mix.height(), mix.width(), 3)
                .permute(0, 4, 1, 2, 3) // [B, 3, F, H, W]
                .to(DType.FP32)
                .div(127.5)
                .sub(1)
                .contiguous();
    }

    /** One clip [3, F, H, W] in [-1, 1] to uint8 frames of [H, W, 3]. */
    static byte[][] frames(Tensor video) {
        Tensor bytes = video.detach()
                .to(DType.FP32)
                .clamp(-1, 1)
                .add(1)
                .mul(127.5)
                .round()
                .to(DType.UINT8)
                .permute(1, 2, 3, 0)
                .contiguous();
        int frames = (int) bytes.size(0);
        byte[][] out = new byte[frames][];
        for (int f = 0; f < frames; f++) {
            out[f] = bytes.select(0, f).toBytes();
        }
        return out;
    }
}

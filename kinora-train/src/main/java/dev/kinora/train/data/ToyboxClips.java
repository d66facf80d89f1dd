package dev.kinora.train.data;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.toybox.ToyboxSpec;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Toybox as a source of clips: drawn when asked for, at any size, without end. */
public final class ToyboxClips implements ClipDraws {
    /** Seeds from here on are never trained on: validation clips. */
    public static final long VALIDATION = 1L << 40;

    private final ToyboxMix mix;

    /**
     * Clips of this world.
     *
     * @param mix how clips are drawn; its length is that which shorter clips are cut from
     */
    public ToyboxClips(ToyboxMix mix) {
        this.mix = mix;
    }

    @Override
    public byte[] training(long draw, ClipShape shape) {
        SplittableRandom random = new SplittableRandom(draw).split();
        ToyboxSpec spec = sized(shape).draw(random.nextLong(VALIDATION));
        int from = random.nextInt(spec.frames() - shape.frames() + 1);
        return ToyboxRenderer.frames(spec, from, shape.frames());
    }

    @Override
    public byte[] validation(int index, ClipShape shape) {
        return ToyboxRenderer.frames(sized(shape).draw(VALIDATION + index), 0, shape.frames());
    }

    @Override
    public Map<String, String> provenance() {
        return facts();
    }

    /** Where all clips of Toybox come from, for the record. */
    public static Map<String, String> facts() {
        return new TreeMap<>(Map.of("source", "Toybox", "validation_seeds_from", Long.toString(VALIDATION)));
    }

    private ToyboxMix sized(ClipShape s) {
        int frames = Math.max(mix.frames(), s.frames());
        return new ToyboxMix(s.width(), s.height(), frames, mix.fps(), mix.twoToys(), mix.cameraMoves(), mix.heldOut());
    }

    /** uint8 clips [B, F, H, W, 3] to fp32 [B, 3, F, H, W] in [-1, 1]; bytes travel, floats are made where they stay. */
    public static Tensor toTensor(byte[] rgb, BatchShape shape, Device device) {
        return Tensors.of(rgb, shape.batch(), shape.frames(), shape.height(), shape.width(), 3)
                .to(device)
                .permute(0, 4, 1, 2, 3) // [B, 3, F, H, W]
                .contiguous()
                .to(DType.FP32)
                .div_(127.5)
                .sub_(1);
    }

    /** One clip [3, F, H, W] in [-1, 1] to uint8 frames of [H, W, 3]. */
    public static byte[][] frames(Tensor video) {
        Tensor bytes = video.detach()
                .to(DType.FP32)
                .clamp(-1, 1)
                .add(1)
                .mul(127.5)
                .round()
                .to(DType.UINT8)
                .permute(1, 2, 3, 0)
                .contiguous()
                .to(Device.CPU);
        int frames = (int) bytes.size(0);
        byte[][] out = new byte[frames][];
        for (int f = 0; f < frames; f++) {
            out[f] = bytes.select(0, f).toBytes();
        }
        return out;
    }
}

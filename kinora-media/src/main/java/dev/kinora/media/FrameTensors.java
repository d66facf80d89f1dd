package dev.kinora.media;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures to tensors and back, with the arithmetic of diffusers' VideoProcessor (video_processor.py,
 * image_processor.py): equal bits both ways.
 */
public final class FrameTensors {
    private FrameTensors() {}

    /**
     * The pixels as they are.
     *
     * @param frames F pictures of one size
     * @return uint8 [F, H, W, 3]
     */
    public static Tensor toUint8(List<Image> frames) {
        Image first = requireFrames(frames);
        return TensorScope.compute(() -> {
            Tensor all = Tensors.empty(DType.UINT8, frames.size(), first.height(), first.width(), 3);
            for (int i = 0; i < frames.size(); i++) {
                long at = i;
                TensorScope.run(
                        "frame",
                        () -> all.select(0, at)
                                .copy_(Tensors.of(frames.get((int) at).rgb(), first.height(), first.width(), 3)));
            }
            return all;
        });
    }

    /**
     * The pictures of a tensor of pixels.
     *
     * @param frames uint8 [F, H, W, 3]
     */
    public static List<Image> fromUint8(Tensor frames) {
        if (frames.dim() != 4 || frames.size(3) != 3 || frames.dtype() != DType.UINT8) {
            throw MediaException.badArgument(
                    "FrameTensors.fromUint8", "frames", frames.describe(), "uint8 [F, H, W, 3]");
        }
        List<Image> images = new ArrayList<>();
        for (int i = 0; i < frames.size(0); i++) {
            long at = i;
            images.add(TensorScope.compute(() -> Image.of(
                    (int) frames.size(2),
                    (int) frames.size(1),
                    frames.select(0, at).contiguous().toBytes())));
        }
        return images;
    }

    /**
     * What a video VAE reads: {@code x / 255 * 2 - 1}. Resize before, as diffusers does on 8-bit pictures.
     *
     * @param frames F pictures of one size
     * @return fp32 [1, 3, F, H, W] in [-1, 1]
     */
    public static Tensor preprocess(List<Image> frames) {
        return TensorScope.compute(() -> toUint8(frames)
                .permute(3, 0, 1, 2)
                .unsqueeze(0)
                .to(DType.FP32)
                .div_(255)
                .mul_(2)
                .sub_(1)
                .contiguous());
    }

    /**
     * The pixels of what a video VAE writes: {@code (x / 2 + 0.5)} clamped to 0..1, times 255, rounded half to even.
     *
     * @param video [1, 3, F, H, W], any floating dtype
     * @return uint8 [F, H, W, 3]
     */
    public static Tensor postprocess(Tensor video) {
        if (video.dim() != 5 || video.size(0) != 1 || video.size(1) != 3) {
            throw MediaException.badArgument(
                    "FrameTensors.postprocess", "video", Arrays.toString(video.shape()), "[1, 3, F, H, W]");
        }
        return TensorScope.compute(() -> video.select(0, 0)
                .permute(1, 2, 3, 0)
                .mul(0.5)
                .add_(0.5)
                .clamp(0, 1)
                .to(DType.FP32)
                .mul(255)
                .round()
                .to(DType.UINT8)
                .contiguous());
    }

    private static Image requireFrames(List<Image> frames) {
        if (frames.isEmpty()) {
            throw MediaException.badArgument("FrameTensors", "frames", 0, "at least one");
        }
        Image first = frames.getFirst();
        for (Image f : frames) {
            if (f.width() != first.width() || f.height() != first.height()) {
                throw MediaException.badArgument("FrameTensors", "frame", f, "the size of the first, " + first);
            }
        }
        return first;
    }
}

package dev.kinora.train.reader;

import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxReaderModel.Cast;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.toybox.Toy;
import dev.kinora.toybox.ToyState;
import dev.kinora.toybox.ToyboxClip;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Clips of one shape and what is true of them, toys from left to right. B clips, F frames.
 *
 * @param video fp32 [B, 3, F, H, W] in [-1, 1]
 * @param scene int64 [B]
 * @param cast int64 [B]
 * @param object int64 [B, 2]
 * @param color int64 [B, 2]
 * @param motion int64 [B, 2]
 * @param present fp32 [B, 2]: 1 for a toy that is there
 * @param places fp32 [B, 2, F, 3], as the reader gives them
 */
record ReaderBatch(
        Tensor video,
        Tensor scene,
        Tensor cast,
        Tensor object,
        Tensor color,
        Tensor motion,
        Tensor present,
        Tensor places) {
    private static final int LABELS = 10;
    private static final List<Cast> CASTS = List.of(Cast.values());

    /**
     * A clip as bytes and numbers, made on a rendering thread.
     *
     * @param rgb uint8 [F, H, W, 3]
     * @param truth what is true of it
     */
    @SuppressWarnings("ArrayRecordComponent") // big, and never compared
    record Sample(byte[] rgb, float[] truth, int frames, int height, int width) {
        /** A rendered clip, moved by some pixels; what comes into the picture repeats its edge. */
        static Sample of(ToyboxClip clip, ReaderTrainConfig config, int dx, int dy) {
            int w = clip.spec().width();
            int h = clip.spec().height();
            int f = clip.spec().frames();
            return new Sample(moved(clip.rgb(), f, h, w, dx, dy), numbers(clip, config, dx, dy), f, h, w);
        }
    }

    private static byte[] moved(byte[] rgb, int frames, int height, int width, int dx, int dy) {
        if (dx == 0 && dy == 0) {
            return rgb;
        }
        byte[] out = new byte[rgb.length];
        for (int row = 0; row < frames * height; row++) {
            int y = row % height;
            int from = (row - y + Math.clamp(y - dy, 0, height - 1)) * width;
            for (int x = 0; x < width; x++) {
                System.arraycopy(rgb, (from + Math.clamp(x - dx, 0, width - 1)) * 3, out, (row * width + x) * 3, 3);
            }
        }
        return out;
    }

    private static float[] numbers(ToyboxClip clip, ReaderTrainConfig config, int dx, int dy) {
        List<Toy> toys = clip.spec().toys();
        List<ToyState> states = clip.states();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < toys.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble(
                i -> states.getFirst().bodies().get(i).x()));
        int frames = states.size();
        float[] t = new float[LABELS + 2 * frames * 3];
        t[0] = config.model().scenes().indexOf(clip.spec().scene().name());
        t[1] = CASTS.indexOf(toys.size() == 1 ? Cast.ONE : clip.spec().collide() ? Cast.COLLIDING : Cast.TWO);
        double unit = Math.min(clip.spec().width(), clip.spec().height());
        for (int s = 0; s < order.size(); s++) {
            Toy toy = toys.get(order.get(s));
            t[2 + s] = config.model().objects().indexOf(toy.object().name());
            t[4 + s] = config.model().colors().indexOf(toy.color().name());
            t[6 + s] = config.model().motions().indexOf(toy.motion().name());
            t[8 + s] = 1;
            for (int f = 0; f < frames; f++) {
                ToyState.View view = states.get(f).view();
                ToyState.Body body = states.get(f).bodies().get(order.get(s));
                int at = LABELS + (s * frames + f) * 3;
                t[at] = (float) ((body.x() - view.x()) * view.zoom() + dx / unit);
                t[at + 1] = (float) ((body.y() - view.y()) * view.zoom() + dy / unit);
                t[at + 2] = (float) (body.radius() * view.zoom());
            }
        }
        return t;
    }

    /** Samples of one shape, on a device: two copies, one of bytes and one of numbers. */
    static ReaderBatch of(List<Sample> samples, Device device) {
        Sample first = samples.getFirst();
        int b = samples.size();
        byte[] rgb = new byte[b * first.rgb().length];
        float[] truth = new float[b * first.truth().length];
        for (int i = 0; i < b; i++) {
            System.arraycopy(samples.get(i).rgb(), 0, rgb, i * first.rgb().length, first.rgb().length);
            System.arraycopy(samples.get(i).truth(), 0, truth, i * first.truth().length, first.truth().length);
        }
        Tensor bytes = Tensors.of(rgb, b, first.frames(), first.height(), first.width(), 3)
                .to(device);
        Tensor numbers = Tensors.of(truth, b, first.truth().length).to(device);
        Tensor labels = numbers.narrow(1, 0, 8).to(DType.INT64);
        return new ReaderBatch(
                ToyboxReader.toVideo(bytes),
                labels.select(1, 0),
                labels.select(1, 1),
                labels.narrow(1, 2, 2),
                labels.narrow(1, 4, 2),
                labels.narrow(1, 6, 2),
                numbers.narrow(1, 8, 2),
                numbers.narrow(1, LABELS, first.truth().length - LABELS).reshape(b, 2, first.frames(), 3));
    }
}

package dev.kinora.media;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/**
 * Single pixels of an 8-bit 4:2:0 frame as FFmpeg's vector code for the x86 converts them, so that a small picture can
 * be made without converting the large one. 16-bit products lose their lower half, each by itself; chroma is repeated.
 * Where this machine's scaler does otherwise, which is tried once, {@link #of} gives none.
 */
final class SampledYuv implements Bilinear.Source {
    private static final boolean EQUAL = equalsScaler(false) && equalsScaler(true);

    private final int lumaOffset;
    private final int luma;
    private final int redOfV;
    private final int greenOfU;
    private final int greenOfV;
    private final int blueOfU;
    private byte[] y = {};
    private byte[] u = {};
    private byte[] v = {};
    private int[] ys = {};
    private int[] us = {};
    private int[] vs = {};
    private MemorySegment[] planes = {};
    private int[] strides = {};

    private SampledYuv(boolean fullRange) {
        // BT.601 in 16.16, its chroma stretched to the range; then as 3.13, which products with 8x samples bring to 1.0
        lumaOffset = fullRange ? 0 : 16 * 8;
        luma = coefficient(fullRange ? 1 << 16 : (1 << 16) * 255 / 219);
        redOfV = coefficient(chroma(104597, fullRange));
        greenOfU = coefficient(chroma(-25675, fullRange));
        greenOfV = coefficient(chroma(-53279, fullRange));
        blueOfU = coefficient(chroma(132201, fullRange));
    }

    private static long chroma(long value, boolean fullRange) {
        return fullRange ? value * 224 / 255 : value;
    }

    private static int coefficient(long value) {
        return (int) ((value * (1 << 13) + (1 << 15)) >> 16);
    }

    /** A converter of frames like this one, or null where only the scaler itself gives the scaler's pixels. */
    static @Nullable SampledYuv of(AVFrame frame) {
        boolean full = frame.format() == avutil.AV_PIX_FMT_YUVJ420P;
        boolean known = full || frame.format() == avutil.AV_PIX_FMT_YUV420P;
        // The scaler takes its vector code for even heights only.
        return EQUAL && known && (frame.height() & 1) == 0 ? new SampledYuv(full) : null;
    }

    /** Reads from this frame until told otherwise. */
    SampledYuv at(AVFrame frame) {
        planes = new MemorySegment[3];
        strides = new int[3];
        for (int i = 0; i < 3; i++) {
            int rows = i == 0 ? frame.height() : (frame.height() + 1) / 2;
            strides[i] = frame.linesize(i);
            planes[i] = MemorySegment.ofAddress(frame.data(i).address()).reinterpret((long) strides[i] * rows);
        }
        int width = frame.width();
        if (y.length != width) {
            y = new byte[width];
            u = new byte[(width + 1) / 2];
            v = new byte[(width + 1) / 2];
        }
        return this;
    }

    @Override
    public void seek(int at) {
        fetch(0, at, y);
        fetch(1, at / 2, u);
        fetch(2, at / 2, v);
    }

    @Override
    public void take(int[] columns, int[][] out) {
        int n = columns.length;
        if (ys.length != n) {
            ys = new int[n];
            us = new int[n];
            vs = new int[n];
        }
        for (int i = 0; i < n; i++) {
            int x = columns[i];
            ys[i] = y[x] & 255;
            us[i] = u[x >> 1] & 255;
            vs[i] = v[x >> 1] & 255;
        }
        centre(ys, us, vs);
        one(ys, vs, redOfV, out[0]);
        two(ys, us, greenOfU, vs, greenOfV, out[1]);
        one(ys, us, blueOfU, out[2]);
    }

    // Apart from the gathering, each over whole arrays at one index: the form that becomes vector code.

    private void centre(int[] ys, int[] us, int[] vs) {
        int offset = lumaOffset;
        int gain = luma;
        for (int i = 0; i < ys.length; i++) {
            ys[i] = ((ys[i] * 8 - offset) * gain) >> 16;
            us[i] = us[i] * 8 - 1024;
            vs[i] = vs[i] * 8 - 1024;
        }
    }

    private static void one(int[] y, int[] a, int k, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.min(Math.max(y[i] + ((a[i] * k) >> 16), 0), 255);
        }
    }

    private static void two(int[] y, int[] a, int k, int[] b, int l, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.min(Math.max(y[i] + ((a[i] * k) >> 16) + ((b[i] * l) >> 16), 0), 255);
        }
    }

    private void fetch(int plane, int row, byte[] to) {
        MemorySegment.copy(planes[plane], ValueLayout.JAVA_BYTE, (long) row * strides[plane], to, 0, to.length);
    }

    private static boolean equalsScaler(boolean fullRange) {
        int size = 64;
        AVFrame frame =
                RgbConverter.frame(size, size, fullRange ? avutil.AV_PIX_FMT_YUVJ420P : avutil.AV_PIX_FMT_YUV420P);
        try (RgbConverter converter = new RgbConverter()) {
            Random random = new Random(601);
            for (int i = 0; i < 3; i++) {
                byte[] samples = new byte[frame.linesize(i) * (i == 0 ? size : size / 2)];
                random.nextBytes(samples);
                frame.data(i).put(samples, 0, samples.length);
            }
            byte[] expected = converter.captured(frame, size, size).rgb();
            SampledYuv ours = new SampledYuv(fullRange).at(frame);
            int[] columns = new int[size];
            Arrays.setAll(columns, i -> i);
            int[][] row = new int[3][size];
            for (int i = 0; i < size; i++) {
                ours.seek(i);
                ours.take(columns, row);
                for (int k = 0; k < 3 * size; k++) {
                    if (row[k % 3][k / 3] != (expected[i * 3 * size + k] & 255)) {
                        return false;
                    }
                }
            }
            return true;
        } catch (MediaException e) {
            return false;
        } finally {
            avutil.av_frame_free(frame);
        }
    }
}

package dev.kinora.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.ffmpeg.avutil.AVMotionVector;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Where the blocks of a compressed picture were taken from, as its encoder had it: {@code AVMotionVector} of FFmpeg, those
 * that point to a picture shown earlier. Its decoders tell them of H.264, MPEG-1, 2 and 4 and their kin, of no other
 * codec. Positions and sizes are those of the stored picture, before it is turned upright.
 */
public final class MotionVectors {
    /** How a picture is compressed, which says what its vectors refer to. */
    public enum Picture {
        /** By itself. */
        INTRA,
        /** From pictures before it: in all but rare cases, from the last that was not bidirectional. */
        PREDICTED,
        /** From pictures before and after it. */
        BIDIRECTIONAL,
        /** The decoder does not say. */
        UNKNOWN
    }

    /** Values of a block. */
    public static final int VALUES = 6;

    private static final int SIZE = new AVMotionVector().sizeof();
    private static final int SOURCE = at("source");
    private static final int WIDTH = at("w");
    private static final int HEIGHT = at("h");
    private static final int COLUMN = at("dst_x");
    private static final int ROW = at("dst_y");
    private static final int MOTION_X = at("motion_x");
    private static final int MOTION_Y = at("motion_y");
    private static final int SCALE = at("motion_scale");

    private final Picture picture;
    private final int width;
    private final int height;
    private final float[] blocks;

    private MotionVectors(Picture picture, int width, int height, float[] blocks) {
        this.picture = picture;
        this.width = width;
        this.height = height;
        this.blocks = blocks;
    }

    /** How the picture was compressed. */
    public Picture picture() {
        return picture;
    }

    /** Pixels per row, as stored. */
    public int width() {
        return width;
    }

    /** Rows, as stored. */
    public int height() {
        return height;
    }

    /**
     * {@link #VALUES} per block: column and row of its centre, width, height, and how far to the right and down its source
     * lies, all in pixels. Not to be written to.
     */
    public float[] blocks() {
        return blocks;
    }

    /** Of a picture that stands by itself. */
    static MotionVectors none(int width, int height) {
        return new MotionVectors(Picture.INTRA, width, height, new float[0]);
    }

    private static int at(String member) {
        return Pointer.offsetof(AVMotionVector.class, member);
    }

    static MotionVectors of(AVFrame frame) {
        Picture picture = switch (frame.pict_type()) {
            case avutil.AV_PICTURE_TYPE_I, avutil.AV_PICTURE_TYPE_SI -> Picture.INTRA;
            case avutil.AV_PICTURE_TYPE_P, avutil.AV_PICTURE_TYPE_S, avutil.AV_PICTURE_TYPE_SP -> Picture.PREDICTED;
            case avutil.AV_PICTURE_TYPE_B, avutil.AV_PICTURE_TYPE_BI -> Picture.BIDIRECTIONAL;
            default -> Picture.UNKNOWN;
        };
        AVFrameSideData data = avutil.av_frame_get_side_data(frame, avutil.AV_FRAME_DATA_MOTION_VECTORS);
        if (data == null || data.isNull()) {
            return new MotionVectors(picture, frame.width(), frame.height(), new float[0]);
        }
        byte[] bytes = new byte[Math.toIntExact(data.size())];
        try (BytePointer from = data.data()) {
            from.get(bytes);
        }
        ByteBuffer blocks = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return new MotionVectors(picture, frame.width(), frame.height(), blocks(blocks));
    }

    private static float[] blocks(ByteBuffer in) {
        int all = in.capacity() / SIZE;
        int n = 0;
        for (int i = 0; i < all; i++) {
            n += in.getInt(i * SIZE + SOURCE) < 0 ? 1 : 0;
        }
        float[] out = new float[n * VALUES];
        for (int i = 0, o = 0; i < all; i++) {
            int v = i * SIZE;
            if (in.getInt(v + SOURCE) < 0) {
                float scale = Math.max(1, Short.toUnsignedInt(in.getShort(v + SCALE)));
                out[o++] = in.getShort(v + COLUMN);
                out[o++] = in.getShort(v + ROW);
                out[o++] = Byte.toUnsignedInt(in.get(v + WIDTH));
                out[o++] = Byte.toUnsignedInt(in.get(v + HEIGHT));
                out[o++] = in.getInt(v + MOTION_X) / scale;
                out[o++] = in.getInt(v + MOTION_Y) / scale;
            }
        }
        return out;
    }
}

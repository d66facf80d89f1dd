package dev.kinora.media;

import java.util.Objects;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Colour conversion between FFmpeg's frames and packed RGB, with matrix, range and chroma position said outright:
 * left unsaid, the scaler assumes BT.601, limited range and centred chroma whatever the frame is marked with.
 */
final class RgbConverter implements AutoCloseable {
    private static final int FLAGS = swscale.SWS_BICUBIC
            | swscale.SWS_ACCURATE_RND
            | swscale.SWS_FULL_CHR_H_INT
            | swscale.SWS_FULL_CHR_H_INP
            | swscale.SWS_BITEXACT;
    private static final int SCALING = swscale.SWS_BICUBIC;
    private static final int UNITY = 1 << 16;
    /** In place of a matrix: leave the scaler's own, and the rest of its defaults. */
    private static final int UNREAD = -1;

    /** The scaler's own mark for a chroma position that was not set; it reads as centred. */
    private static final int UNSET = -513;

    /** Everything the scaler is built for; a stream may change any of it half way. */
    private record Key(
            int width, int height, int format, int matrix, boolean fullRange, int chroma, int toWidth, int toHeight) {}

    private @Nullable Key key;
    private @Nullable SwsContext sws;
    private @Nullable AVFrame rgb;

    /** Packed RGB, {@code width x height}, of any frame; a frame of another size is scaled to it. */
    Image toImage(AVFrame frame, int width, int height, VideoInfo.Colour colour) throws MediaException {
        return convert(frame, width, height, matrix(colour), colour.fullRange(), FLAGS);
    }

    /** The same as OpenCV converts: everything at the scaler's defaults, the frame's marks unread. */
    Image captured(AVFrame frame, int width, int height) throws MediaException {
        return convert(frame, width, height, UNREAD, false, SCALING);
    }

    /**
     * The same as FFmpeg's command line scales: by the matrix that the file names, BT.601 where it names none, chroma
     * read as centred.
     */
    Image scaled(AVFrame frame, int width, int height, VideoInfo.Colour colour) throws MediaException {
        int matrix = colour.assumed() ? swscale.SWS_CS_ITU601 : matrix(colour);
        return convert(frame, width, height, matrix, colour.fullRange(), SCALING);
    }

    private Image convert(AVFrame frame, int width, int height, int matrix, boolean fullRange, int flags)
            throws MediaException {
        Key want = new Key(
                frame.width(),
                frame.height(),
                frame.format(),
                matrix,
                fullRange,
                frame.chroma_location(),
                width,
                height);
        if (!want.equals(key)) {
            close();
            rgb = frame(width, height, avutil.AV_PIX_FMT_RGB24);
            sws = context(want, avutil.AV_PIX_FMT_RGB24, true, flags);
            key = want;
        }
        AVFrame out = Objects.requireNonNull(rgb);
        scale(Objects.requireNonNull(sws), out, frame);
        return copy(out, width, height);
    }

    /** Fills {@code target}, a YUV frame of even or odd size, from a picture of at most its size; edges are repeated. */
    void fromImage(Image image, AVFrame target, int matrix) throws MediaException {
        int w = target.width();
        int h = target.height();
        Key want = new Key(w, h, target.format(), matrix, false, target.chroma_location(), w, h);
        if (!want.equals(key)) {
            close();
            rgb = frame(w, h, avutil.AV_PIX_FMT_RGB24);
            Key source = new Key(w, h, avutil.AV_PIX_FMT_RGB24, matrix, true, 0, w, h);
            sws = context(source, target.format(), false, FLAGS);
            Objects.requireNonNull(sws);
            key = want;
        }
        AVFrame in = Objects.requireNonNull(rgb);
        fill(in, image);
        scale(Objects.requireNonNull(sws), target, in);
    }

    private static void scale(SwsContext sws, AVFrame to, AVFrame from) throws MediaException {
        int code = swscale.sws_scale_frame(sws, to, from);
        if (code < 0) {
            throw new MediaException("RgbConverter", "colour conversion", Ffmpeg.error(code), "success");
        }
    }

    private static SwsContext context(Key from, int format, boolean toFull, int flags) throws MediaException {
        SwsContext sws = Ffmpeg.allocated(swscale.sws_alloc_context(), "a scaler");
        sws.src_w(from.width).src_h(from.height).src_format(from.format);
        sws.dst_w(from.toWidth).dst_h(from.toHeight).dst_format(format);
        sws.flags(flags);
        boolean decoding = format == avutil.AV_PIX_FMT_RGB24;
        if (flags != SCALING) {
            chromaPosition(sws, decoding ? from.format : format, from.chroma, decoding);
        }
        int code = swscale.sws_init_context(sws, null, null);
        if (code >= 0) {
            if (from.matrix != UNREAD) {
                IntPointer table = swscale.sws_getCoefficients(from.matrix);
                // The call reports -1 where neither side is YUV: then there is no matrix to set.
                swscale.sws_setColorspaceDetails(
                        sws, table, from.fullRange ? 1 : 0, table, toFull ? 1 : 0, 0, UNITY, UNITY);
            }
            return sws;
        }
        swscale.sws_freeContext(sws);
        throw new MediaException(
                "RgbConverter",
                "pixel format",
                Ffmpeg.name(avutil.av_get_pix_fmt_name(from.format)),
                "one that can be converted to RGB; " + Ffmpeg.error(code));
    }

    /**
     * Where subsampled chroma sits, in 1/256 luma pixels; unsaid means left and half-way down, as from MPEG-2 on. An
     * axis that is not subsampled has to stay unset, else its chroma shifts.
     */
    private static void chromaPosition(SwsContext sws, int yuvFormat, int location, boolean decoding) {
        AVPixFmtDescriptor d = avutil.av_pix_fmt_desc_get(yuvFormat);
        if (d == null) {
            return;
        }
        boolean centred = location == avutil.AVCHROMA_LOC_CENTER;
        int h = d.log2_chroma_w() > 0 && !centred ? 0 : UNSET;
        int v = d.log2_chroma_h() > 0 ? location == avutil.AVCHROMA_LOC_TOPLEFT ? 0 : 128 : UNSET;
        if (decoding) {
            sws.src_h_chr_pos(h).src_v_chr_pos(v);
        } else {
            sws.dst_h_chr_pos(h).dst_v_chr_pos(v);
        }
    }

    private static int matrix(VideoInfo.Colour colour) {
        return switch (colour.matrix()) {
            case "bt709" -> swscale.SWS_CS_ITU709;
            case "smpte240m" -> swscale.SWS_CS_SMPTE240M;
            case "fcc" -> swscale.SWS_CS_FCC;
            case "bt2020nc", "bt2020c" -> swscale.SWS_CS_BT2020;
            default -> swscale.SWS_CS_ITU601;
        };
    }

    static AVFrame frame(int width, int height, int format) {
        AVFrame f = Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame");
        f.width(width).height(height).format(format);
        int code = avutil.av_frame_get_buffer(f, 0);
        if (code < 0) {
            avutil.av_frame_free(f);
            throw new OutOfMemoryError("FFmpeg could not allocate a frame of %dx%d".formatted(width, height));
        }
        return f;
    }

    static Image copy(AVFrame rgb, int width, int height) {
        byte[] out = new byte[width * height * 3];
        try (BytePointer row = new BytePointer((Pointer) rgb.data(0))) {
            for (int y = 0; y < height; y++) {
                row.position((long) y * rgb.linesize(0)).get(out, y * width * 3, width * 3);
            }
        }
        return Image.of(width, height, out);
    }

    /** Copies a picture into a packed RGB frame at least its size, repeating the last column and row. */
    static void fill(AVFrame rgb, Image image) {
        int w = rgb.width();
        byte[] line = new byte[w * 3];
        try (BytePointer row = new BytePointer((Pointer) rgb.data(0))) {
            for (int y = 0; y < rgb.height(); y++) {
                int from = Math.min(y, image.height() - 1) * image.width() * 3;
                System.arraycopy(image.rgb(), from, line, 0, image.width() * 3);
                for (int x = image.width() * 3; x < line.length; x++) {
                    line[x] = line[x - 3];
                }
                row.position((long) y * rgb.linesize(0)).put(line, 0, line.length);
            }
        }
    }

    @Override
    public void close() {
        if (sws != null) {
            swscale.sws_freeContext(sws);
        }
        if (rgb != null) {
            avutil.av_frame_free(rgb);
        }
        sws = null;
        rgb = null;
        key = null;
    }
}

package dev.kinora.media;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;

/** H.264 in MP4 and VP9 in WebM. */
final class FfmpegWriter extends VideoWriter {
    private static final int MIN_H264 = 16;
    /** Macroblocks of one picture at level 5.2, the largest that openh264 takes. */
    private static final int MAX_H264_BLOCKS = 36_864;

    private final AtomicOutput out;
    private final Encoder encoder;
    private final AVFrame frame;
    private final RgbConverter converter = new RgbConverter();

    private FfmpegWriter(Path target, VideoSpec spec, Encoder.Recipe recipe) throws MediaException {
        super(target, spec);
        out = AtomicOutput.file(target);
        try {
            encoder = out.make(file -> new Encoder(file, target, spec, recipe));
        } catch (Throwable t) {
            out.close();
            throw t;
        }
        frame = encoder.newFrame();
    }

    static void checkMp4(VideoSpec spec) {
        int blocks = ((spec.width() + 15) / 16) * ((spec.height() + 15) / 16);
        if (spec.width() < MIN_H264 || spec.height() < MIN_H264 || blocks > MAX_H264_BLOCKS) {
            throw MediaException.badArgument(
                    "VideoWriter",
                    "size",
                    spec.width() + "x" + spec.height(),
                    "16x16 to 4096x2304 pixels for MP4; WebM takes any size");
        }
    }

    static VideoWriter mp4(Path target, VideoSpec spec) throws MediaException {
        checkMp4(spec);
        int qp = spec.quality().h264;
        // Steers nothing at a fixed quantiser, but the level that the file asks of its player is taken from it.
        long ceiling = Math.clamp(
                Math.round(8.0 * spec.width() * spec.height() * spec.frameRate().toDouble()), 1_000_000, 100_000_000);
        return new FfmpegWriter(
                target,
                spec,
                new Encoder.Recipe(
                        "mp4",
                        "libopenh264",
                        avutil.AV_PIX_FMT_YUV420P,
                        2,
                        true,
                        Map.of("rc_mode", "quality", "profile", "high", "coder", "cabac", "allow_skip_frames", "0"),
                        Map.of("movflags", "+faststart+use_metadata_tags"),
                        context -> {
                            markColour(context);
                            // A fixed quantiser: rate control starves tiny pictures, whose whole video is a few
                            // kilobytes.
                            context.qmin(qp);
                            context.qmax(qp);
                            context.bit_rate(ceiling);
                            // Where a picture refers to one that refers to another, openh264 takes small leftovers
                            // for background and keeps them: moving edges leave a trail of specks.
                            context.gop_size(2);
                            // One slice per picture whatever the machine, so that the file does not depend on it.
                            context.slices(1);
                        }));
    }

    static VideoWriter webm(Path target, VideoSpec spec) throws MediaException {
        Map<String, String> options = Map.of(
                "crf",
                Integer.toString(spec.quality().vp9),
                "deadline",
                "good",
                "cpu-used",
                "3",
                "lag-in-frames",
                "19");
        return new FfmpegWriter(
                target,
                spec,
                new Encoder.Recipe(
                        "webm", "libvpx-vp9", avutil.AV_PIX_FMT_YUV420P, 1, true, options, Map.of(), context -> {
                            markColour(context);
                            context.bit_rate(0);
                        }));
    }

    private static void markColour(AVCodecContext context) {
        context.color_primaries(avutil.AVCOL_PRI_BT709).color_trc(avutil.AVCOL_TRC_BT709);
        context.colorspace(avutil.AVCOL_SPC_BT709).color_range(avutil.AVCOL_RANGE_MPEG);
        context.chroma_sample_location(avutil.AVCHROMA_LOC_LEFT);
    }

    @Override
    void encode(Image image, int index) throws MediaException {
        Ffmpeg.check(avutil.av_frame_make_writable(frame), "VideoWriter", target(), "preparing a frame");
        converter.fromImage(image, frame, swscale.SWS_CS_ITU709);
        frame.pts(index);
        frame.duration(1);
        encoder.send(frame);
    }

    @Override
    void complete(int frameCount) throws MediaException {
        encoder.complete();
        out.commit();
    }

    @Override
    void release() {
        encoder.close();
        converter.close();
        avutil.av_frame_free(frame);
        out.close();
    }
}

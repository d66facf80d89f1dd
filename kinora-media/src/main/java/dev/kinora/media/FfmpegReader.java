package dev.kinora.media;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** Decoding of one video stream of one file. */
final class FfmpegReader implements VideoReader {
    private static final String WHERE = "VideoReader.open";
    private static final int MAX_DRAIN_ERRORS = 1000;
    private static final long NO_TIME = avutil.AV_NOPTS_VALUE;

    private final Path file;
    private final MediaLimits limits;
    private final boolean vectors;
    private final AVFormatContext format = new AVFormatContext(null);
    private @Nullable AVCodecContext codec;
    private final AVPacket packet = Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet");
    private final AVFrame frame = Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame");

    private final PacketIndex packets = new PacketIndex();
    private int stream = -1;
    private Rational timeBase = Rational.of(1);
    private Rational frameRate = Rational.of(25);
    private Orientation orientation = Orientation.UPRIGHT;
    private NativeFrame.Geometry.Crop crop = NativeFrame.Geometry.Crop.NONE;
    private NativeFrame.@Nullable Geometry geometry;
    private VideoInfo.Colour colour = new VideoInfo.Colour("bt709", false, true);
    private @Nullable VideoInfo info;

    private @Nullable NativeFrame first;
    private @Nullable NativeFrame current;
    private int index;
    private long firstPts;
    private long lastPts = NO_TIME;
    private int damaged;
    private boolean inputEnded;
    private int drainErrors;
    private @Nullable String broken;
    private boolean closed;

    private FfmpegReader(Path file, MediaLimits limits, boolean vectors) {
        this.file = file;
        this.limits = limits;
        this.vectors = vectors;
    }

    static FfmpegReader open(Path file, MediaLimits limits, boolean vectors) throws MediaException {
        FfmpegReader reader = new FfmpegReader(file, limits, vectors);
        try {
            reader.openFormat();
            AVStream s = reader.chooseStream();
            reader.openCodec(s);
            reader.readGeometry(s);
            reader.first = reader.decode();
            if (reader.first == null) {
                String why = reader.broken == null ? "none could be decoded" : reader.broken;
                throw new MediaException(WHERE, "frames", "0 in " + file, "at least one; " + why);
            }
            reader.info = reader.describe(s);
            return reader;
        } catch (Throwable t) {
            reader.close();
            throw t;
        }
    }

    private void openFormat() throws MediaException {
        AVDictionary options = new AVDictionary(null);
        Ffmpeg.put(options, "protocol_whitelist", "file");
        Ffmpeg.put(options, "format_whitelist", Ffmpeg.READABLE_FORMATS);
        try (BytePointer url = Ffmpeg.url(file)) {
            int code = avformat.avformat_open_input(format, url, (AVInputFormat) null, options);
            if (code < 0) {
                String why =
                        code == avutil.AVERROR_EINVAL() ? "it is a list of other files, or text" : Ffmpeg.error(code);
                throw new MediaException(WHERE, "file", file, "a whole video in a format FFmpeg reads; " + why);
            }
        } finally {
            avutil.av_dict_free(options);
        }
        discardOthers(-1);
        Ffmpeg.check(
                avformat.avformat_find_stream_info(format, (AVDictionary) null), WHERE, file, "reading the streams");
    }

    /** Audio and the rest are never read: a broken sound track is no reason to refuse the pictures. */
    private void discardOthers(int keep) {
        for (int i = 0; i < format.nb_streams(); i++) {
            AVStream s = format.streams(i);
            if (keep < 0 ? s.codecpar().codec_type() != avutil.AVMEDIA_TYPE_VIDEO : i != keep) {
                s.discard(avcodec.AVDISCARD_ALL);
            }
        }
    }

    private AVStream chooseStream() throws MediaException {
        stream = avformat.av_find_best_stream(format, avutil.AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
        if (stream < 0 || (format.streams(stream).disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) != 0) {
            String has = stream < 0 ? "no picture" : "only a cover picture";
            throw new MediaException(
                    WHERE, "stream", "none in " + file, "a file with a video stream; this one has " + has);
        }
        discardOthers(stream);
        return format.streams(stream);
    }

    private void openCodec(AVStream s) throws MediaException {
        AVCodecParameters par = s.codecpar();
        AVCodec decoder = avcodec.avcodec_find_decoder(par.codec_id());
        if (decoder == null) {
            throw new MediaException(
                    WHERE,
                    "codec",
                    Ffmpeg.name(avcodec.avcodec_get_name(par.codec_id())) + " in " + file,
                    "one this build of FFmpeg decodes");
        }
        if (par.width() > 0) {
            limits.checkSize(WHERE, par.width(), par.height());
        }
        AVCodecContext context = Ffmpeg.allocated(avcodec.avcodec_alloc_context3(decoder), "a decoder");
        codec = context;
        Ffmpeg.check(avcodec.avcodec_parameters_to_context(context, par), WHERE, file, "setting up the decoder");
        context.pkt_timebase(s.time_base());
        context.max_pixels(limits.maxPixels());
        context.thread_count(Math.min(Runtime.getRuntime().availableProcessors(), 8));
        context.export_side_data(vectors ? avcodec.AV_CODEC_EXPORT_DATA_MVS : 0);
        Ffmpeg.check(avcodec.avcodec_open2(context, decoder, (AVDictionary) null), WHERE, file, "opening the decoder");
    }

    private void readGeometry(AVStream s) {
        timeBase = Ffmpeg.rational(s.time_base());
        boolean average = Ffmpeg.positive(s.avg_frame_rate());
        boolean real = Ffmpeg.positive(s.r_frame_rate());
        if (average) {
            frameRate = Ffmpeg.rational(s.avg_frame_rate());
        }
        // The average carries the odd length of the last frame; where the grid is that close it is the true rate.
        if (real) {
            Rational grid = Ffmpeg.rational(s.r_frame_rate());
            if (!average || Math.abs(grid.toDouble() / frameRate.toDouble() - 1) < 0.01) {
                frameRate = grid;
            }
        }
        AVCodecParameters par = s.codecpar();
        AVPacketSideData turn = avcodec.av_packet_side_data_get(
                par.coded_side_data(), par.nb_coded_side_data(), avcodec.AV_PKT_DATA_DISPLAYMATRIX);
        if (turn != null && turn.size() >= 36) {
            IntPointer m = new IntPointer((Pointer) turn.data());
            orientation = Orientation.ofMatrix(m.get(0), m.get(1), m.get(3), m.get(4));
        }
        AVPacketSideData margins = avcodec.av_packet_side_data_get(
                par.coded_side_data(), par.nb_coded_side_data(), avcodec.AV_PKT_DATA_FRAME_CROPPING);
        if (margins != null && margins.size() >= 16) {
            IntPointer c = new IntPointer((Pointer) margins.data());
            crop = new NativeFrame.Geometry.Crop(c.get(0), c.get(1), c.get(2), c.get(3));
        }
    }

    private VideoInfo describe(AVStream s) {
        Map<String, String> tags = Ffmpeg.copy(format.metadata());
        Ffmpeg.copy(s.metadata(), tags);
        String container = Ffmpeg.name(format.iformat().name());
        if (container.equals("gif")) {
            Sidecar sidecar = Gif.sidecar(file);
            if (sidecar != null) {
                tags = sidecar.metadata();
                frameRate = sidecar.frameRate();
            }
        }
        long frames = s.nb_frames();
        double seconds = s.duration() != NO_TIME && s.duration() > 0
                ? s.duration() * timeBase.toDouble()
                : format.duration() != NO_TIME && format.duration() > 0 ? format.duration() / 1e6 : Double.NaN;
        NativeFrame shown = Objects.requireNonNull(first);
        return new VideoInfo(
                container,
                Ffmpeg.name(avcodec.avcodec_get_name(s.codecpar().codec_id())),
                Ffmpeg.name(avutil.av_get_pix_fmt_name(frame.format())),
                shown.width(),
                shown.height(),
                frameRate,
                timeBase,
                frames > 0 ? OptionalLong.of(frames) : OptionalLong.empty(),
                Double.isNaN(seconds) ? OptionalDouble.empty() : OptionalDouble.of(seconds),
                orientation,
                colour,
                tags);
    }

    @Override
    public VideoInfo info() {
        return Objects.requireNonNull(info);
    }

    @Override
    public @Nullable DecodedFrame decodeNext() throws MediaException {
        if (closed) {
            throw new IllegalStateException("VideoReader.next: reader of " + file + " is closed");
        }
        if (first != null) {
            NativeFrame f = first;
            first = null;
            return f;
        }
        NativeFrame f = decode();
        if (f == null && broken != null) {
            OptionalLong promised = info().frames();
            throw new MediaException(
                    "VideoReader.next",
                    "file",
                    file,
                    "a whole file; after %d%s frames: %s"
                            .formatted(index, promised.isPresent() ? " of " + promised.getAsLong() : "", broken));
        }
        return f;
    }

    private @Nullable NativeFrame decode() throws MediaException {
        if (current != null) {
            current.leave();
        }
        while (true) {
            int code = avcodec.avcodec_receive_frame(codec, frame);
            if (code >= 0) {
                return take();
            }
            if (code == avutil.AVERROR_EOF()) {
                return null;
            }
            if (code != avutil.AVERROR_EAGAIN()) {
                damaged++;
            }
            if (inputEnded && (code == avutil.AVERROR_EAGAIN() || ++drainErrors > MAX_DRAIN_ERRORS)) {
                return null;
            }
            if (inputEnded) {
                continue;
            }
            feed();
        }
    }

    private void feed() {
        int code = avformat.av_read_frame(format, packet);
        if (code < 0) {
            inputEnded = true;
            if (code != avutil.AVERROR_EOF()) {
                broken = Ffmpeg.error(code);
            } else if (broken == null) {
                broken = Truncation.find(file, Ffmpeg.name(format.iformat().name()));
            }
            avcodec.avcodec_send_packet(codec, (AVPacket) null);
            return;
        }
        if (packet.stream_index() == stream) {
            if ((packet.flags() & avcodec.AV_PKT_FLAG_CORRUPT) != 0) {
                broken = "the data ends inside a frame";
            }
            long time = packet.pts();
            packets.add(time, packet.size(), (packet.flags() & avcodec.AV_PKT_FLAG_KEY) != 0, time != NO_TIME);
            if (avcodec.avcodec_send_packet(codec, packet) < 0) {
                damaged++;
            }
        }
        avcodec.av_packet_unref(packet);
    }

    private NativeFrame take() throws MediaException {
        if (geometry == null) {
            limits.checkSize(WHERE, frame.width(), frame.height());
            colour = colour(frame);
            geometry = new NativeFrame.Geometry(frame.width(), frame.height(), colour, crop, orientation);
        }
        long step = Math.max(1, Math.round(1 / (frameRate.toDouble() * timeBase.toDouble())));
        long pts = frame.best_effort_timestamp();
        if (pts == NO_TIME) {
            pts = lastPts == NO_TIME ? 0 : lastPts + step;
        }
        if (lastPts != NO_TIME && pts <= lastPts) {
            pts = lastPts + 1;
        }
        if (index == 0) {
            firstPts = pts;
        }
        lastPts = pts;
        current = new NativeFrame(geometry, frame, index++, pts, (pts - firstPts) * timeBase.toDouble());
        return current;
    }

    private static VideoInfo.Colour colour(AVFrame f) {
        AVPixFmtDescriptor d = avutil.av_pix_fmt_desc_get(f.format());
        String pixels = Ffmpeg.name(avutil.av_get_pix_fmt_name(f.format()));
        if (d != null && (d.flags() & (avutil.AV_PIX_FMT_FLAG_RGB | avutil.AV_PIX_FMT_FLAG_PAL)) != 0) {
            return new VideoInfo.Colour("gbr", true, false);
        }
        boolean full = f.color_range() == avutil.AVCOL_RANGE_JPEG
                || (f.color_range() == avutil.AVCOL_RANGE_UNSPECIFIED && pixels.startsWith("yuvj"));
        boolean assumed = f.colorspace() == avutil.AVCOL_SPC_UNSPECIFIED
                || f.colorspace() == avutil.AVCOL_SPC_RESERVED
                || f.colorspace() == avutil.AVCOL_SPC_RGB;
        String matrix = assumed
                ? f.width() >= 1280 || f.height() >= 720 ? "bt709" : "smpte170m"
                : Ffmpeg.name(avutil.av_color_space_name(f.colorspace())).toLowerCase(Locale.ROOT);
        return new VideoInfo.Colour(matrix, full, assumed);
    }

    @Override
    public int damagedPackets() {
        return damaged;
    }

    @Override
    public PacketIndex packets() {
        return packets;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (current != null) {
            current.leave();
        }
        if (geometry != null) {
            geometry.close();
        }
        avutil.av_frame_free(frame);
        avcodec.av_packet_free(packet);
        if (codec != null) {
            avcodec.avcodec_free_context(codec);
        }
        if (!format.isNull()) {
            avformat.avformat_close_input(format);
        }
    }
}

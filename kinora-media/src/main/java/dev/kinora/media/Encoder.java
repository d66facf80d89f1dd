package dev.kinora.media;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** One encoder feeding one muxer. The same frames give the same file, byte for byte. */
final class Encoder implements AutoCloseable {
    /**
     * How a format is made.
     *
     * @param pixels the encoder's pixel format
     * @param multiple what width and height are padded to
     * @param tagged whether the muxer carries the metadata itself
     */
    record Recipe(
            String muxer,
            String encoder,
            int pixels,
            int multiple,
            boolean tagged,
            Map<String, String> encoderOptions,
            Map<String, String> muxerOptions,
            Setup setup) {}

    /** The settings of an encoder that are fields, not options. */
    interface Setup {
        void on(AVCodecContext context);
    }

    private final Path file;
    private final Path named;
    private final VideoSpec spec;
    private final Recipe recipe;
    private final AVFormatContext format = new AVFormatContext(null);
    private final AVPacket packet = Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet");
    private @Nullable AVCodecContext codec;
    private @Nullable AVStream stream;

    /**
     * @param file where to write
     * @param named what to call it in errors
     */
    Encoder(Path file, Path named, VideoSpec spec, Recipe recipe) throws MediaException {
        this.file = file;
        this.named = named;
        this.spec = spec;
        this.recipe = recipe;
        try {
            String muxer = recipe.muxer;
            check(
                    avformat.avformat_alloc_output_context2(format, (AVOutputFormat) null, muxer, (String) null),
                    "setting up " + muxer);
            openCodec();
            openMuxer();
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    private void openCodec() throws MediaException {
        AVCodec encoder =
                Ffmpeg.allocated(avcodec.avcodec_find_encoder_by_name(recipe.encoder), "the encoder " + recipe.encoder);
        AVCodecContext c = Ffmpeg.allocated(avcodec.avcodec_alloc_context3(encoder), "an encoder");
        codec = c;
        int m = recipe.multiple;
        c.width((spec.width() + m - 1) / m * m);
        c.height((spec.height() + m - 1) / m * m);
        c.pix_fmt(recipe.pixels);
        c.time_base(Ffmpeg.native_(spec.frameRate().inverse()));
        c.framerate(Ffmpeg.native_(spec.frameRate()));
        c.gop_size(Math.max(1, Math.toIntExact(Math.round(5 * spec.frameRate().toDouble()))));
        c.max_b_frames(0);
        c.thread_count(Math.min(Runtime.getRuntime().availableProcessors(), 4));
        int flags = avcodec.AV_CODEC_FLAG_BITEXACT;
        if ((format.oformat().flags() & avformat.AVFMT_GLOBALHEADER) != 0) {
            flags |= avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
        }
        c.flags(c.flags() | flags);
        recipe.setup.on(c);
        for (Map.Entry<String, String> o : recipe.encoderOptions.entrySet()) {
            check(avutil.av_opt_set(c.priv_data(), o.getKey(), o.getValue(), 0), "setting " + o);
        }
        check(
                avcodec.avcodec_open2(c, encoder, (AVDictionary) null),
                "opening the encoder at %dx%d".formatted(spec.width(), spec.height()));
    }

    /** A frame in the encoder's format, marked with its colour; the caller frees it. */
    AVFrame newFrame() {
        AVCodecContext c = context();
        AVFrame f = RgbConverter.frame(c.width(), c.height(), c.pix_fmt());
        f.colorspace(c.colorspace()).color_range(c.color_range());
        f.color_primaries(c.color_primaries()).color_trc(c.color_trc());
        f.chroma_location(c.chroma_sample_location());
        return f;
    }

    private void openMuxer() throws MediaException {
        AVCodecContext c = context();
        AVStream s = Ffmpeg.allocated(avformat.avformat_new_stream(format, null), "a stream");
        stream = s;
        check(avcodec.avcodec_parameters_from_context(s.codecpar(), c), "describing the stream");
        s.time_base(c.time_base());
        s.avg_frame_rate(c.framerate());
        s.r_frame_rate(c.framerate());
        markPadding(s.codecpar());
        format.flags(format.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
        AVDictionary tags = new AVDictionary(null);
        if (recipe.tagged) {
            spec.metadata().forEach((key, value) -> Ffmpeg.put(tags, key, value));
        }
        format.metadata(tags);
        AVIOContext io = new AVIOContext(null);
        AVDictionary dictionary = new AVDictionary(null);
        try (BytePointer url = Ffmpeg.url(file)) {
            check(
                    avformat.avio_open2(io, url, avformat.AVIO_FLAG_WRITE, (AVIOInterruptCB) null, (AVDictionary) null),
                    "creating the file");
            format.pb(io);
            // The muxer opens the file again by this name to move the index to its front.
            format.url(avutil.av_strdup(url));
            recipe.muxerOptions.forEach((key, value) -> Ffmpeg.put(dictionary, key, value));
            check(avformat.avformat_write_header(format, dictionary), "writing the header");
        } finally {
            avutil.av_dict_free(dictionary);
        }
    }

    private void markPadding(AVCodecParameters par) {
        int right = par.width() - spec.width();
        int bottom = par.height() - spec.height();
        if (right == 0 && bottom == 0) {
            return;
        }
        try (IntPointer count = new IntPointer(1)) {
            count.put(0);
            AVPacketSideData list = new AVPacketSideData(null);
            AVPacketSideData crop =
                    avcodec.av_packet_side_data_new(list, count, avcodec.AV_PKT_DATA_FRAME_CROPPING, 16, 0);
            Ffmpeg.allocated(crop, "side data");
            new IntPointer((Pointer) crop.data())
                    .put(0, 0)
                    .put(1, bottom)
                    .put(2, 0)
                    .put(3, right);
            par.coded_side_data(list);
            par.nb_coded_side_data(count.get());
        }
    }

    /** Encodes a frame, its pts and duration in ticks of one over the frame rate; null flushes the encoder. */
    void send(@Nullable AVFrame f) throws MediaException {
        AVCodecContext c = context();
        AVStream s = Objects.requireNonNull(stream);
        check(avcodec.avcodec_send_frame(c, f), "encoding");
        while (true) {
            int code = avcodec.avcodec_receive_packet(c, packet);
            if (code == avutil.AVERROR_EAGAIN() || code == avutil.AVERROR_EOF()) {
                return;
            }
            check(code, "encoding");
            packet.stream_index(s.index());
            packet.duration(1);
            avcodec.av_packet_rescale_ts(packet, c.time_base(), s.time_base());
            check(avformat.av_interleaved_write_frame(format, packet), "writing");
        }
    }

    /** Writes what is still held and closes the file. */
    void complete() throws MediaException {
        send(null);
        check(avformat.av_write_trailer(format), "completing the file");
        closeFile();
    }

    private AVCodecContext context() {
        return Objects.requireNonNull(codec);
    }

    private int check(int code, String doing) throws MediaException {
        return Ffmpeg.check(code, "VideoWriter", named, doing);
    }

    private void closeFile() throws MediaException {
        AVIOContext io = format.pb();
        format.pb(null);
        if (io != null && !io.isNull()) {
            check(avformat.avio_closep(io), "closing the file");
        }
    }

    @Override
    public void close() {
        if (!format.isNull()) {
            try {
                closeFile();
            } catch (MediaException e) {
                // Without complete() before it, the file is about to be deleted.
            }
            avformat.avformat_free_context(format);
        }
        avcodec.av_packet_free(packet);
        if (codec != null) {
            avcodec.avcodec_free_context(codec);
        }
    }
}

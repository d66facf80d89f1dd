package dev.kinora.media;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts stretches out of a video without decoding it: no loss, no encoder. Times, rotation and colour marks go along;
 * sound does not. The same stretch gives the same bytes.
 */
public final class StreamCopy {
    private static final String WHERE = "StreamCopy";

    /** Codecs that MP4 carries and {@link VideoReader} reads back with the same times. */
    private static final Set<String> CARRIED = Set.of("h264", "hevc", "mpeg4", "av1", "vp9", "mpeg2video", "mjpeg");

    /**
     * A file to be made.
     *
     * @param stretch what to copy
     * @param out where to; an existing file is replaced
     */
    public record Cut(PacketIndex.Stretch stretch, Path out) {}

    private StreamCopy() {}

    /** Whether stretches of such a stream can be copied into MP4. */
    public static boolean carries(VideoInfo info) {
        return CARRIED.contains(info.codec());
    }

    /**
     * Writes every cut in one pass over the file.
     *
     * @param cuts stretches of this file's own {@link VideoReader#packets}, in order, none overlapping
     * @throws MediaException if the file cannot be read or a cut not be written; no cut is half written under its name
     */
    public static void write(Path file, List<Cut> cuts) throws MediaException {
        for (int i = 1; i < cuts.size(); i++) {
            int first = cuts.get(i).stretch.first();
            if (first <= cuts.get(i - 1).stretch.last()) {
                throw MediaException.badArgument(WHERE, "cuts[" + i + "]", first, "a stretch after the one before");
            }
        }
        if (cuts.isEmpty()) {
            return;
        }
        AVFormatContext in = new AVFormatContext(null);
        AVPacket packet = Ffmpeg.allocated(avcodec.av_packet_alloc(), "a packet");
        Muxer muxer = null;
        try {
            AVStream stream = open(file, in);
            int at = 0;
            for (int index = 0; at < cuts.size() && avformat.av_read_frame(in, packet) >= 0; ) {
                if (packet.stream_index() == stream.index()) {
                    Cut cut = cuts.get(at);
                    if (index == cut.stretch.first()) {
                        muxer = new Muxer(cut, in, stream);
                    }
                    if (muxer != null) {
                        muxer.put(packet);
                    }
                    if (muxer != null && index == cut.stretch.last()) {
                        muxer.complete();
                        muxer.close();
                        muxer = null;
                        at++;
                    }
                    index++;
                }
                avcodec.av_packet_unref(packet);
            }
            if (at < cuts.size()) {
                throw new MediaException(WHERE, "file", file, "the packets it had when it was read first");
            }
        } finally {
            if (muxer != null) {
                muxer.close();
            }
            avcodec.av_packet_free(packet);
            if (!in.isNull()) {
                avformat.avformat_close_input(in);
            }
        }
    }

    private static AVStream open(Path file, AVFormatContext in) throws MediaException {
        AVDictionary options = new AVDictionary(null);
        Ffmpeg.put(options, "protocol_whitelist", "file");
        Ffmpeg.put(options, "format_whitelist", Ffmpeg.READABLE_FORMATS);
        try (BytePointer url = Ffmpeg.url(file)) {
            Ffmpeg.check(avformat.avformat_open_input(in, url, (AVInputFormat) null, options), WHERE, file, "opening");
        } finally {
            avutil.av_dict_free(options);
        }
        Ffmpeg.check(avformat.avformat_find_stream_info(in, (AVDictionary) null), WHERE, file, "reading the streams");
        int best = Ffmpeg.check(
                avformat.av_find_best_stream(in, avutil.AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0),
                WHERE,
                file,
                "finding the video stream");
        for (int i = 0; i < in.nb_streams(); i++) {
            if (i != best) {
                in.streams(i).discard(avcodec.AVDISCARD_ALL);
            }
        }
        return in.streams(best);
    }

    /** One MP4 being written. */
    private static final class Muxer implements AutoCloseable {
        private final Cut cut;
        private final AtomicOutput file;
        private final AVFormatContext format = new AVFormatContext(null);
        private final AVStream from;
        private @Nullable AVStream to;

        Muxer(Cut cut, AVFormatContext in, AVStream from) throws MediaException {
            this.cut = cut;
            this.from = from;
            file = AtomicOutput.file(cut.out);
            try {
                begin(in);
            } catch (Throwable t) {
                close();
                throw t;
            }
        }

        private void begin(AVFormatContext in) throws MediaException {
            check(
                    avformat.avformat_alloc_output_context2(format, (AVOutputFormat) null, "mp4", (String) null),
                    "setting up mp4");
            AVStream s = Ffmpeg.allocated(avformat.avformat_new_stream(format, null), "a stream");
            check(avcodec.avcodec_parameters_copy(s.codecpar(), from.codecpar()), "describing the stream");
            // A tag of the old container may mean nothing in the new one: the muxer chooses.
            s.codecpar().codec_tag(0);
            s.time_base(from.time_base());
            s.avg_frame_rate(from.avg_frame_rate());
            s.r_frame_rate(from.r_frame_rate());
            s.sample_aspect_ratio(avformat.av_guess_sample_aspect_ratio(in, from, null));
            to = s;
            format.flags(format.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
            file.make(this::open);
        }

        private AVFormatContext open(Path work) throws MediaException {
            AVIOContext io = new AVIOContext(null);
            AVDictionary options = new AVDictionary(null);
            try (BytePointer url = Ffmpeg.url(work)) {
                check(
                        avformat.avio_open2(
                                io, url, avformat.AVIO_FLAG_WRITE, (AVIOInterruptCB) null, (AVDictionary) null),
                        "creating the file");
                format.pb(io);
                format.url(avutil.av_strdup(url));
                Ffmpeg.put(options, "movflags", "+faststart");
                check(avformat.avformat_write_header(format, options), "writing the header");
                return format;
            } finally {
                avutil.av_dict_free(options);
            }
        }

        /** Copies a packet, unless its picture is shown before the stretch begins and refers to what went before. */
        void put(AVPacket packet) throws MediaException {
            long start = cut.stretch.startPts();
            if (packet.pts() < start || to == null) {
                return;
            }
            packet.pts(packet.pts() - start);
            if (packet.dts() != avutil.AV_NOPTS_VALUE) {
                packet.dts(packet.dts() - start);
            }
            packet.stream_index(0);
            packet.pos(-1);
            avcodec.av_packet_rescale_ts(packet, from.time_base(), to.time_base());
            check(avformat.av_write_frame(format, packet), "writing");
        }

        void complete() throws MediaException {
            check(avformat.av_write_trailer(format), "completing the file");
            closeFile();
            file.commit();
        }

        private void closeFile() throws MediaException {
            AVIOContext io = format.pb();
            format.pb(null);
            if (io != null && !io.isNull()) {
                check(avformat.avio_closep(io), "closing the file");
            }
        }

        private void check(int code, String doing) throws MediaException {
            Ffmpeg.check(code, WHERE, cut.out, doing);
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
            file.close();
        }
    }
}

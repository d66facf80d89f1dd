package dev.kinora.media;

import java.nio.file.Path;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avfilter.AVFilterInOut;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avfilter;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/** A graph of FFmpeg filters whose ends are named in its own text: {@code buffer@NAME=… ; … , buffersink@out}. */
final class FilterGraph implements AutoCloseable {
    private final Path file;
    private final AVFilterGraph graph = Ffmpeg.allocated(avfilter.avfilter_graph_alloc(), "a filter graph");
    private final AVFrame result = Ffmpeg.allocated(avutil.av_frame_alloc(), "a frame");

    FilterGraph(Path file, String description) throws MediaException {
        this.file = file;
        graph.nb_threads(1);
        AVFilterInOut in = new AVFilterInOut(null);
        AVFilterInOut out = new AVFilterInOut(null);
        try {
            check(avfilter.avfilter_graph_parse2(graph, description, in, out));
            check(avfilter.avfilter_graph_config(graph, null));
        } catch (MediaException e) {
            close();
            throw e;
        } finally {
            avfilter.avfilter_inout_free(in);
            avfilter.avfilter_inout_free(out);
        }
    }

    static String source(String name, int width, int height, String pixels, Rational timeBase) {
        return "buffer@%s=video_size=%dx%d:pix_fmt=%s:time_base=%d/%d:pixel_aspect=1/1"
                .formatted(name, width, height, pixels, timeBase.num(), timeBase.den());
    }

    /** Feeds a frame, which stays the caller's, or null for the end of that input. */
    void put(String name, @Nullable AVFrame frame) throws MediaException {
        AVFilterContext at = avfilter.avfilter_graph_get_filter(graph, "buffer@" + name);
        check(avfilter.av_buffersrc_add_frame_flags(at, frame, avfilter.AV_BUFFERSRC_FLAG_KEEP_REF));
    }

    /** The next result, valid until the next call, or null if more input is needed or the end is reached. */
    @Nullable
    AVFrame take() throws MediaException {
        avutil.av_frame_unref(result);
        int code =
                avfilter.av_buffersink_get_frame(avfilter.avfilter_graph_get_filter(graph, "buffersink@out"), result);
        if (code == avutil.AVERROR_EAGAIN() || code == avutil.AVERROR_EOF()) {
            return null;
        }
        check(code);
        return result;
    }

    private void check(int code) throws MediaException {
        Ffmpeg.check(code, "VideoWriter", file, "filtering");
    }

    @Override
    public void close() {
        avutil.av_frame_free(result);
        avfilter.avfilter_graph_free(graph);
    }
}

package dev.kinora.media;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * GIF over one palette for the whole video. The palette can only be known at the end, so frames wait uncompressed in a
 * temporary file beside the output: memory stays at one frame.
 */
final class GifWriter extends VideoWriter {
    private static final Rational FASTEST = Rational.of(50);
    private static final Encoder.Recipe RECIPE = new Encoder.Recipe(
            "gif", "gif", avutil.AV_PIX_FMT_PAL8, 1, false, Map.of(), Map.of("loop", "0"), context -> {});

    private final AtomicOutput out;
    private final AtomicOutput spool;
    private final OutputStream spooled;
    private final FilterGraph statistics;
    private final AVFrame rgb;

    private GifWriter(Path target, VideoSpec spec) throws MediaException {
        super(target, spec);
        out = AtomicOutput.file(target);
        spool = AtomicOutput.file(target);
        rgb = RgbConverter.frame(spec.width(), spec.height(), avutil.AV_PIX_FMT_RGB24);
        try {
            spooled = new BufferedOutputStream(spool.make(file -> Files.newOutputStream(file)), 1 << 16);
            statistics = new FilterGraph(
                    target, source("in", "rgb24") + ",palettegen=max_colors=256:stats_mode=full,buffersink@out");
        } catch (IOException e) {
            free();
            throw e instanceof MediaException m
                    ? m
                    : new MediaException("VideoWriter", "out", target, "a path that can be written to", e);
        }
    }

    static void check(VideoSpec spec) {
        if (spec.frameRate().compareTo(FASTEST) > 0) {
            throw MediaException.badArgument(
                    "VideoWriter",
                    "frameRate",
                    spec.frameRate(),
                    "at most 50 for GIF, which counts in 1/100 s and is slowed down by players when faster");
        }
    }

    static VideoWriter create(Path target, VideoSpec spec) throws MediaException {
        check(spec);
        return new GifWriter(target, spec);
    }

    private String source(String name, String pixels) {
        return FilterGraph.source(
                name,
                spec().width(),
                spec().height(),
                pixels,
                spec().frameRate().inverse());
    }

    @Override
    void encode(Image frame, int index) throws MediaException {
        try {
            spooled.write(frame.rgb());
        } catch (IOException e) {
            throw new MediaException("VideoWriter", "out", target(), "room for the frames beside the output", e);
        }
        statistics.put("in", load(frame, index));
    }

    private AVFrame load(Image frame, int index) throws MediaException {
        Ffmpeg.check(avutil.av_frame_make_writable(rgb), "VideoWriter", target(), "preparing a frame");
        RgbConverter.fill(rgb, frame);
        rgb.pts(index);
        rgb.duration(1);
        return rgb;
    }

    @Override
    void complete(int frameCount) throws MediaException {
        statistics.put("in", null);
        AVFrame palette = statistics.take();
        if (palette == null) {
            throw new MediaException("VideoWriter", "palette", "none", "one palette for " + target());
        }
        // Sierra's light error diffusion; rectangles keep still regions free of its crawling.
        String graph = source("in", "rgb24")
                + "[v];"
                + FilterGraph.source(
                        "palette", 16, 16, "bgra", spec().frameRate().inverse())
                + "[p];[v][p]paletteuse=dither=sierra2_4a:diff_mode=rectangle,buffersink@out";
        try (FilterGraph mapper = new FilterGraph(target(), graph);
                Encoder gif = out.make(file -> new Encoder(file, target(), spec(), RECIPE))) {
            mapper.put("palette", palette);
            mapper.put("palette", null);
            spooled.close();
            try (InputStream in = new BufferedInputStream(spool.make(file -> Files.newInputStream(file)), 1 << 16)) {
                for (int i = 0; i < frameCount; i++) {
                    byte[] pixels = in.readNBytes(spec().width() * spec().height() * 3);
                    mapper.put("in", load(Image.of(spec().width(), spec().height(), pixels), i));
                    drain(mapper, gif);
                }
            }
            mapper.put("in", null);
            drain(mapper, gif);
            gif.complete();
            String comment = new Sidecar(spec().frameRate(), spec().metadata()).toJson();
            spool.make(plain -> out.make(file -> {
                Files.move(file, plain, StandardCopyOption.REPLACE_EXISTING);
                Gif.withComment(plain, file, comment);
                return file;
            }));
        } catch (MediaException e) {
            throw e;
        } catch (IOException e) {
            throw new MediaException("VideoWriter", "out", target(), "room for the frames beside the output", e);
        }
        out.commit();
    }

    private static void drain(FilterGraph mapper, Encoder gif) throws MediaException {
        for (AVFrame f; (f = mapper.take()) != null; ) {
            gif.send(f);
        }
    }

    @Override
    void release() {
        statistics.close();
        free();
    }

    private void free() {
        avutil.av_frame_free(rgb);
        out.close();
        spool.close();
    }
}

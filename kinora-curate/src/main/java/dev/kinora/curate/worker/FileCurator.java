package dev.kinora.curate.worker;

import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.cut.ExactCutter;
import dev.kinora.curate.cut.Pieces;
import dev.kinora.curate.cut.Segmenter;
import dev.kinora.curate.dedup.PerceptualHash;
import dev.kinora.curate.frames.FrameObserver;
import dev.kinora.curate.frames.FramePass;
import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Span;
import dev.kinora.curate.stage.Stage;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.MediaException;
import dev.kinora.media.MediaLimits;
import dev.kinora.media.PacketIndex;
import dev.kinora.media.StreamCopy;
import dev.kinora.media.VideoInfo;
import dev.kinora.media.VideoReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.opencv.global.opencv_core;
import org.jspecify.annotations.Nullable;

/** Takes one file through every stage: decoded once, watched by all, cut into clips. */
public final class FileCurator implements AutoCloseable {
    /** Hears how far a file is. */
    public interface Heartbeat {
        /** Called for every frame. */
        void at(long frames, long pts, double seconds);
    }

    private final Recipe recipe;
    private final MediaLimits limits;
    private final List<Stage> stages;
    private final Segmenter segmenter;
    private final PerceptualHash look = new PerceptualHash();

    /**
     * A curator that works by this recipe; its models are loaded now.
     *
     * @param models where the files of models lie that the recipe means, by name
     */
    public FileCurator(Recipe recipe, Map<String, Path> models) throws IOException {
        this.recipe = recipe;
        limits = new MediaLimits(recipe.maxPixels(), MediaLimits.DEFAULT.maxBytes());
        VideoReader.load(); // so that a cold start does not count as a file's silence
        // Some of its parallel loops give other values with another number of threads.
        opencv_core.setNumThreads(1);
        segmenter = Stages.segmenter(recipe, models);
        stages = Stages.open(recipe, models);
    }

    /**
     * Curates a file.
     *
     * @param file to read
     * @param sha256 of its content
     * @param folder an existing folder for its clips
     * @throws IOException if the folder cannot be written to; whatever is wrong with the file is in the result
     */
    public FileResult run(Path file, String sha256, Path folder, Heartbeat heartbeat) throws IOException {
        long size = Files.size(file);
        if (size == 0) {
            return FileResult.failed(
                    sha256, 0, FileOutcome.failed("error", "empty", "file: bytes = 0 (expected: a video)"));
        }
        Decoded decoded;
        try {
            decoded = decode(file, heartbeat);
        } catch (MediaException e) {
            return FileResult.failed(sha256, size, outcome(e, file));
        }
        return new Making(decoded, file, sha256, size, folder).make();
    }

    /** What one pass over a file left behind. */
    private record Decoded(
            VideoInfo info,
            PacketIndex packets,
            FrameTimes times,
            int damaged,
            @Nullable MediaException broken) {}

    private Decoded decode(Path file, Heartbeat heartbeat) throws MediaException {
        try (VideoReader in = recipe.stages().contains(Recipe.VECTORS)
                ? VideoReader.openWithVectors(file, limits)
                : VideoReader.open(file, limits)) {
            VideoInfo info = in.info();
            FrameTimes times = new FrameTimes(info.timeBase(), info.frameRate());
            FramePass.Result pass = FramePass.run(in, List.of(segmenter, watcher(times, heartbeat)), n -> {});
            return new Decoded(
                    info,
                    in.packets(),
                    times,
                    pass.damagedPackets(),
                    pass.broken().orElse(null));
        }
    }

    /** Hands every stage the same look at each frame. */
    private FrameObserver watcher(FrameTimes times, Heartbeat heartbeat) {
        return new FrameObserver() {
            @Override
            public void begin(VideoInfo info) {
                look.begin();
                stages.forEach(s -> s.begin(info));
            }

            @Override
            public void observe(DecodedFrame frame) throws MediaException {
                times.add(frame.pts(), frame.seconds());
                try (Look view = new Look(frame)) {
                    look.observe(view);
                    for (Stage stage : stages) {
                        stage.observe(view);
                    }
                }
                heartbeat.at(times.count(), frame.pts(), frame.seconds());
            }
        };
    }

    private static FileOutcome outcome(MediaException e, Path file) {
        String message = String.valueOf(e.getMessage()).replace(file.toString(), String.valueOf(file.getFileName()));
        return switch (e.subject()) {
            case "stream" -> FileOutcome.failed("skipped", "no_video", message);
            case "codec" -> FileOutcome.failed("error", "unsupported_codec", message);
            case "size" -> FileOutcome.failed("error", "too_large", message);
            case "frames" -> FileOutcome.failed("error", "no_frames", message);
            default -> FileOutcome.failed("error", "unreadable", message);
        };
    }

    /** The second half of the work on one file, once its frames are known. */
    private final class Making {
        private final Decoded decoded;
        private final Path file;
        private final String sha256;
        private final long size;
        private final Path folder;
        private final List<Span> shots = segmenter.shots();
        private final List<StreamCopy.Cut> copies = new ArrayList<>();
        private final List<ExactCutter.Job> jobs = new ArrayList<>();

        Making(Decoded decoded, Path file, String sha256, long size, Path folder) {
            this.decoded = decoded;
            this.file = file;
            this.sha256 = sha256;
            this.size = size;
            this.folder = folder;
        }

        /** A clip before it is scored. */
        private record Planned(Span span, int frames, String cut, Path out) {}

        FileResult make() throws IOException {
            FrameTimes times = decoded.times();
            List<Span> spans = new Pieces(recipe.minSeconds(), recipe.maxSeconds())
                    .of(shots, times.pts(), times.seconds(), times.endPts(), times.endSeconds());
            List<Planned> planned = copied(spans);
            String unencodable = "";
            long recoded = 0;
            Map<Path, Integer> exact = new LinkedHashMap<>();
            try {
                ExactCutter.Done done = ExactCutter.cut(file, jobs, limits);
                recoded = done.bytes();
                for (int i = 0; i < jobs.size(); i++) {
                    exact.put(jobs.get(i).out(), done.frames().get(i));
                }
            } catch (IllegalArgumentException e) {
                unencodable = String.valueOf(e.getMessage()); // a size that H.264 does not take
            }
            List<ClipResult> clips = new ArrayList<>();
            for (Planned p : planned) {
                if (Files.exists(p.out)) {
                    clips.add(describe(p, exact.getOrDefault(p.out, p.frames)));
                }
            }
            return new FileResult(
                    sha256,
                    size,
                    outcome(unencodable, recoded),
                    Facts.of(decoded.info(), decoded.packets(), times),
                    shots.size(),
                    segmenter.changes(),
                    clips);
        }

        /** Copies what can be copied and plans the rest; where a file's packets resist, all of it is the rest. */
        private List<Planned> copied(List<Span> spans) {
            boolean mayCopy = recipe.cut() == CutMode.COPY;
            List<Planned> planned = spans.stream().map(s -> plan(s, mayCopy)).toList();
            try {
                StreamCopy.write(file, copies);
                return planned;
            } catch (MediaException e) {
                jobs.clear();
                return spans.stream().map(s -> plan(s, false)).toList();
            }
        }

        private Planned plan(Span wanted, boolean mayCopy) {
            if (mayCopy && StreamCopy.carries(decoded.info()) && decoded.damaged() == 0) {
                Optional<PacketIndex.Stretch> found = decoded.packets().stretch(wanted.startPts(), wanted.endPts());
                if (found.isPresent()) {
                    PacketIndex.Stretch s = found.get();
                    long end = Math.min(s.endPts(), decoded.times().endPts());
                    if (end > s.startPts() && seconds(s.startPts(), end) >= recipe.minSeconds()) {
                        Span span = new Span(s.startPts(), end);
                        Path out = folder.resolve(id(span, "copy") + ".mp4");
                        copies.add(new StreamCopy.Cut(s, out));
                        return new Planned(span, s.frames(), "copy", out);
                    }
                }
            }
            Span span = new Span(
                    wanted.startPts(), Math.min(wanted.endPts(), decoded.times().endPts()));
            Path out = folder.resolve(id(span, "exact") + ".mp4");
            jobs.add(new ExactCutter.Job(span, out));
            return new Planned(span, 0, "exact", out);
        }

        private double seconds(long from, long to) {
            return decoded.times().secondsAt(to) - decoded.times().secondsAt(from);
        }

        private String id(Span span, String cut) {
            return Hashes.ofText("clip/1 %s %d %d %s %s"
                            .formatted(
                                    sha256,
                                    span.startPts(),
                                    span.endPts(),
                                    decoded.info().timeBase(),
                                    cut))
                    .substring(0, 32);
        }

        private float[] embedding(Span span) {
            float[] found = {};
            for (Stage stage : stages) {
                float[] here = stage.embedding(span);
                found = here.length > 0 ? here : found;
            }
            return found;
        }

        private int shotOf(Span span) {
            int n = 0;
            while (n + 1 < shots.size() && shots.get(n + 1).startPts() <= span.startPts()) {
                n++;
            }
            return n;
        }

        private ClipResult describe(Planned p, int frames) throws IOException {
            Map<String, Double> scores = new LinkedHashMap<>();
            stages.forEach(s -> scores.putAll(s.scores(p.span)));
            String name = String.valueOf(p.out.getFileName());
            return new ClipResult(
                    name.substring(0, name.length() - 4),
                    shotOf(p.span),
                    p.span.startPts(),
                    p.span.endPts(),
                    decoded.times().secondsAt(p.span.startPts()),
                    seconds(p.span.startPts(), p.span.endPts()),
                    frames,
                    decoded.info().width(),
                    decoded.info().height(),
                    p.cut,
                    Files.size(p.out),
                    Hashes.ofFile(p.out),
                    look.of(p.span),
                    scores,
                    Vectors.encode(embedding(p.span)));
        }

        private FileOutcome outcome(String unencodable, long recoded) {
            MediaException broken = decoded.broken();
            String status = broken != null || !unencodable.isEmpty() ? "partial" : "ok";
            String errorClass = broken != null ? "truncated" : unencodable.isEmpty() ? "" : "unencodable";
            String message = broken != null
                    ? String.valueOf(FileCurator.outcome(broken, file).message())
                    : unencodable;
            long[] pts = decoded.times().pts();
            return new FileOutcome(
                    status,
                    errorClass,
                    message,
                    pts.length == 0 ? null : pts[pts.length - 1],
                    pts.length,
                    decoded.damaged(),
                    decoded.packets().totalBytes(),
                    recoded);
        }
    }

    @Override
    public void close() {
        stages.forEach(Stage::close);
        segmenter.close();
        look.close();
    }
}

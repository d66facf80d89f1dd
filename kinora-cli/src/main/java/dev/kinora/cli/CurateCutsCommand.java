package dev.kinora.cli;

import dev.kinora.curate.cuts.Shot;
import dev.kinora.curate.cuts.ShotDetection;
import dev.kinora.curate.cuts.Transition;
import dev.kinora.curate.cuts.Vote;
import dev.kinora.curate.frames.FramePass;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import dev.kinora.media.VideoReader;
import dev.kinora.models.transnet.TransNetV2;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where the shots of videos begin and end. */
@Command(
        name = "cuts",
        header = "Find the cuts, fades, dissolves and wipes of videos.",
        description = {
            "",
            "Decodes each video once. Five detectors look at every frame, two of them also four times and once "
                    + "in two times a second, so that slow fades are seen; a written rule makes transitions of their "
                    + "votes, which --json shows one by one. With --transnet the network TransNet V2 votes too."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate cuts film.mp4",
            "  kinora curate cuts raw/*.mp4 --json > cuts.json       (several at a time)",
            "  kinora curate cuts film.mp4 --transnet transnetv2.safetensors"
        })
final class CurateCutsCommand extends Action {
    @Parameters(paramLabel = "VIDEO", arity = "1..*", description = "Video files, or folders of PNGs.")
    private List<Path> videos = new ArrayList<>();

    @Option(
            names = {"--transnet", "--weights"},
            paramLabel = "FILE",
            description = "Weights of TransNet V2: a .safetensors file, a folder with one, or a pulled OWNER/NAME.")
    private @Nullable String transnet;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Videos to look at side by side. Default: as many as processors, one with --transnet.")
    private @Nullable Integer workers;

    @Override
    Report run() throws IOException {
        Path file = transnet == null ? null : WeightsFile.locate(this, "--transnet", transnet);
        if (workers != null && (workers < 1 || workers > 1024)) {
            throw refuse("--workers", workers, "1 to 1024");
        }
        long frames = 0;
        for (Path video : videos) { // what cannot be opened is told before work starts
            try (VideoReader in = VideoReader.open(video)) {
                frames += in.info().frames().orElse(0);
            }
        }
        int side =
                workers != null ? workers : file == null ? Runtime.getRuntime().availableProcessors() : 1;
        Progress progress = new Progress(console());
        progress.stage(
                videos.size() == 1 ? String.valueOf(videos.getFirst().getFileName()) : videos.size() + " videos",
                (int) Math.min(frames, Integer.MAX_VALUE));
        List<VideoCuts> all;
        try (TransNetV2 model = file == null ? null : TransNetV2.load(file)) {
            all = sideBySide(Math.min(side, videos.size()), new Looking(model, progress));
        }
        progress.end();
        return new Cuts(all);
    }

    private List<VideoCuts> sideBySide(int workers, Looking looking) throws IOException {
        List<VideoCuts> all = new ArrayList<>();
        if (workers == 1) {
            for (Path video : videos) {
                all.add(looking.at(video));
            }
            return all;
        }
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<VideoCuts>> coming =
                    videos.stream().map(v -> pool.submit(() -> looking.at(v))).toList();
            try {
                for (Future<VideoCuts> c : coming) {
                    all.add(c.get());
                }
            } catch (ExecutionException | InterruptedException e) {
                looking.over = true;
                pool.shutdownNow();
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                if (e.getCause() instanceof RuntimeException r) {
                    throw r;
                }
                throw new IOException("curate cuts: stopped", e);
            }
        }
        return all;
    }

    /** What all videos share; at several of them at a time. */
    private final class Looking {
        private final @Nullable TransNetV2 model;
        private final Progress progress;
        private int frames;
        private volatile boolean over;

        Looking(@Nullable TransNetV2 model, Progress progress) {
            this.model = model;
            this.progress = progress;
        }

        VideoCuts at(Path video) throws IOException {
            ShotDetection detection = new ShotDetection(model);
            try (VideoReader in = VideoReader.open(video)) {
                FramePass.Result end = FramePass.run(in, List.of(detection), n -> frame());
                end.broken().ifPresent(this::warn);
                return VideoCuts.of(video, in.info(), detection, end);
            }
        }

        private synchronized void frame() {
            if (over) {
                throw new CancellationException("curate cuts: another video failed");
            }
            interrupts().check();
            frames++;
            progress.step(frames);
        }

        private synchronized void warn(MediaException broken) {
            progress.message("warning: " + broken.getMessage());
        }
    }

    /** One report for all videos. */
    record Cuts(List<VideoCuts> videos) implements Report {
        @Override
        public void print(PrintWriter to) {
            videos.forEach(v -> v.print(to));
        }
    }

    /**
     * What was found in one video.
     *
     * @param video its path
     * @param frames frames decoded
     * @param frameRate frames a second, a fraction
     * @param timeBase seconds per tick of a pts, a fraction
     * @param broken why it ended before its end; null where it did not
     * @param shots between the transitions
     * @param transitions where shots meet
     * @param votes every detector's opinion
     */
    record VideoCuts(
            String video,
            int frames,
            String frameRate,
            String timeBase,
            @Nullable String broken,
            List<Stretch> shots,
            List<Change> transitions,
            List<Vote> votes) {
        static VideoCuts of(Path video, VideoInfo info, ShotDetection found, FramePass.Result end) {
            long[] pts = found.pts();
            double tick = info.timeBase().toDouble();
            long origin = pts.length == 0 ? 0 : pts[0];
            long frame = Math.max(1, Math.round(1 / (info.frameRate().toDouble() * tick)));
            List<Stretch> shots = new ArrayList<>();
            for (Shot s : found.shots()) {
                long last = s.end() < pts.length ? pts[s.end()] : end.lastPts() + frame;
                long first = pts[s.first()];
                shots.add(
                        new Stretch(s.first(), s.end(), first, last, (first - origin) * tick, (last - origin) * tick));
            }
            List<Change> changes = new ArrayList<>();
            for (Transition t : found.transitions()) {
                changes.add(new Change(
                        t.kind(),
                        t.first(),
                        t.last(),
                        pts[t.first()],
                        (pts[t.first()] - origin) * tick,
                        t.confidence()));
            }
            return new VideoCuts(
                    video.toString(),
                    end.frames(),
                    info.frameRate().toString(),
                    info.timeBase().toString(),
                    end.broken().map(MediaException::getMessage).orElse(null),
                    shots,
                    changes,
                    found.votes());
        }

        void print(PrintWriter to) {
            to.printf(Locale.ROOT, "%s: %d frames, %d shots%n", video, frames, shots.size());
            for (Change c : transitions) {
                String where = c.first == c.last ? "frame " + c.first : "frames %d to %d".formatted(c.first, c.last);
                to.printf(
                        Locale.ROOT,
                        "  %8.2f s  %-8s %s%n",
                        c.seconds,
                        c.kind.name().toLowerCase(Locale.ROOT),
                        where);
            }
        }
    }

    /** A shot: from one frame to before another, with their times. */
    record Stretch(int first, int end, long startPts, long endPts, double startSeconds, double endSeconds) {}

    /** A transition with its time. */
    record Change(Transition.Kind kind, int first, int last, long pts, double seconds, double confidence) {}
}

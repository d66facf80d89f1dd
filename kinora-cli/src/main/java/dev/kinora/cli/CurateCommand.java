package dev.kinora.cli;

import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.LocalEngine;
import dev.kinora.curate.engine.WorkerLimits;
import dev.kinora.curate.query.FileSummary;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Recipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Raw videos to a dataset. */
@Command(
        name = "curate",
        header = "Make a scored, cut dataset of raw videos.",
        description = {
            "",
            "Decodes each file once, finds its shots, divides them into clips, scores each, cuts it out, and puts all of",
            "it under DATASET in one step. Frames of fades, dissolves and wipes are in no clip. A file that is broken, or",
            "breaks the worker it is in, costs itself and gets a row that says so.",
            "Nothing is thrown away for a score: kinora curate filter decides what to train on.",
            "",
            "Killed or stopped, the same command goes on where it was; the dataset comes out the same, byte for byte."
        },
        subcommands = {
            CurateCutsCommand.class,
            CurateFilterCommand.class,
            CurateScoreCaptionsCommand.class,
            CurateLearnCommand.class,
            CurateTagsReportCommand.class
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate videos --out dataset",
            "  kinora curate a.mp4 b.mkv --out dataset --cut exact --max-seconds 10 --workers 4",
            "  kinora curate clips --out dataset --shots whole",
            "  kinora curate videos --out dataset --clip openai/clip-vit-large-patch14 --aesthetic head.safetensors",
            "  kinora curate filter dataset --keep \"motion_mean >= p25\""
        })
final class CurateCommand extends Action {
    @Parameters(
            paramLabel = "RAW",
            arity = "0..*",
            description = "Video files, and folders of them, searched through. Not hidden files.")
    private List<Path> raws = new ArrayList<>();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DATASET",
            description = "The dataset's folder: new or empty, or that of an interrupted run.")
    private @Nullable Path out;

    @Option(
            names = "--shots",
            paramLabel = "HOW",
            description = "cascade finds shots by the detectors of kinora curate cuts; whole takes each file for one,"
                    + " which suits footage that is cut already. Default: cascade.")
    private String shots = Recipe.CASCADE;

    @Option(
            names = "--transnet",
            paramLabel = "FILE",
            description = "Weights of TransNet V2, which then votes in the cascade: a .safetensors file, a folder with"
                    + " one, or a pulled OWNER/NAME. Default: none.")
    private @Nullable String transnet;

    @Option(
            names = "--cut",
            paramLabel = "HOW",
            description =
                    "copy takes compressed pictures as they are, from the first key frame of a shot; exact encodes from"
                            + " its first frame to its last. Default: copy, exact where that is not possible.")
    private CutMode cut = CutMode.COPY;

    @Option(names = "--min-seconds", paramLabel = "S", description = "Shorter shots are left out. Default: 1.")
    private double minSeconds = 1;

    @Option(names = "--max-seconds", paramLabel = "S", description = "Longer shots are divided. Default: 20.")
    private double maxSeconds = 20;

    @Option(
            names = "--stages",
            paramLabel = "NAMES",
            split = ",",
            description = "What to score: some of ${DEFAULT-VALUE}. Default: all of them.")
    private List<String> stages = Recipe.STAGES;

    @Mixin
    private ModelledStages modelled = new ModelledStages();

    @Option(
            names = "--form",
            paramLabel = "FORM",
            description = "webdataset writes tar shards; folder an MP4 a clip. Default: webdataset.")
    private Form form = Form.WEBDATASET;

    @Option(names = "--shard-clips", paramLabel = "N", description = "The most clips of a shard. Default: 1000.")
    private int shardClips = 1000;

    @Option(
            names = "--keep",
            paramLabel = "RULE",
            description =
                    "Which of several clips alike counts as the original: resolution, aesthetic, sharpness, length or"
                            + " first. Default: resolution.")
    private KeepRule keep = KeepRule.RESOLUTION;

    @Option(
            names = "--alike",
            paramLabel = "BITS",
            description = "Bits of 192 that two clips alike may differ in, 0 to 95. Default: 12.")
    private int alike = 12;

    @Option(names = "--workers", paramLabel = "N", description = "Worker processes. Default: one a processor.")
    private int workers = WorkerLimits.DEFAULT.workers();

    @Option(
            names = "--worker-memory",
            paramLabel = "SIZE",
            description = "Memory at which a worker is ended and its file given up. Default: 3G, and with --clip"
                    + " the size of its weights on top.")
    private Converters.@Nullable ByteCount memory;

    @Option(
            names = "--stall-seconds",
            paramLabel = "S",
            description = "Time without a frame after which a worker is ended. Default: 60.")
    private double stallSeconds = WorkerLimits.DEFAULT.stallSeconds();

    @Override
    Report run() throws IOException {
        if (raws.isEmpty()) {
            throw refuse("RAW", "none", "video files or folders of them");
        }
        if (out == null) {
            throw refuse("--out", "none", "the dataset's folder");
        }
        if (transnet != null && shots.equals(Recipe.WHOLE)) {
            throw refuse("--transnet", transnet, "none with --shots whole, for which nobody votes");
        }
        Map<String, Path> models = modelled.locate(this);
        Map<String, String> hashes = ModelledStages.hashes(models);
        if (transnet != null) {
            models.put(Recipe.TRANSNET, WeightsFile.locate(this, "--transnet", transnet));
        }
        String sha256 = transnet == null ? "" : Hashes.ofFile(Objects.requireNonNull(models.get(Recipe.TRANSNET)));
        Plan plan = new Plan(
                new Recipe(cut, minSeconds, maxSeconds, shots, sha256, modelled.with(stages), 16_384L * 8_192, hashes),
                form,
                shardClips,
                1L << 30,
                keep,
                alike,
                modelled.similar());
        long bytes = memory == null
                ? ((long) WorkerLimits.DEFAULT.memoryMiB() << 20) + ModelledStages.bytes(models)
                : memory.bytes();
        int memoryMiB = Math.clamp(bytes >> 20, 256, 1 << 20);
        WorkerLimits limits = new WorkerLimits(
                workers,
                Math.min(WorkerLimits.DEFAULT.heapMiB(), memoryMiB / 2),
                memoryMiB,
                stallSeconds,
                Math.max(stallSeconds, WorkerLimits.DEFAULT.fileSeconds()));
        Progress progress = new Progress(console());
        LocalEngine engine = new LocalEngine(plan, limits, new Shown(progress), models);
        interrupts().onStop(engine::stop);
        try {
            LocalEngine.Run run = engine.run(raws, out);
            progress.end();
            return new Curated(
                    out,
                    run.manifest().clips(),
                    FileSummary.of(out.resolve(Manifest.FILES)),
                    run.curated(),
                    run.seconds());
        } catch (IllegalStateException e) {
            if (interrupts().requested()) {
                throw new Interrupts.InterruptedWork("interrupted: the same command goes on from here");
            }
            throw e;
        }
    }

    /** The engine's progress on this console. */
    private final class Shown implements CurateListener {
        private final Progress progress;

        Shown(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void onStage(String name, int steps) {
            progress.stage(name, steps);
        }

        @Override
        public void onStep(int done) {
            progress.step(done);
        }

        @Override
        public void onNote(String note) {
            progress.message(note);
        }

        @Override
        public boolean stopRequested() {
            return interrupts().requested();
        }
    }

    /**
     * What came of it.
     *
     * @param dataset its folder
     * @param clips how many it has
     * @param files outcomes of the sources
     * @param curatedNow files that went through a worker in this run
     * @param seconds the run took
     */
    record Curated(Path dataset, int clips, FileSummary files, int curatedNow, double seconds) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.printf(
                    java.util.Locale.ROOT,
                    "%s: %d clips of %d shots in %d files, %s of video%n",
                    dataset,
                    clips,
                    files.shots(),
                    files.files(),
                    Progress.time((long) (files.seconds() * 1e9)));
            files.outcomes().forEach((outcome, n) -> to.printf("  %6d %s%n", n, outcome));
            to.printf(
                    java.util.Locale.ROOT,
                    "  decoded once: %s of compressed video; again to encode exactly: %s%n",
                    Bytes.of(files.packetBytes()),
                    Bytes.of(files.recodedBytes()));
        }
    }
}

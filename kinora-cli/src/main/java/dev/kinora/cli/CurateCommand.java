package dev.kinora.cli;

import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.Engine;
import dev.kinora.curate.engine.EngineSettings;
import dev.kinora.curate.engine.Engines;
import dev.kinora.curate.engine.Inputs;
import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.engine.WorkerLimits;
import dev.kinora.curate.query.FileSummary;
import dev.kinora.curate.s3.BucketResults;
import dev.kinora.curate.s3.Publication;
import dev.kinora.curate.s3.S3;
import dev.kinora.curate.s3.S3Uri;
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
            "Decodes each file once, finds its shots, divides them into clips, scores each, cuts it out, and "
                    + "puts all of it under DATASET in one step. Frames of fades, dissolves and wipes are in no clip. A "
                    + "file that is broken, or breaks the worker it is in, costs itself and gets a row that says so. "
                    + "Nothing is thrown away for a score: kinora curate filter decides what to train on.",
            "",
            "Killed or stopped, the same command goes on where it was; the dataset comes out the same, byte for "
                    + "byte."
        },
        subcommands = {
            CurateCutsCommand.class,
            CurateFilterCommand.class,
            CurateCaptionCommand.class,
            CurateJudgeCommand.class,
            CurateReviewCommand.class,
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
            "  kinora curate /shared/videos --out /shared/dataset --engine spark --master spark://head:7077",
            "  kinora curate s3://raw/videos --out s3://sets/first --work /data/first",
            "  kinora curate videos --out dataset --clip openai/clip-vit-large-patch14 --aesthetic head.safetensors",
            "  kinora curate filter dataset --keep \"motion_mean >= p25\""
        })
final class CurateCommand extends Action {
    @Parameters(
            paramLabel = "RAW",
            arity = "0..*",
            description = "Video files, and folders of them, searched through; s3://BUCKET/KEY too. Not hidden files.")
    private List<String> raws = new ArrayList<>();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DATASET",
            description = "The dataset's folder: new or empty, or that of an interrupted run; or s3://BUCKET/KEY, with"
                    + " --work.")
    private @Nullable String out;

    @Mixin
    private S3Options s3 = new S3Options();

    @Option(
            names = "--spool",
            paramLabel = "SIZE",
            description = "How much of what lies in buckets is kept at a time, here or by each executor. Default: 8G.")
    private Converters.ByteCount spool = new Converters.ByteCount(8L << 30);

    @Option(
            names = "--work",
            paramLabel = "FOLDER",
            description = "Where a dataset that goes into a bucket is made; it stays there.")
    private @Nullable Path work;

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
            description =
                    "What to score: some of ${DEFAULT-VALUE}. Default: all of them. And vectors: motion as the codec"
                            + " has it, which costs next to nothing.")
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

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "Where files are worked on: local is this machine, spark a cluster. Default: local.")
    private String engine = "local";

    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Spark's master: local[2], spark://HOST:7077, yarn. Default: what spark-submit says, or"
                    + " local[*].")
    private String master = "";

    @Option(
            names = "--conf",
            paramLabel = "KEY=VALUE",
            description = "A setting of Spark's, such as spark.executor.cores=4. As often as needed.")
    private Map<String, String> conf = Map.of();

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Worker processes of the local engine. Default: one a processor.")
    private @Nullable Integer workers;

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
        if (workers != null && !engine.equals("local")) {
            throw refuse("--workers", workers, "none but for the local engine; Spark runs one a task at a time");
        }
        long bytes = memory == null
                ? ((long) WorkerLimits.DEFAULT.memoryMiB() << 20) + ModelledStages.bytes(models)
                : memory.bytes();
        int memoryMiB = Math.clamp(bytes >> 20, 256, 1 << 20);
        WorkerLimits limits = new WorkerLimits(
                workers == null ? WorkerLimits.DEFAULT.workers() : workers,
                Math.min(WorkerLimits.DEFAULT.heapMiB(), memoryMiB / 2),
                memoryMiB,
                stallSeconds,
                Math.max(stallSeconds, WorkerLimits.DEFAULT.fileSeconds()));
        Progress progress = new Progress(console());
        EngineSettings settings = new EngineSettings(master, conf, models);
        Engine curator = Engines.create(engine, plan, limits, settings, new ClipProgress(progress, interrupts()));
        interrupts().onStop(curator::stop);
        try {
            Path dataset = folder(out);
            Engine.Run run = run(curator, out, dataset, new ClipProgress(progress, interrupts()));
            progress.end();
            return new Curated(
                    out,
                    run.manifest().clips(),
                    FileSummary.of(dataset.resolve(Manifest.FILES)),
                    run.curated(),
                    run.seconds());
        } catch (IllegalStateException e) {
            if (interrupts().requested()) {
                throw new Interrupts.InterruptedWork("interrupted: the same command goes on from here");
            }
            throw e;
        }
    }

    /** Where the dataset is made: it goes into a bucket from a folder. */
    private Path folder(String to) {
        if (!S3Uri.is(to)) {
            return Path.of(to);
        }
        if (work == null) {
            throw refuse("--work", "none", "a folder to make the dataset in, which then goes to " + to);
        }
        return work;
    }

    private Engine.Run run(Engine curator, String to, Path dataset, CurateListener listener) throws IOException {
        List<Path> local = raws.stream().filter(r -> !S3Uri.is(r)).map(Path::of).toList();
        if (local.size() == raws.size() && !S3Uri.is(to)) {
            return curator.run(local, dataset);
        }
        try (S3 store = new S3(s3.settings())) {
            List<RemoteFile> remotes = new ArrayList<>();
            for (String raw : raws) {
                if (S3Uri.is(raw)) {
                    remotes.addAll(store.find(S3Uri.parse(raw)));
                }
            }
            BucketResults results = S3Uri.is(to) ? new BucketResults(store, S3Uri.parse(to)) : null;
            Engine.Run run = curator.run(new Inputs(local, remotes, spool.bytes(), results), dataset);
            if (results != null) {
                new Publication(store, S3Uri.parse(to), listener).publish(dataset);
                results.remove();
            }
            return run;
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
    record Curated(String dataset, int clips, FileSummary files, int curatedNow, double seconds) implements Report {
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

package dev.kinora.cli;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.learn.Forest;
import dev.kinora.curate.learn.ScoreTable;
import dev.kinora.curate.query.Selection;
import dev.kinora.curate.query.Threshold;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which clips of a dataset to train on. */
@Command(
        name = "filter",
        header = "Choose clips of a dataset by their scores.",
        description = {
            "",
            "Thresholds are a query over the dataset's table: nothing is decoded, nothing is deleted. Prints "
                    + "the funnel: how many clips are left after each threshold. A threshold is a column, >=, >, <= or <, "
                    + "and:",
            "  0.02                       a value,",
            "  p25                        the value that 25 of 100 clips stay below,",
            "  p25 per source             the same among each source's clips, or per bucket,",
            "  p10 from 0, p30 from 5000  a value or percentile from a training step on (see --step)."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate filter dataset --keep \"motion_mean >= p25\" --keep \"text_area <= 0.07\" --out chosen.parquet",
            "  kinora curate filter dataset --keep \"motion_mean >= p25\" --move \"motion_mean >= p30\"",
            "  kinora curate filter dataset --classifier lecture.json --keep \"learned_lecture < 0.5\""
        })
final class CurateFilterCommand extends Action {
    private static final int SHOWN_CHANGES = 20;

    @Mixin
    private DatasetPlace dataset = new DatasetPlace();

    @Option(
            names = "--keep",
            paramLabel = "THRESHOLD",
            description = "A condition that clips have to meet; several in the order of the funnel.")
    private List<String> keep = new ArrayList<>();

    @Option(
            names = "--move",
            paramLabel = "THRESHOLD",
            description = "Show which clips come or go when this takes the place of the threshold on its column.")
    private @Nullable String move;

    @Option(
            names = "--classifier",
            paramLabel = "FILE",
            description = "A classifier of kinora curate learn; thresholds may then ask for its column, learned_TAG.")
    private List<Path> classifiers = new ArrayList<>();

    @Option(
            names = "--step",
            paramLabel = "N",
            description = "The training step that schedules are read at. Default: 0.")
    private long step;

    @Option(names = "--drop-unknown", description = "A clip without the score fails. Default: it passes.")
    private boolean dropUnknown;

    @Option(names = "--keep-duplicates", description = "Clips that look like a better one pass. Default: they fail.")
    private boolean keepDuplicates;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write the rows of the chosen clips, .parquet.")
    private @Nullable Path out;

    @Override
    Report run() throws IOException {
        if (step < 0) {
            throw refuse("--step", step, "0 or more");
        }
        if (out != null && !out.toString().endsWith(".parquet")) {
            throw refuse("--out", out, "a name ending in .parquet");
        }
        return dataset.open(DatasetPlace.CLIPS, d -> filter(d.folder()));
    }

    private Report filter(Path folder) throws IOException {
        Manifest manifest = Manifest.read(folder);
        List<Path> beside = SideTable.all(folder, manifest, ".parquet");
        List<Threshold> thresholds = keep.stream().map(Threshold::parse).toList();
        Selection.Query query = new Selection.Query(thresholds, step, !dropUnknown, keepDuplicates);
        try (Selection selection = new Selection(folder.resolve(Manifest.CLIPS), beside)) {
            for (Path file : classifiers) {
                Forest forest = Forest.read(file);
                selection.add(forest.column(), new ScoreTable(folder).values(forest));
            }
            List<Selection.Step> funnel = selection.funnel(query);
            List<Selection.Change> changes =
                    move == null ? null : selection.changes(query, query.move(Threshold.parse(move)));
            if (out != null) {
                try (Staging staging = new Staging(interrupts())) {
                    Path staged = staging.stage("--out", out);
                    Files.deleteIfExists(staged);
                    selection.write(query, staged);
                    staging.commit();
                }
            }
            return new Funnel(funnel, changes, out);
        }
    }

    /**
     * How the clips dwindle.
     *
     * @param funnel step by step
     * @param changes what moving a threshold does; null where none was moved
     * @param out where the rows were written
     */
    record Funnel(
            List<Selection.Step> funnel,
            @Nullable List<Selection.Change> changes,
            @Nullable Path out) implements Report {
        @Override
        public void print(PrintWriter to) {
            Selection.Step all = funnel.getFirst();
            to.printf(Locale.ROOT, "%8s %7s %10s %9s %8s  %s%n", "clips", "", "hours", "fail alone", "unknown", "");
            for (Selection.Step s : funnel) {
                String bound = Double.isNaN(s.bound()) ? "" : String.format(Locale.ROOT, "  (%.4g)", s.bound());
                to.printf(
                        Locale.ROOT,
                        "%8d %6.1f%% %10.3f %10d %8d  %s%s%n",
                        s.clips(),
                        all.clips() == 0 ? 100.0 : 100.0 * s.clips() / all.clips(),
                        s.seconds() / 3600,
                        s.failing(),
                        s.unknown(),
                        s.condition(),
                        bound);
            }
            if (changes != null) {
                long come = changes.stream().filter(Selection.Change::kept).count();
                to.printf("moved: %d clips come, %d go%n", come, changes.size() - come);
                changes.stream()
                        .limit(SHOWN_CHANGES)
                        .forEach(c -> to.printf(
                                Locale.ROOT,
                                "  %s %s  %s at %.2f s%n",
                                c.kept() ? "+" : "-",
                                c.id(),
                                c.source(),
                                c.startSeconds()));
                if (changes.size() > SHOWN_CHANGES) {
                    to.println("  and " + (changes.size() - SHOWN_CHANGES) + " more (all of them with --json)");
                }
            }
            if (out != null) {
                to.println(out);
            }
        }
    }
}

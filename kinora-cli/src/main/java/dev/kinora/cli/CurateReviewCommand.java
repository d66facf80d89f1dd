package dev.kinora.cli;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.review.Review;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A page to look a dataset over with. */
@Command(
        name = "review",
        header = "Make a page to look a dataset's clips over with.",
        description = {
            "",
            "The page opens from disk in any browser and asks nobody for anything: contact sheets that the "
                    + "pointer runs through, a histogram and two sliders for every score, the funnel that kinora curate "
                    + "filter would print, and the command that chooses the same clips. Contact sheets lie beside it; "
                    + "made again, only new ones are drawn."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate review dataset",
            "  kinora curate review s3://sets/first --out /tmp/review",
            "  kinora curate review dataset --out /tmp/review --frames 16 --width 256"
        })
final class CurateReviewCommand extends Action {
    @Mixin
    private DatasetPlace dataset = new DatasetPlace();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FOLDER",
            description =
                    "The page's folder: new or empty, or that of a page made before. Default: DATASET/review; a dataset in a"
                            + " bucket has none.")
    private @Nullable Path out;

    @Option(names = "--frames", paramLabel = "N", description = "Pictures of a clip, 1 to 32. Default: 9.")
    private int frames = 9;

    @Option(names = "--width", paramLabel = "N", description = "Columns of each, 32 to 640. Default: 192.")
    private int width = 192;

    @Option(names = "--workers", paramLabel = "N", description = "Threads that draw. Default: one a processor.")
    private int workers = Runtime.getRuntime().availableProcessors();

    @Override
    Report run() throws IOException {
        Path to = out;
        if (to == null) {
            if (dataset.inBucket()) {
                throw refuse("--out", "none", "a folder for the page of " + dataset.given());
            }
            to = Path.of(dataset.given(), "review");
        }
        Path folder = to;
        Progress progress = new Progress(console());
        try {
            Review review = new Review(frames, width, workers, new ClipProgress(progress, interrupts()));
            Review.Made made = dataset.open(
                    path -> DatasetPlace.CLIPS.test(path) || path.equals(Manifest.FILES), d -> review.make(d, folder));
            progress.end();
            return new Reviewed(made);
        } catch (CancellationException e) {
            throw new Interrupts.InterruptedWork("interrupted: the same command goes on from here");
        }
    }

    /** What was made. */
    record Reviewed(Review.Made review) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.printf(
                    Locale.ROOT,
                    "%s: %d clips, %s and %s of contact sheets%n",
                    review.page(),
                    review.clips(),
                    Bytes.of(review.pageBytes()),
                    Bytes.of(review.sheetBytes()));
            if (review.undrawable() > 0) {
                to.printf(Locale.ROOT, "  %d clips could not be drawn%n", review.undrawable());
            }
        }
    }
}

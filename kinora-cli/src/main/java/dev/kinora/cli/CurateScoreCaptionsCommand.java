package dev.kinora.cli;

import dev.kinora.curate.caption.CaptionFit;
import dev.kinora.curate.dataset.Manifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How well captions fit. */
@Command(
        name = "score-captions",
        header = "Score how well a dataset's captions fit their clips.",
        description = {
            "",
            "Adds a table with the column caption_similarity: the mean cosine of a caption with the clip's "
                    + "pictures, by the CLIP that the dataset was made with. Nothing is decoded again. CLIP reads 77 "
                    + "tokens of a caption; caption_cut tells where there were more. kinora curate filter knows the "
                    + "columns from then on."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate score-captions dataset --clip openai/clip-vit-large-patch14",
            "  kinora curate filter dataset --keep \"caption_similarity >= p50\""
        })
final class CurateScoreCaptionsCommand extends Action {
    @Mixin
    private DatasetPlace dataset = new DatasetPlace();

    @Option(
            names = "--clip",
            paramLabel = "MODEL",
            required = true,
            description = "The CLIP that the dataset was made with: a folder or a pulled OWNER/NAME.")
    private String clip = "";

    @Override
    Report run() throws IOException {
        Progress progress = new Progress(console());
        progress.stage("captions", 0);
        Path model = ModelledStages.folder(this, clip);
        CaptionFit.Result result = dataset.open(
                path -> DatasetPlace.CLIPS.test(path) || path.equals(Manifest.EMBEDDINGS),
                d -> CaptionFit.run(d, model, done -> {
                    interrupts().check();
                    progress.step(done);
                }));
        progress.end();
        return new Scored(dataset.given(), result);
    }

    /**
     * What was scored.
     *
     * @param dataset as it was given
     * @param captions how they fit
     */
    record Scored(String dataset, CaptionFit.Result captions) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.printf(
                    Locale.ROOT,
                    "%s: %d captions, similarity %.4f in the mean, %.4f the least; %d longer than CLIP reads%n",
                    dataset,
                    captions.clips(),
                    captions.mean(),
                    captions.least(),
                    captions.cut());
        }
    }
}

package dev.kinora.cli;

import dev.kinora.eval.RenderedClips;
import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxScore;
import dev.kinora.media.Images;
import dev.kinora.pipeline.GenerateRequest;
import dev.kinora.pipeline.VideoPipeline;
import dev.kinora.tensor.Tensor;
import dev.kinora.toybox.ToyCaptions;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether generated clips show what their prompts ask for. */
@Command(
        name = "toybox",
        header = "Measure how often a checkpoint shows what it is asked for.",
        description = {
            "",
            "Draws prompts of the Toybox world, generates a clip for each, reads scene, objects, colours and "
                    + "motions back from the frames, and counts what is right. --rendered reads drawn clips instead, of "
                    + "which everything is known: that measures the reader; --reconstructed reads them after the "
                    + "autoencoder."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora eval toybox --prompts 200 --journal run.jsonl --contact-sheet sheet.png",
            "  kinora eval toybox --held-out --sizes 96x64,64x96",
            "  kinora eval toybox --rendered --prompts 1000"
        })
final class EvalToyboxCommand extends Action {
    private static final int SHEET_CLIPS = 24;
    private static final int CONFUSIONS = 10;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--prompts", paramLabel = "N", description = "How many clips. Default: 200.")
    private int prompts = 200;

    @Option(names = "--held-out", description = "Only combinations that training never sees.")
    private boolean heldOut;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Decides prompts and noise. Default: 0.")
    private int seed;

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "WIDTHxHEIGHT",
            description = "Sizes that take turns. Default: 96x64.")
    private List<Size> sizes = List.of(new Size(96, 64));

    @Option(names = "--frames", paramLabel = "N", description = "Frames of a clip. Default: 17.")
    private int frames = 17;

    @Option(names = "--two-toys", paramLabel = "P", description = "How often there are two toys, 0 to 1. Default: 0.")
    private double twoToys;

    @Option(
            names = "--camera-moves",
            paramLabel = "P",
            description = "How often the camera pans or zooms, 0 to 1; what it does is not compared. Default: 0.")
    private double cameraMoves;

    @Option(names = "--steps", paramLabel = "N", description = "Denoise steps. Default: the checkpoint's, else 50.")
    private @Nullable Integer steps;

    @Option(
            names = {"-g", "--guidance"},
            paramLabel = "G",
            description = "How strictly to follow the prompt. Default: the checkpoint's, else 6.")
    private @Nullable Double guidance;

    @Option(names = "--rendered", description = "Read drawn clips instead of generated ones.")
    private boolean rendered;

    @Option(
            names = "--reconstructed",
            description =
                    "Read drawn clips after the checkpoint's autoencoder (in fp32): what its transformer could reach.")
    private boolean reconstructed;

    @Option(names = "--reader", paramLabel = "FOLDER", description = "The reader. Default: the shipped one.")
    private @Nullable Path reader;

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            description =
                    "Write what was read as it comes, a JSON line a clip; the same command goes on where it ended.")
    private @Nullable Path journal;

    @Option(
            names = "--contact-sheet",
            paramLabel = "FILE",
            description = "Also write one picture of the first " + SHEET_CLIPS + " clips that this command generates,"
                    + " .png.")
    private @Nullable Path sheet;

    @Override
    Report run() throws IOException {
        model.applyThreads();
        if (prompts < 1 || prompts > 1_000_000) {
            throw refuse("--prompts", prompts, "1 to 1000000");
        }
        if (sheet != null && !sheet.toString().endsWith(".png")) {
            throw refuse("--contact-sheet", sheet, "a name ending in .png");
        }
        boolean drawn = rendered || reconstructed;
        if (drawn && (sheet != null || journal != null)) {
            throw refuse(
                    rendered ? "--rendered" : "--reconstructed", true, "neither --contact-sheet nor --journal with it");
        }
        if (rendered && reconstructed) {
            throw refuse("--rendered", true, "not with --reconstructed");
        }
        Path readerFolder = ToyboxReaders.locate(reader);
        try (ToyboxReader reading = ToyboxReaders.load(readerFolder)) {
            double fps = reading.model().config().fps();
            List<ToyboxMix> mixes = sizes.stream()
                    .map(s -> new ToyboxMix(s.width(), s.height(), frames, fps, twoToys, cameraMoves, heldOut))
                    .toList();
            if (!drawn) {
                return readGenerated(reading, readerFolder, mixes);
            }
            if (rendered) {
                return readDrawn(reading, readerFolder, mixes, "rendered", UnaryOperator.identity());
            }
            Path folder = model.folder();
            try (Reconstruction vae = Reconstruction.open(model)) {
                for (Size size : sizes) {
                    if (size.width() % vae.ratio() != 0 || size.height() % vae.ratio() != 0) {
                        throw refuse("--sizes", size, "multiples of " + vae.ratio());
                    }
                }
                return readDrawn(reading, readerFolder, mixes, folder + ", autoencoder alone", vae::ofFrames);
            }
        }
    }

    /** Every eval of another seed has clips of its own. */
    private long firstSeed() {
        return RenderedClips.SEEDS + seed * 1_000_000L;
    }

    private Report readDrawn(
            ToyboxReader reading,
            Path readerFolder,
            List<ToyboxMix> mixes,
            String what,
            UnaryOperator<Tensor> through) {
        Progress progress = new Progress(console());
        progress.stage("read", prompts);
        RenderedClips.Result result = RenderedClips.read(
                reading, mixes, firstSeed(), prompts, Runtime.getRuntime().availableProcessors(), through, done -> {
                    interrupts().check();
                    progress.step(done);
                });
        progress.end();
        return answer(
                what, readerFolder, result.score(), known(result.distance()), known(result.unlawful()), List.of());
    }

    private static @Nullable Double known(double mean) { // of no clip at all is NaN
        return Double.isNaN(mean) ? null : (Double) mean;
    }

    private Report readGenerated(ToyboxReader reading, Path readerFolder, List<ToyboxMix> mixes) throws IOException {
        Path folder = model.folder();
        VideoPipeline pipeline = VideoPipeline.open(folder, model.variant());
        List<GeneratedToys.Asked> asked = new ArrayList<>();
        for (int i = 0; i < prompts; i++) {
            ToyboxSpec spec = mixes.get(i % mixes.size()).draw(firstSeed() + i);
            asked.add(new GeneratedToys.Asked(spec, pipeline.resolve(request(pipeline, spec, i))));
        }
        double fps = reading.model().config().fps();
        if (pipeline.frameRate() != fps) {
            console()
                    .err()
                    .println("frames per second = " + pipeline.frameRate() + " (expected: " + fps
                            + ", at which the reader learned motions)");
        }
        Progress progress = new Progress(console());
        GeneratedToys clips = new GeneratedToys(pipeline, model.budget(), reading, interrupts(), progress);
        try (Staging staging = new Staging(interrupts());
                EvalJournal done = EvalJournal.open(
                        journal, settings(folder, readerFolder, asked.getFirst().request()))) {
            Path stagedSheet = sheet == null ? null : staging.stage("--contact-sheet", sheet);
            progress.stage("generate", prompts);
            GeneratedToys.Result result = clips.read(asked, done, stagedSheet == null ? 0 : SHEET_CLIPS);
            if (stagedSheet != null && !result.rows().isEmpty()) {
                Images.write(stagedSheet, result.sheet(), Map.of());
            }
            staging.commit();
            progress.end();
            return answer(
                    folder.toString(), readerFolder, result.score(), null, known(result.unlawful()), result.wrong());
        }
    }

    private GenerateRequest request(VideoPipeline pipeline, ToyboxSpec spec, int index) {
        return pipeline.request(ToyCaptions.brief(spec))
                .frames(spec.frames())
                .size(spec.width(), spec.height())
                .seed(seed * 1_000_000L + index)
                .dtype(model.dtype())
                .steps(steps)
                .guidanceScale(guidance)
                .build();
    }

    private Settings settings(Path folder, Path readerFolder, GenerateRequest request) {
        return new Settings(
                folder.toString(),
                readerFolder.toString(),
                heldOut,
                seed,
                sizes.stream().map(Size::toString).toList(),
                frames,
                twoToys,
                cameraMoves,
                request.steps(),
                request.guidance().scale());
    }

    /** What decides the clips of a journal, apart from how many there are. */
    record Settings(
            String model,
            String reader,
            boolean heldOut,
            int seed,
            List<String> sizes,
            int frames,
            double twoToys,
            double cameraMoves,
            int steps,
            double guidance) {}

    private ToyboxReport answer(
            String what,
            Path readerFolder,
            ToyboxScore score,
            @Nullable Double distance,
            @Nullable Double unlawful,
            List<String> wrong) {
        return new ToyboxReport(
                what,
                readerFolder,
                prompts,
                heldOut,
                seed,
                sizes.stream().map(Size::toString).toList(),
                frames,
                ToyboxReport.lines(score),
                score.confusions(CONFUSIONS),
                distance,
                unlawful,
                wrong);
    }
}

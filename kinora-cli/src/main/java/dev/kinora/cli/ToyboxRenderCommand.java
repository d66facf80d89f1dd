package dev.kinora.cli;

import dev.kinora.curate.table.ParquetTable;
import dev.kinora.media.ContactSheet;
import dev.kinora.media.Images;
import dev.kinora.toybox.ToyboxClip;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.train.data.ToyboxDataset;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Toybox clips as a dataset with what is true of them. */
@Command(
        name = "render",
        header = "Draw Toybox clips into a folder, as a dataset.",
        description = {
            "",
            "Writes clips in shards, and manifest.jsonl and clips.parquet with a row per clip: where it lies, "
                    + "captions (short, dense per frame, summary), whether the combination is held out from training, the "
                    + "spec that decided it, and (not in the Parquet file) the exact state behind every frame. The same "
                    + "command gives the same bytes, and goes on where it was stopped. Read by kinora train vae|latents "
                    + "--videos."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora toybox render clips --clips 100",
            "  kinora toybox render shards --clips 10000 --form webdataset --shape 96x64x17:3 --shape 64x96x33@12",
            "  kinora toybox render test --clips 20 --seed 7 --held-out --two-toys 0.5 --contact-sheet sheet.png"
        })
final class ToyboxRenderCommand extends Action {
    private static final int SHEET_CLIPS = 12;
    private static final String PARQUET = "clips.parquet";
    private static final Pattern SHAPE =
            Pattern.compile("(\\d{1,5})x(\\d{1,5})x(\\d{1,5})(?:@([\\d.]+))?(?::([\\d.]+))?");
    private static final String COLUMNS =
            "id, file, \"offset\", bytes, sha256, width, height, frames, fps, seed, held_out,"
                    + " spec.scene AS scene, spec.camera AS camera, spec.collide AS collide,"
                    + " list_transform(spec.toys, lambda t: {'object': t.object, 'color': t.color, 'motion': t.motion}) AS toys,"
                    + " captions.brief AS caption, captions.dense AS caption_dense, captions.summary AS caption_summary";

    @Parameters(paramLabel = "FOLDER", description = "A new folder, or one that this command began.")
    private Path out = Path.of("");

    @Option(names = "--clips", paramLabel = "N", description = "How many clips. Default: 10.")
    private int clips = 10;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Seed of the first clip; the next has the next number. Default: 0.")
    private long seed;

    @Mixin
    private ToyboxOptions toybox = new ToyboxOptions();

    @Option(
            names = "--shape",
            paramLabel = "WIDTHxHEIGHTxFRAMES[@FPS][:WEIGHT]",
            description =
                    "Instead of --size, --frames and --fps: a size, length and rate of clips and how many there are"
                            + " of it beside others; may be given several times.")
    private List<String> shapes = new ArrayList<>();

    @Option(names = "--held-out", description = "Only clips with a combination that training never sees.")
    private boolean heldOut;

    @Option(
            names = "--form",
            paramLabel = "folder|webdataset",
            description = "A file a clip, or tar shards. Default: folder.")
    private ToyboxDataset.Form form = ToyboxDataset.Form.FOLDER;

    @Option(
            names = "--pixels",
            paramLabel = "mp4|png",
            description = "Small, or exactly what was drawn: a picture a frame. Default: mp4.")
    private ToyboxDataset.Pixels pixels = ToyboxDataset.Pixels.MP4;

    @Option(names = "--per-shard", paramLabel = "N", description = "Clips of a shard. Default: 1000.")
    private int perShard = 1000;

    @Option(
            names = "--contact-sheet",
            paramLabel = "FILE",
            description = "Also write one picture of the first " + SHEET_CLIPS + " clips, .png.")
    private @Nullable Path sheet;

    @Override
    Report run() throws IOException {
        if (clips < 1 || clips > 100_000_000) {
            throw refuse("--clips", clips, "1 to 100000000");
        }
        if (sheet != null && !sheet.toString().endsWith(".png")) {
            throw refuse("--contact-sheet", sheet, "a name ending in .png");
        }
        ToyboxDataset.Plan plan = new ToyboxDataset.Plan(
                clips,
                seed,
                parts(),
                toybox.twoToys(),
                toybox.cameraMoves(),
                heldOut,
                form,
                pixels,
                Math.min(perShard, clips));
        Progress progress = new Progress(console());
        try (Staging staging = new Staging(interrupts())) {
            Path stagedSheet = sheet == null ? null : staging.stage("--contact-sheet", sheet);
            progress.stage("render", 0);
            ToyboxDataset.write(out, plan, Runtime.getRuntime().availableProcessors(), new TrainListener() {
                @Override
                public void onStep(int step, int steps, Map<String, Double> metrics) {
                    progress.step(step, steps);
                    if (interrupts().requested()) {
                        throw new Interrupts.InterruptedWork(
                                "interrupted: the same command goes on with the next shard");
                    }
                }
            });
            if (!Files.exists(out.resolve(PARQUET))) {
                ParquetTable.ofJsonLines(out.resolve(ToyboxDataset.MANIFEST), COLUMNS, out.resolve(PARQUET));
            }
            if (stagedSheet != null) {
                draw(plan, stagedSheet);
            }
            staging.commit();
        }
        progress.end();
        return new Rendered(out, clips);
    }

    private List<ToyboxDataset.Part> parts() {
        if (shapes.isEmpty()) {
            return List.of(new ToyboxDataset.Part(toybox.width(), toybox.height(), toybox.frames(), toybox.fps(), 1));
        }
        List<ToyboxDataset.Part> parts = new ArrayList<>();
        for (String text : shapes) {
            Matcher m = SHAPE.matcher(text);
            if (!m.matches()) {
                throw refuse("--shape", text, "WIDTHxHEIGHTxFRAMES[@FPS][:WEIGHT], such as 96x64x17@8:0.5");
            }
            try {
                parts.add(new ToyboxDataset.Part(
                        Integer.parseInt(m.group(1)),
                        Integer.parseInt(m.group(2)),
                        Integer.parseInt(m.group(3)),
                        m.group(4) == null ? toybox.fps() : Double.parseDouble(m.group(4)),
                        m.group(5) == null ? 1 : Double.parseDouble(m.group(5))));
            } catch (NumberFormatException e) {
                throw refuse("--shape", text, "WIDTHxHEIGHTxFRAMES[@FPS][:WEIGHT], such as 96x64x17@8:0.5");
            }
        }
        return parts;
    }

    private static void draw(ToyboxDataset.Plan plan, Path file) throws IOException {
        List<ContactSheet.Row> rows = new ArrayList<>();
        for (int i = 0; i < Math.min(SHEET_CLIPS, plan.clips()); i++) {
            ToyboxClip clip = ToyboxRenderer.render(plan.spec(i));
            rows.add(new ContactSheet.Row(clip.captions().brief(), ToyboxFrames.of(clip)));
        }
        int width = rows.getFirst().frames().getFirst().width();
        int frames = rows.getFirst().frames().size();
        Images.write(file, ContactSheet.of(Math.min(6, frames), width).render(rows), Map.of());
    }

    /** What was drawn. */
    record Rendered(Path folder, int clips) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(folder + ": " + clips + " clips, " + ToyboxDataset.MANIFEST + " and " + PARQUET);
        }
    }
}

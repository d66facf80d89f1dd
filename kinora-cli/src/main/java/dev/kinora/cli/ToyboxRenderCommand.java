package dev.kinora.cli;

import dev.kinora.media.ContactSheet;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.Rational;
import dev.kinora.media.Video;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.toybox.Holdout;
import dev.kinora.toybox.ToyCaptions;
import dev.kinora.toybox.ToyState;
import dev.kinora.toybox.ToyboxClip;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.toybox.ToyboxSpec;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Toybox clips as a folder of videos with what is true of them. */
@Command(
        name = "render",
        header = "Draw Toybox clips into a folder.",
        description = {
            "",
            "Writes clip_00000.mp4 and so on, and manifest.jsonl with a line per clip: its file, captions (short, dense",
            "per frame, summary), whether the combination is held out from training, the spec that decided it, and the",
            "exact state behind every frame. The same seed draws the same clips."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora toybox render clips --clips 100",
            "  kinora toybox render test --clips 20 --seed 7 --held-out --two-toys 0.5 --contact-sheet sheet.png"
        })
final class ToyboxRenderCommand extends Action {
    private static final int SHEET_CLIPS = 12;

    @Parameters(paramLabel = "FOLDER", description = "A new or empty folder.")
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

    @Option(names = "--held-out", description = "Only clips with a combination that training never sees.")
    private boolean heldOut;

    @Option(
            names = "--contact-sheet",
            paramLabel = "FILE",
            description = "Also write one picture of the first " + SHEET_CLIPS + " clips, .png.")
    private @Nullable Path sheet;

    @Override
    Report run() throws IOException {
        if (clips < 1 || clips > 1_000_000) {
            throw refuse("--clips", clips, "1 to 1000000");
        }
        if (sheet != null && !sheet.toString().endsWith(".png")) {
            throw refuse("--contact-sheet", sheet, "a name ending in .png");
        }
        ToyboxMix mix = toybox.mix(heldOut);
        Progress progress = new Progress(console());
        List<ContactSheet.Row> rows = new ArrayList<>();
        try (Staging staging = new Staging(interrupts())) {
            Path folder = staging.stage("FOLDER", out);
            Path stagedSheet = sheet == null ? null : staging.stage("--contact-sheet", sheet);
            Files.createDirectory(folder);
            progress.stage("render", clips);
            try (BufferedWriter manifest = Files.newBufferedWriter(folder.resolve("manifest.jsonl"))) {
                for (int i = 0; i < clips; i++) {
                    interrupts().check();
                    ToyboxClip clip = ToyboxRenderer.render(mix.draw(seed + i));
                    String name = "clip_%05d.mp4".formatted(i);
                    List<Image> frames = ToyboxFrames.of(clip);
                    write(folder.resolve(name), clip, frames);
                    manifest.write(Json.line(Entry.of(name, seed + i, clip)));
                    manifest.write('\n');
                    if (stagedSheet != null && i < SHEET_CLIPS) {
                        rows.add(new ContactSheet.Row(clip.captions().brief(), frames));
                    }
                    progress.step(i + 1);
                }
            }
            if (stagedSheet != null) {
                int width = rows.getFirst().frames().getFirst().width();
                Images.write(
                        stagedSheet,
                        ContactSheet.of(Math.min(6, toybox.frames()), width).render(rows),
                        Map.of());
            }
            staging.commit();
            progress.end();
            return new Rendered(out, clips);
        }
    }

    private static void write(Path file, ToyboxClip clip, List<Image> frames) throws IOException {
        Video video =
                new Video(frames, Rational.parse(Double.toString(clip.spec().fps())));
        VideoWriter.write(file, video, VideoSpec.of(video));
    }

    /** A line of the manifest. */
    record Entry(
            String file, long seed, ToyCaptions captions, boolean heldOut, ToyboxSpec spec, List<ToyState> states) {
        static Entry of(String file, long seed, ToyboxClip clip) {
            return new Entry(file, seed, clip.captions(), Holdout.contains(clip.spec()), clip.spec(), clip.states());
        }
    }

    /** What was drawn. */
    record Rendered(Path folder, int clips) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(folder + ": " + clips + " clips and manifest.jsonl");
        }
    }
}

package dev.kinora.cli;

import dev.kinora.eval.Fidelity;
import dev.kinora.eval.RenderedClips;
import dev.kinora.media.ContactSheet;
import dev.kinora.media.Fit;
import dev.kinora.media.FrameSelection;
import dev.kinora.media.FrameTensors;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.Resample;
import dev.kinora.media.VideoReader;
import dev.kinora.models.vision.Lpips;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.toybox.ToyboxClip;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How much of a clip an autoencoder keeps. */
@Command(
        name = "vae",
        header = "Compare clips with what an autoencoder makes of them.",
        description = {
            "",
            "Encodes to the mean of the posterior and decodes, on Toybox clips that no training draws or on a "
                    + "folder of videos. PSNR and SSIM say how close the frames are; temporal PSNR and flicker, how close "
                    + "the changes from frame to frame are. Computes in fp32, however weights are stored, unless --dtype "
                    + "says otherwise."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora eval vae --clips 64 --contact-sheet sheet.png",
            "  kinora eval vae --model runs/vae/export --videos clips --size 96x64 --frames 17"
        })
final class EvalVaeCommand extends Action {
    private static final int SHEET_CLIPS = 8;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--clips", paramLabel = "N", description = "How many clips, at most. Default: 32.")
    private int clips = 32;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Decides which Toybox clips. Default: 0.")
    private int seed;

    @Option(
            names = "--videos",
            paramLabel = "FOLDER",
            description = "Videos to take instead, in the order of their names.")
    private @Nullable Path videos;

    @Mixin
    private ToyboxOptions toybox = new ToyboxOptions();

    @Option(
            names = "--lpips",
            paramLabel = "FILE",
            description =
                    "Weights of an LPIPS network (AlexNet or VGG16 with its heads), .safetensors: measures that too.")
    private @Nullable Path lpips;

    @Option(
            names = "--contact-sheet",
            paramLabel = "FILE",
            description =
                    "Also write one picture of the first " + SHEET_CLIPS + " clips and what became of them, .png.")
    private @Nullable Path sheet;

    @Override
    Report run() throws IOException {
        model.applyThreads();
        if (clips < 1 || clips > 1_000_000) {
            throw refuse("--clips", clips, "1 to 1000000");
        }
        if (sheet != null && !sheet.toString().endsWith(".png")) {
            throw refuse("--contact-sheet", sheet, "a name ending in .png");
        }
        ToyboxMix mix = toybox.mix(false);
        List<Path> files = videos == null ? List.of() : files(videos);
        int count = videos == null ? clips : Math.min(clips, files.size());
        List<Fidelity> all = new ArrayList<>();
        List<ContactSheet.Row> rows = new ArrayList<>();
        double change = 0;
        double changeOfReference = 0;
        double distance = 0;
        Progress progress = new Progress(console());
        try (Staging staging = new Staging(interrupts());
                Reconstruction vae = Reconstruction.open(model);
                Lpips eye = lpips == null ? null : Lpips.load(lpips)) {
            Path stagedSheet = sheet == null ? null : staging.stage("--contact-sheet", sheet);
            int ratio = vae.ratio();
            if (mix.width() % ratio != 0 || mix.height() % ratio != 0) {
                throw refuse("--size", mix.width() + "x" + mix.height(), "multiples of " + ratio);
            }
            progress.stage("reconstruct", count);
            for (int i = 0; i < count; i++) {
                interrupts().check();
                List<Image> images = videos == null
                        ? ToyboxFrames.of(draw(mix, i))
                        : read(files.get(i), mix.width(), mix.height(), mix.frames());
                try (TensorScope ignored = TensorScope.open("reconstruct")) {
                    Tensor video = FrameTensors.preprocess(images);
                    Tensor made = vae.of(video);
                    all.add(Fidelity.of(video.select(0, 0), made.select(0, 0)));
                    changeOfReference += images.size() > 1 ? Fidelity.change(video.select(0, 0)) : 0;
                    distance += eye == null ? 0 : distance(eye, video, made);
                    change += images.size() > 1 ? Fidelity.change(made.select(0, 0)) : 0;
                    if (stagedSheet != null && i < SHEET_CLIPS) {
                        rows.add(new ContactSheet.Row(
                                videos == null ? "" : files.get(i).getFileName().toString(), images));
                        rows.add(new ContactSheet.Row("", FrameTensors.fromUint8(FrameTensors.postprocess(made))));
                    }
                }
                progress.step(i + 1);
            }
            if (stagedSheet != null) {
                Images.write(stagedSheet, ContactSheet.of(9, mix.width()).render(rows), Map.of());
            }
            staging.commit();
        }
        progress.end();
        Fidelity mean = Fidelity.mean(all);
        return new Answer(
                model.folder(),
                videos == null ? "toybox" : videos.toString(),
                count,
                mean,
                all.stream().mapToDouble(Fidelity::psnr).min().orElse(Double.NaN),
                changeOfReference / count,
                change / count,
                lpips == null ? null : distance / count);
    }

    private ToyboxClip draw(ToyboxMix mix, int i) {
        return ToyboxRenderer.render(mix.draw(RenderedClips.SEEDS + seed * 1_000_000L + i));
    }

    private static double distance(Lpips eye, Tensor video, Tensor made) {
        return Grad.off(
                () -> eye.forward(pictures(video), pictures(made)).mean().item());
    }

    private static Tensor pictures(Tensor video) { // [1, 3, F, H, W] to [F, 3, H, W]
        return video.select(0, 0).transpose(0, 1).contiguous();
    }

    private List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw refuse("--videos", folder, "a folder");
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> found = all.filter(
                            f -> f.getFileName().toString().matches("(?i).*\\.(mp4|m4v|mov|mkv|webm|avi|gif)"))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw refuse("--videos", folder, "a folder with .mp4, .mov, .mkv, .webm, .avi or .gif files");
            }
            return found;
        }
    }

    private List<Image> read(Path file, int width, int height, int frames) throws IOException {
        List<Image> read = VideoReader.read(file, FrameSelection.first(frames))
                .fit(width, height, Fit.CROP, Resample.LANCZOS)
                .frames();
        if (read.size() < frames) {
            throw refuse("--videos", file, frames + " frames or more; it has " + read.size() + ", see --frames");
        }
        return read;
    }

    /**
     * Means over clips.
     *
     * @param worstPsnr of a clip, dB
     * @param referenceChange from frame to frame of the clips themselves, in levels of 255
     * @param change of what was made of them
     * @param lpips mean perceptual distance of the frames, if asked for
     */
    record Answer(
            Path model,
            String source,
            int clips,
            Fidelity fidelity,
            double worstPsnr,
            double referenceChange,
            double change,
            @Nullable Double lpips)
            implements Report {
        @Override
        public void print(PrintWriter out) {
            out.printf(Locale.ROOT, "%s: %d clips of %s%n", model, clips, source);
            out.printf(Locale.ROOT, "  PSNR           %8.2f dB (worst clip %.2f)%n", fidelity.psnr(), worstPsnr);
            out.printf(Locale.ROOT, "  SSIM           %8.4f%n", fidelity.ssim());
            if (lpips != null) {
                out.printf(Locale.ROOT, "  LPIPS          %8.4f%n", lpips);
            }
            out.printf(Locale.ROOT, "  temporal PSNR  %8.2f dB%n", fidelity.temporalPsnr());
            out.printf(Locale.ROOT, "  flicker        %8.3f of 255 added to each change%n", fidelity.flicker());
            out.printf(
                    Locale.ROOT,
                    "  change         %8.3f of 255 from frame to frame (the clips: %.3f)%n",
                    change,
                    referenceChange);
        }
    }
}

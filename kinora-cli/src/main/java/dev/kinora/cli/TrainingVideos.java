package dev.kinora.cli;

import dev.kinora.train.data.BatchShape;
import dev.kinora.train.data.ClipDraws;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.data.VideoFolder;
import dev.kinora.train.vae.VaeTrainConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens folders of videos for training, and says what of them is left out. */
final class TrainingVideos {
    private static final int SHOWN = 5;

    private TrainingVideos() {}

    static VideoFolder open(Path folder, List<ClipShape> shapes, double fps, Console console) throws IOException {
        VideoFolder videos =
                VideoFolder.open(folder, shapes, fps, Runtime.getRuntime().availableProcessors());
        console.err().println(folder + ": " + videos.counts());
        Map<String, String> skipped = videos.skipped();
        skipped.entrySet().stream()
                .limit(SHOWN)
                .forEach(e -> console.err().println("left out: " + e.getKey() + ": " + e.getValue()));
        if (skipped.size() > SHOWN) {
            console.err().println("left out: " + (skipped.size() - SHOWN) + " more");
        }
        return videos;
    }

    /** Videos for an autoencoder's run, after a look whether there are enough of every size that it asks for. */
    static ClipDraws draws(Path folder, VaeTrainConfig config, int heldOut, double fps, Console console)
            throws IOException {
        Set<ClipShape> shapes = new LinkedHashSet<>();
        for (VaeTrainConfig.Phase phase : config.phases()) {
            for (BatchShape s : phase.shapes()) {
                shapes.add(s.drawn());
            }
        }
        VideoFolder videos = open(folder, List.copyOf(shapes), fps, console);
        for (ClipShape wanted : shapes) {
            int most = videos.counts().entrySet().stream()
                    .filter(e -> e.getKey().width() == wanted.width()
                            && e.getKey().height() == wanted.height()
                            && e.getKey().frames() >= wanted.frames())
                    .mapToInt(Map.Entry::getValue)
                    .max()
                    .orElse(0);
            if (most <= heldOut) {
                throw new CommandException("--videos = " + folder + " (expected: more than " + heldOut
                        + " videos for " + wanted + ", which the run asks for; see --phase; found: "
                        + videos.counts() + ")");
            }
        }
        return ClipDraws.of(videos, heldOut);
    }
}

package dev.kinora.curate.worker;

import dev.kinora.curate.Footage;
import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Commit;
import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.Resample;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * By hand; docs/curation.md has the results. {@code cost VIDEO…}: the videos are curated in this process again and again,
 * with one observer more each time; processor time per frame, of the least of three rounds. {@code make FOLDER N}: writes
 * N videos of two shots of two seconds at 16 frames a second, every fifth of 640 x 360 pixels, the others of 256 x 144.
 * {@code vectors VIDEO…}: motion by dense flow and by the codec's vectors, clip by clip, their rank correlation, and what
 * each costs. {@code watch CSV COMMAND…}: runs a command and {@link MemoryWatch watches} it.
 */
final class CurateBench {
    private CurateBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args[0].equals("watch")) {
            MemoryWatch.run(Path.of(args[1]), List.of(args).subList(2, args.length));
            return;
        }
        if (args[0].equals("make")) {
            make(Files.createDirectories(Path.of(args[1])), Integer.parseInt(args[2]));
            return;
        }
        List<Path> files = new ArrayList<>();
        for (String arg : List.of(args).subList(1, args.length)) {
            files.add(Path.of(arg));
        }
        if (args[0].equals("vectors")) {
            vectors(files);
            return;
        }
        List<String> stages = new ArrayList<>();
        report("decoding alone", Recipe.WHOLE, stages, files);
        report("cascade", Recipe.CASCADE, stages, files);
        for (String stage : Recipe.STAGES) {
            stages.add(stage);
            report("whole, " + stages, Recipe.WHOLE, stages, files);
        }
        report("cascade, " + stages, Recipe.CASCADE, stages, files);
    }

    private static void vectors(List<Path> files) throws IOException {
        List<String> stages = List.of("motion", Recipe.VECTORS);
        Recipe recipe = new Recipe(CutMode.COPY, 1, 20, Recipe.CASCADE, "", stages, 16_384L * 8_192);
        List<double[]> means = new ArrayList<>();
        List<double[]> p95s = new ArrayList<>();
        List<Path> telling = new ArrayList<>();
        System.out.println("file start motion_mean vectors_mean motion_p95 vectors_p95 vectors_known");
        try (FileCurator curator = new FileCurator(recipe, Map.of())) {
            for (Path file : files) {
                Path folder = Files.createTempDirectory("curate-bench");
                boolean tells = false;
                for (ClipResult clip : curator.run(file, "0".repeat(64), folder, (n, pts, seconds) -> {})
                        .clips()) {
                    Map<String, Double> v = clip.scores();
                    System.out.printf("%s %.2f", file.getFileName(), clip.startSeconds());
                    for (String column :
                            List.of("motion_mean", "vectors_mean", "motion_p95", "vectors_p95", "vectors_known")) {
                        System.out.printf(" %.4f", v.getOrDefault(column, Double.NaN));
                    }
                    System.out.println();
                    if (v.containsKey("vectors_mean") && v.containsKey("motion_mean")) {
                        means.add(new double[] {v.get("motion_mean"), v.get("vectors_mean")});
                        p95s.add(new double[] {v.get("motion_p95"), v.get("vectors_p95")});
                        tells = true;
                    }
                }
                Commit.delete(folder);
                if (tells) {
                    telling.add(file);
                }
            }
        }
        System.out.printf(
                "%d clips, Spearman's rank correlation: mean %.3f, p95 %.3f; median ratio %.2f, %.2f%n",
                means.size(), spearman(means), spearman(p95s), ratio(means), ratio(p95s));
        report("decoding alone", Recipe.WHOLE, List.of(), telling);
        report("and vectors", Recipe.WHOLE, List.of(Recipe.VECTORS), telling);
        report("and motion, instead", Recipe.WHOLE, List.of("motion"), telling);
    }

    private static double ratio(List<double[]> pairs) {
        double[] all = pairs.stream().mapToDouble(p -> p[1] / p[0]).sorted().toArray();
        return all[all.length / 2];
    }

    private static double spearman(List<double[]> pairs) {
        double[] a = ranks(pairs, 0);
        double[] b = ranks(pairs, 1);
        double middle = (pairs.size() - 1) / 2.0;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - middle) * (b[i] - middle);
            aa += (a[i] - middle) * (a[i] - middle);
            bb += (b[i] - middle) * (b[i] - middle);
        }
        return ab / Math.sqrt(aa * bb);
    }

    /** From 0; equals share the mean of theirs. */
    private static double[] ranks(List<double[]> pairs, int at) {
        double[] ranks = new double[pairs.size()];
        for (int i = 0; i < ranks.length; i++) {
            double v = pairs.get(i)[at];
            long less = pairs.stream().filter(p -> p[at] < v).count();
            long equal = pairs.stream().filter(p -> p[at] == v).count();
            ranks[i] = less + (equal - 1) / 2.0;
        }
        return ranks;
    }

    /** Soft blobs under a camera that pans slowly: two scenes a video. */
    private static void make(Path folder, int videos) throws IOException {
        int frames = 32;
        for (int i = 0; i < videos; i++) {
            int scale = i % 5 == 4 ? 40 : 16;
            int w = 16 * scale;
            int h = 9 * scale;
            Path file = folder.resolve("v%04d.mp4".formatted(i));
            try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(w, h, Rational.of(16)))) {
                for (int shot = 0; shot < 2; shot++) {
                    Image scene =
                            Footage.texture(2 * i + shot, 40, 24).resize(w + 2 * frames, h + frames, Resample.BICUBIC);
                    for (int k = 0; k < frames; k++) {
                        out.write(Footage.pan(scene, w, h, 2, 1, k));
                    }
                }
                out.finish();
            }
        }
    }

    private static void report(String name, String shots, List<String> stages, List<Path> files) throws IOException {
        // No clip is as long: nothing is cut.
        Recipe recipe = new Recipe(CutMode.COPY, 10_000, 20_000, shots, "", stages, 16_384L * 8_192);
        double least = Double.POSITIVE_INFINITY;
        try (FileCurator curator = new FileCurator(recipe, Map.of())) {
            for (int round = 0; round < 3; round++) {
                long frames = 0;
                long began = processTime();
                for (Path file : files) {
                    Path folder = Files.createTempDirectory("curate-bench");
                    frames += curator.run(file, "0".repeat(64), folder, (n, pts, seconds) -> {})
                            .outcome()
                            .frames();
                    Commit.delete(folder);
                }
                least = Math.min(least, (processTime() - began) / 1e6 / frames);
            }
        }
        System.out.printf("%-40s %.2f ms per frame%n", name, least);
    }

    private static long processTime() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}

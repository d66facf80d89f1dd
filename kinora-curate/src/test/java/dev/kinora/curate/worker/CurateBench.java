package dev.kinora.curate.worker;

import dev.kinora.curate.Footage;
import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Commit;
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
 * N videos of two shots, 24 and 16 frames of 160 x 96 at 8 a second.
 */
final class CurateBench {
    private CurateBench() {}

    public static void main(String[] args) throws IOException {
        if (args[0].equals("make")) {
            Path folder = Files.createDirectories(Path.of(args[1]));
            for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                Footage.video(folder.resolve("v%04d.mp4".formatted(i)), i, 160, 96, new int[] {24, 16});
            }
            return;
        }
        List<Path> files = new ArrayList<>();
        for (String arg : List.of(args).subList(1, args.length)) {
            files.add(Path.of(arg));
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

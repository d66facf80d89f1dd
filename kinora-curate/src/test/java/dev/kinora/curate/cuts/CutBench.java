package dev.kinora.curate.cuts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.curate.frames.FramePass;
import dev.kinora.media.VideoReader;
import dev.kinora.models.transnet.TransNetV2;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Scores of the cascade, by hand: {@code compose FOLDER FIRST_SEED VIDEOS [WIDTH]} writes composed videos and
 * their {@code cuts.json}; {@code score FOLDER/cuts.json [WEIGHTS]} runs the cascade over the videos that such a file names;
 * {@code tune FOLDER/cuts.json TRIES [gradual]} looks for the best rule on them,
 * or for its constants of gradual transitions alone; {@code speed FOLDER/cuts.json ROUNDS [FILES AT A TIME]} measures. docs/curation-cuts.md has the results.
 */
final class CutBench {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A video with its truth. */
    private record Item(String name, Path file, List<ComposedVideo.Truth> truth, List<Integer> ignored) {}

    private CutBench() {}

    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "compose" -> {
                int width = args.length > 4 ? Integer.parseInt(args[4]) : ComposedVideo.WIDTH;
                compose(Path.of(args[1]), Long.parseLong(args[2]), Integer.parseInt(args[3]), width);
            }
            case "score" -> score(Path.of(args[1]), args.length > 2 ? Path.of(args[2]) : null);
            case "speed" -> {
                int side = args.length > 3 ? Integer.parseInt(args[3]) : 1;
                speed(Path.of(args[1]), Integer.parseInt(args[2]), side);
            }
            case "tune" -> tune(Path.of(args[1]), Integer.parseInt(args[2]), args.length > 3);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void compose(Path folder, long firstSeed, int videos, int width) throws IOException {
        Files.createDirectories(folder);
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < videos; i++) {
            ComposedVideo v = ComposedVideo.of(firstSeed + i, 11);
            String name = "composed_%03d.mp4".formatted(firstSeed + i);
            v.write(folder.resolve(name), width);
            List<Integer> cuts = new ArrayList<>();
            List<Map<String, Object>> graduals = new ArrayList<>();
            for (ComposedVideo.Truth t : v.truth()) {
                if (t.type().equals("cut")) {
                    cuts.add(t.start());
                } else {
                    graduals.add(Map.of("type", t.type(), "start", t.start(), "end", t.end()));
                }
            }
            all.put(name, Map.of("fps", 24, "frames", v.frames(), "hard_cuts", cuts, "gradual", graduals));
        }
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("cuts.json").toFile(), Map.of("videos", all));
    }

    private static List<Item> read(Path file) throws IOException {
        List<Item> items = new ArrayList<>();
        JsonNode videos = JSON.readTree(file.toFile()).get("videos");
        Path here = file.toAbsolutePath();
        videos.properties().forEach(e -> {
            List<ComposedVideo.Truth> truth = new ArrayList<>();
            JsonNode v = e.getValue();
            v.get("hard_cuts").forEach(c -> truth.add(new ComposedVideo.Truth("cut", c.intValue(), c.intValue())));
            v.get("gradual")
                    .forEach(g -> truth.add(new ComposedVideo.Truth(
                            g.get("type").textValue(),
                            g.get("start").intValue(),
                            g.get("end").intValue())));
            List<Integer> ignored = v.has("text_card_appears")
                    ? List.of(v.get("text_card_appears").intValue())
                    : List.of();
            Path in = here.resolveSibling(e.getKey());
            Path beside = here.resolve("../..").normalize().resolve(e.getKey());
            items.add(new Item(e.getKey(), Files.exists(in) ? in : beside, truth, ignored));
        });
        return items;
    }

    /** From the folder that {@code -Dsignals} names, if it has them: a rule can be tried again without decoding again. */
    private static CutSignals watch(Item item, @Nullable TransNetV2 model) throws IOException {
        String folder = System.getProperty("signals", "");
        Path kept = Path.of(folder, item.file.getFileName() + (model == null ? "" : ".transnet") + ".json");
        if (!folder.isEmpty() && Files.exists(kept)) {
            return JSON.readValue(kept.toFile(), CutSignals.class);
        }
        CutSignals signals = decode(item, model);
        if (!folder.isEmpty()) {
            JSON.writeValue(kept.toFile(), signals);
        }
        return signals;
    }

    private static CutSignals decode(Item item, @Nullable TransNetV2 model) throws IOException {
        ShotDetection detection = new ShotDetection(model);
        try (VideoReader in = VideoReader.open(item.file)) {
            FramePass.run(in, List.of(detection), n -> {});
        }
        return detection.signals();
    }

    private static void score(Path file, @Nullable Path weights) throws IOException {
        CutScores scores = new CutScores();
        int frames = 0;
        long started = System.nanoTime();
        long cpu = processTime();
        try (TransNetV2 model = weights == null ? null : TransNetV2.load(weights)) {
            for (Item item : read(file)) {
                CutSignals signals = watch(item, model);
                frames += signals.frames();
                scores.add(item.name, item.truth, item.ignored, FusionRule.DEFAULT.apply(signals));
            }
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        scores.remarks.forEach(System.out::println);
        System.out.println(scores.types());
        System.out.println(scores);
        System.out.printf(
                "%d frames, %.1f s, %.0f frames/s, %.0f frames per second of processor time%n",
                frames, seconds, frames / seconds, frames / ((processTime() - cpu) / 1e9));
    }

    /** Every round decodes and judges all files once more, so many at a time; the first line is what came before. */
    private static void speed(Path file, int rounds, int side) throws IOException {
        List<Item> items = read(file);
        System.out.printf("start: %.2f s of processor time%n", processTime() / 1e9);
        try (ExecutorService pool = Executors.newFixedThreadPool(side)) {
            for (int round = 1; round <= rounds; round++) {
                long started = System.nanoTime();
                long cpu = processTime();
                List<CompletableFuture<int[]>> coming = items.stream()
                        .map(item -> CompletableFuture.supplyAsync(() -> framesAndTransitions(item), pool))
                        .toList();
                int frames = 0;
                int found = 0;
                for (CompletableFuture<int[]> one : coming) {
                    frames += one.join()[0];
                    found += one.join()[1];
                }
                double wall = (System.nanoTime() - started) / 1e9;
                double processor = (processTime() - cpu) / 1e9;
                System.out.printf(
                        "round %d: %d frames, %d transitions, %.2f s, %.2f s of processor time: %.0f frames/s, %.0f per"
                                + " second of processor time%n",
                        round, frames, found, wall, processor, frames / wall, frames / processor);
            }
        }
    }

    private static int[] framesAndTransitions(Item item) {
        try {
            CutSignals signals = decode(item, null);
            return new int[] {
                signals.frames(), FusionRule.DEFAULT.apply(signals).size()
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long processTime() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void tune(Path file, int tries, boolean gradualOnly) throws IOException {
        List<Item> items = read(file);
        List<CutSignals> signals = items.parallelStream()
                .map(item -> {
                    try {
                        return watch(item, null);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
        SplittableRandom random = new SplittableRandom(7);
        FusionRule best = FusionRule.DEFAULT;
        double bestScore = value(best, items, signals);
        System.out.printf("%.4f %s%n", bestScore, best);
        for (int i = 0; i < tries; i++) {
            FusionRule c = gradualOnly
                    ? best
                    : new FusionRule(
                            vary(best.cutRatio(), 0.5, random),
                            vary(best.cutFloor(), 0.5, random),
                            Math.min(0.9, vary(best.cutStays(), 0.3, random)),
                            Math.min(0.9, vary(best.cutArea(), 0.3, random)),
                            best.straight(),
                            best.change(),
                            best.bonus(),
                            best.fadeWords(),
                            best.fadeShare());
            FusionRule r = new FusionRule(
                    c.cutRatio(),
                    c.cutFloor(),
                    c.cutStays(),
                    c.cutArea(),
                    Math.min(0.98, vary(best.straight(), 0.08, random)),
                    vary(best.change(), 0.3, random),
                    Math.min(0.4, vary(best.bonus(), 0.5, random)),
                    vary(best.fadeWords(), 0.4, random),
                    Math.min(0.9, vary(best.fadeShare(), 0.2, random)));
            double score = value(r, items, signals);
            if (score > bestScore) {
                best = r;
                bestScore = score;
                System.out.printf("%d %.4f %s%n", i, score, r);
            }
        }
        CutScores scores = new CutScores();
        for (int i = 0; i < items.size(); i++) {
            scores.add(items.get(i).name, items.get(i).truth, List.of(), best.apply(signals.get(i)));
        }
        scores.remarks.forEach(System.out::println);
        System.out.println(scores.types());
        System.out.println(scores);
    }

    private static double vary(double value, double by, SplittableRandom random) {
        return random.nextInt(3) == 0 ? value * (1 + (2 * random.nextDouble() - 1) * by) : value;
    }

    private static double value(FusionRule rule, List<Item> items, List<CutSignals> signals) {
        CutScores scores = new CutScores();
        for (int i = 0; i < items.size(); i++) {
            scores.add("", items.get(i).truth, List.of(), rule.apply(signals.get(i)));
        }
        return (scores.cutF1() + scores.gradualF1()) / 2;
    }
}

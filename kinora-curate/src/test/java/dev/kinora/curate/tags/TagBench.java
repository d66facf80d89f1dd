package dev.kinora.curate.tags;

import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.MediaLimits;
import dev.kinora.media.Rational;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.testkit.Goldens;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Clips with known tags, by hand: {@code compose FOLDER SEED} writes one of every kind, and {@code labels-SEED.csv} as
 * {@code kinora curate tags-report} reads it. Photographs come from the assets beside the checkout, where they are.
 */
final class TagBench {
    private static final String[] PHOTOGRAPHS = {
        "kodim03.png", "coffee.png", "chelsea.png", "coco_000000039769.png", "rocket.jpg", "opencv_butterfly.png"
    };

    private TagBench() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 3 || !args[0].equals("compose")) {
            throw new IllegalArgumentException(
                    "TagBench: " + Arrays.toString(args) + " (expected: compose FOLDER SEED)");
        }
        System.setProperty("java.awt.headless", "true");
        Path folder = Files.createDirectories(Path.of(args[1])).toAbsolutePath();
        long seed = Long.parseLong(args[2]);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> labels = new ArrayList<>();
        labels.add("source," + String.join(",", names()));
        for (int kind = 0; kind < NaturalScene.KINDS; kind++) {
            int[] size = size(random);
            NaturalScene scene = scene(kind, random, size);
            Path file = folder.resolve("natural-%d-%d.mp4".formatted(seed, kind));
            write(file, size, random, scene::at);
            labels.add(file + "," + row(List.of()));
        }
        BufferedImage face = face();
        for (DrawnScene.Kind kind : DrawnScene.Kind.values()) {
            if (face == null && kind.name().contains("SPEAKER")) {
                continue;
            }
            int[] size = size(random);
            int behind = random.nextInt(2) == 0 ? 5 : 9;
            DrawnScene drawn =
                    new DrawnScene(kind, random.nextLong(), size[0], size[1], scene(behind, random, size), face);
            Path file = folder.resolve("%s-%d.mp4".formatted(kind.name().toLowerCase(Locale.ROOT), seed));
            write(file, size, random, drawn::at);
            labels.add(file + "," + row(kind.tags()));
        }
        Files.write(folder.resolve("labels-" + seed + ".csv"), labels);
    }

    private static List<String> names() {
        return Arrays.stream(Tag.values())
                .map(t -> t.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static String row(List<String> tags) {
        return String.join(
                ",",
                names().stream()
                        .map(n -> tags.contains(n) ? "1" : tags.contains(n + "?") ? "" : "0")
                        .toList());
    }

    private static int[] size(SplittableRandom random) {
        return List.of(new int[] {640, 360}, new int[] {854, 480}, new int[] {480, 480}, new int[] {426, 240})
                .get(random.nextInt(4));
    }

    private static NaturalScene scene(int kind, SplittableRandom random, int[] size) throws IOException {
        String name = PHOTOGRAPHS[random.nextInt(PHOTOGRAPHS.length)];
        return new NaturalScene(kind, random.nextLong(), size[0], size[1], photograph(name));
    }

    private static @Nullable Image photograph(String name) throws IOException {
        Optional<Path> file = Goldens.asset("images/" + name);
        return file.isPresent() ? Images.read(file.get(), MediaLimits.DEFAULT) : null;
    }

    /** Head and shoulders, square. */
    private static @Nullable BufferedImage face() throws IOException {
        Image astronaut = photograph("astronaut.png");
        return astronaut == null ? null : NaturalScene.buffered(astronaut.crop(70, 10, 300, 300));
    }

    private static void write(Path file, int[] size, SplittableRandom random, DoubleFunction<BufferedImage> scene)
            throws IOException {
        int rate = 12 + 3 * random.nextInt(5);
        int frames = (int) (rate * (3.5 + 2.5 * random.nextDouble()));
        try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(size[0], size[1], Rational.of(rate)))) {
            for (int i = 0; i < frames; i++) {
                out.write(image(scene.apply((double) i / rate)));
            }
            out.finish();
        }
    }

    private static Image image(BufferedImage b) {
        int w = b.getWidth();
        int h = b.getHeight();
        int[] pixels = b.getRGB(0, 0, w, h, null, 0, w);
        byte[] rgb = new byte[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            rgb[3 * i] = (byte) (pixels[i] >> 16);
            rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
            rgb[3 * i + 2] = (byte) pixels[i];
        }
        return Image.of(w, h, rgb);
    }
}

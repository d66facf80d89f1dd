package dev.kinora.train.data;

import dev.kinora.toybox.ToyCaptions;
import dev.kinora.toybox.ToyObject;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.toybox.ToyboxSpec;
import dev.kinora.train.internal.Checks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Toybox clips of many shapes, from consecutive seeds.
 *
 * @param counts clips of each shape
 * @param firstSeed of the first clip of the first shape
 * @param fps frames a second
 * @param twoToys probability of a second toy
 * @param cameraMoves probability that the camera is not still
 * @param captions of a clip: its own and paraphrases, some with a capital or a full stop
 * @param objects how often an object comes, in times of those that are not named
 */
public record ToyboxSource(
        Map<ClipShape, Integer> counts,
        long firstSeed,
        double fps,
        double twoToys,
        double cameraMoves,
        int captions,
        Map<ToyObject, Double> objects)
        implements ClipSource {

    /** Checks the ranges. */
    public ToyboxSource {
        counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
        objects = Collections.unmodifiableMap(new TreeMap<>(objects));
        Checks.require(!counts.isEmpty(), "toybox source", "shapes", counts, "at least one");
        ToyboxMix.checkWeights(objects);
        Checks.require(captions > 0, "toybox source", "captions", captions, "1 or more");
    }

    /** The same with every object as often as any other. */
    public ToyboxSource(
            Map<ClipShape, Integer> counts,
            long firstSeed,
            double fps,
            double twoToys,
            double cameraMoves,
            int captions) {
        this(counts, firstSeed, fps, twoToys, cameraMoves, captions, Map.of());
    }

    /**
     * Clips shared among shapes by weight.
     *
     * @param clips in all; each shape gets its share, rounded, and at least one
     * @param weights above 0; they need not add up to 1
     */
    public static Map<ClipShape, Integer> share(int clips, Map<ClipShape, Double> weights) {
        double sum = weights.values().stream().mapToDouble(w -> w).sum();
        Map<ClipShape, Integer> counts = new LinkedHashMap<>();
        weights.forEach((shape, w) -> {
            Checks.require(w > 0, "toybox source", "weight of " + shape, w, "above 0");
            counts.put(shape, (int) Math.max(1, Math.round(clips * w / sum)));
        });
        return counts;
    }

    /**
     * The shapes of kinora-mini: landscape, portrait and two squares, each as a picture and as clips of up to four
     * seconds.
     */
    public static Map<ClipShape, Double> miniShapes() {
        Map<ClipShape, Double> weights = new LinkedHashMap<>();
        int[][] sizes = {{96, 64}, {64, 96}, {64, 64}, {96, 96}};
        double[] ofSize = {0.4, 0.2, 0.2, 0.2};
        int[] frames = {1, 9, 17, 25, 33};
        double[] ofFrames = {0.1, 0.15, 0.45, 0.15, 0.15};
        for (int s = 0; s < sizes.length; s++) {
            for (int f = 0; f < frames.length; f++) {
                weights.put(new ClipShape(sizes[s][0], sizes[s][1], frames[f]), ofSize[s] * ofFrames[f]);
            }
        }
        return weights;
    }

    @Override
    public Clip clip(ClipShape shape, int index) {
        ToyboxSpec spec = spec(shape, index);
        SplittableRandom random = new SplittableRandom(seed(shape, index)).split();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < captions; i++) {
            String brief = ToyCaptions.brief(spec, i);
            all.add(i == 0 ? brief : asWritten(brief, random));
        }
        return new Clip(ToyboxRenderer.frames(spec, 0, shape.frames()), all);
    }

    /** Its toys. */
    @Override
    public byte[] foreground(ClipShape shape, int index) {
        return ToyboxRenderer.coverage(spec(shape, index), 0, shape.frames());
    }

    /** The caption as people also write it: now and then with a capital, a full stop, or both. */
    public static String asWritten(String caption, SplittableRandom random) {
        String text = random.nextInt(6) == 0
                ? caption.substring(0, 1).toUpperCase(Locale.ROOT) + caption.substring(1)
                : caption;
        return random.nextInt(6) == 0 ? text + "." : text;
    }

    private ToyboxSpec spec(ClipShape shape, int index) {
        return new ToyboxMix(shape.width(), shape.height(), shape.frames(), fps, twoToys, cameraMoves, false)
                .draw(seed(shape, index), objects);
    }

    private long seed(ClipShape shape, int index) {
        long seed = firstSeed;
        for (Map.Entry<ClipShape, Integer> e : counts.entrySet()) {
            if (e.getKey().equals(shape)) {
                return seed + index;
            }
            seed += e.getValue();
        }
        throw new IllegalArgumentException(
                "toybox source: shape = " + shape + " (expected: one of " + counts.keySet() + ")");
    }

    @Override
    public Map<String, String> provenance() {
        long clips = counts.values().stream().mapToLong(n -> n).sum();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("source", "Toybox");
        facts.put("seeds", firstSeed + " to " + (firstSeed + clips - 1));
        facts.put("fps", Double.toString(fps));
        facts.put("two_toys", Double.toString(twoToys));
        facts.put("camera_moves", Double.toString(cameraMoves));
        facts.put("captions", Integer.toString(captions));
        if (!objects.isEmpty()) {
            facts.put(
                    "objects",
                    objects.entrySet().stream()
                            .map(e -> e.getKey().word() + ":" + e.getValue())
                            .collect(Collectors.joining(" ")));
        }
        return facts;
    }
}

package dev.kinora.toybox;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How specs are drawn from seeds.
 *
 * @param width pixels
 * @param height pixels
 * @param frames how many
 * @param fps frames a second
 * @param twoToys probability of a second toy
 * @param cameraMoves probability that the camera is not still
 * @param heldOut whether to draw only clips with a held-out combination (else only clips without)
 */
public record ToyboxMix(
        int width, int height, int frames, double fps, double twoToys, double cameraMoves, boolean heldOut) {
    private static final double MOST = 100;
    private static final List<ToyMotion> BESIDE = List.of(
            ToyMotion.BOUNCES,
            ToyMotion.FLIES_UP,
            ToyMotion.FALLS,
            ToyMotion.SPINS,
            ToyMotion.GROWS,
            ToyMotion.SHRINKS,
            ToyMotion.JUMPS,
            ToyMotion.WOBBLES,
            ToyMotion.STAYS);
    private static final List<ToyMotion> RUNNING =
            List.of(ToyMotion.ROLLS_LEFT, ToyMotion.ROLLS_RIGHT, ToyMotion.SLIDES_LEFT, ToyMotion.SLIDES_RIGHT);

    private static final List<ToyCamera> MOVES =
            List.of(ToyCamera.PAN_LEFT, ToyCamera.PAN_RIGHT, ToyCamera.ZOOM_IN, ToyCamera.ZOOM_OUT);

    /** Checks the probabilities. */
    public ToyboxMix {
        if (!(twoToys >= 0 && twoToys <= 1)) {
            throw new IllegalArgumentException("toybox mix: twoToys = " + twoToys + " (expected: 0..1)");
        }
        if (!(cameraMoves >= 0 && cameraMoves <= 1)) {
            throw new IllegalArgumentException("toybox mix: cameraMoves = " + cameraMoves + " (expected: 0..1)");
        }
    }

    /** The spec that a seed makes. Seeds are tried through a fixed sequence until the held-out rule is met. */
    public ToyboxSpec draw(long seed) {
        return draw(seed, Map.of());
    }

    /**
     * The same with some objects more often than others.
     *
     * @param weights how often an object comes, in times of those that are not named; with two toys, by their mean
     */
    public ToyboxSpec draw(long seed, Map<ToyObject, Double> weights) {
        checkWeights(weights);
        double most =
                Math.max(1, weights.values().stream().mapToDouble(w -> w).max().orElse(1));
        // split() mixes: neighbouring seeds must not walk through one another's numbers
        SplittableRandom random = new SplittableRandom(seed).split();
        while (true) {
            ToyboxSpec spec = once(random);
            if (Holdout.contains(spec) == heldOut
                    && (weights.isEmpty() || random.nextDouble() * most < weight(spec, weights))) {
                return spec;
            }
        }
    }

    /**
     * Refuses weights that {@link #draw(long, Map)} cannot use.
     *
     * @throws IllegalArgumentException if one is not in 0..100, or all objects have 0
     */
    public static void checkWeights(Map<ToyObject, Double> weights) {
        weights.forEach((object, weight) -> {
            if (!(weight >= 0 && weight <= MOST)) {
                throw new IllegalArgumentException(
                        "toybox mix: weight of " + object.word() + " = " + weight + " (expected: 0.." + MOST + ")");
            }
        });
        if (weights.size() == ToyObject.values().length
                && weights.values().stream().allMatch(w -> w == 0)) {
            throw new IllegalArgumentException("toybox mix: weights = 0 each (expected: one above 0)");
        }
    }

    private static double weight(ToyboxSpec spec, Map<ToyObject, Double> weights) {
        return spec.toys().stream()
                .mapToDouble(t -> weights.getOrDefault(t.object(), 1.0))
                .average()
                .orElse(1);
    }

    private ToyboxSpec once(SplittableRandom random) {
        long seed = random.nextLong();
        ToyScene scene = pick(ToyScene.values(), random);
        boolean two = random.nextDouble() < twoToys;
        boolean collide = two && random.nextInt(3) == 0;
        List<Toy> toys;
        if (collide) {
            ToyMotion motion = RUNNING.get(random.nextInt(RUNNING.size()));
            boolean right = motion == ToyMotion.ROLLS_RIGHT || motion == ToyMotion.SLIDES_RIGHT;
            toys = List.of(toy(motion, 0.5, 0.85, random), toy(ToyMotion.STAYS, right ? 0.64 : 0.36, 0.85, random));
        } else if (two) {
            toys = List.of(
                    toy(BESIDE.get(random.nextInt(BESIDE.size())), 0.27, 0.85, random),
                    toy(BESIDE.get(random.nextInt(BESIDE.size())), 0.73, 0.85, random));
        } else {
            toys = List.of(toy(pick(ToyMotion.values(), random), 0.5, 1, random));
        }
        ToyCamera camera =
                random.nextDouble() < cameraMoves ? MOVES.get(random.nextInt(MOVES.size())) : ToyCamera.STILL;
        return new ToyboxSpec(seed, scene, toys, collide, camera, width, height, frames, fps);
    }

    private static Toy toy(ToyMotion motion, double x, double scale, SplittableRandom random) {
        double spread = scale < 1 ? 0.02 : 0.12;
        return new Toy(
                pick(ToyObject.values(), random),
                pick(ToyColor.values(), random),
                motion,
                scale * (0.205 + 0.04 * random.nextDouble()),
                x + spread * (2 * random.nextDouble() - 1),
                0.85 + 0.3 * random.nextDouble(),
                random.nextBoolean() ? 1 : -1);
    }

    private static <T> T pick(T[] of, SplittableRandom random) {
        return of[random.nextInt(of.length)];
    }
}

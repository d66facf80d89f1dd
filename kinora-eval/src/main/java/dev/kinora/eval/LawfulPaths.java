package dev.kinora.eval;

import dev.kinora.eval.ToyboxReading.Place;
import dev.kinora.toybox.Stage;
import dev.kinora.toybox.ToyCamera;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyState;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Whether a toy goes where the law of its motion lets it go: how far its path, as read from a clip, lies from the nearest
 * of many paths that the physics of the world gives. A prompt says neither where a toy starts nor how strongly it is
 * pushed, so there is no single right path. What a perfect clip reaches is not zero: measure rendered clips beside.
 */
public final class LawfulPaths {
    private static final int PATHS = 300;

    /** Of the specs whose physics is run; apart from all clips that are trained on or asked for. */
    private static final long SEEDS = 1L << 42;

    private final Map<Law, List<double[]>> paths = new HashMap<>();
    private double sum;
    private int count;

    private record Law(ToyMotion motion, int width, int height, int frames, double fps) {}

    /**
     * The distance of a clip's path, mean over its frames, in units of the picture's short side; the toy may stand further
     * left or right. Taken into {@link #mean}.
     *
     * @param asked one toy before a still camera, else the result is empty; its motion says which law
     * @param read of its clip
     */
    public OptionalDouble add(ToyboxSpec asked, ToyboxReading read) {
        if (asked.toys().size() != 1 || read.toys().size() != 1 || asked.camera() != ToyCamera.STILL) {
            return OptionalDouble.empty();
        }
        Law law = new Law(asked.toys().getFirst().motion(), asked.width(), asked.height(), asked.frames(), asked.fps());
        double[] seen = path(read.toys().getFirst().path());
        double nearest = paths.computeIfAbsent(law, LawfulPaths::draw).stream()
                .mapToDouble(p -> distance(p, seen))
                .min()
                .orElseThrow();
        sum += nearest;
        count++;
        return OptionalDouble.of(nearest);
    }

    /** The mean of all distances; NaN of none. */
    public double mean() {
        return sum / count;
    }

    private static List<double[]> draw(Law law) {
        ToyboxMix mix = new ToyboxMix(law.width, law.height, law.frames, law.fps, 0, 0, false);
        List<double[]> drawn = new ArrayList<>();
        for (long seed = SEEDS; drawn.size() < PATHS; seed++) {
            ToyboxSpec spec = mix.draw(seed);
            if (spec.toys().getFirst().motion() == law.motion) {
                drawn.add(path(Stage.run(spec).stream().map(LawfulPaths::place).toList()));
            }
        }
        return drawn;
    }

    private static Place place(ToyState state) {
        ToyState.Body body = state.bodies().getFirst();
        return new Place(
                (body.x() - state.view().x()) * state.view().zoom(),
                (body.y() - state.view().y()) * state.view().zoom(),
                body.radius());
    }

    /** x, y of every frame, with x counted from the path's mean. */
    private static double[] path(List<Place> places) {
        double middle = places.stream().mapToDouble(Place::x).average().orElseThrow();
        double[] path = new double[2 * places.size()];
        for (int f = 0; f < places.size(); f++) {
            path[2 * f] = places.get(f).x() - middle;
            path[2 * f + 1] = places.get(f).y();
        }
        return path;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i += 2) {
            sum += Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1]);
        }
        return 2 * sum / a.length;
    }
}

package dev.kinora.toybox;

import java.util.ArrayList;
import java.util.List;

/** Runs the physics of a spec: 480 steps a second, exact between contacts, so frame rate does not change the path. */
public final class Stage {
    private static final int STEPS_PER_SECOND = 480;

    private Stage() {}

    /** The state at every frame of the clip. */
    public static List<ToyState> run(ToyboxSpec spec) {
        List<Mover> movers = movers(spec);
        List<ToyState> states = new ArrayList<>(spec.frames());
        double t = 0;
        for (int f = 0; f < spec.frames(); f++) {
            double until = f / spec.fps();
            int steps = (int) Math.ceil((until - t) * STEPS_PER_SECOND - 1e-9);
            double dt = steps > 0 ? (until - t) / steps : 0;
            for (int i = 0; i < steps; i++) {
                double now = t + (i + 1) * dt;
                movers.forEach(m -> m.advance(dt, now));
                if (spec.collide()) {
                    Mover.collide(movers.get(0), movers.get(1));
                }
            }
            t = until;
            states.add(new ToyState(
                    t, view(spec, t), movers.stream().map(Mover::body).toList()));
        }
        return states;
    }

    static List<Mover> movers(ToyboxSpec spec) {
        return spec.toys().stream().map(toy -> new Mover(toy, spec)).toList();
    }

    private static ToyState.View view(ToyboxSpec spec, double t) {
        double s = spec.seconds() == 0 ? 0 : t / spec.seconds();
        double x = spec.stageWidth() / 2;
        double y = spec.stageHeight() / 2;
        double pan = 0.36 * (s - 0.5);
        return switch (spec.camera()) {
            case STILL -> new ToyState.View(x, y, 1);
            case PAN_LEFT -> new ToyState.View(x - pan, y, 1);
            case PAN_RIGHT -> new ToyState.View(x + pan, y, 1);
            case ZOOM_IN -> new ToyState.View(x, y + 0.06 * s, 1 + 0.4 * s);
            case ZOOM_OUT -> new ToyState.View(x, y + 0.06 * (1 - s), 1.4 - 0.4 * s);
        };
    }
}

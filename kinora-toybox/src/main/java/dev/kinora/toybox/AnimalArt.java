package dev.kinora.toybox;

import static dev.kinora.toybox.Pen.bow;
import static dev.kinora.toybox.Pen.curve;
import static dev.kinora.toybox.Pen.oval;
import static dev.kinora.toybox.Pen.polygon;
import static dev.kinora.toybox.Pen.stroke;

import java.awt.Color;

/** Drawings of duck, fish, butterfly, cat and rabbit. */
final class AnimalArt {
    private static final Color ROSE = new Color(0xFF9FB4);

    private AnimalArt() {}

    static void duck(Pen pen) {
        pen.flat(oval(-0.2, 0.92, 0.24, 0.08), Pen.BEAK);
        pen.flat(oval(0.3, 0.92, 0.24, 0.08), Pen.BEAK);
        pen.shaded(
                curve(
                        0.66, -0.56, 0.9, -0.6, 1.02, -0.46, 1.02, -0.36, 0.9, -0.26, 0.76, -0.28, 0.62, -0.3, 0.6,
                        -0.4, 0.6, -0.5, 0.66, -0.56),
                Pen.BEAK);
        pen.body(curve(
                -0.98, -0.06, -0.8, 0, -0.6, 0.04, -0.3, 0.04, 0, 0.04, 0.05, -0.1, 0.02, -0.3, -0.1, -0.7, 0.2, -0.98,
                0.42, -0.96, 0.74, -0.94, 0.84, -0.5, 0.66, -0.24, 0.5, 0, 0.84, 0.1, 0.8, 0.44, 0.76, 0.8, 0.3, 0.9,
                -0.06, 0.9, -0.6, 0.9, -0.98, 0.6, -0.98, -0.06));
        pen.line(bow(-0.5, 0.34, -0.1, 0.8, 0.28, 0.34), pen.dark(0.4), 0.1);
        pen.eye(0.42, -0.56, 0.13);
    }

    static void fish(Pen pen) {
        pen.shaded(
                curve(
                        -0.5, 0, -0.8, -0.2, -0.9, -0.5, -1, -0.62, -0.9, -0.2, -0.9, 0.2, -1, 0.62, -0.9, 0.5, -0.8,
                        0.2, -0.5, 0),
                pen.dark(0.15));
        pen.shaded(
                curve(
                        -0.3, -0.5, -0.1, -0.9, 0.2, -0.9, 0.4, -0.84, 0.3, -0.7, 0.3, -0.6, 0.4, -0.46, 0.1, -0.5,
                        -0.1, -0.5, -0.3, -0.5),
                pen.dark(0.15));
        pen.body(curve(-0.62, 0, -0.4, -0.7, 0.6, -0.86, 1, 0, 0.6, 0.86, -0.4, 0.7, -0.62, 0));
        pen.line(bow(0.3, -0.52, 0.1, 0, 0.3, 0.52), pen.light(0.55), 0.11);
        pen.line(bow(-0.02, -0.5, -0.2, 0, -0.02, 0.5), pen.light(0.55), 0.11);
        pen.flat(oval(0.6, -0.16, 0.19, 0.19), Color.WHITE);
        pen.eye(0.64, -0.15, 0.12);
        pen.line(bow(0.72, 0.26, 0.8, 0.32, 0.88, 0.24), pen.dark(0.6), 0.07);
    }

    static void butterfly(Pen pen) {
        for (int s = -1; s <= 1; s += 2) {
            pen.body(curve(
                    0.06 * s, 0.05, 0.3 * s, -0.8, 0.8 * s, -1, 0.96 * s, -0.66, 1.06 * s, -0.3, 0.7 * s, 0.1, 0.06 * s,
                    0.12));
            pen.shaded(
                    curve(
                            0.06 * s, 0.08, 0.6 * s, 0.05, 0.9 * s, 0.3, 0.76 * s, 0.68, 0.6 * s, 0.98, 0.2 * s, 0.8,
                            0.06 * s, 0.24),
                    pen.light(0.3));
            pen.flat(oval(0.62 * s, -0.48, 0.17, 0.17), Pen.CREAM);
            pen.flat(oval(0.46 * s, 0.46, 0.12, 0.12), pen.dark(0.35));
            pen.line(bow(0.04 * s, -0.4, 0.12 * s, -0.8, 0.32 * s, -0.86), Pen.EYE, 0.07);
        }
        pen.flat(oval(0, 0.12, 0.12, 0.56), new Color(0x3B2C3A));
        pen.flat(oval(0, -0.42, 0.15, 0.15), new Color(0x3B2C3A));
    }

    static void cat(Pen pen) {
        pen.line(curve(0.5, 0.82, 1, 0.8, 1.02, 0.4, 0.86, 0.1, 1.02, 0.4, 1, 0.8, 0.5, 0.82), pen.dark(0.62), 0.3);
        pen.line(curve(0.5, 0.82, 1, 0.8, 1.02, 0.4, 0.86, 0.1, 1.02, 0.4, 1, 0.8, 0.5, 0.82), pen.main(), 0.16);
        pen.body(curve(
                -0.5, 0.95, -0.66, 0.4, -0.4, 0, 0, 0, 0.4, 0, 0.66, 0.4, 0.5, 0.95, 0.2, 0.98, -0.2, 0.98, -0.5,
                0.95));
        pen.flat(oval(0, 0.62, 0.24, 0.3), pen.light(0.6));
        pen.body(polygon(-0.66, -0.5, -0.64, -1, -0.2, -0.74));
        pen.body(polygon(0.66, -0.5, 0.64, -1, 0.2, -0.74));
        pen.body(oval(0, -0.34, 0.68, 0.52));
        pen.flat(polygon(-0.55, -0.66, -0.55, -0.86, -0.36, -0.74), ROSE);
        pen.flat(polygon(0.55, -0.66, 0.55, -0.86, 0.36, -0.74), ROSE);
        pen.eye(-0.27, -0.4, 0.13);
        pen.eye(0.27, -0.4, 0.13);
        pen.flat(polygon(-0.09, -0.2, 0.09, -0.2, 0, -0.1), ROSE);
        pen.line(stroke(-0.3, -0.12, -0.62, -0.18), pen.dark(0.6), 0.05);
        pen.line(stroke(0.3, -0.12, 0.62, -0.18), pen.dark(0.6), 0.05);
    }

    static void rabbit(Pen pen) {
        pen.body(oval(-0.24, -0.66, 0.16, 0.36));
        pen.body(oval(0.24, -0.66, 0.16, 0.36));
        pen.flat(oval(-0.24, -0.64, 0.07, 0.24), ROSE);
        pen.flat(oval(0.24, -0.64, 0.07, 0.24), ROSE);
        pen.flat(oval(0.56, 0.66, 0.2, 0.2), Pen.CREAM);
        pen.body(oval(0, 0.52, 0.56, 0.46));
        pen.flat(oval(0, 0.6, 0.28, 0.28), pen.light(0.6));
        pen.body(oval(0, -0.12, 0.52, 0.44));
        pen.eye(-0.21, -0.18, 0.11);
        pen.eye(0.21, -0.18, 0.11);
        pen.flat(oval(0, 0.02, 0.09, 0.07), ROSE);
        pen.shaded(oval(-0.3, 0.9, 0.24, 0.09), pen.light(0.3));
        pen.shaded(oval(0.3, 0.9, 0.24, 0.09), pen.light(0.3));
    }
}

package dev.kinora.toybox;

import static dev.kinora.toybox.Pen.bow;
import static dev.kinora.toybox.Pen.box;
import static dev.kinora.toybox.Pen.curve;
import static dev.kinora.toybox.Pen.oval;
import static dev.kinora.toybox.Pen.polygon;
import static dev.kinora.toybox.Pen.round;
import static dev.kinora.toybox.Pen.stroke;

import java.awt.Color;

/** Drawings of mushroom, house, tree and flower. */
final class GardenArt {
    private GardenArt() {}

    static void mushroom(Pen pen) {
        pen.shaded(
                curve(
                        -0.3, 0, -0.26, 0.4, -0.42, 0.7, -0.4, 0.88, -0.2, 1, 0.2, 1, 0.4, 0.88, 0.42, 0.7, 0.26, 0.4,
                        0.3, 0),
                Pen.CREAM);
        pen.body(curve(
                -0.98, 0.08, -0.98, -0.6, -0.5, -0.95, 0, -0.95, 0.5, -0.95, 0.98, -0.6, 0.98, 0.08, 0.6, 0.3, -0.6,
                0.3, -0.98, 0.08));
        Color dot = pen.main().equals(ToyColor.WHITE.color()) ? new Color(0xC9CDDA) : Pen.CREAM;
        pen.flat(oval(-0.46, -0.26, 0.2, 0.19), dot);
        pen.flat(oval(0.18, -0.52, 0.22, 0.19), dot);
        pen.flat(oval(0.58, -0.06, 0.16, 0.14), dot);
        pen.eye(-0.14, 0.52, 0.08);
        pen.eye(0.14, 0.52, 0.08);
    }

    static void house(Pen pen) {
        pen.shaded(box(0.36, -0.86, 0.62, -0.3), Pen.STEEL);
        pen.shaded(box(-0.76, -0.16, 0.76, 0.97), Pen.CREAM);
        pen.body(polygon(-1, -0.06, 0, -0.98, 1, -0.06));
        pen.body(round(-0.2, 0.36, 0.2, 0.97, 0.06));
        pen.shaded(box(-0.62, 0.14, -0.32, 0.46), Pen.GLASS);
        pen.shaded(box(0.32, 0.14, 0.62, 0.46), Pen.GLASS);
        pen.flat(oval(0, -0.42, 0.15, 0.15), Pen.CREAM);
    }

    static void tree(Pen pen) {
        pen.shaded(polygon(-0.16, 0.3, 0.16, 0.3, 0.24, 0.97, -0.24, 0.97), Pen.WOOD);
        pen.body(curve(
                -0.3, 0.46, -0.9, 0.5, -1.05, 0, -0.72, -0.2, -0.9, -0.6, -0.5, -0.98, 0, -0.98, 0.5, -0.98, 0.9, -0.6,
                0.72, -0.2, 1.05, 0, 0.9, 0.5, 0.3, 0.46, 0.1, 0.56, -0.1, 0.56, -0.3, 0.46));
        pen.flat(oval(-0.3, -0.5, 0.2, 0.17), pen.light(0.4));
        pen.flat(oval(0.34, -0.28, 0.14, 0.12), pen.light(0.3));
        pen.flat(oval(-0.36, 0.1, 0.14, 0.12), pen.light(0.3));
        pen.flat(oval(0.3, 0.2, 0.16, 0.1), pen.dark(0.25));
    }

    static void flower(Pen pen) {
        pen.line(bow(0, 0.1, 0.08, 0.5, 0, 0.97), Pen.LEAF, 0.18);
        pen.flat(curve(0, 0.88, -0.2, 0.5, -0.5, 0.5, -0.62, 0.54, -0.5, 0.8, -0.3, 0.92, 0, 0.88), Pen.LEAF);
        pen.flat(curve(0, 0.84, 0.2, 0.4, 0.5, 0.4, 0.62, 0.46, 0.5, 0.72, 0.3, 0.86, 0, 0.84), Pen.LEAF);
        for (int i = 0; i < 6; i++) {
            double a = Math.PI / 3 * i + Math.PI / 6;
            pen.body(oval(0.44 * Math.cos(a), -0.34 + 0.44 * Math.sin(a), 0.3, 0.3));
        }
        Color heart = pen.main().equals(ToyColor.YELLOW.color()) ? new Color(0x9A5A22) : new Color(0xFFD23C);
        pen.flat(oval(0, -0.34, 0.28, 0.28), heart);
        pen.line(stroke(-0.08, -0.3, 0.08, -0.3), heart.darker(), 0.06);
    }
}

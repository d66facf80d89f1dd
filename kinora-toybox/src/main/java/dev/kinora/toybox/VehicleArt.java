package dev.kinora.toybox;

import static dev.kinora.toybox.Pen.box;
import static dev.kinora.toybox.Pen.curve;
import static dev.kinora.toybox.Pen.oval;
import static dev.kinora.toybox.Pen.polygon;
import static dev.kinora.toybox.Pen.round;
import static dev.kinora.toybox.Pen.stroke;

import java.awt.Color;

/** Drawings of car, boat, rocket, plane and train, all heading right (the rocket up). */
final class VehicleArt {
    private VehicleArt() {}

    static void car(Pen pen) {
        pen.body(curve(
                -0.62, 0.1, -0.5, -0.62, -0.36, -0.66, -0.1, -0.66, 0.22, -0.66, 0.34, -0.6, 0.6, 0.1, 0.2, 0.1, -0.2,
                0.1, -0.62, 0.1));
        pen.body(round(-1, -0.05, 1, 0.68, 0.22));
        pen.flat(polygon(-0.46, 0.02, -0.36, -0.46, -0.08, -0.46, -0.08, 0.02), Pen.GLASS);
        pen.flat(polygon(0.06, 0.02, 0.06, -0.46, 0.22, -0.46, 0.44, 0.02), Pen.GLASS);
        pen.flat(oval(0.88, 0.2, 0.1, 0.12), new Color(0xFFF2A8));
        pen.wheel(-0.52, 0.66, 0.32);
        pen.wheel(0.52, 0.66, 0.32);
    }

    static void boat(Pen pen) {
        pen.line(stroke(0, 0.4, 0, -0.98), Pen.WOOD, 0.12);
        pen.shaded(
                curve(
                        0.1, -0.92, 0.6, -0.6, 0.8, -0.1, 0.82, 0.25, 0.5, 0.2, 0.3, 0.2, 0.1, 0.25, 0.14, -0.1, 0.14,
                        -0.5, 0.1, -0.92),
                Pen.CREAM);
        pen.shaded(
                curve(
                        -0.1, -0.7, -0.4, -0.4, -0.6, -0.1, -0.66, 0.25, -0.5, 0.2, -0.3, 0.2, -0.1, 0.25, -0.12, 0,
                        -0.12, -0.4, -0.1, -0.7),
                pen.light(0.55));
        pen.body(curve(
                -1, 0.38, -0.4, 0.44, 0.4, 0.44, 1, 0.38, 0.9, 0.75, 0.7, 0.97, 0.5, 0.97, 0.2, 0.97, -0.2, 0.97, -0.5,
                0.97, -0.7, 0.97, -0.9, 0.75, -1, 0.38));
        pen.line(stroke(-0.8, 0.6, 0.8, 0.6), Pen.CREAM, 0.1);
    }

    static void rocket(Pen pen) {
        pen.flat(polygon(-0.24, 0.6, 0.24, 0.6, 0.12, 0.84, 0, 1.0, -0.12, 0.84), new Color(0xFFB02A));
        pen.flat(polygon(-0.12, 0.6, 0.12, 0.6, 0, 0.86), new Color(0xFFF0A0));
        pen.shaded(polygon(-0.42, 0.06, -0.9, 0.5, -0.86, 0.84, -0.34, 0.58), pen.dark(0.25));
        pen.shaded(polygon(0.42, 0.06, 0.9, 0.5, 0.86, 0.84, 0.34, 0.58), pen.dark(0.25));
        pen.body(curve(
                0, -1, 0.36, -0.76, 0.54, -0.4, 0.52, 0, 0.5, 0.3, 0.44, 0.5, 0.36, 0.64, 0.1, 0.64, -0.1, 0.64, -0.36,
                0.64, -0.44, 0.5, -0.5, 0.3, -0.52, 0, -0.54, -0.4, -0.36, -0.76, 0, -1));
        pen.flat(
                curve(
                        0, -0.98, 0.24, -0.84, 0.36, -0.66, 0.4, -0.54, 0.1, -0.48, -0.1, -0.48, -0.4, -0.54, -0.36,
                        -0.66, -0.24, -0.84, 0, -0.98),
                Pen.CREAM);
        pen.flat(oval(0, -0.08, 0.23, 0.23), Pen.CREAM);
        pen.flat(oval(0, -0.08, 0.15, 0.15), new Color(0x6EC6F5));
    }

    static void plane(Pen pen) {
        pen.shaded(polygon(-0.96, -0.62, -0.66, -0.62, -0.4, 0.05, -0.86, 0.05), pen.dark(0.15));
        pen.body(curve(
                -0.98, -0.1, -0.6, -0.3, 0.2, -0.42, 0.6, -0.3, 0.9, -0.2, 1.02, 0.05, 0.9, 0.22, 0.6, 0.4, -0.4, 0.36,
                -0.75, 0.16, -0.9, 0.1, -0.96, 0, -0.98, -0.1));
        pen.flat(
                curve(
                        0.42, -0.28, 0.6, -0.26, 0.76, -0.14, 0.8, -0.02, 0.64, 0, 0.5, 0, 0.42, -0.02, 0.42, -0.1,
                        0.42, -0.2, 0.42, -0.28),
                Pen.GLASS);
        for (int i = 0; i < 3; i++) {
            pen.flat(oval(-0.38 + i * 0.28, -0.08, 0.09, 0.09), Pen.GLASS);
        }
        pen.shaded(polygon(-0.2, 0.12, 0.34, 0.12, -0.16, 0.78, -0.5, 0.78), pen.light(0.35));
    }

    static void train(Pen pen) {
        pen.shaded(box(-0.92, -0.86, -0.06, -0.7), pen.dark(0.35));
        pen.body(box(-0.82, -0.7, -0.14, 0.5));
        pen.flat(round(-0.66, -0.52, -0.3, -0.12, 0.06), Pen.GLASS);
        pen.shaded(polygon(0.42, -0.3, 0.5, -0.66, 0.4, -0.82, 0.8, -0.82, 0.7, -0.66, 0.76, -0.3), pen.dark(0.35));
        pen.body(round(-0.16, -0.32, 0.92, 0.42, 0.2));
        pen.flat(oval(0.86, 0, 0.12, 0.14), new Color(0xFFF2A8));
        pen.line(stroke(0.3, -0.26, 0.3, 0.36), Pen.CREAM, 0.1);
        pen.shaded(box(-0.92, 0.42, 0.98, 0.62), Pen.STEEL);
        pen.wheel(-0.54, 0.68, 0.3);
        pen.wheel(0.16, 0.74, 0.23);
        pen.wheel(0.66, 0.74, 0.23);
    }
}

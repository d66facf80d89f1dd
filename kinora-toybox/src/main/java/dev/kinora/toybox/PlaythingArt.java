package dev.kinora.toybox;

import static dev.kinora.toybox.Pen.bow;
import static dev.kinora.toybox.Pen.curve;
import static dev.kinora.toybox.Pen.oval;
import static dev.kinora.toybox.Pen.polygon;
import static dev.kinora.toybox.Pen.round;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Path2D;

/** Drawings of ball, cube, star, heart, balloon and robot. */
final class PlaythingArt {
    private PlaythingArt() {}

    /** A beach ball: the white panels make rolling and spinning visible. */
    static void ball(Pen pen) {
        Shape disc = oval(0, 0, 0.95, 0.95);
        pen.body(disc);
        Area stripe = new Area(curve(
                -0.34, -1, -0.02, -0.5, -0.02, 0.5, -0.34, 1, 0.02, 1.2, 0.34, 1.1, 0.34, 1, 0.62, 0.5, 0.62, -0.5,
                0.34, -1, 0.1, -1.1, -0.1, -1.1, -0.34, -1));
        stripe.intersect(new Area(disc));
        pen.flat(stripe, pen.main().equals(ToyColor.WHITE.color()) ? new Color(0xD3D7E2) : Pen.CREAM);
        pen.outline(disc);
        pen.shine(-0.46, -0.46, 0.2, 0.14);
    }

    static void cube(Pen pen) {
        pen.shaded(polygon(-0.9, -0.45, -0.45, -0.92, 0.95, -0.92, 0.5, -0.45), pen.light(0.45));
        pen.shaded(polygon(0.5, -0.45, 0.95, -0.92, 0.95, 0.48, 0.5, 0.95), pen.dark(0.3));
        pen.body(polygon(-0.9, -0.45, 0.5, -0.45, 0.5, 0.95, -0.9, 0.95));
        pen.line(round(-0.66, -0.2, 0.26, 0.71, 0.12), pen.light(0.5), 0.1);
    }

    static void star(Pen pen) {
        Path2D p = new Path2D.Double();
        for (int i = 0; i < 10; i++) {
            double a = -Math.PI / 2 + i * Math.PI / 5;
            double r = i % 2 == 0 ? 1.05 : 0.5;
            double x = r * Math.cos(a);
            double y = r * Math.sin(a) + 0.08;
            if (i == 0) {
                p.moveTo(x, y);
            } else {
                p.lineTo(x, y);
            }
        }
        p.closePath();
        pen.body(p);
        pen.eye(-0.2, 0.02, 0.11);
        pen.eye(0.2, 0.02, 0.11);
        pen.line(bow(-0.16, 0.28, 0, 0.42, 0.16, 0.28), Pen.EYE, 0.08);
    }

    static void heart(Pen pen) {
        pen.body(curve(
                0, 0.95, -0.35, 0.55, -1, 0.2, -0.98, -0.35, -0.95, -0.9, -0.25, -1.05, 0, -0.45, 0.25, -1.05, 0.95,
                -0.9, 0.98, -0.35, 1, 0.2, 0.35, 0.55, 0, 0.95));
        pen.shine(-0.52, -0.48, 0.2, 0.16);
    }

    static void balloon(Pen pen) {
        pen.line(bow(0, 0.45, 0.22, 0.7, 0, 0.98), new Color(0xF4F1EA), 0.1);
        pen.shaded(polygon(-0.14, 0.56, 0.14, 0.56, 0, 0.36), pen.dark(0.2));
        pen.body(curve(
                0, 0.46, -0.6, 0.3, -0.92, -0.1, -0.88, -0.4, -0.84, -0.8, -0.42, -1, 0, -1, 0.42, -1, 0.84, -0.8, 0.88,
                -0.4, 0.92, -0.1, 0.6, 0.3, 0, 0.46));
        pen.shine(-0.34, -0.56, 0.15, 0.22);
    }

    static void robot(Pen pen) {
        pen.line(Pen.stroke(0, -0.72, 0, -0.9), Pen.STEEL, 0.1);
        pen.flat(oval(0, -0.92, 0.11, 0.11), new Color(0xFFD24A));
        pen.shaded(round(-0.42, 0.62, -0.1, 0.97, 0.06), Pen.STEEL);
        pen.shaded(round(0.1, 0.62, 0.42, 0.97, 0.06), Pen.STEEL);
        pen.shaded(round(-0.88, 0.02, -0.58, 0.52, 0.12), Pen.STEEL);
        pen.shaded(round(0.58, 0.02, 0.88, 0.52, 0.12), Pen.STEEL);
        pen.body(round(-0.58, -0.06, 0.58, 0.72, 0.12));
        pen.body(round(-0.5, -0.76, 0.5, -0.02, 0.16));
        pen.flat(round(-0.37, -0.58, 0.37, -0.2, 0.12), Pen.EYE);
        pen.flat(oval(-0.17, -0.39, 0.1, 0.12), new Color(0x7CF5E0));
        pen.flat(oval(0.17, -0.39, 0.1, 0.12), new Color(0x7CF5E0));
        pen.flat(oval(-0.2, 0.32, 0.13, 0.13), new Color(0xFFD24A));
        pen.flat(round(0.04, 0.24, 0.36, 0.4, 0.05), Pen.CREAM);
    }
}

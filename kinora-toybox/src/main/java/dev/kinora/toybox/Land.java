package dev.kinora.toybox;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.RadialGradientPaint;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.SplittableRandom;

/**
 * The canvas of a scene in world units (short side of the view = 1, y down). Scenes are painted well beyond the view, so
 * that the camera can pan and zoom.
 */
final class Land {
    private static final Color CLEAR = new Color(255, 255, 255, 0);

    final double width;
    final double height;
    final double ground;
    private final Graphics2D g;
    private final SplittableRandom random;

    Land(Graphics2D g, double width, double height, double ground, SplittableRandom random) {
        this.g = g;
        this.width = width;
        this.height = height;
        this.ground = ground;
        this.random = random;
    }

    double left() {
        return -0.6 * width;
    }

    double right() {
        return 1.6 * width;
    }

    /** A seeded number in [low, high). */
    double between(double low, double high) {
        return low + random.nextDouble() * (high - low);
    }

    /** A horizontal band from y0 to y1, shaded from the first colour at its top to the last at its bottom. */
    void band(double y0, double y1, int... rgb) {
        fillGradient(new Rectangle2D.Double(left(), y0, right() - left(), y1 - y0), y0, y1, rgb);
    }

    void fillGradient(Shape s, double y0, double y1, int... rgb) {
        Color[] colors = new Color[rgb.length];
        float[] at = new float[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            colors[i] = new Color(rgb[i]);
            at[i] = (float) i / (rgb.length - 1);
        }
        g.setPaint(new LinearGradientPaint(0, (float) y0, 0, (float) y1, at, colors));
        g.fill(s);
    }

    void sky(int... rgb) {
        band(-0.5 * height, ground, rgb);
    }

    void fill(Shape s, Color c) {
        g.setPaint(c);
        g.fill(s);
    }

    void oval(double x, double y, double rx, double ry, Color c) {
        fill(new Ellipse2D.Double(x - rx, y - ry, 2 * rx, 2 * ry), c);
    }

    /** A disc with a soft halo around it: sun, moon, lamp. */
    void glow(double x, double y, double r, Color c, double halo) {
        Color rim = new Color(c.getRed(), c.getGreen(), c.getBlue(), 120);
        g.setPaint(new RadialGradientPaint(
                (float) x, (float) y, (float) (r * halo), new float[] {0.2f, 1f}, new Color[] {rim, clear(c)}));
        g.fill(new Ellipse2D.Double(x - r * halo, y - r * halo, 2 * r * halo, 2 * r * halo));
        oval(x, y, r, r, c);
    }

    void cloud(double x, double y, double s, int alpha) {
        Color c = new Color(255, 255, 255, alpha);
        Path2D p = new Path2D.Double(Path2D.WIND_NON_ZERO);
        p.append(new Ellipse2D.Double(x - 1.2 * s, y - 0.35 * s, 1.2 * s, 0.7 * s), false);
        p.append(new Ellipse2D.Double(x - 0.7 * s, y - 0.75 * s, 1.1 * s, 1.1 * s), false);
        p.append(new Ellipse2D.Double(x - 0.1 * s, y - 0.5 * s, 1.2 * s, 0.85 * s), false);
        fill(p, c);
    }

    /** Rolling hills: the area below a sum of two sines around y. */
    Shape hills(double y, double swing, double wavelength, double phase) {
        Path2D p = new Path2D.Double();
        p.moveTo(left(), height * 1.5);
        for (int i = 0; i <= 60; i++) {
            double x = left() + (right() - left()) * i / 60;
            double a = 2 * Math.PI * x / wavelength + phase;
            p.lineTo(x, y - swing * (0.7 * Math.sin(a) + 0.3 * Math.sin(2.3 * a + 1)));
        }
        p.lineTo(right(), height * 1.5);
        p.closePath();
        return p;
    }

    /** A triangle that stands on y. */
    static Shape peak(double x, double y, double halfWidth, double tall) {
        return Pen.polygon(x - halfWidth, y, x, y - tall, x + halfWidth, y);
    }

    private static Color clear(Color c) {
        return new Color(c.getRed(), c.getGreen(), c.getBlue(), CLEAR.getAlpha());
    }
}

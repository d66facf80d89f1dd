package dev.kinora.toybox;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;

/** Draws one toy in its own box: x to the right, y down, both in [-1, 1]; light comes from the upper left. */
final class Pen {
    static final Color CREAM = new Color(0xFFF6E4);
    static final Color GLASS = new Color(0xBFE6FF);
    static final Color TYRE = new Color(0x2B2B33);
    static final Color STEEL = new Color(0xC9CED8);
    static final Color WOOD = new Color(0x8A5A33);
    static final Color LEAF = new Color(0x3F9B45);
    static final Color BEAK = new Color(0xFFB020);
    static final Color EYE = new Color(0x20222A);

    private static final float OUTLINE = 0.08f;

    private final Graphics2D g;
    private final Color main;
    private final Color ink;

    Pen(Graphics2D g, Color main) {
        this.g = g;
        this.main = main;
        this.ink = mix(main, new Color(0x14121E), 0.62);
    }

    Color main() {
        return main;
    }

    Color light(double by) {
        return mix(main, Color.WHITE, by);
    }

    Color dark(double by) {
        return mix(main, new Color(0x181428), by);
    }

    /** The main colour, shaded, with an outline. */
    void body(Shape s) {
        shaded(s, main);
    }

    /** Another colour, shaded, with an outline. */
    void shaded(Shape s, Color c) {
        Rectangle2D b = s.getBounds2D();
        g.setPaint(new GradientPaint(
                (float) b.getMinX(),
                (float) b.getMinY(),
                mix(c, Color.WHITE, 0.26),
                (float) (b.getMinX() + b.getWidth() * 0.75),
                (float) b.getMaxY(),
                mix(c, new Color(0x181428), 0.13)));
        g.fill(s);
        outline(s);
    }

    void outline(Shape s) {
        line(s, ink, OUTLINE);
    }

    /** One flat colour without an outline: eyes, lights, small parts. */
    void flat(Shape s, Color c) {
        g.setPaint(c);
        g.fill(s);
    }

    void line(Shape s, Color c, double width) {
        g.setPaint(c);
        g.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(s);
    }

    /** A soft spot of light. */
    void shine(double x, double y, double rx, double ry) {
        flat(oval(x, y, rx, ry), new Color(255, 255, 255, 150));
    }

    void eye(double x, double y, double r) {
        flat(oval(x, y, r, r), EYE);
        flat(oval(x - r * 0.3, y - r * 0.35, r * 0.38, r * 0.38), Color.WHITE);
    }

    void wheel(double x, double y, double r) {
        flat(oval(x, y, r, r), TYRE);
        flat(oval(x, y, r * 0.45, r * 0.45), STEEL);
    }

    static Shape oval(double cx, double cy, double rx, double ry) {
        return new Ellipse2D.Double(cx - rx, cy - ry, 2 * rx, 2 * ry);
    }

    static Shape box(double x0, double y0, double x1, double y1) {
        return new Rectangle2D.Double(x0, y0, x1 - x0, y1 - y0);
    }

    static Shape round(double x0, double y0, double x1, double y1, double r) {
        return new RoundRectangle2D.Double(x0, y0, x1 - x0, y1 - y0, 2 * r, 2 * r);
    }

    /** A closed polygon through x, y pairs. */
    static Shape polygon(double... xy) {
        Path2D p = new Path2D.Double();
        p.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            p.lineTo(xy[i], xy[i + 1]);
        }
        p.closePath();
        return p;
    }

    /** A closed curve: a start point, then cubic segments of three points each. */
    static Shape curve(double... xy) {
        Path2D p = new Path2D.Double();
        p.moveTo(xy[0], xy[1]);
        for (int i = 2; i + 5 < xy.length; i += 6) {
            p.curveTo(xy[i], xy[i + 1], xy[i + 2], xy[i + 3], xy[i + 4], xy[i + 5]);
        }
        p.closePath();
        return p;
    }

    /** An open stroke through x, y pairs. */
    static Shape stroke(double... xy) {
        Path2D p = new Path2D.Double();
        p.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            p.lineTo(xy[i], xy[i + 1]);
        }
        return p;
    }

    /** An open arc bent through a control point. */
    static Shape bow(double x0, double y0, double cx, double cy, double x1, double y1) {
        Path2D p = new Path2D.Double();
        p.moveTo(x0, y0);
        p.quadTo(cx, cy, x1, y1);
        return p;
    }

    static Color mix(Color a, Color b, double t) {
        return new Color(
                (int) Math.round(a.getRed() + (b.getRed() - a.getRed()) * t),
                (int) Math.round(a.getGreen() + (b.getGreen() - a.getGreen()) * t),
                (int) Math.round(a.getBlue() + (b.getBlue() - a.getBlue()) * t));
    }
}

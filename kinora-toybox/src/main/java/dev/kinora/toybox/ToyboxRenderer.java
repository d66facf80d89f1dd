package dev.kinora.toybox;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Draws clips with Java2D, without a display. Small pictures are drawn at twice their size and averaged down. */
public final class ToyboxRenderer {
    private final ToyboxSpec spec;
    private final int scale;
    private final BufferedImage canvas;

    private ToyboxRenderer(ToyboxSpec spec, int type) {
        this.spec = spec;
        this.scale = Math.min(spec.width(), spec.height()) < 256 ? 2 : 1;
        this.canvas = new BufferedImage(spec.width() * scale, spec.height() * scale, type);
    }

    /** Frames, states and captions of a spec. */
    public static ToyboxClip render(ToyboxSpec spec) {
        List<ToyState> states = Stage.run(spec);
        byte[] rgb = new ToyboxRenderer(spec, BufferedImage.TYPE_INT_RGB).frames(states);
        return new ToyboxClip(spec, rgb, states, ToyCaptions.of(spec, states));
    }

    /** Frames {@code from} to {@code from + count} of a spec's clip alone: uint8 [count, H, W, 3]. */
    public static byte[] frames(ToyboxSpec spec, int from, int count) {
        check(spec, from, count);
        return new ToyboxRenderer(spec, BufferedImage.TYPE_INT_RGB)
                .frames(Stage.run(spec).subList(from, from + count));
    }

    /** How much of each pixel toys cover in the same frames, 0 to 255: uint8 [count, H, W]. Shadows are no toys. */
    public static byte[] coverage(ToyboxSpec spec, int from, int count) {
        check(spec, from, count);
        return new ToyboxRenderer(spec, BufferedImage.TYPE_INT_ARGB)
                .coverage(Stage.run(spec).subList(from, from + count));
    }

    private static void check(ToyboxSpec spec, int from, int count) {
        if (from < 0 || count < 1 || from + count > spec.frames()) {
            throw new IllegalArgumentException("toybox: frames = " + from + " to " + (from + count)
                    + " (expected: within the clip's " + spec.frames() + ")");
        }
    }

    private Graphics2D graphics() {
        Graphics2D g = canvas.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        return g;
    }

    private int[] pixels() {
        return ((DataBufferInt) canvas.getRaster().getDataBuffer()).getData();
    }

    private byte[] coverage(List<ToyState> states) {
        byte[] covered = new byte[states.size() * spec.width() * spec.height()];
        Graphics2D g = graphics();
        int[] pixels = pixels();
        for (int f = 0; f < states.size(); f++) {
            Arrays.fill(pixels, 0);
            look(g, states.get(f).view());
            toys(g, states.get(f));
            shrink(pixels, 24, covered, f * spec.width() * spec.height(), 1);
        }
        g.dispose();
        return covered;
    }

    private byte[] frames(List<ToyState> states) {
        byte[] rgb = new byte[states.size() * spec.width() * spec.height() * 3];
        Graphics2D g = graphics();
        int[] backdrop = new int[0];
        int[] pixels = pixels();
        for (int f = 0; f < states.size(); f++) {
            ToyState s = states.get(f);
            if (backdrop.length == 0 || spec.camera() != ToyCamera.STILL) {
                look(g, s.view());
                SceneArt.draw(
                        spec.scene(),
                        new Land(
                                g,
                                spec.stageWidth(),
                                spec.stageHeight(),
                                spec.ground(),
                                new SplittableRandom(spec.seed())));
                backdrop = pixels.clone();
            } else {
                System.arraycopy(backdrop, 0, pixels, 0, pixels.length);
            }
            look(g, s.view());
            s.bodies().forEach(b -> shadow(g, b));
            toys(g, s);
            for (int c = 0; c < 3; c++) {
                shrink(pixels, 16 - 8 * c, rgb, f * spec.width() * spec.height() * 3 + c, 3);
            }
        }
        g.dispose();
        return rgb;
    }

    private void toys(Graphics2D g, ToyState s) {
        for (int i = 0; i < s.bodies().size(); i++) {
            toy(g, spec.toys().get(i), s.bodies().get(i));
        }
    }

    private void look(Graphics2D g, ToyState.View view) {
        double unit = Math.min(spec.width(), spec.height()) * (double) scale * view.zoom();
        AffineTransform t = new AffineTransform();
        t.translate(canvas.getWidth() / 2.0, canvas.getHeight() / 2.0);
        t.scale(unit, unit);
        t.translate(-view.x(), -view.y());
        g.setTransform(t);
    }

    /** Soft and small when the toy is high. */
    private void shadow(Graphics2D g, ToyState.Body b) {
        double high = Math.clamp((spec.ground() - b.radius() - b.y()) / 0.5, 0, 1);
        double rx = b.radius() * (1.1 - 0.45 * high);
        AffineTransform before = g.getTransform();
        g.translate(b.x() + 0.02, spec.ground() + 0.005);
        g.scale(rx, rx * 0.22);
        g.setPaint(new RadialGradientPaint(0f, 0f, 1f, new float[] {0.3f, 1f}, new Color[] {
            new Color(10, 8, 30, (int) (130 - 70 * high)), new Color(10, 8, 30, 0)
        }));
        g.fill(new Ellipse2D.Double(-1, -1, 2, 2));
        g.setTransform(before);
    }

    private void toy(Graphics2D g, Toy toy, ToyState.Body b) {
        AffineTransform before = g.getTransform();
        Pen pen = new Pen(g, toy.color().color());
        if (toy.motion() == ToyMotion.SWINGS) {
            pen.line(
                    Pen.stroke(
                            toy.x() * spec.stageWidth(),
                            Mover.pivotY(),
                            b.x() - 0.8 * b.radius() * Math.sin(-b.angle()),
                            b.y() - 0.8 * b.radius() * Math.cos(b.angle())),
                    new Color(0xF2E9DA),
                    0.018);
        }
        g.translate(b.x(), b.y());
        g.rotate(b.angle());
        boolean faces = toy.motion() == ToyMotion.SLIDES_LEFT || (toy.motion() == ToyMotion.ZIGZAGS && toy.turn() < 0);
        g.scale(faces ? -b.radius() : b.radius(), b.radius());
        ToyArt.draw(toy.object(), pen);
        g.setTransform(before);
    }

    /** Box filter of the eight bits at {@code shift} from the canvas to every {@code stride}th byte, rounding to nearest. */
    private void shrink(int[] pixels, int shift, byte[] into, int offset, int stride) {
        int w = spec.width();
        int n = scale * scale;
        for (int y = 0; y < spec.height(); y++) {
            for (int x = 0; x < w; x++) {
                int sum = n / 2;
                for (int k = 0; k < n; k++) {
                    sum += pixels[(y * scale + k / scale) * w * scale + x * scale + k % scale] >> shift & 255;
                }
                into[offset + (y * w + x) * stride] = (byte) (sum / n);
            }
        }
    }
}

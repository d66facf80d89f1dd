package dev.kinora.curate.tags;

import dev.kinora.media.Fit;
import dev.kinora.media.Image;
import dev.kinora.media.Resample;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a camera might see, composed: rough textures, light from one side, a camera that drifts, things that move, grain.
 * None of it deserves a tag. Another seed, another scene.
 */
final class NaturalScene {
    static final int KINDS = 11;

    private final int kind;
    private final int w;
    private final int h;
    private final SplittableRandom random;
    private final BufferedImage world;
    private final double[][] things;
    private final double driftX;
    private final double driftY;
    private final double zoom;
    private final double grain;
    private final SplittableRandom noise;

    /**
     * A scene.
     *
     * @param kind 0 to {@link #KINDS} - 1
     * @param photograph to look over in kinds 9 and 10; a texture takes its place where there is none
     */
    NaturalScene(int kind, long seed, int w, int h, @Nullable Image photograph) {
        this.kind = kind;
        this.w = w;
        this.h = h;
        random = new SplittableRandom(seed);
        noise = random.split();
        driftX = between(-0.12, 0.12) * h;
        driftY = between(-0.04, 0.04) * h;
        zoom = between(-0.05, 0.08);
        grain = between(1.5, 5);
        world = kind >= 9 && photograph != null
                ? buffered(photograph.fit(2 * w, 2 * h, Fit.CROP, Resample.BICUBIC))
                : landscape();
        things = new double[6][];
        for (int i = 0; i < things.length; i++) {
            things[i] = random.doubles(8).toArray();
        }
        if (kind == 3) {
            bricks();
        } else if (kind == 4) {
            windows();
        }
    }

    private double between(double a, double b) {
        return a + random.nextDouble() * (b - a);
    }

    /** The picture at a time, in seconds. */
    BufferedImage at(double t) {
        BufferedImage out = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = out.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        boolean stands = kind == 1 || kind == 6;
        double scale = stands ? 1 : Math.exp(zoom * t);
        AffineTransform view = new AffineTransform();
        view.translate(w / 2.0, h / 2.0);
        view.scale(scale, scale);
        view.translate(-w + (stands ? 0 : driftX * t), -h + (stands ? 0 : driftY * t));
        g.drawImage(world, view, null);
        switch (kind) {
            case 1 -> movers(g, t, false);
            case 2 -> movers(g, t, true);
            case 5 -> snow(g, t);
            case 6 -> reeds(g, t);
            default -> {}
        }
        g.dispose();
        double light = kind == 7 ? Math.clamp(t / 1.2, 0, 1) : kind == 8 ? 0.35 : 1;
        return grained(out, light, kind == 0 ? h / 8 : 0);
    }

    /** Balls, or wheels with rims and spokes, that go to and fro. */
    private void movers(Graphics2D g, double t, boolean wheels) {
        for (int i = 0; i < (wheels ? 3 : 5); i++) {
            double[] p = things[i];
            double r = h * (0.06 + 0.1 * p[0]);
            double x = w * (0.5 + 0.4 * Math.sin(6.3 * p[1] + t * (0.4 + p[2])));
            double y = h * (0.35 + 0.5 * p[3]) + (wheels ? 0 : h * 0.1 * Math.sin(6.3 * p[4] + 2 * t));
            Color c = Color.getHSBColor((float) p[5], 0.7f, (float) (0.4 + 0.5 * p[6]));
            if (wheels) {
                g.setColor(c.darker());
                g.setStroke(new BasicStroke((float) (r * 0.18)));
                g.draw(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
                g.setStroke(new BasicStroke((float) (r * 0.06)));
                g.draw(new Ellipse2D.Double(x - 0.75 * r, y - 0.3 * r, 1.5 * r, 0.6 * r));
                for (int k = 0; k < 5; k++) {
                    double a = k * Math.PI / 2.5 + x / r;
                    g.drawLine((int) x, (int) y, (int) (x + r * Math.cos(a)), (int) (y + r * Math.sin(a)));
                }
            } else {
                for (int k = 12; k > 0; k--) {
                    double s = r * k / 12;
                    float b = (float) Math.min(1, 0.35 + 0.65 * (1 - k / 13.0));
                    g.setColor(Color.getHSBColor((float) p[5], 0.6f, b));
                    g.fill(new Ellipse2D.Double(x - s - (r - s) * 0.3, y - s - (r - s) * 0.3, 2 * s, 2 * s));
                }
            }
        }
    }

    private void snow(Graphics2D g, double t) {
        SplittableRandom flakes = new SplittableRandom(5);
        g.setColor(new Color(235, 238, 245, 220));
        for (int i = 0; i < 220; i++) {
            double size = h * (0.004 + 0.01 * flakes.nextDouble());
            double speed = h * (0.15 + 0.35 * flakes.nextDouble());
            double x = w * flakes.nextDouble() + 12 * Math.sin(t * 2 + i);
            double y = (h * flakes.nextDouble() + speed * t) % h;
            g.fill(new Ellipse2D.Double(x, y, size, size));
        }
    }

    private void reeds(Graphics2D g, double t) {
        SplittableRandom reeds = new SplittableRandom(7);
        for (int i = 0; i < 160; i++) {
            double x = w * reeds.nextDouble();
            double tall = h * (0.3 + 0.5 * reeds.nextDouble());
            double lean = h * 0.06 * Math.sin(1.7 * t + 4 * x / w + reeds.nextDouble());
            float hue = (float) (0.18 + 0.14 * reeds.nextDouble());
            g.setColor(Color.getHSBColor(hue, 0.6f, (float) (0.2 + 0.5 * reeds.nextDouble())));
            g.setStroke(new BasicStroke((float) (1 + 3 * reeds.nextDouble())));
            g.draw(new java.awt.geom.QuadCurve2D.Double(x, h, x, h - tall / 2, x + lean, h - tall));
        }
    }

    /** Rough ground under a sky, twice the size of what is seen. */
    private BufferedImage landscape() {
        double[][] rough = fractal(2 * w, 2 * h);
        double[][] tint = fractal(2 * w, 2 * h);
        double horizon = between(0.8, 1.2) * h;
        float hue = (float) random.nextDouble();
        BufferedImage out = new BufferedImage(2 * w, 2 * h, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 2 * h; y++) {
            for (int x = 0; x < 2 * w; x++) {
                double v = rough[y][x];
                boolean sky = kind != 3 && y < horizon + 0.5 * h * (rough[0][x] - 0.5);
                float b = (float) (sky ? 0.62 + 0.25 * v + 0.1 * y / h : 0.08 + 0.8 * v);
                float s = (float) (sky ? 0.25 : 0.3 + 0.4 * tint[y][x]);
                float c = (float) (sky ? 0.58 : hue + 0.2 * tint[y][x]);
                out.setRGB(x, y, Color.HSBtoRGB(c, Math.clamp(s, 0f, 1f), Math.clamp(b, 0f, 1f)));
            }
        }
        return out;
    }

    /** Noise over octaves, 0 to 1. */
    private double[][] fractal(int width, int height) {
        double[][] out = new double[height][width];
        double weight = 0.5;
        for (int cell = 128; cell >= 2; cell /= 2, weight *= 0.62) {
            double[][] grid = new double[height / cell + 2][width / cell + 2];
            for (double[] row : grid) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = random.nextDouble() - 0.5;
                }
            }
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    double fx = (double) (x % cell) / cell;
                    double fy = (double) (y % cell) / cell;
                    double[] a = grid[y / cell];
                    double[] b = grid[y / cell + 1];
                    int i = x / cell;
                    out[y][x] += weight
                            * ((a[i] * (1 - fx) + a[i + 1] * fx) * (1 - fy) + (b[i] * (1 - fx) + b[i + 1] * fx) * fy);
                }
            }
        }
        for (double[] row : out) {
            for (int x = 0; x < width; x++) {
                row[x] = Math.clamp(row[x] + 0.5, 0, 1);
            }
        }
        return out;
    }

    private void bricks() {
        Graphics2D g = world.createGraphics();
        int tall = h / 12;
        int wide = h / 5;
        for (int y = 0, k = 0; y < 2 * h; y += tall, k++) {
            for (int x = -(k % 2) * wide / 2; x < 2 * w; x += wide) {
                g.setColor(new Color(150 + random.nextInt(60), 70 + random.nextInt(40), 50, 150));
                g.fillRect(x + 2, y + 2, wide - 4, tall - 4);
            }
        }
        g.dispose();
    }

    private void windows() {
        Graphics2D g = world.createGraphics();
        int side = h / 14;
        g.setColor(new Color(120, 112, 104));
        g.fillRect(w / 2, h / 3, w, 2 * h);
        for (int y = h / 3 + side; y < 2 * h; y += 2 * side) {
            for (int x = w / 2 + side; x < 3 * w / 2 - side; x += 2 * side) {
                g.setColor(new Color(30 + random.nextInt(60), 40 + random.nextInt(60), 60 + random.nextInt(60)));
                g.fillRect(x, y, side, side * 5 / 4);
            }
        }
        g.dispose();
    }

    /** @param bars black rows at top and bottom */
    private BufferedImage grained(BufferedImage p, double light, int bars) {
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int v = p.getRGB(x, y);
                boolean bar = y < bars || y >= h - bars;
                double n = bar ? 0 : grain * (noise.nextDouble() + noise.nextDouble() - 1) * 2;
                double s = bar ? 0 : light;
                p.setRGB(x, y, channel(v >> 16, s, n) << 16 | channel(v >> 8, s, n) << 8 | channel(v, s, n));
            }
        }
        return p;
    }

    private static int channel(int v, double light, double n) {
        return (int) Math.clamp((v & 255) * light + n, 0, 255);
    }

    /** As Java2D has it. */
    static BufferedImage buffered(Image from) {
        BufferedImage out = new BufferedImage(from.width(), from.height(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < from.height(); y++) {
            for (int x = 0; x < from.width(); x++) {
                out.setRGB(x, y, from.pixel(x, y));
            }
        }
        return out;
    }
}

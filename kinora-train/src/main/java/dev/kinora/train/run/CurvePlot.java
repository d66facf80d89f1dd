package dev.kinora.train.run;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Draws training curves as a PNG: one panel a metric, each with its own scale. */
public final class CurvePlot {
    private static final int PANEL_WIDTH = 460;
    private static final int PANEL_HEIGHT = 220;
    private static final int LEFT = 64;
    private static final int TOP = 30;
    private static final int BOTTOM = 26;
    private static final Color[] INKS = {
        new Color(0x2F6BE6), new Color(0xE0302C), new Color(0x2FA84A), new Color(0x8E44C8), new Color(0xFA8A1E)
    };

    private CurvePlot() {}

    /** Writes the picture of some metrics whole; panels without points are left out. */
    public static void write(Path file, Metrics metrics, List<String> names) throws IOException {
        List<String> panels =
                names.stream().filter(n -> metrics.series(n).size() > 1).toList();
        if (panels.isEmpty()) {
            return;
        }
        int columns = Math.min(2, panels.size());
        int rows = (panels.size() + columns - 1) / columns;
        BufferedImage image = new BufferedImage(columns * PANEL_WIDTH, rows * PANEL_HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        for (int i = 0; i < panels.size(); i++) {
            Graphics2D at = (Graphics2D)
                    g.create(i % columns * PANEL_WIDTH, i / columns * PANEL_HEIGHT, PANEL_WIDTH, PANEL_HEIGHT);
            panel(at, panels.get(i), metrics.series(panels.get(i)), INKS[i % INKS.length]);
            at.dispose();
        }
        g.dispose();
        Pictures.writePng(file, image);
    }

    private static void panel(Graphics2D g, String name, List<double[]> points, Color ink) {
        double x0 = points.getFirst()[0];
        double x1 = points.getLast()[0];
        double low = points.stream().mapToDouble(p -> p[1]).min().orElse(0);
        double high = points.stream().mapToDouble(p -> p[1]).max().orElse(1);
        if (high - low < 1e-12) {
            high = low + 1;
        }
        boolean logarithmic = low > 0 && high / low > 30;
        int w = PANEL_WIDTH - LEFT - 14;
        int h = PANEL_HEIGHT - TOP - BOTTOM;
        g.setColor(Color.DARK_GRAY);
        Lettering.write(g, name + (logarithmic ? " (log)" : ""), Font.BOLD, 13, LEFT, 20);
        for (int i = 0; i <= 4; i++) {
            double s = i / 4.0;
            double value = logarithmic ? low * Math.pow(high / low, s) : low + (high - low) * s;
            int y = (int) (TOP + h - s * h);
            g.setColor(new Color(0xE6E8EE));
            g.drawLine(LEFT, y, LEFT + w, y);
            g.setColor(Color.GRAY);
            Lettering.write(g, String.format(Locale.ROOT, "%.4g", value), Font.PLAIN, 11, 8, y + 4);
        }
        Lettering.write(g, String.format(Locale.ROOT, "%.0f", x0), Font.PLAIN, 11, LEFT, TOP + h + 17);
        Lettering.write(g, String.format(Locale.ROOT, "%.0f", x1), Font.PLAIN, 11, LEFT + w - 36, TOP + h + 17);
        Path2D line = new Path2D.Double();
        for (int i = 0; i < points.size(); i++) {
            double v = points.get(i)[1];
            double s = logarithmic ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
            double x = LEFT + w * (points.get(i)[0] - x0) / Math.max(1, x1 - x0);
            double y = TOP + h - s * h;
            if (i == 0) {
                line.moveTo(x, y);
            } else {
                line.lineTo(x, y);
            }
        }
        g.setColor(ink);
        g.setStroke(new BasicStroke(1.4f));
        g.draw(line);
    }
}

package dev.kinora.train.scaling;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.train.run.Pictures;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Loss over compute of a {@link ScalingStudy}, both axes logarithmic: a line a run, and the fitted law. */
final class ScalingPlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 560;
    private static final int LEFT = 70;
    private static final int RIGHT = 190;
    private static final int TOP = 30;
    private static final int BOTTOM = 50;
    private static final Color[] INKS = {
        new Color(0x2F6BE6), new Color(0xE0302C), new Color(0x2FA84A), new Color(0x8E44C8), new Color(0xFA8A1E)
    };

    private final Graphics2D g;
    private final List<String> models = new ArrayList<>(); // a colour each
    private double x0 = Double.MAX_VALUE;
    private double x1;
    private double y0 = Double.MAX_VALUE;
    private double y1;

    private ScalingPlot(Graphics2D g, JsonNode runs) {
        this.g = g;
        for (JsonNode run : runs) {
            for (JsonNode p : run.get("points")) {
                double x = Math.log(p.get("flops").asDouble());
                double y = Math.log(p.get("validation").asDouble());
                x0 = Math.min(x0, x);
                x1 = Math.max(x1, x);
                y0 = Math.min(y0, y);
                y1 = Math.max(y1, y);
            }
        }
        x1 = Math.max(x1, x0 + 0.1);
        y1 = Math.max(y1, y0 + 0.01);
    }

    static void write(Path file, JsonNode results) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, WIDTH, HEIGHT);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        ScalingPlot plot = new ScalingPlot(g, results.get("runs"));
        plot.axes();
        int i = 0;
        for (JsonNode run : results.get("runs")) {
            plot.curve(run, i++);
        }
        if (results.has("fit")) {
            plot.law(results.get("fit"));
        }
        g.dispose();
        Pictures.writePng(file, image);
    }

    private double px(double x) {
        return LEFT + (WIDTH - LEFT - RIGHT) * (x - x0) / (x1 - x0);
    }

    private double py(double y) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - y0) / (y1 - y0);
    }

    private void axes() {
        for (int i = 0; i <= 4; i++) {
            double x = x0 + (x1 - x0) * i / 4;
            double y = y0 + (y1 - y0) * i / 4;
            g.setColor(new Color(0xE6E8EE));
            g.drawLine(LEFT, (int) py(y), WIDTH - RIGHT, (int) py(y));
            g.drawLine((int) px(x), TOP, (int) px(x), HEIGHT - BOTTOM);
            g.setColor(Color.GRAY);
            g.drawString(String.format(Locale.ROOT, "%.3g", Math.exp(y)), 12, (int) py(y) + 4);
            g.drawString(String.format(Locale.ROOT, "%.1e", Math.exp(x)), (int) px(x) - 22, HEIGHT - BOTTOM + 18);
        }
        g.setColor(Color.DARK_GRAY);
        g.drawString("validation loss over training compute (FLOP)", LEFT, 18);
    }

    private void curve(JsonNode run, int index) {
        String model = run.get("layers").asInt() + "x" + run.get("heads").asInt();
        if (!models.contains(model)) {
            models.add(model);
        }
        g.setColor(INKS[models.indexOf(model) % INKS.length]);
        g.setStroke(new BasicStroke(1.3f));
        Path2D line = new Path2D.Double();
        boolean first = true;
        for (JsonNode p : run.get("points")) {
            double x = px(Math.log(p.get("flops").asDouble()));
            double y = py(Math.log(p.get("validation").asDouble()));
            g.fill(new Ellipse2D.Double(x - 2, y - 2, 4, 4));
            if (first) {
                line.moveTo(x, y);
            } else {
                line.lineTo(x, y);
            }
            first = false;
        }
        g.draw(line);
        g.drawString(model + " on " + run.get("clips").asInt() + " clips", WIDTH - RIGHT + 10, TOP + 14 + 16 * index);
    }

    private void law(JsonNode fit) {
        ScalingLaw law = new ScalingLaw(
                fit.get("floor").asDouble(),
                fit.get("scale").asDouble(),
                fit.get("exponent").asDouble(),
                fit.get("error").asDouble());
        g.setColor(Color.BLACK);
        g.setStroke(new BasicStroke(1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 5}, 0));
        Path2D line = new Path2D.Double();
        int n = 80;
        for (int i = 0; i <= n; i++) {
            double x = x0 + (x1 - x0) * i / n;
            double y = Math.log(law.at(Math.exp(x)));
            if (i == 0) {
                line.moveTo(px(x), py(y));
            } else {
                line.lineTo(px(x), py(y));
            }
        }
        g.draw(line);
        g.drawString(
                String.format(Locale.ROOT, "L = %.4g + %.3g C^-%.3g", law.floor(), law.scale(), law.exponent()),
                LEFT + 160,
                HEIGHT - 12);
    }
}

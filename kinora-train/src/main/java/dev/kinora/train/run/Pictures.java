package dev.kinora.train.run;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.imageio.ImageIO;

/** Contact sheets and their files. */
public final class Pictures {
    private Pictures() {}

    /**
     * One row of a contact sheet.
     *
     * @param label drawn above the row; empty for none
     * @param frames uint8 frames of [H, W, 3] each
     */
    public record Row(String label, List<byte[]> frames) {
        /** Copies the list. */
        public Row {
            frames = List.copyOf(frames);
        }
    }

    /** Lays rows of frames under one another, each pixel drawn {@code zoom} times as wide. */
    public static BufferedImage sheet(List<Row> rows, int width, int height, int zoom) {
        int columns = rows.stream().mapToInt(r -> r.frames().size()).max().orElse(1);
        int label = 15;
        int tall = rows.stream()
                .mapToInt(r -> height * zoom + 2 + (r.label().isEmpty() ? 0 : label))
                .sum();
        BufferedImage image =
                new BufferedImage(columns * (width * zoom + 2), Math.max(1, tall), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        int y = 0;
        for (Row row : rows) {
            if (!row.label().isEmpty()) {
                g.setColor(Color.DARK_GRAY);
                Lettering.write(g, row.label(), Font.PLAIN, 12, 4, y + 12);
                y += label;
            }
            for (int i = 0; i < row.frames().size(); i++) {
                g.drawImage(
                        image(row.frames().get(i), width, height),
                        i * (width * zoom + 2),
                        y,
                        width * zoom,
                        height * zoom,
                        null);
            }
            y += height * zoom + 2;
        }
        g.dispose();
        return image;
    }

    /** Pictures below one another, on white. */
    public static BufferedImage column(List<BufferedImage> parts) {
        int width = parts.stream().mapToInt(BufferedImage::getWidth).max().orElse(1);
        int height = parts.stream().mapToInt(BufferedImage::getHeight).sum();
        BufferedImage image = new BufferedImage(width, Math.max(1, height), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        int y = 0;
        for (BufferedImage part : parts) {
            g.drawImage(part, 0, y, null);
            y += part.getHeight();
        }
        g.dispose();
        return image;
    }

    private static BufferedImage image(byte[] rgb, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            int p = ((rgb[3 * i] & 255) << 16) | ((rgb[3 * i + 1] & 255) << 8) | (rgb[3 * i + 2] & 255);
            image.setRGB(i % width, i / width, p);
        }
        return image;
    }

    /** Writes a PNG whole or not at all. */
    public static void writePng(Path file, BufferedImage image) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        if (!ImageIO.write(image, "png", temporary.toFile())) {
            throw new IOException(file + ": no PNG writer in this Java");
        }
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}

package dev.kinora.media;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.ArrayList;
import java.util.List;

/**
 * One picture that shows videos at a glance: a row of frames for each, with a caption over it.
 *
 * @param columns frames shown of each video, evenly spaced from its first to its last; at least 1
 * @param scale whole number of sheet pixels per video pixel, so that tiny videos can be looked at; at least 1
 * @param gap pixels between frames
 */
public record ContactSheet(int columns, int scale, int gap) {
    private static final Color GROUND = new Color(0x202124);
    private static final Color INK = new Color(0xE8EAED);
    private static final Color FAINT = new Color(0x9AA0A6);
    private static final int MAX_SIDE = 16_384;

    /**
     * One video of the sheet.
     *
     * @param caption wrapped to the width of the row; may be empty
     * @param frames the frames to choose from
     */
    public record Row(String caption, List<Image> frames) {
        public Row {
            frames = List.copyOf(frames);
            if (frames.isEmpty()) {
                throw MediaException.badArgument("ContactSheet.Row", "frames", 0, "at least one");
            }
        }
    }

    public ContactSheet {
        if (columns < 1 || scale < 1 || gap < 0) {
            throw MediaException.badArgument(
                    "ContactSheet",
                    "layout",
                    "%d columns, scale %d, gap %d".formatted(columns, scale, gap),
                    "1, 1, 0 or more");
        }
    }

    /** As many frames as asked, drawn so that a frame is about 160 pixels wide at least. */
    public static ContactSheet of(int columns, int frameWidth) {
        return new ContactSheet(columns, Math.clamp(160 / frameWidth, 1, 8), 6);
    }

    /** One video as a sheet of its own. */
    public static Image render(String caption, Video video, int columns) {
        return of(columns, video.width()).render(List.of(new Row(caption, video.frames())));
    }

    /**
     * Draws the sheet.
     *
     * @throws IllegalArgumentException if there are no rows or the sheet would be over 16,384 pixels wide or high
     */
    public Image render(List<Row> rows) {
        if (rows.isEmpty()) {
            throw MediaException.badArgument("ContactSheet.render", "rows", 0, "at least one");
        }
        // Never a window: without this, AWT looks for a display on some systems.
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        Lettering lettering = Lettering.create();
        int width = gap;
        for (Row row : rows) {
            width = Math.max(
                    width, gap + shown(row).size() * (row.frames.getFirst().width() * scale + gap));
        }
        List<List<String>> captions = new ArrayList<>();
        int height = gap;
        for (Row row : rows) {
            List<String> lines = lettering.wrap(row.caption, width - 2 * gap);
            captions.add(lines);
            height += lines.size() * lettering.lineHeight()
                    + row.frames.getFirst().height() * scale
                    + lettering.lineHeight()
                    + gap;
        }
        if (width > MAX_SIDE || height > MAX_SIDE) {
            throw MediaException.badArgument(
                    "ContactSheet.render", "size", width + "x" + height, "at most " + MAX_SIDE + " pixels a side");
        }
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D g = sheet.createGraphics();
        g.setColor(GROUND);
        g.fillRect(0, 0, width, height);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        int y = gap;
        for (int i = 0; i < rows.size(); i++) {
            y = draw(g, lettering, rows.get(i), captions.get(i), y);
        }
        g.dispose();
        return fromBgr(sheet);
    }

    /** Indices of the frames shown: first, last, and evenly between. */
    private List<Integer> shown(Row row) {
        int n = Math.min(columns, row.frames.size());
        List<Integer> at = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            at.add(n == 1 ? 0 : (int) Math.round((double) i * (row.frames.size() - 1) / (n - 1)));
        }
        return at;
    }

    private int draw(Graphics2D g, Lettering lettering, Row row, List<String> caption, int top) {
        int y = top;
        g.setColor(INK);
        for (String line : caption) {
            lettering.draw(g, line, gap, y);
            y += lettering.lineHeight();
        }
        int x = gap;
        for (int index : shown(row)) {
            Image frame = row.frames.get(index);
            BufferedImage picture = toBgr(frame);
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
            g.drawImage(picture, x, y, frame.width() * scale, frame.height() * scale, null);
            g.setColor(FAINT);
            lettering.draw(g, Integer.toString(index), x, y + frame.height() * scale);
            x += frame.width() * scale + gap;
        }
        return y + row.frames.getFirst().height() * scale + lettering.lineHeight() + gap;
    }

    private static BufferedImage toBgr(Image image) {
        BufferedImage out = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_3BYTE_BGR);
        swap(image.rgb(), ((DataBufferByte) out.getRaster().getDataBuffer()).getData());
        return out;
    }

    private static Image fromBgr(BufferedImage image) {
        byte[] out = new byte[image.getWidth() * image.getHeight() * 3];
        swap(((DataBufferByte) image.getRaster().getDataBuffer()).getData(), out);
        return Image.of(image.getWidth(), image.getHeight(), out);
    }

    private static void swap(byte[] from, byte[] to) {
        for (int i = 0; i < from.length; i += 3) {
            to[i] = from[i + 2];
            to[i + 1] = from[i + 1];
            to[i + 2] = from[i];
        }
    }

    /** Text in the platform's sans serif, or, on a machine without a single font, none. */
    private record Lettering(java.util.Optional<FontMetrics> metrics) {
        static Lettering create() {
            try {
                Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_3BYTE_BGR).createGraphics();
                FontMetrics metrics = g.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
                metrics.stringWidth("x");
                g.dispose();
                return new Lettering(java.util.Optional.of(metrics));
            } catch (OutOfMemoryError e) {
                throw e;
            } catch (RuntimeException | Error e) {
                // No font or no font library: the JDK throws a bare Error, an InternalError or a LinkageError.
                return new Lettering(java.util.Optional.empty());
            }
        }

        int lineHeight() {
            return metrics.map(m -> m.getHeight() + 1).orElse(0);
        }

        void draw(Graphics2D g, String text, int x, int top) {
            metrics.ifPresent(m -> {
                g.setFont(m.getFont());
                g.drawString(text, x, top + m.getAscent());
            });
        }

        List<String> wrap(String text, int width) {
            List<String> lines = new ArrayList<>();
            if (metrics.isEmpty() || text.isBlank()) {
                return lines;
            }
            StringBuilder line = new StringBuilder();
            for (String word : text.strip().split("\\s+", -1)) {
                if (!line.isEmpty() && metrics.get().stringWidth(line + " " + word) > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.append(line.isEmpty() ? "" : " ").append(word);
            }
            lines.add(line.toString());
            return lines;
        }
    }
}

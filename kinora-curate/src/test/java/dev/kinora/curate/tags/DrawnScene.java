package dev.kinora.curate.tags;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What deserves a tag, composed: slides, pages, terminals, cards, captions, stills, bars, shake. */
final class DrawnScene {
    /** Its kinds, with the tags that they deserve, those that are no question left out, those open marked by "?". */
    enum Kind {
        SLIDE("static lecture text screen"),
        SLIDE_OF_PICTURES("static lecture screen text?"),
        SLIDE_WITH_SPEAKER("lecture screen? text? static? edited?"),
        SCROLLING_PAGE("screen text edited? lecture?"),
        TERMINAL("screen text? edited? lecture?"),
        CARD("text screen? static? lecture? edited?"),
        CARD_OF_LETTERS_THAT_COME("text screen? static? lecture? edited?"),
        CAPTION("edited text?"),
        STILL("static"),
        BARS("screen text? static? lecture? edited? incoherent?"),
        SHAKE("low_quality"),
        FEED("screen text? edited? lecture?"),
        SPEAKER("lecture");

        private final String tags;

        Kind(String tags) {
            this.tags = tags;
        }

        List<String> tags() {
            return List.of(tags.split(" "));
        }
    }

    private static final String[] WORDS =
            ("model data video frame learning results method window light river city small "
                            + "measure between because under over colour network question answer table figure training "
                            + "sample noise quality search index market report summer winter garden history travel")
                    .split(" ");

    private final Kind kind;
    private final int w;
    private final int h;
    private final SplittableRandom random;
    private final Color ground;
    private final Color ink;
    private final String family;
    private final List<String> lines = new ArrayList<>();
    private final NaturalScene behind;
    private final @Nullable BufferedImage face;
    private final BufferedImage still;

    /** @param face a photograph of one, for those who speak */
    DrawnScene(Kind kind, long seed, int w, int h, NaturalScene behind, @Nullable BufferedImage face) {
        this.kind = kind;
        this.w = w;
        this.h = h;
        this.behind = behind;
        this.face = face;
        random = new SplittableRandom(seed);
        boolean light = kind == Kind.TERMINAL ? random.nextInt(4) == 0 : random.nextInt(3) > 0;
        float hue = (float) random.nextDouble();
        ground = Color.getHSBColor(hue, light ? 0.05f : 0.5f, light ? 0.97f : 0.2f);
        ink = light ? new Color(25, 25, 35) : new Color(240, 240, 225);
        family = kind == Kind.TERMINAL ? Font.MONOSPACED : random.nextInt(2) == 0 ? Font.SANS_SERIF : Font.SERIF;
        for (int i = 0; i < 80; i++) {
            lines.add(words(3 + random.nextInt(6)));
        }
        still = behind.at(0);
    }

    private String words(int n) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < n; i++) {
            b.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return b.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + b.substring(1);
    }

    /** The picture at a time, in seconds. */
    BufferedImage at(double t) {
        BufferedImage out = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = out.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.setColor(ground);
        g.fillRect(0, 0, w, h);
        switch (kind) {
            case SLIDE -> slide(g, 7);
            case SLIDE_OF_PICTURES -> {
                slide(g, 0);
                pictures(g, 0);
            }
            case SLIDE_WITH_SPEAKER -> {
                slide(g, 5);
                speaker(g, t, w * 3 / 4, h * 2 / 3, w / 5, h / 4);
            }
            case SCROLLING_PAGE -> page(g, t);
            case TERMINAL -> terminal(g, t);
            case CARD -> card(g, t < 0.6 ? t / 0.6 : 1, 99);
            case CARD_OF_LETTERS_THAT_COME -> card(g, 1, (int) (t * 12));
            case CAPTION -> {
                g.drawImage(behind.at(t), 0, 0, null);
                caption(g);
            }
            case STILL -> g.drawImage(still, 0, 0, null);
            case BARS -> bars(g, t);
            case SHAKE -> {
                double a = h * 0.035;
                g.translate(a * Math.sin(t * 19) + a * Math.sin(t * 31), a * Math.cos(t * 23));
                g.translate(w / 2.0, h / 2.0);
                g.scale(1.25, 1.25);
                g.translate(-w / 2.0, -h / 2.0);
                g.drawImage(still, 0, 0, null);
            }
            case FEED -> pictures(g, t);
            case SPEAKER -> speaker(g, t, 0, 0, w, h);
        }
        g.dispose();
        return out;
    }

    private Font font(double share, int style) {
        return new Font(family, style, (int) Math.round(h * share));
    }

    private void slide(Graphics2D g, int bullets) {
        g.setColor(ink);
        g.setFont(font(0.09, Font.BOLD));
        g.drawString(words(lines.getFirst(), 3), w / 12, h / 7);
        g.setFont(font(0.055, Font.PLAIN));
        for (int i = 0; i < bullets; i++) {
            g.drawString("• " + lines.get(i + 1), w / 10, h * (28 + 9 * i) / 100);
        }
    }

    private static String words(String line, int most) {
        String[] all = line.split(" ");
        return String.join(" ", List.of(all).subList(0, Math.min(most, all.length)));
    }

    /** Pictures with a line under each, going up where time passes. */
    private void pictures(Graphics2D g, double t) {
        int wide = w / 4;
        int tall = h / 4;
        int rows = t == 0 ? 2 : 14;
        int up = (int) (t * h / 4);
        for (int k = 0; k < 3 * rows; k++) {
            int x = w / 16 + k % 3 * (wide + w / 24);
            int y = h / 4 + k / 3 * (tall + h / 12) - up;
            int part = 37 * k % (w / 2);
            g.drawImage(
                    still, x, y, x + wide, y + tall, part, part % (h / 2), part + w / 3, part % (h / 2) + h / 3, null);
            g.setColor(ink);
            g.setFont(font(0.035, Font.PLAIN));
            g.drawString(words(lines.get(k), 3), x, y + tall + h / 22);
        }
    }

    private void page(Graphics2D g, double t) {
        int up = (int) (Math.max(0, t - 1) * h / 6);
        g.setColor(ink);
        for (int i = 0; i < lines.size(); i++) {
            g.setFont(font(i % 9 == 0 ? 0.07 : 0.045, i % 9 == 0 ? Font.BOLD : Font.PLAIN));
            g.drawString(lines.get(i), w / 10, h * (14 + 8 * i) / 100 - up);
        }
    }

    private void terminal(Graphics2D g, double t) {
        g.setColor(ink);
        g.setFont(font(0.045, Font.PLAIN));
        int typed = (int) (t * 25) + 120;
        for (int i = 0; i < 15 && typed > 0; i++) {
            String line = "$ " + lines.get(i);
            g.drawString(line.substring(0, Math.min(typed, line.length())), w / 40, h * (8 + 6 * i) / 100);
            typed -= line.length();
        }
    }

    private void card(Graphics2D g, double opacity, int letters) {
        g.setColor(new Color(ink.getRed(), ink.getGreen(), ink.getBlue(), (int) (255 * opacity)));
        g.setFont(font(0.11, Font.BOLD));
        String text = words(lines.getFirst(), 3);
        int wide = g.getFontMetrics().stringWidth(text);
        g.drawString(text.substring(0, Math.min(letters, text.length())), (w - wide) / 2, h / 2);
    }

    private void caption(Graphics2D g) {
        g.setFont(font(0.08, Font.BOLD));
        String text = words(lines.getFirst(), 4);
        int x = (w - g.getFontMetrics().stringWidth(text)) / 2;
        g.setColor(Color.BLACK);
        g.drawString(text, x + 2, h * 9 / 10 + 2);
        g.setColor(Color.WHITE);
        g.drawString(text, x, h * 9 / 10);
    }

    private void bars(Graphics2D g, double t) {
        Color[] all = {
            Color.WHITE, Color.YELLOW, Color.CYAN, Color.GREEN, Color.MAGENTA, Color.RED, Color.BLUE, Color.BLACK
        };
        for (int i = 0; i < 8; i++) {
            g.setColor(all[i]);
            g.fillRect(i * w / 8, 0, w / 8 + 1, h);
        }
        g.setColor(Color.BLACK);
        g.fillRect(w / 12, h / 12, w / 3, h / 8);
        g.setColor(Color.WHITE);
        g.setFont(font(0.08, Font.BOLD));
        g.drawString("00:00:%05.2f".formatted(t), w / 11, h / 6);
    }

    /** A head that nods and sways a little before a plain wall. */
    private void speaker(Graphics2D g, double t, int x, int y, int wide, int tall) {
        g.setColor(new Color(150, 160, 165));
        g.fillRect(x, y, wide, tall);
        if (face != null) {
            java.awt.Shape clip = g.getClip();
            g.setClip(x, y, wide, tall);
            double size = tall * 0.95;
            double sway = tall * 0.02 * Math.sin(1.9 * t) + tall * 0.01 * Math.sin(5.1 * t);
            double nod = tall * 0.012 * Math.sin(3.3 * t);
            g.drawImage(
                    face,
                    (int) (x + (wide - size) / 2 + sway),
                    (int) (y + tall - size + nod),
                    (int) size,
                    (int) size,
                    null);
            g.setClip(clip);
        }
    }
}

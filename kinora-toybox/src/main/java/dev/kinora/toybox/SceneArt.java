package dev.kinora.toybox;

import java.awt.Color;
import java.awt.geom.Path2D;

/** The drawing of every scene. Small things (clouds, windows, stars) differ from seed to seed; the light does not. */
final class SceneArt {
    private SceneArt() {}

    static void draw(ToyScene scene, Land land) {
        switch (scene) {
            case MEADOW -> meadow(land);
            case BEACH -> beach(land);
            case CITY -> city(land);
            case OCEAN -> ocean(land);
            case MOUNTAINS -> mountains(land);
            case DESERT -> desert(land);
            case SPACE -> space(land);
            case ROOM -> room(land);
        }
    }

    private static void meadow(Land l) {
        l.sky(0x4FA6F0, 0x8FCBFA, 0xDDF1FF);
        l.glow(l.width * l.between(0.8, 0.92), l.height * 0.14, 0.085, new Color(0xFFE56B), 2.4);
        clouds(l, 235);
        l.fillGradient(
                l.hills(l.ground - 0.13, 0.06, 1.5, l.between(0, 6.28)), l.ground - 0.2, l.ground, 0x8FCF6B, 0x6DB74F);
        l.band(l.ground - 0.05, l.height * 1.5, 0x7CCB4E, 0x4FA536, 0x3B8A2B);
        for (int i = 0; i < 14; i++) {
            double x = l.between(l.left(), l.right());
            double y = l.between(l.ground + 0.03, l.height * 1.05);
            Color petal = i % 2 == 0 ? new Color(0xFFF9D8) : new Color(0xFFD7EA);
            l.oval(x, y, 0.016, 0.014, petal);
        }
    }

    private static void beach(Land l) {
        l.sky(0x3FB2EE, 0x8ED8F8, 0xFFF1D0);
        l.glow(l.width * l.between(0.08, 0.2), l.height * 0.15, 0.09, new Color(0xFFF0A0), 2.6);
        clouds(l, 210);
        l.band(l.ground - 0.24, l.ground, 0x1C86C9, 0x2FB3D9, 0x7FE0E6);
        for (int i = 0; i < 5; i++) {
            double x = l.between(l.left(), l.right());
            l.oval(x, l.ground - l.between(0.1, 0.2), 0.09, 0.008, new Color(255, 255, 255, 130));
        }
        l.fill(l.hills(l.ground - 0.045, 0.014, 0.7, l.between(0, 6.28)), new Color(0xF4FBF4));
        l.fillGradient(
                l.hills(l.ground - 0.028, 0.014, 0.7, l.between(0, 6.28)),
                l.ground - 0.06,
                l.height,
                0xFBE3A6,
                0xF0CB80,
                0xDDAF62);
        for (int i = 0; i < 8; i++) {
            l.oval(
                    l.between(l.left(), l.right()),
                    l.between(l.ground + 0.04, l.height),
                    0.014,
                    0.01,
                    new Color(0xC9964E));
        }
    }

    private static void city(Land l) {
        l.sky(0x0B0F2E, 0x1B1F52, 0x4A3578);
        stars(l, 26, l.ground - 0.35);
        l.glow(l.width * l.between(0.76, 0.9), l.height * 0.15, 0.075, new Color(0xFDF6D8), 2.2);
        row(l, 0.16, 0.36, 0x262A5E, 0x393E7C, false);
        row(l, 0.2, 0.3, 0x14173C, 0x14173C, true);
        l.band(l.ground - 0.035, l.ground, 0x6A6F8C, 0x565B78);
        l.band(l.ground, l.height * 1.5, 0x3A3D57, 0x2A2C42, 0x1D1F30);
        for (double x = l.left(); x < l.right(); x += 0.3) {
            l.fill(Pen.box(x, l.ground + 0.12, x + 0.15, l.ground + 0.14), new Color(0xE8D890));
        }
    }

    private static void row(Land l, double wide, double tall, int rgb, int top, boolean lit) {
        double x = l.left() + l.between(0, 0.2);
        while (x < l.right()) {
            double w = wide * l.between(0.7, 1.25);
            double h = tall * l.between(0.55, 1.3);
            double y = l.ground - 0.03 - h;
            l.fillGradient(Pen.box(x, y, x + w, l.ground), y, l.ground, top, rgb);
            for (double wy = y + 0.035; lit && wy < l.ground - 0.09; wy += 0.065) {
                for (double wx = x + 0.028; wx < x + w - 0.04; wx += 0.055) {
                    if (l.between(0, 1) < 0.55) {
                        l.fill(Pen.box(wx, wy, wx + 0.026, wy + 0.034), new Color(0xFFD873));
                    }
                }
            }
            x += w + l.between(0.0, 0.05);
        }
    }

    private static void ocean(Land l) {
        l.band(-0.5 * l.height, l.height * 1.5, 0x53C8EC, 0x2A9BD8, 0x1767B5, 0x0F4A92);
        for (int i = 0; i < 4; i++) {
            double x = l.width * (-0.2 + 0.4 * i) + l.between(-0.08, 0.08);
            l.fill(
                    Pen.polygon(x, -0.5, x + 0.1, -0.5, x + 0.02, l.ground, x - 0.26, l.ground),
                    new Color(255, 255, 255, 26));
        }
        l.fillGradient(
                l.hills(l.ground - 0.03, 0.03, 1.1, l.between(0, 6.28)),
                l.ground - 0.06,
                l.height,
                0xD9CE9A,
                0xB9A873,
                0x8E8059);
        for (double x = l.left(); x < l.right(); x += l.between(0.22, 0.5)) {
            weed(l, x, l.ground + 0.02, l.between(0.12, 0.3));
        }
        for (int i = 0; i < 16; i++) {
            double r = l.between(0.008, 0.02);
            l.oval(l.between(l.left(), l.right()), l.between(0, l.ground - 0.1), r, r, new Color(255, 255, 255, 130));
        }
    }

    private static void weed(Land l, double x, double y, double tall) {
        Path2D p = new Path2D.Double();
        p.moveTo(x - 0.022, y);
        p.curveTo(x - 0.06, y - tall * 0.4, x + 0.06, y - tall * 0.6, x, y - tall);
        p.curveTo(x + 0.1, y - tall * 0.5, x - 0.01, y - tall * 0.4, x + 0.028, y);
        p.closePath();
        l.fill(p, new Color(0x1E9E7A));
    }

    private static void mountains(Land l) {
        l.sky(0x6FB4EA, 0xA9D6F6, 0xEAF6FF);
        clouds(l, 220);
        double shift = l.between(-0.2, 0.2);
        for (int i = -1; i < 5; i++) {
            double x = shift + i * 0.55;
            double tall = l.between(0.36, 0.52);
            l.fillGradient(Land.peak(x, l.ground, 0.44, tall), l.ground - tall, l.ground, 0x8492B6, 0x647199);
            double cap = tall * 0.42;
            double half = 0.44 * 0.42;
            l.fill(
                    Pen.polygon(
                            x,
                            l.ground - tall,
                            x + half,
                            l.ground - tall + cap,
                            x + half * 0.45,
                            l.ground - tall + cap * 0.75,
                            x,
                            l.ground - tall + cap * 1.15,
                            x - half * 0.45,
                            l.ground - tall + cap * 0.75,
                            x - half,
                            l.ground - tall + cap),
                    Color.WHITE);
        }
        l.fillGradient(
                l.hills(l.ground - 0.05, 0.025, 0.9, l.between(0, 6.28)),
                l.ground - 0.08,
                l.height,
                0xFDFEFF,
                0xE3EEF9,
                0xC3D6EA);
        for (int i = 0; i < 5; i++) {
            double x = l.between(l.left(), l.right());
            for (int k = 0; k < 3; k++) {
                l.fill(Land.peak(x, l.ground - 0.01 - 0.05 * k, 0.055 - 0.012 * k, 0.08), new Color(0x2F6B57));
            }
        }
    }

    private static void desert(Land l) {
        l.sky(0xF3874A, 0xFBB768, 0xFFE6A8);
        l.glow(l.width * l.between(0.4, 0.62), l.ground - 0.3, 0.12, new Color(0xFFF6C8), 2.2);
        l.fillGradient(
                l.hills(l.ground - 0.13, 0.06, 1.3, l.between(0, 6.28)), l.ground - 0.2, l.ground, 0xE9A24E, 0xD4873A);
        l.fillGradient(
                l.hills(l.ground - 0.04, 0.02, 1.7, l.between(0, 6.28)),
                l.ground - 0.06,
                l.height,
                0xF2BB62,
                0xDF9C46,
                0xC27F33);
        for (double x = l.left() + l.between(0, 0.5); x < l.right(); x += l.between(0.55, 0.9)) {
            cactus(l, x, l.ground - 0.03, l.between(0.2, 0.3));
        }
    }

    private static void cactus(Land l, double x, double y, double tall) {
        Color c = new Color(0x4E7F3C);
        double w = tall * 0.11;
        l.fill(Pen.round(x - w, y - tall, x + w, y, w), c);
        l.fill(Pen.round(x - tall * 0.38, y - tall * 0.62, x - tall * 0.22, y - tall * 0.3, w * 0.7), c);
        l.fill(Pen.round(x - tall * 0.38, y - tall * 0.42, x, y - tall * 0.3, w * 0.6), c);
        l.fill(Pen.round(x + tall * 0.22, y - tall * 0.76, x + tall * 0.36, y - tall * 0.42, w * 0.7), c);
        l.fill(Pen.round(x, y - tall * 0.54, x + tall * 0.36, y - tall * 0.42, w * 0.6), c);
    }

    private static void space(Land l) {
        l.band(-0.5 * l.height, l.height * 1.5, 0x090718, 0x140D33, 0x2A1550);
        stars(l, 60, l.ground - 0.02);
        double x = l.width * l.between(0.1, 0.24);
        l.glow(x, l.height * 0.2, 0.11, new Color(0xE7A05C), 1.6);
        l.oval(x, l.height * 0.2, 0.2, 0.026, new Color(0xF6DCA6));
        l.oval(x, l.height * 0.185, 0.105, 0.05, new Color(0xE7A05C));
        l.fillGradient(
                l.hills(l.ground - 0.02, 0.016, 1.2, l.between(0, 6.28)),
                l.ground - 0.05,
                l.height,
                0xB9BACB,
                0x8F90A8,
                0x636480);
        for (int i = 0; i < 9; i++) {
            double r = l.between(0.025, 0.06);
            double cx = l.between(l.left(), l.right());
            double cy = l.between(l.ground + 0.04, l.height);
            l.oval(cx, cy, r, r * 0.4, new Color(0x6E6F8A));
            l.oval(cx, cy + r * 0.1, r * 0.8, r * 0.26, new Color(0x83849E));
        }
    }

    private static void room(Land l) {
        l.band(-0.5 * l.height, l.ground, 0xF4E3CE, 0xEFD4BC);
        for (double x = l.left(); x < l.right(); x += 0.16) {
            l.fill(Pen.box(x, -0.5 * l.height, x + 0.08, l.ground), new Color(0xF9EBDA));
        }
        double wx = l.width * l.between(0.1, 0.2);
        l.fill(Pen.round(wx - 0.03, 0.09, wx + 0.39, 0.49, 0.02), new Color(0xFFFFFF));
        l.fillGradient(Pen.box(wx, 0.12, wx + 0.36, 0.46), 0.12, 0.46, 0x7CC4F5, 0xC9E9FC);
        l.fill(Pen.box(wx + 0.165, 0.12, wx + 0.195, 0.46), Color.WHITE);
        l.fill(Pen.box(wx, 0.275, wx + 0.36, 0.305), Color.WHITE);
        double px = l.width * l.between(0.68, 0.8);
        l.fill(Pen.box(px, 0.14, px + 0.26, 0.36), new Color(0x9C6A45));
        l.fillGradient(Pen.box(px + 0.02, 0.16, px + 0.24, 0.34), 0.16, 0.34, 0xF7C46C, 0x8FBF74);
        l.band(l.ground - 0.055, l.ground, 0xFFFFFF, 0xE6D8C8);
        l.band(l.ground, l.height * 1.5, 0xC98B57, 0xA96C3E, 0x8B5630);
        for (double y = l.ground + 0.05; y < l.height * 1.2; y += 0.06) {
            l.fill(Pen.box(l.left(), y, l.right(), y + 0.007), new Color(0x8F5C34));
        }
    }

    private static void clouds(Land l, int alpha) {
        for (double x = l.left() + l.between(0, 0.4); x < l.right(); x += l.between(0.5, 0.85)) {
            l.cloud(x, l.between(0.1, 0.3) * l.height, l.between(0.07, 0.11), alpha);
        }
    }

    private static void stars(Land l, int count, double low) {
        for (int i = 0; i < count; i++) {
            double r = l.between(0.004, 0.011);
            l.oval(l.between(l.left(), l.right()), l.between(-0.1, low), r, r, new Color(255, 255, 240, 220));
        }
    }
}

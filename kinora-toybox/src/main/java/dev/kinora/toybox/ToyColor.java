package dev.kinora.toybox;

import java.awt.Color;
import java.util.Locale;

/** The main colour of a toy. */
public enum ToyColor {
    RED(0xE0302C),
    ORANGE(0xFA8A1E),
    YELLOW(0xFAD62E),
    GREEN(0x2FA84A),
    BLUE(0x2F6BE6),
    PURPLE(0x8E44C8),
    PINK(0xFC86BA),
    WHITE(0xF5F6FA);

    private final int rgb;

    ToyColor(int rgb) {
        this.rgb = rgb;
    }

    /** The word for it in a caption, such as {@code red}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The colour of the lit side as 0xRRGGBB, sRGB. */
    public int rgb() {
        return rgb;
    }

    Color color() {
        return new Color(rgb);
    }
}

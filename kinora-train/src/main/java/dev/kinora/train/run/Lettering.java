package dev.kinora.train.run;

import java.awt.Font;
import java.awt.Graphics2D;

/** Writing on pictures; on a machine without fonts, nothing is written and the picture is made all the same. */
final class Lettering {
    private Lettering() {}

    /** Text whose baseline begins at (x, y). */
    static void write(Graphics2D g, String text, int style, int size, int x, int y) {
        try {
            g.setFont(new Font(Font.SANS_SERIF, style, size));
            g.drawString(text, x, y);
        } catch (RuntimeException | LinkageError e) {
            // thrown by the JDK where fontconfig or freetype find nothing
            return;
        }
    }
}

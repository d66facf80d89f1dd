package dev.kinora.toybox;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The combinations that training never sees, kept to measure composition: an object, a colour and a motion are held out
 * together when the CRC-32 of their constant names joined by single spaces, such as {@code BALL RED BOUNCES}, leaves the
 * remainder 7 on division by 10. About one combination in ten is; each object, colour and motion by itself is seen.
 */
public final class Holdout {
    private static final int EVERY = 10;
    private static final int REMAINDER = 7;

    private Holdout() {}

    /** Whether the combination is kept from training. */
    public static boolean contains(ToyObject object, ToyColor color, ToyMotion motion) {
        CRC32 crc = new CRC32();
        crc.update((object.name() + " " + color.name() + " " + motion.name()).getBytes(StandardCharsets.UTF_8));
        return crc.getValue() % EVERY == REMAINDER;
    }

    /** Whether any toy of the clip is a held-out combination. */
    public static boolean contains(ToyboxSpec spec) {
        return spec.toys().stream().anyMatch(t -> contains(t.object(), t.color(), t.motion()));
    }
}

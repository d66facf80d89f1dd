package dev.kinora.media;

/**
 * The filters a picture is resized with. All but {@link #NEAREST} widen with the reduction factor (antialias) and
 * follow Pillow's 8-bit arithmetic to the bit, since diffusers resizes its input pictures through Pillow.
 */
public enum Resample {
    /** The nearest pixel, no filter. */
    NEAREST(0),
    /** Mean over the source area of each pixel. */
    BOX(0.5),
    /** Triangle of support 1. */
    BILINEAR(1),
    /** Hamming-windowed sinc of support 1. */
    HAMMING(1),
    /** Keys' cubic with a = -0.5. */
    BICUBIC(2),
    /** Sinc windowed by sinc, three lobes; the default of diffusers' image and video processors. */
    LANCZOS(3);

    /** Half-width of the filter in source pixels when not reducing. */
    final double support;

    Resample(double support) {
        this.support = support;
    }

    double weight(double x) {
        double t = Math.abs(x);
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("nearest has no filter");
            case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
            case BILINEAR -> t < 1 ? 1 - t : 0;
            case HAMMING -> t >= 1 ? 0 : t == 0 ? 1 : sinc(t) * (0.54 + 0.46 * Math.cos(t * Math.PI));
            case BICUBIC -> t < 1 ? ((1.5 * t) - 2.5) * t * t + 1 : t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
            case LANCZOS -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        };
    }

    private static double sinc(double x) {
        if (x == 0) {
            return 1;
        }
        double px = x * Math.PI;
        return Math.sin(px) / px;
    }
}

package dev.kinora.media;

/** How much a lossy format may lose. PNG and the palette of GIF take no notice of it. */
public enum Quality {
    /** No loss that can be seen even at tiny sizes; large files. */
    BEST(10, 10),
    /** No loss that can be seen in normal viewing; the default. */
    HIGH(17, 18),
    /** For sharing: small losses, about half the size. */
    MEDIUM(26, 31);

    /** H.264 quantiser, 1 (finest) to 51. */
    final int h264;
    /** VP9 constant rate factor, 0 (finest) to 63. */
    final int vp9;

    Quality(int h264, int vp9) {
        this.h264 = h264;
        this.vp9 = vp9;
    }
}

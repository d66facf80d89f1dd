package dev.kinora.media;

/** One of the eight ways a stored picture can be turned to stand upright. */
public enum Orientation {
    /** As stored. */
    UPRIGHT(1, 0, 0, 1),
    /** Mirrored left to right. */
    FLIP_HORIZONTAL(-1, 0, 0, 1),
    /** Turned by half a turn. */
    ROTATE_180(-1, 0, 0, -1),
    /** Mirrored top to bottom. */
    FLIP_VERTICAL(1, 0, 0, -1),
    /** Rows become columns. */
    TRANSPOSE(0, 1, 1, 0),
    /** A quarter turn clockwise. */
    ROTATE_90(0, 1, -1, 0),
    /** Rows become columns, mirrored along the other diagonal. */
    TRANSVERSE(0, -1, -1, 0),
    /** A quarter turn counter-clockwise. */
    ROTATE_270(0, -1, 1, 0);

    // A stored point (x, y) lands at (a x + c y, b x + d y), both measured from the centre, y downwards.
    private final int a;
    private final int b;
    private final int c;
    private final int d;

    Orientation(int a, int b, int c, int d) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.d = d;
    }

    /** The turn of EXIF tag 274, values 1 to 8; anything else is upright. */
    static Orientation ofExif(int tag) {
        return tag >= 1 && tag <= 8 ? values()[tag - 1] : UPRIGHT;
    }

    /**
     * The turn of a container's display matrix, in 16.16 fixed point: x' = a x + c y, y' = b x + d y. Scales are
     * ignored, and an angle between quarter turns goes to the nearest.
     */
    static Orientation ofMatrix(int ma, int mb, int mc, int md) {
        boolean straight = Math.abs((long) ma) + Math.abs((long) md) >= Math.abs((long) mb) + Math.abs((long) mc);
        int sa = straight ? sign(ma) : 0;
        int sd = straight ? sign(md) : 0;
        int sb = straight ? 0 : sign(mb);
        int sc = straight ? 0 : sign(mc);
        for (Orientation o : values()) {
            if (o.a == sa && o.b == sb && o.c == sc && o.d == sd) {
                return o;
            }
        }
        return UPRIGHT;
    }

    private static int sign(int v) {
        return v < 0 ? -1 : 1;
    }

    /** True where width and height change places. */
    public boolean swapsAxes() {
        return a == 0;
    }

    Image apply(Image stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        int w = stored.width();
        int h = stored.height();
        int outW = swapsAxes() ? h : w;
        int outH = swapsAxes() ? w : h;
        byte[] in = stored.rgb();
        byte[] out = new byte[in.length];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int toX = (a < 0 ? w - 1 - x : a > 0 ? x : 0) + (c < 0 ? h - 1 - y : c > 0 ? y : 0);
                int toY = (b < 0 ? w - 1 - x : b > 0 ? x : 0) + (d < 0 ? h - 1 - y : d > 0 ? y : 0);
                int from = (y * w + x) * 3;
                int to = (toY * outW + toX) * 3;
                out[to] = in[from];
                out[to + 1] = in[from + 1];
                out[to + 2] = in[from + 2];
            }
        }
        return Image.of(outW, outH, out);
    }
}

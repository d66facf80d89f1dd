package dev.kinora.curate.picture;

/** Luma of a picture in figures. */
record Tones(double mean, double deviation, double dark, double bright) {
    static Tones of(byte[] luma) {
        long[] histogram = new long[256];
        for (byte v : luma) {
            histogram[v & 255]++;
        }
        double n = luma.length;
        double sum = 0;
        double squares = 0;
        double dark = 0;
        double bright = 0;
        for (int v = 0; v < 256; v++) {
            sum += (double) v * histogram[v];
            squares += (double) v * v * histogram[v];
            dark += v < 5 ? histogram[v] : 0;
            bright += v > 250 ? histogram[v] : 0;
        }
        double mean = sum / n;
        return new Tones(mean, Math.sqrt(Math.max(0, squares / n - mean * mean)), dark / n, bright / n);
    }
}

package dev.kinora.curate.cuts;

import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import dev.kinora.media.Rational;
import dev.kinora.media.Resample;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * A video put together of Toybox shots with known transitions, and with what is no transition: flashes, captions that
 * pop up, objects that sweep by, light that changes, grain, shake, stills. Some are in a letterbox, grainy as a whole,
 * or taken out of a longer film in the middle of a fade. Another seed, another video.
 */
final class ComposedVideo {
    static final int WIDTH = 256;
    static final int HEIGHT = 144;
    private static final int RATE = 24;

    private final SplittableRandom random;
    private final List<byte[]> frames = new ArrayList<>();
    private final List<Truth> truth = new ArrayList<>();

    /** A transition: of a cut the new shot's first frame twice, else the frames between which the mixing goes on. */
    record Truth(String type, int start, int end) {}

    private ComposedVideo(long seed) {
        random = new SplittableRandom(seed).split();
    }

    static ComposedVideo of(long seed, int shots) {
        ComposedVideo v = new ComposedVideo(seed);
        v.begin();
        for (int i = 1; i < shots; i++) {
            if (v.chance(0.2)) {
                v.burst();
            } else if (v.chance(0.12)) {
                v.title();
            } else {
                v.join(v.shot(v.between(30, 90)));
            }
        }
        if (v.chance(0.3)) {
            v.gradual("fade_out", still(v.flat(), v.between(8, 30)));
            v.frames.addAll(still(v.frames.getLast(), v.between(0, 6)));
        }
        v.excerpt();
        if (v.chance(0.25)) {
            v.grain(v.frames, 0.3 + v.random.nextDouble() * 1.2);
        }
        if (v.chance(0.3)) {
            v.letterbox(v.between(8, 22));
        }
        return v;
    }

    /** The first shot: at once, out of a flat picture, or after a title. */
    private void begin() {
        List<byte[]> first = shot(between(40, 70));
        if (chance(0.45)) {
            byte[] flat = flat();
            frames.addAll(still(flat, between(0, 5)));
            if (chance(0.3)) {
                words(flat);
            }
            fadeIn(flat, first);
        } else {
            frames.addAll(first);
        }
    }

    /** Half of the fades that open or close a video have begun before its first frame or end after its last. */
    private void excerpt() {
        Truth first = truth.getFirst();
        if (first.type().equals("fade_in") && first.start() < 8 && chance(0.5)) {
            int cut = first.start() + (int) ((0.2 + 0.3 * random.nextDouble()) * (first.end() - first.start()));
            frames.subList(0, cut).clear();
            truth.replaceAll(t -> new Truth(t.type(), Math.max(0, t.start() - cut), t.end() - cut));
        }
        Truth last = truth.getLast();
        if (last.type().equals("fade_out") && last.end() > frames.size() - 9 && chance(0.5)) {
            int end = last.end() - (int) ((0.2 + 0.3 * random.nextDouble()) * (last.end() - last.start()));
            frames.subList(end, frames.size()).clear();
            truth.set(truth.size() - 1, new Truth(last.type(), last.start(), end - 1));
        }
    }

    /** Black bars of so many rows above and below. */
    private void letterbox(int bar) {
        frames.replaceAll(f -> {
            byte[] out = f.clone(); // stills share one array
            fill(out, 0, 0, WIDTH, bar, 0, 0, 0);
            fill(out, 0, HEIGHT - bar, WIDTH, bar, 0, 0, 0);
            return out;
        });
    }

    List<Truth> truth() {
        return truth;
    }

    int frames() {
        return frames.size();
    }

    /** Writes it at its own 256 columns, or enlarged to more. */
    void write(Path file, int width) throws MediaException {
        int height = width * HEIGHT / WIDTH;
        try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(width, height, Rational.of(RATE)))) {
            for (byte[] f : frames) {
                out.write(Image.of(WIDTH, HEIGHT, f).resize(width, height, Resample.BICUBIC));
            }
            out.finish();
        }
    }

    private int between(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    private boolean chance(double p) {
        return random.nextDouble() < p;
    }

    // ---- transitions

    private void join(List<byte[]> next) {
        double kind = random.nextDouble();
        if (kind < 0.45) {
            truth.add(new Truth("cut", frames.size(), frames.size()));
            frames.addAll(next);
        } else if (kind < 0.70) {
            byte[] flat = flat();
            boolean out = chance(0.85);
            boolean in = !out || chance(0.85);
            if (out) {
                gradual("fade_out", still(flat, between(8, 30)));
            } else {
                truth.add(new Truth("cut", frames.size(), frames.size()));
            }
            frames.addAll(still(flat, between(2, 16)));
            if (in) {
                fadeIn(flat, next);
            } else {
                truth.add(new Truth("cut", frames.size(), frames.size()));
                frames.addAll(next);
            }
        } else if (kind < 0.88) {
            mix("dissolve", next, between(10, 30));
        } else {
            mix("wipe", next, between(10, 30));
        }
    }

    /** Two to four short shots, one cut after another. */
    private void burst() {
        for (int n = between(2, 4); n > 0; n--) {
            truth.add(new Truth("cut", frames.size(), frames.size()));
            frames.addAll(toys(between(9, 24)));
        }
        truth.add(new Truth("cut", frames.size(), frames.size()));
        frames.addAll(shot(between(30, 60)));
    }

    /** To black, a few light words that fade in and out, and on. */
    private void title() {
        byte[] black = new byte[WIDTH * HEIGHT * 3];
        gradual("fade_out", still(black, between(8, 30)));
        frames.addAll(still(black, between(3, 12)));
        words(black);
        fadeIn(black, shot(between(40, 70)));
    }

    /** Words that fade in on a flat ground and out again: two lines at most, half of the times small, a fifth tiny. */
    private void words(byte[] ground) {
        byte[] words = ground.clone();
        double kind = random.nextDouble();
        boolean small = kind < 0.5;
        boolean tiny = kind < 0.2;
        int light = (ground[0] & 255) > 128 ? between(10, 60) : between(tiny ? 70 : small ? 90 : 120, 240);
        int top = between(40, 90);
        for (int line = tiny ? 1 : between(1, 2); line > 0; line--, top += 18) {
            int left = tiny ? between(104, 120) : small ? between(80, 112) : between(40, 100);
            for (int x = left; x < WIDTH - left; x += between(9, 22)) {
                fill(
                        words,
                        x,
                        top,
                        between(5, 16),
                        tiny ? 2 : small ? between(3, 4) : between(5, 9),
                        light,
                        light,
                        light);
            }
        }
        fadeIn(ground, still(words, between(30, 60)));
        gradual("fade_out", still(ground, between(8, 24)));
        frames.addAll(still(ground, between(3, 10)));
    }

    /** How the mixing goes from 0 to 1: evenly, with a soft start and end, or late. */
    private DoubleUnaryOperator curve() {
        double kind = random.nextDouble();
        return kind < 0.5 ? t -> t : kind < 0.8 ? t -> t * t * (3 - 2 * t) : t -> t * t;
    }

    private byte[] flat() {
        int level = chance(0.7) ? between(0, 6) : chance(0.5) ? between(90, 160) : 250;
        byte[] f = new byte[WIDTH * HEIGHT * 3];
        java.util.Arrays.fill(f, (byte) level);
        return f;
    }

    private static List<byte[]> still(byte[] frame, int n) {
        return new ArrayList<>(java.util.Collections.nCopies(n, frame));
    }

    /** The last frames so far turn into {@code to}, frame by frame. */
    private void gradual(String type, List<byte[]> to) {
        int n = Math.min(to.size(), frames.size() - 12);
        int from = frames.size() - n;
        truth.add(new Truth(type, from, frames.size() - 1));
        DoubleUnaryOperator curve = curve();
        for (int i = 0; i < n; i++) {
            frames.set(from + i, blend(frames.get(from + i), to.get(i), curve.applyAsDouble((i + 1.0) / n)));
        }
    }

    private void fadeIn(byte[] flat, List<byte[]> next) {
        int n = Math.min(between(8, 30), next.size() - 12);
        truth.add(new Truth("fade_in", frames.size(), frames.size() + n - 1));
        DoubleUnaryOperator curve = curve();
        for (int i = 0; i < next.size(); i++) {
            frames.add(i < n ? blend(flat, next.get(i), curve.applyAsDouble(i / (double) n)) : next.get(i));
        }
    }

    private void mix(String type, List<byte[]> next, int length) {
        int n = Math.min(length, Math.min(frames.size() - 12, next.size() - 12));
        int from = frames.size() - n;
        truth.add(new Truth(type, from, frames.size() - 1));
        int direction = between(0, 4);
        DoubleUnaryOperator curve = curve();
        for (int i = 0; i < n; i++) {
            double alpha = curve.applyAsDouble((i + 1.0) / (n + 1));
            byte[] a = frames.get(from + i);
            frames.set(
                    from + i,
                    type.equals("wipe") ? wipe(a, next.get(i), alpha, direction) : blend(a, next.get(i), alpha));
        }
        frames.addAll(next.subList(n, next.size()));
    }

    private static byte[] blend(byte[] a, byte[] b, double alpha) {
        int k = (int) Math.round(alpha * 256);
        byte[] out = new byte[a.length];
        for (int i = 0; i < a.length; i++) {
            out[i] = (byte) (((a[i] & 255) * (256 - k) + (b[i] & 255) * k + 128) >> 8);
        }
        return out;
    }

    private static byte[] wipe(byte[] a, byte[] b, double alpha, int direction) {
        byte[] out = a.clone();
        double reach = Math.hypot(WIDTH, HEIGHT) / 2;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                boolean over = switch (direction) {
                    case 0 -> x < alpha * WIDTH;
                    case 1 -> x >= (1 - alpha) * WIDTH;
                    case 2 -> y < alpha * HEIGHT;
                    case 3 -> y >= (1 - alpha) * HEIGHT;
                    default -> Math.hypot(x - WIDTH / 2.0, y - HEIGHT / 2.0) < alpha * reach;
                };
                if (over) {
                    System.arraycopy(b, (y * WIDTH + x) * 3, out, (y * WIDTH + x) * 3, 3);
                }
            }
        }
        return out;
    }

    // ---- shots

    private List<byte[]> shot(int n) {
        List<byte[]> shot = chance(0.15) ? page(n) : toys(n);
        if (chance(0.25)) {
            flash(shot);
        }
        if (chance(0.2)) {
            caption(shot);
        }
        if (chance(0.25)) {
            sweep(shot);
        }
        if (chance(0.2)) {
            light(shot);
        }
        grain(shot, chance(0.5) ? random.nextDouble() * 5 : 0);
        return shot;
    }

    private List<byte[]> toys(int n) {
        ToyboxMix mix = new ToyboxMix(WIDTH, HEIGHT, n, RATE, 0.6, 0.7, false);
        byte[] all = ToyboxRenderer.render(mix.draw(random.nextLong())).rgb();
        double[] field = field();
        boolean dark = chance(0.2);
        double gain = dark ? 0.15 + random.nextDouble() * 0.2 : 0.6 + random.nextDouble() * 0.5;
        double grey = chance(0.3) ? random.nextDouble() : 0;
        double[] tint = {
            0.7 + random.nextDouble() * 0.5, 0.7 + random.nextDouble() * 0.5, 0.7 + random.nextDouble() * 0.5
        };
        int shake = chance(0.35) ? between(1, 4) : 0;
        double run = chance(0.25) ? (random.nextDouble() - 0.5) * 24 : 0; // columns a frame that the camera races by
        double zoom = chance(0.2) ? random.nextDouble() * 0.8 : 0; // how much nearer the camera gets
        int hold = chance(0.15) ? between(2, 3) : 1; // drawn at a half or a third of the rate
        List<byte[]> out = new ArrayList<>();
        double dx = 0;
        double dy = 0;
        for (int t = 0; t < n; t++) {
            if (t % hold != 0) {
                out.add(out.getLast().clone());
                continue;
            }
            dx = Math.clamp(dx + (random.nextDouble() - 0.5) * shake, -8, 8);
            dy = Math.clamp(dy + (random.nextDouble() - 0.5) * shake, -8, 8);
            byte[] f = new byte[WIDTH * HEIGHT * 3];
            double scale = 1 / (1 + zoom * t / n);
            for (int y = 0; y < HEIGHT; y++) {
                int ny = (int) Math.round(HEIGHT / 2.0 + (y - HEIGHT / 2.0) * scale);
                int sy = Math.clamp(ny + (int) dy, 0, HEIGHT - 1);
                for (int x = 0; x < WIDTH; x++) {
                    int nx = (int) Math.round(WIDTH / 2.0 + (x - WIDTH / 2.0) * scale);
                    int from = ((t * HEIGHT + sy) * WIDTH + mirrored(nx + (int) (dx + run * t))) * 3;
                    int to = (y * WIDTH + x) * 3;
                    double mean = ((all[from] & 255) + (all[from + 1] & 255) + (all[from + 2] & 255)) / 3.0;
                    for (int c = 0; c < 3; c++) {
                        double v = (all[from + c] & 255) * (1 - grey) + mean * grey;
                        f[to + c] = (byte) Math.clamp(Math.round(v * gain * tint[c] * field[y * WIDTH + x]), 0, 255);
                    }
                }
            }
            out.add(f);
        }
        return out;
    }

    /** A column of a picture that goes on to both sides as its own mirror image. */
    private static int mirrored(int x) {
        int m = Math.floorMod(x, 2 * WIDTH);
        return m < WIDTH ? m : 2 * WIDTH - 1 - m;
    }

    /** A smooth pattern of light, 0.4 to 1.3. */
    private double[] field() {
        double[] out = new double[WIDTH * HEIGHT];
        double a = random.nextDouble() * 0.06;
        double b = random.nextDouble() * 0.06;
        double p = random.nextDouble() * 6;
        double q = random.nextDouble() * 6;
        double depth = random.nextDouble() * 0.45;
        for (int i = 0; i < out.length; i++) {
            int x = i % WIDTH;
            int y = i / WIDTH;
            out[i] = 0.85 + depth * Math.sin(a * x + 0.5 * b * y + p) * Math.cos(b * y - 0.3 * a * x + q);
        }
        return out;
    }

    /** A still page: paper, a heading, lines of writing, a picture. */
    private List<byte[]> page(int n) {
        byte[] f = new byte[WIDTH * HEIGHT * 3];
        boolean dark = chance(0.3);
        int paper = dark ? between(10, 40) : between(225, 255);
        java.util.Arrays.fill(f, (byte) paper);
        int ink = dark ? 220 : 40;
        fill(f, 16, 10, between(60, 200), 10, ink, ink, ink);
        for (int y = 32; y < HEIGHT - 12; y += between(9, 16)) {
            fill(f, 16, y, between(30, 220), 4, ink, ink, ink);
        }
        if (chance(0.6)) {
            fill(
                    f,
                    between(20, 140),
                    between(30, 70),
                    between(40, 100),
                    between(30, 60),
                    between(0, 255),
                    between(0, 255),
                    between(0, 255));
        }
        List<byte[]> out = new ArrayList<>();
        for (int t = 0; t < n; t++) {
            out.add(f.clone());
        }
        return out;
    }

    private static void fill(byte[] f, int left, int top, int w, int h, int r, int g, int b) {
        for (int y = Math.max(0, top); y < Math.min(HEIGHT, top + h); y++) {
            for (int x = Math.max(0, left); x < Math.min(WIDTH, left + w); x++) {
                int i = (y * WIDTH + x) * 3;
                f[i] = (byte) r;
                f[i + 1] = (byte) g;
                f[i + 2] = (byte) b;
            }
        }
    }

    // ---- what is no transition

    private void flash(List<byte[]> shot) {
        int at = between(10, shot.size() - 14);
        for (int i = at; i < at + between(1, 3); i++) {
            byte[] f = shot.get(i);
            double power = 0.5 + random.nextDouble() * 0.5;
            for (int k = 0; k < f.length; k++) {
                f[k] = (byte) Math.round((f[k] & 255) + (255 - (f[k] & 255)) * power);
            }
        }
    }

    private void caption(List<byte[]> shot) {
        int at = between(8, shot.size() - 8);
        int top = between(90, 120);
        int left = between(10, 60);
        int w = between(60, 180);
        for (int i = at; i < shot.size(); i++) {
            fill(shot.get(i), left, top, w, 16, 20, 20, 20);
            fill(shot.get(i), left + 6, top + 5, w - 12, 6, 240, 240, 240);
        }
    }

    private void sweep(List<byte[]> shot) {
        int length = between(6, 14);
        int at = between(6, Math.max(7, shot.size() - length - 6));
        int w = between(60, 200);
        int h = between(60, 144);
        int r = between(0, 255);
        int g = between(0, 255);
        int b = between(0, 255);
        boolean right = chance(0.5);
        for (int i = 0; i <= length && at + i < shot.size(); i++) {
            int x = -w + (WIDTH + w) * i / length;
            byte[] f = shot.get(at + i);
            fill(f, right ? x : WIDTH - x - w, HEIGHT - h, w, h, r, g, b);
            fill(f, (right ? x : WIDTH - x - w) + w / 4, HEIGHT - h + h / 4, w / 3, h / 3, b, r, g);
        }
    }

    /** The light goes up or down by up to a third within the shot. */
    private void light(List<byte[]> shot) {
        double to = 0.7 + random.nextDouble() * 0.6;
        int at = between(4, shot.size() / 2);
        int length = between(10, shot.size() / 2);
        for (int i = at; i < shot.size(); i++) {
            double gain = 1 + (to - 1) * Math.min(1, (i - at) / (double) length);
            byte[] f = shot.get(i);
            for (int k = 0; k < f.length; k++) {
                f[k] = (byte) Math.clamp(Math.round((f[k] & 255) * gain), 0, 255);
            }
        }
    }

    private void grain(List<byte[]> shot, double sigma) {
        if (sigma == 0) {
            return;
        }
        byte[] noise = new byte[4096];
        java.util.Random gauss = new java.util.Random(random.nextLong());
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) Math.round(gauss.nextGaussian() * sigma);
        }
        shot.replaceAll(f -> {
            byte[] out = f.clone(); // stills share one array
            int o = random.nextInt(4096);
            for (int k = 0; k < f.length; k++) {
                out[k] = (byte) Math.clamp((f[k] & 255) + noise[(k + (k >> 11) * 37 + o) & 4095], 0, 255);
            }
            return out;
        });
    }
}

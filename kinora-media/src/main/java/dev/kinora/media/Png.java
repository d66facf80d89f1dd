package dev.kinora.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** Writing of 8-bit RGB PNG and the text chunks of any PNG (PNG specification, third edition). */
final class Png {
    static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int MAX_TEXT = 4 * Tags.MAX_VALUE;
    private static final int FILTERS = 5;

    private Png() {}

    static void write(OutputStream to, Image image, Map<String, String> metadata) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeLong(SIGNATURE);
        chunk(out, "IHDR", c -> {
            c.writeInt(image.width());
            c.writeInt(image.height());
            c.write(new byte[] {8, 2, 0, 0, 0});
        });
        chunk(out, "sRGB", c -> c.write(0));
        for (Map.Entry<String, String> tag : metadata.entrySet()) {
            chunk(out, "iTXt", c -> {
                c.write(tag.getKey().getBytes(ISO_8859_1));
                c.write(new byte[5]); // end of key, uncompressed, method 0, no language, no translated key
                c.write(tag.getValue().getBytes(UTF_8));
            });
        }
        chunk(out, "IDAT", c -> pixels(c, image));
        chunk(out, "IEND", c -> {});
        out.flush();
    }

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private static void chunk(DataOutputStream out, String type, Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(type.getBytes(ISO_8859_1));
        body.write(new DataOutputStream(bytes));
        byte[] data = bytes.toByteArray();
        CRC32 crc = new CRC32();
        crc.update(data);
        out.writeInt(data.length - 4);
        out.write(data);
        out.writeInt((int) crc.getValue());
    }

    /** Each row under the filter whose residuals are smallest in sum, the specification's own advice. */
    private static void pixels(OutputStream out, Image image) throws IOException {
        int line = image.width() * 3;
        byte[] rgb = image.rgb();
        byte[][] rows = new byte[FILTERS][line + 1];
        byte[] none = new byte[line];
        Deflater deflater = new Deflater(6);
        try (DeflaterOutputStream zip = new DeflaterOutputStream(out, deflater, 8192)) {
            for (int y = 0; y < image.height(); y++) {
                byte[] above = y == 0 ? none : rgb;
                int up = y == 0 ? 0 : (y - 1) * line;
                zip.write(rows[filter(rgb, y * line, above, up, line, rows)], 0, line + 1);
            }
        } finally {
            deflater.end();
        }
    }

    private static int filter(byte[] rgb, int at, byte[] above, int up, int line, byte[][] rows) {
        long[] cost = new long[FILTERS];
        for (int f = 0; f < FILTERS; f++) {
            rows[f][0] = (byte) f;
        }
        for (int i = 0; i < line; i++) {
            int x = rgb[at + i] & 255;
            int a = i < 3 ? 0 : rgb[at + i - 3] & 255;
            int b = above[up + i] & 255;
            int c = i < 3 ? 0 : above[up + i - 3] & 255;
            rows[0][i + 1] = (byte) x;
            rows[1][i + 1] = (byte) (x - a);
            rows[2][i + 1] = (byte) (x - b);
            rows[3][i + 1] = (byte) (x - ((a + b) >> 1));
            rows[4][i + 1] = (byte) (x - paeth(a, b, c));
            for (int f = 0; f < FILTERS; f++) {
                cost[f] += Math.abs(rows[f][i + 1]);
            }
        }
        int best = 0;
        for (int f = 1; f < FILTERS; f++) {
            best = cost[f] < cost[best] ? f : best;
        }
        return best;
    }

    private static int paeth(int a, int b, int c) {
        int pa = Math.abs(b - c);
        int pb = Math.abs(a - c);
        int pc = Math.abs(a + b - 2 * c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    /** The text chunks of a PNG, keys as they are; empty for anything that is no PNG or is cut short. */
    static Map<String, String> metadata(Path file) {
        Map<String, String> tags = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            if (in.readLong() != SIGNATURE) {
                return tags;
            }
            while (true) {
                long length = in.readInt() & 0xFFFFFFFFL;
                String type = new String(in.readNBytes(4), ISO_8859_1);
                if (type.equals("IEND")) {
                    return tags;
                }
                if (length <= MAX_TEXT && (type.equals("tEXt") || type.equals("zTXt") || type.equals("iTXt"))) {
                    text(type, in.readNBytes((int) length), tags);
                    in.skipNBytes(4);
                } else {
                    in.skipNBytes(length + 4);
                }
            }
        } catch (IOException | UncheckedIOException | IndexOutOfBoundsException e) {
            return tags;
        }
    }

    private static void text(String type, byte[] data, Map<String, String> tags) throws IOException {
        int keyEnd = zero(data, 0);
        String key = new String(data, 0, keyEnd, ISO_8859_1);
        String value = switch (type) {
            case "tEXt" -> new String(data, keyEnd + 1, data.length - keyEnd - 1, ISO_8859_1);
            case "zTXt" -> new String(inflate(data, keyEnd + 2), ISO_8859_1);
            default -> {
                boolean compressed = data[keyEnd + 1] != 0;
                int at = zero(data, zero(data, keyEnd + 3) + 1) + 1;
                yield compressed ? new String(inflate(data, at), UTF_8) : new String(data, at, data.length - at, UTF_8);
            }
        };
        tags.putIfAbsent(key, value);
    }

    private static int zero(byte[] data, int from) {
        int i = from;
        while (data[i] != 0) {
            i++;
        }
        return i;
    }

    private static byte[] inflate(byte[] data, int from) throws IOException {
        try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(data, from, data.length - from))) {
            return in.readNBytes(MAX_TEXT);
        }
    }
}

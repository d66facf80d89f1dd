package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutated files are either refused in the house's words or are valid in every respect that readers rely on. */
class SafetensorsFuzzTest {
    private static final List<String> WORDS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "null",
            "true",
            "-1",
            "-0",
            "1e5",
            "0.0",
            "NaN",
            "9007199254740992",
            "9007199254740993",
            "9223372036854775807",
            "18446744073709551616",
            "00",
            "4294967296",
            "__metadata__",
            "dtype",
            "shape",
            "data_offsets",
            "F32",
            "BF16",
            "I64",
            "BOOL",
            "F4",
            "F6_E2M3",
            "[[[[[[",
            "{\"a\":{\"a\":{\"a\":{\"a\":",
            "\ufeff",
            "é",
            "\0");

    @TempDir
    Path dir;

    @Test
    void aFewThousandMutations() throws IOException {
        fuzz(20_261_122L, 6_000);
    }

    @Test
    @Tag("slow")
    void manyMutations() throws IOException {
        fuzz(1L, 150_000);
    }

    private void fuzz(long seed, int count) throws IOException {
        System.out.println("SafetensorsFuzzTest: seed = " + seed + ", mutations = " + count);
        List<byte[]> bases = bases();
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            byte[] mutated = bases.get(random.nextInt(bases.size()));
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                mutated = mutate(mutated, bases, random);
            }
            try {
                check(mutated);
            } catch (CheckpointException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("mutation %d", i)
                        .startsWith("f: ")
                        .contains("(expected: ");
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError("seed " + seed + ", mutation " + i, e);
            }
        }
        // Were nearly all accepted, or all refused, the mutations would not be testing the parser.
        assertThat(refused).isBetween(count / 2, count - count / 100);
    }

    private static void check(byte[] file) {
        SafetensorsHeader h = SafetensorsHeader.parse("f", MemorySegment.ofArray(file));
        long at = h.dataStart();
        for (TensorInfo t : h.tensors().values()) {
            assertThat(h.dataStart() + t.begin()).isEqualTo(at);
            at = h.dataStart() + t.end();
            assertThat(t.bytes() * 8).isEqualTo(t.elements() * t.type().bits());
        }
        assertThat(at).isEqualTo(file.length);
    }

    private List<byte[]> bases() throws IOException {
        List<byte[]> bases = new ArrayList<>();
        Path file = dir.resolve("base.safetensors");
        SafetensorsWriter many =
                new SafetensorsWriter().metadata("format", "pt").metadata("größe", "\u0001\"\\");
        for (StoredType t : StoredType.values()) {
            add(many, "blocks." + t + ".weight", t, 4, 2);
        }
        many.write(file);
        bases.add(Files.readAllBytes(file));
        SafetensorsWriter few = new SafetensorsWriter();
        add(few, "a", StoredType.F32, 3);
        add(few, "b", StoredType.BF16);
        add(few, "c", StoredType.I64, 0, 5);
        few.write(file);
        bases.add(Files.readAllBytes(file));
        new SafetensorsWriter().write(file);
        bases.add(Files.readAllBytes(file));
        return bases;
    }

    private static void add(SafetensorsWriter to, String name, StoredType type, long... shape) {
        long bits = Arrays.stream(shape).reduce(type.bits(), (x, y) -> x * y);
        byte[] bytes = new byte[(int) (bits / 8)];
        to.add(name, type, Arrays.stream(shape).boxed().toList(), sink -> sink.accept(MemorySegment.ofArray(bytes)));
    }

    private static byte[] mutate(byte[] in, List<byte[]> bases, SplittableRandom r) {
        int headerEnd = in.length < 8
                ? in.length
                : Math.clamp(ByteBuffer.wrap(in).order(ByteOrder.LITTLE_ENDIAN).getLong(0) + 8, 0, in.length);
        int at = headerEnd == 0 ? 0 : r.nextInt(headerEnd);
        return switch (r.nextInt(10)) {
            case 0 -> { // one bit
                byte[] out = in.clone();
                if (out.length > 0) {
                    out[at] ^= (byte) (1 << r.nextInt(8));
                }
                yield out;
            }
            case 1 -> { // one byte
                byte[] out = in.clone();
                if (out.length > 0) {
                    out[at] = (byte) r.nextInt(256);
                }
                yield out;
            }
            case 2 -> Arrays.copyOf(in, r.nextInt(in.length + 1)); // truncated
            case 3 -> Arrays.copyOf(in, in.length + 1 + r.nextInt(64)); // extended
            case 4 -> { // absurd header length
                byte[] out = in.clone();
                if (out.length >= 8) {
                    long[] lengths = {
                        0, 1, 2, -1, Long.MAX_VALUE, Long.MIN_VALUE, 100_000_000, out.length - 8, out.length
                    };
                    ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putLong(0, lengths[r.nextInt(lengths.length)]);
                }
                yield out;
            }
            case 5, 6 -> splice(in, at, at, WORDS.get(r.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8));
            case 7 -> { // a word over as many bytes
                byte[] word = WORDS.get(r.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8);
                yield splice(in, at, Math.min(headerEnd, at + word.length), word);
            }
            case 8 -> { // a number of the header changed by a little
                byte[] out = in.clone();
                for (int i = at; i < headerEnd; i++) {
                    if (out[i] >= '0' && out[i] <= '9') {
                        out[i] = (byte) ('0' + r.nextInt(10));
                        break;
                    }
                }
                yield out;
            }
            default -> { // a piece of some file, put in or doubled
                byte[] from = r.nextBoolean() ? in : bases.get(r.nextInt(bases.size()));
                int begin = r.nextInt(from.length + 1);
                int end = Math.min(from.length, begin + r.nextInt(80));
                yield splice(in, at, at, Arrays.copyOfRange(from, begin, end));
            }
        };
    }

    /** Replaces a range, keeping the header length true so that the parser sees what was changed. */
    private static byte[] splice(byte[] in, int begin, int end, byte[] with) {
        byte[] out = new byte[in.length - (end - begin) + with.length];
        System.arraycopy(in, 0, out, 0, begin);
        System.arraycopy(with, 0, out, begin, with.length);
        System.arraycopy(in, end, out, begin + with.length, in.length - end);
        if (begin >= 8) {
            ByteBuffer b = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
            b.putLong(0, b.getLong(0) + out.length - in.length);
        }
        return out;
    }
}

package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged bytes anywhere give frames or a {@link MediaException}, never another error and never a crash. */
class HostileFileTest {
    private static final long SEED = 7_301;

    @TempDir
    Path dir;

    @Test
    void aFewHundredMutations() throws IOException {
        mutate(240);
    }

    @Test
    @Tag("slow")
    void thousandsOfMutations() throws IOException {
        mutate(10_000);
    }

    private void mutate(int rounds) throws IOException {
        Random random = new Random(SEED);
        Video clip = Synthetic.clip(48, 32, 4, Rational.of(8));
        Map<String, byte[]> originals = new LinkedHashMap<>();
        for (String name : new String[] {"v.mp4", "v.webm", "v.gif"}) {
            VideoWriter.write(dir.resolve(name), clip, VideoSpec.of(clip).with(Map.of("kinora", "{}")));
            originals.put(name, Files.readAllBytes(dir.resolve(name)));
        }
        for (String name : new String[] {"alpha.png", "palette.png", "exif6.jpg", "chroma420.jpg", "true.bmp"}) {
            originals.put(name, Files.readAllBytes(Goldens.path("media/files/" + name)));
        }
        List<Map.Entry<String, byte[]>> all = List.copyOf(originals.entrySet());
        MediaLimits limits = new MediaLimits(1 << 20, 64 << 20);
        int refused = 0;
        for (int i = 0; i < rounds; i++) {
            String name = all.get(i % all.size()).getKey();
            byte[] bytes = mutated(all.get(i % all.size()).getValue(), random);
            Path file = Files.write(dir.resolve("m_" + name), bytes);
            try {
                if (name.startsWith("v.")) {
                    read(file, limits);
                } else {
                    Images.read(file, limits);
                }
            } catch (MediaException e) {
                refused++;
                assertThat(e).hasMessageContaining("(expected: ");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutation %d of %s, seed %d".formatted(i, name, SEED), e);
            }
        }
        assertThat(refused).as("refused of %d", rounds).isBetween(rounds / 20, rounds - 1);
    }

    private static void read(Path file, MediaLimits limits) throws MediaException {
        try (VideoReader in = VideoReader.open(file, limits)) {
            for (int n = 0; n < 50 && in.next() != null; n++) {}
        }
    }

    private static byte[] mutated(byte[] original, Random random) {
        byte[] bytes = original.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> {
                int from = random.nextInt(bytes.length);
                Arrays.fill(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(8)), (byte) random.nextInt());
            }
            default -> {
                for (int k = 1 + random.nextInt(6); k > 0; k--) {
                    // headers are where the traps are
                    int within = random.nextBoolean() ? Math.min(bytes.length, 400) : bytes.length;
                    bytes[random.nextInt(within)] = (byte) random.nextInt();
                }
            }
        }
        return bytes;
    }
}

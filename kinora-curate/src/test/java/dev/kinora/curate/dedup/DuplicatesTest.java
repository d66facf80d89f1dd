package dev.kinora.curate.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.Footage;
import dev.kinora.curate.frames.Look;
import dev.kinora.media.Image;
import dev.kinora.media.Resample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

class DuplicatesTest {
    private static KeepRule.Candidate clip(String id, int order, String hash, long pixels, double sharpness) {
        return new KeepRule.Candidate(id, order, hash, pixels, 1, 1, sharpness, 0);
    }

    @Test
    void theKeepRuleDecidesWhichIsTheOriginal() {
        String hash = "0123456789abcdef".repeat(3);
        List<KeepRule.Candidate> clips = List.of(clip("a", 0, hash, 100, 9), clip("b", 1, hash, 400, 5));
        assertThat(Duplicates.find(clips, 0, KeepRule.RESOLUTION)).containsExactly(Map.entry("a", "b"));
        assertThat(Duplicates.find(clips, 0, KeepRule.SHARPNESS)).containsExactly(Map.entry("b", "a"));
        assertThat(Duplicates.find(clips, 0, KeepRule.FIRST)).containsExactly(Map.entry("b", "a"));
    }

    @Test
    void findsWhatComparingAllPairsFinds() {
        System.out.println("seed 12");
        SplittableRandom random = new SplittableRandom(12);
        List<KeepRule.Candidate> clips = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            long[] bits = {random.nextLong(), random.nextLong(), random.nextLong()};
            if (i % 3 > 0) {
                // Near one that was there before, by 0 to 24 bits.
                String near = clips.get(random.nextInt(clips.size())).phash();
                for (int k = 0; k < 3; k++) {
                    bits[k] = Long.parseUnsignedLong(near, 16 * k, 16 * k + 16, 16);
                }
                for (int flip = random.nextInt(25); flip > 0; flip--) {
                    bits[random.nextInt(3)] ^= 1L << random.nextInt(64);
                }
            }
            clips.add(clip("c" + i, i, "%016x%016x%016x".formatted(bits[0], bits[1], bits[2]), 1, 0));
        }
        List<String> kept = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (KeepRule.Candidate c : clips) {
            if (kept.stream().anyMatch(k -> PerceptualHash.distance(k, c.phash()) <= 12)) {
                expected.add(c.id());
            } else {
                kept.add(c.phash());
            }
        }
        assertThat(expected).hasSizeBetween(50, 150);
        assertThat(Duplicates.find(clips, 12, KeepRule.FIRST).keySet()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static long hash(Image image) {
        try (Mat rgb = Look.mat(image);
                Mat gray = new Mat()) {
            opencv_imgproc.cvtColor(rgb, gray, opencv_imgproc.COLOR_RGB2GRAY);
            return PerceptualHash.of(gray);
        }
    }

    @Test
    void scalingTurnsFewBitsAndAnotherPictureMany() {
        Image a = Footage.texture(1, 200, 120);
        Image smaller = a.resize(100, 60, Resample.BICUBIC);
        Image other = Footage.texture(2, 200, 120);
        assertThat(Long.bitCount(hash(a) ^ hash(smaller))).isLessThanOrEqualTo(4);
        assertThat(Long.bitCount(hash(a) ^ hash(other))).isGreaterThan(16);
    }
}

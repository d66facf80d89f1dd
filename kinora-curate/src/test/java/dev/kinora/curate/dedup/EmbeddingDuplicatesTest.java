package dev.kinora.curate.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EmbeddingDuplicatesTest {
    private static KeepRule.Candidate clip(String id, int order, double aesthetic) {
        return new KeepRule.Candidate(id, order, "", 100, 1, 1, 0, aesthetic);
    }

    @Test
    void theKeepRuleDecidesWhichIsTheOriginal() {
        List<KeepRule.Candidate> clips = List.of(clip("a", 0, 4), clip("b", 1, 6), clip("c", 2, 5));
        Map<String, float[]> e = Map.of("a", new float[] {1, 0}, "b", new float[] {2, 0.1f}, "c", new float[] {0, 3});
        assertThat(EmbeddingDuplicates.find(clips, e, 0.99, KeepRule.FIRST)).containsExactly(Map.entry("b", "a"));
        assertThat(EmbeddingDuplicates.find(clips, e, 0.99, KeepRule.AESTHETIC)).containsExactly(Map.entry("a", "b"));
        assertThat(EmbeddingDuplicates.find(clips, e, 0.9999, KeepRule.FIRST)).isEmpty();
    }

    @Test
    void aClipWithoutAnEmbeddingIsLikeNone() {
        List<KeepRule.Candidate> clips = List.of(clip("a", 0, 4), clip("b", 1, 6));
        assertThat(EmbeddingDuplicates.find(
                        clips, Map.of("a", new float[] {1, 0}, "b", new float[0]), 0.5, KeepRule.FIRST))
                .isEmpty();
    }

    /** 40 themes of 15 clips, some nearly equal: clusters may miss pairs across their borders, never invent one. */
    @Test
    void clustersFindWhatAllPairsFind() {
        System.out.println("seed 21");
        SplittableRandom random = new SplittableRandom(21);
        List<KeepRule.Candidate> clips = new ArrayList<>();
        Map<String, float[]> embeddings = new HashMap<>();
        float[] theme = {};
        for (int i = 0; i < 600; i++) {
            theme = i % 15 == 0 ? noise(random, new float[16], 1) : theme;
            clips.add(clip("c" + i, i, 0));
            embeddings.put("c" + i, noise(random, theme, i % 3 == 0 ? 0.3 : 0.01));
        }
        Map<String, String> exact = EmbeddingDuplicates.find(clips, embeddings, 0.995, KeepRule.FIRST, 1000);
        Map<String, String> clustered = EmbeddingDuplicates.find(clips, embeddings, 0.995, KeepRule.FIRST, 50);
        assertThat(exact).hasSizeBetween(300, 450);
        assertThat(exact.keySet()).containsAll(clustered.keySet());
        assertThat(clustered.size()).isGreaterThan((int) (0.95 * exact.size()));
        assertThat(EmbeddingDuplicates.find(clips, embeddings, 0.995, KeepRule.FIRST, 50))
                .isEqualTo(clustered);
    }

    private static float[] noise(SplittableRandom random, float[] around, double scale) {
        float[] out = new float[around.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (around[i] + scale * random.nextGaussian());
        }
        return out;
    }
}

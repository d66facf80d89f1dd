package dev.kinora.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BucketsTest {
    private static final int[] SIZES = {40, 7, 13};
    private static final int[] TOKENS = {10, 30, 100};

    private static Buckets buckets() {
        return new Buckets(SIZES, TOKENS, 120, 2, 9);
    }

    @Test
    void tokensOfAStepAreAboutConstant() {
        Buckets b = buckets();
        assertThat(new int[] {b.batch(0), b.batch(1), b.batch(2)}).containsExactly(12, 4, 2);
        assertThat(b.stepsPerPass()).isEqualTo(4 + 2 + 7);
    }

    @Test
    void everyClipIsSeenInEveryPass() {
        Buckets b = buckets();
        for (int pass = 0; pass < 2; pass++) {
            Map<Integer, boolean[]> seen = new HashMap<>();
            for (int s = 1; s <= b.stepsPerPass(); s++) {
                Buckets.Batch batch = b.at(pass * b.stepsPerPass() + s);
                assertThat(batch.clips()).hasSize(b.batch(batch.group()));
                for (int clip : batch.clips()) {
                    seen.computeIfAbsent(batch.group(), g -> new boolean[SIZES[g]])[clip] = true;
                }
            }
            for (int g = 0; g < SIZES.length; g++) {
                assertThat(seen.get(g)).as("group " + g).doesNotContain(false);
            }
        }
    }

    @Test
    void aStepFollowsFromSeedAndNumberAlone() {
        Buckets forward = buckets();
        Buckets backward = buckets();
        for (int s = 30; s >= 1; s--) {
            Buckets.Batch one = backward.at(s);
            Buckets.Batch other = buckets().at(s);
            assertThat(one.group()).isEqualTo(other.group());
            assertThat(one.clips()).isEqualTo(other.clips());
        }
        assertThat(forward.at(1).clips())
                .isNotEqualTo(forward.at(1 + forward.stepsPerPass()).clips());
    }
}

package dev.kinora.train.latents;

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
                StepPlan.Batch batch = b.one(pass * b.stepsPerPass() + s);
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
            StepPlan.Batch one = backward.one(s);
            StepPlan.Batch other = buckets().one(s);
            assertThat(one.group()).isEqualTo(other.group());
            assertThat(one.clips()).isEqualTo(other.clips());
        }
        assertThat(forward.one(1).clips())
                .isNotEqualTo(forward.one(1 + forward.stepsPerPass()).clips());
    }

    @Test
    void packsHoldEveryClipOnceAPassAndNotMoreTokensThanFit() {
        Packs packs = new Packs(SIZES, TOKENS, 120, 1, 9);
        int first = packs.stepsPerPass();
        Map<Integer, boolean[]> seen = new HashMap<>();
        for (int s = 1; s <= first; s++) {
            int tokens = 0;
            for (StepPlan.Batch batch : packs.at(s)) {
                for (int clip : batch.clips()) {
                    boolean[] group = seen.computeIfAbsent(batch.group(), g -> new boolean[SIZES[g]]);
                    assertThat(group[clip]).isFalse();
                    group[clip] = true;
                }
                tokens += batch.clips().length * TOKENS[batch.group()];
            }
            assertThat(tokens).isBetween(1, 120);
        }
        for (int g = 0; g < SIZES.length; g++) {
            assertThat(seen.get(g)).as("group " + g).doesNotContain(false);
        }
        Packs later = new Packs(SIZES, TOKENS, 120, 1, 9);
        assertThat(later.at(first + 3)).hasSameSizeAs(packs.at(first + 3));
        assertThat(later.at(first + 3).getFirst().clips())
                .isEqualTo(packs.at(first + 3).getFirst().clips());
    }
}

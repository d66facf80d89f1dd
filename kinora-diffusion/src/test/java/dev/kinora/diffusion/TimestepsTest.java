package dev.kinora.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.tensor.Rng;
import dev.kinora.testkit.TensorTest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TensorTest
class TimestepsTest {
    private static final Golden SCHEDULES = new Golden("scheduler/schedules.safetensors");

    @ParameterizedTest
    @EnumSource
    void everyNumberOfStepsVisitsWhatDiffusersVisits(TimestepSpacing spacing) {
        long[] checksums =
                SCHEDULES.get("timesteps/" + spacing.key() + "/checksums").toLongs();
        for (int steps = 1; steps <= 1000; steps++) {
            long[] timesteps = spacing.timesteps(1000, steps, 0);
            long sum = 0;
            for (int i = 0; i < steps; i++) {
                sum += (i + 1) * timesteps[i];
            }
            assertThat(sum).as("%s, %d steps", spacing, steps).isEqualTo(checksums[steps - 1]);
        }
        for (int steps : new int[] {1, 2, 3, 5, 7, 13, 30, 50, 333, 999, 1000}) {
            assertThat(spacing.timesteps(1000, steps, 0))
                    .isEqualTo(SCHEDULES
                            .get("timesteps/" + spacing.key() + "/" + steps)
                            .toLongs());
        }
    }

    @Test
    void theStrayTimestepBelowZeroIsLeftOut() {
        long[] diffusers = SCHEDULES.get("timesteps/trailing/61").toLongs();
        assertThat(diffusers).hasSize(62).endsWith(-1);
        assertThat(TimestepSpacing.TRAILING.timesteps(1000, 61, 0)).isEqualTo(Arrays.copyOf(diffusers, 61));
    }

    @Test
    void offsetMovesLeadingTimesteps() {
        assertThat(TimestepSpacing.LEADING.timesteps(1000, 7, 1))
                .isEqualTo(SCHEDULES.get("timesteps/leading_offset1/7").toLongs());
    }

    @Test
    void strengthKeepsTheLastSteps() {
        CogVideoXScheduler scheduler =
                new CogVideoXScheduler(CogVideoXScheduler.Kind.DDIM, SchedulerConfig.cogVideoX(1));
        assertThat(scheduler.solver(5, 0.8).timestep(0)).isEqualTo(799);
        assertThat(scheduler.solver(5, 0.8).steps()).isEqualTo(4);
        assertThat(scheduler.solver(50, 1).timestep(0)).isEqualTo(999);
        assertThatThrownBy(() -> scheduler.solver(5, 0.1)).hasMessageContaining("strength = 0.1 (expected: 0.2 to 1");
        assertThatThrownBy(() -> scheduler.solver(0)).hasMessageContaining("steps = 0 (expected: 1 to 1000");
        assertThatThrownBy(() -> scheduler.solver(1001)).hasMessageContaining("steps = 1001");
    }

    @Test
    void explicitUniformGivesEachSampleOfEachRankItsInterval() {
        int ranks = 3;
        int batch = 4;
        Set<Long> intervals = new HashSet<>();
        for (int rank = 0; rank < ranks; rank++) {
            try (Rng rng = new Rng(rank)) {
                for (long t : Timesteps.explicitUniform(rng, batch, 1200, rank, ranks)) {
                    intervals.add(t / 100);
                }
            }
        }
        assertThat(intervals).hasSize(12);
        try (Rng rng = new Rng(5)) {
            for (int i = 0; i < 200; i++) {
                assertThat(Arrays.stream(Timesteps.explicitUniform(rng, 7, 1000, 0, 1))
                                .allMatch(t -> t >= 0 && t < 1000))
                        .isTrue();
            }
            assertThatThrownBy(() -> Timesteps.explicitUniform(rng, 1, 1000, 2, 2))
                    .hasMessageContaining("rank = 2 (expected: 0 to 1, of 2 ranks)");
        }
    }

    @Test
    void uniformDrawsAsTorchDraws() {
        Golden rng = new Golden("rng/draws.safetensors");
        try (Rng seeded = new Rng(42)) {
            assertThat(Timesteps.uniform(seeded, 17, 1000))
                    .isEqualTo(rng.get("randint/0_1000/seed42/17").toLongs());
        }
    }

    @Test
    void logitNormalTimesGatherWhereTold() {
        try (Rng rng = new Rng(9)) {
            double[] middle = Timesteps.logitNormal(rng, 4000, 0, 1);
            double[] noisy = Timesteps.logitNormal(rng, 4000, 1, 0.5);
            assertThat(Arrays.stream(middle).average().orElseThrow()).isCloseTo(0.5, within(0.02));
            assertThat(Arrays.stream(noisy).average().orElseThrow()).isBetween(0.68, 0.76);
            assertThat(Arrays.stream(middle).allMatch(t -> t > 0 && t < 1)).isTrue();
        }
    }
}

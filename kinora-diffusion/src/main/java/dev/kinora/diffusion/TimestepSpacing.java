package dev.kinora.diffusion;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Which N of T trained timesteps a run visits, highest first (Lin et al. 2023, table 2; rounding as NumPy's). */
public enum TimestepSpacing {
    /** From T - 1 down by T/N: 999, 979, … 19 for 50 of 1000. The only one that starts at pure noise for every N. */
    TRAILING {
        @Override
        long[] of(int trained, int steps) {
            // NumPy's arange steps by the difference of its first two values, rounding included; it also counts N + 1
            // values for some N (61 of 1000), and the one too many would be timestep -1, past the clean end.
            double stride = trained - (trained - (double) trained / steps);
            return IntStream.range(0, steps)
                    .mapToLong(i -> (long) Math.rint(trained - i * stride) - 1)
                    .toArray();
        }
    },
    /** Multiples of T/N, rounded down, plus the offset: never reaches T - 1. */
    LEADING {
        @Override
        long[] of(int trained, int steps) {
            long stride = trained / steps;
            return LongStream.range(0, steps).map(i -> (steps - 1 - i) * stride).toArray();
        }
    },
    /** Evenly from T - 1 to 0, both included. */
    LINSPACE {
        @Override
        long[] of(int trained, int steps) {
            double stride = steps > 1 ? (trained - 1.0) / (steps - 1) : 0;
            return IntStream.range(0, steps)
                    .mapToLong(i -> (long) Math.rint((steps - 1 - i) * stride))
                    .toArray();
        }
    };

    abstract long[] of(int trained, int steps);

    /**
     * The timesteps of a run, highest first.
     *
     * @param trained T
     * @param steps N, from 1 to T
     * @param offset added to each with {@link #LEADING}, else unused
     */
    public long[] timesteps(int trained, int steps, int offset) {
        if (steps < 1 || steps > trained) {
            throw new IllegalArgumentException("TimestepSpacing: steps = " + steps + " (expected: 1 to " + trained
                    + ", the timesteps trained on)");
        }
        long[] timesteps = of(trained, steps);
        if (this == LEADING) {
            Arrays.setAll(timesteps, i -> timesteps[i] + offset);
        }
        return timesteps;
    }

    /** The name in {@code scheduler_config.json}. */
    public String key() {
        return switch (this) {
            case TRAILING -> "trailing";
            case LEADING -> "leading";
            case LINSPACE -> "linspace";
        };
    }

    /** The spacing named so in {@code scheduler_config.json}. */
    public static TimestepSpacing of(String key) {
        for (TimestepSpacing s : values()) {
            if (s.key().equals(key)) {
                return s;
            }
        }
        throw new IllegalArgumentException(
                "TimestepSpacing: timestep_spacing = " + key + " (expected: trailing or leading or linspace)");
    }
}

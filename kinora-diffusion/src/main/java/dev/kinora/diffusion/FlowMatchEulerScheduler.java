package dev.kinora.diffusion;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Euler's method along the straight lines of a {@link RectifiedFlow}, over the noise levels of diffusers' {@code
 * FlowMatchEulerDiscreteScheduler}: shares of noise from 1 down to about 1 / T in equal steps, shifted, then 0. The
 * smallest share is shifted twice, once to find the end of the steps and once as one of them; what is solved is what
 * diffusers solves.
 *
 * @param numTrainTimesteps T
 * @param shift of the shares toward noise, above 0; see {@link RectifiedFlow#shifted}
 */
public record FlowMatchEulerScheduler(int numTrainTimesteps, double shift) implements Scheduler {
    /** The diffusers class, as {@code _class_name} and {@code model_index.json} name it. */
    public static final String CLASS_NAME = "FlowMatchEulerDiscreteScheduler";

    /** Refuses what no levels can be made of. */
    public FlowMatchEulerScheduler {
        require(numTrainTimesteps >= 1, "num_train_timesteps", numTrainTimesteps, "at least 1");
        require(shift > 0, "shift", shift, "above 0");
    }

    /**
     * Reads a {@code scheduler_config.json}.
     *
     * @throws ConfigException if it asks for levels that depend on the sample's size, other spacings or fresh noise
     */
    public static FlowMatchEulerScheduler of(Config config) {
        ConfigReader r = config.reader(CLASS_NAME);
        r.ignore("base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len", "time_shift_type");
        try {
            for (String key : new String[] {
                "use_dynamic_shifting",
                "invert_sigmas",
                "use_karras_sigmas",
                "use_exponential_sigmas",
                "use_beta_sigmas",
                "stochastic_sampling"
            }) {
                require(!r.bool(key, false), key, true, "false");
            }
            double terminal = r.number("shift_terminal", 0);
            require(terminal == 0, "shift_terminal", terminal, "null");
            return r.done(new FlowMatchEulerScheduler(r.integer("num_train_timesteps", 1000), r.number("shift", 1.0)));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(config.where() + ": " + e.getMessage(), e);
        }
    }

    /** The fields as diffusers writes them. */
    public Config toConfig() {
        return Config.of(CLASS_NAME)
                .with("num_train_timesteps", numTrainTimesteps)
                .with("shift", shift)
                .with("use_dynamic_shifting", false);
    }

    @Override
    public String name() {
        return "flow-euler";
    }

    /** Shares of noise at the steps of a run, highest first, and 0: [steps + 1]. Rounded as diffusers rounds them. */
    public float[] sigmas(int steps) {
        require(steps >= 1, "steps", steps, "at least 1");
        double highest = numTrainTimesteps * (double) inSinglePrecision(numTrainTimesteps);
        double lowest = numTrainTimesteps * (double) inSinglePrecision(1);
        float[] sigmas = new float[steps + 1];
        double step = steps == 1 ? 0 : (lowest - highest) / (steps - 1);
        for (int i = 0; i < steps; i++) {
            double timestep = i > 0 && i == steps - 1 ? lowest : highest + i * step;
            double sigma = timestep / numTrainTimesteps;
            sigmas[i] = (float) (shift * sigma / (1 + (shift - 1) * sigma));
        }
        return sigmas;
    }

    /** A training timestep's share of noise, shifted in fp32. */
    private float inSinglePrecision(int timestep) {
        float sigma = (float) timestep / numTrainTimesteps;
        return (float) shift * sigma / (1 + (float) (shift - 1) * sigma);
    }

    @Override
    public Solver solver(int steps) {
        return new Euler(sigmas(steps), numTrainTimesteps);
    }

    @Override
    public Solver solver(int steps, double strength) {
        return new Euler(kept(steps, strength), numTrainTimesteps);
    }

    @Override
    public Tensor noised(Tensor clean, Tensor noise, int steps, double strength) {
        float sigma = kept(steps, strength)[0];
        return noise.mul(sigma).add(clean.mul(1 - sigma));
    }

    private float[] kept(int steps, double strength) {
        return Arrays.copyOfRange(sigmas(steps), Scheduler.skipped(steps, strength), steps + 1);
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    CLASS_NAME + ": " + key + " = " + value + " (expected: " + expected + ")");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // made once a run
    private record Euler(float[] sigmas, int numTrainTimesteps) implements Solver {
        @Override
        public int steps() {
            return sigmas.length - 1;
        }

        @Override
        public double timestep(int index) {
            return sigmas[index] * numTrainTimesteps; // a product of floats, as the network is told it
        }

        @Override
        public Update step(int index, Tensor output, Tensor x, @Nullable Tensor previousX0, Rng rng) {
            Tensor exact = x.to(DType.FP32);
            Tensor next = exact.add(output.mul(sigmas[index + 1] - sigmas[index]));
            return new Update(next, exact.sub(output.mul(sigmas[index])));
        }
    }
}

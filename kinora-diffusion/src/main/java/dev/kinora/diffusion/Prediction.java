package dev.kinora.diffusion;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;

/**
 * What a network was trained to give, and the way between the three. With x = a·x0 + s·ε, where a = √ᾱ is the signal's
 * and s = √(1 - ᾱ) the noise's share (a² + s² = 1), velocity is v = a·ε - s·x0 (Salimans and Ho 2022, appendix D).
 *
 * <p>The two shares are numbers here, for sampling, or tensors that broadcast against the samples, for training; see
 * {@link NoiseSchedule#shares}.
 */
public enum Prediction {
    /** The noise ε. Useless where ᾱ = 0: with zero terminal SNR, x0 is lost at the first step. */
    EPSILON("epsilon"),
    /** The clean sample x0. */
    SAMPLE("sample"),
    /** The velocity v. */
    V("v_prediction");

    private final String key;

    Prediction(String key) {
        this.key = key;
    }

    /** The name in {@code scheduler_config.json}. */
    public String key() {
        return key;
    }

    /** The prediction named so in {@code scheduler_config.json}. */
    public static Prediction of(String key) {
        for (Prediction p : values()) {
            if (p.key.equals(key)) {
                return p;
            }
        }
        throw new IllegalArgumentException(
                "Prediction: prediction_type = " + key + " (expected: epsilon or sample or v_prediction)");
    }

    /** The clean sample, from the network's output at {@code x} and ᾱ of its timestep. */
    public Tensor x0(Tensor output, Tensor x, double alphaBar) {
        double a = Math.sqrt(alphaBar);
        double s = Math.sqrt(1 - alphaBar);
        return switch (this) {
            case EPSILON -> x.sub(Coefficient.times(s, output)).div(a);
            case SAMPLE -> output.to(output.dtype());
            case V -> Coefficient.times(a, x).sub(Coefficient.times(s, output));
        };
    }

    /** The noise, from the network's output at {@code x} and ᾱ of its timestep. */
    public Tensor noise(Tensor output, Tensor x, double alphaBar) {
        double a = Math.sqrt(alphaBar);
        double s = Math.sqrt(1 - alphaBar);
        return switch (this) {
            case EPSILON -> output.to(output.dtype());
            case SAMPLE -> x.sub(output.mul(a)).div(s);
            case V -> output.mul(a).add(x.mul(s));
        };
    }

    /** What the network ought to give for clean {@code x0} and {@code noise}: the target of training. */
    public Tensor target(Tensor x0, Tensor noise, NoiseSchedule.Shares shares) {
        return switch (this) {
            case EPSILON -> noise;
            case SAMPLE -> x0;
            case V -> shares.signal().mul(noise).sub(shares.noise().mul(x0));
        };
    }

    /** The clean sample from the network's output at {@code x}, one pair of shares per batch element. */
    public Tensor x0(Tensor output, Tensor x, NoiseSchedule.Shares shares) {
        return switch (this) {
            case EPSILON -> x.sub(shares.noise().mul(output)).div(shares.signal());
            case SAMPLE -> output;
            case V -> shares.signal().mul(x).sub(shares.noise().mul(output));
        };
    }

    /**
     * Weights of the squared error of this prediction that amount to min(SNR, γ) on x0 (Hang et al. 2023, "Min-SNR"):
     * fp32 [timesteps]. Where the SNR is 0 the weight for ε is its limit, 1.
     *
     * @param gamma the cap, 5 in the paper
     */
    public Tensor minSnrWeights(NoiseSchedule schedule, double gamma, long... timesteps) {
        if (!(gamma > 0)) {
            throw new IllegalArgumentException("Prediction: gamma = " + gamma + " (expected: above 0)");
        }
        double[] weights = new double[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            double snr = schedule.snr(timesteps[i]);
            weights[i] = switch (this) {
                case EPSILON -> snr <= gamma ? 1 : gamma / snr;
                case SAMPLE -> Math.min(snr, gamma);
                case V -> Math.min(snr, gamma) / (snr + 1);
            };
        }
        return Tensors.of(weights).to(DType.FP32);
    }
}

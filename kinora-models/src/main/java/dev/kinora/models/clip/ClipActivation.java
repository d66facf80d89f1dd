package dev.kinora.models.clip;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import java.util.Arrays;

/** {@code hidden_act} of the config: which of two near curves matters, since weights were trained with one of them. */
public enum ClipActivation {
    /** x · sigmoid(1.702 x): OpenAI's models. */
    QUICK_GELU("quick_gelu"),
    /** x · Φ(x): most of OpenCLIP's models. */
    GELU("gelu");

    private final String key;

    ClipActivation(String key) {
        this.key = key;
    }

    /** The name in config.json. */
    public String key() {
        return key;
    }

    static ClipActivation of(Config config, String name) {
        return Arrays.stream(values())
                .filter(a -> a.key.equals(name))
                .findFirst()
                .orElseThrow(() -> ConfigException.of(config.where(), "hidden_act", name, "quick_gelu or gelu"));
    }

    Tensor apply(Tensor x) {
        return this == GELU ? F.gelu(x) : x.mul(x.mul(1.702).sigmoid());
    }
}

package dev.kinora.train.dit;

import dev.kinora.train.internal.Checks;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Further training of a CogVideoX checkpoint's transformer, its text encoder as it is: all weights, or a LoRA beside
 * them.
 *
 * @param checkpoint its folder, in the diffusers layout
 * @param lora what is trained, or null for all weights of the transformer
 * @param recipe how
 */
public record FineTuneConfig(String checkpoint, @Nullable LoraSettings lora, DitRecipe recipe) {
    /** Checks what goes together. */
    public FineTuneConfig {
        Checks.require(
                recipe.objective().target() == DitObjective.Target.VELOCITY,
                "fine-tuning",
                "target",
                recipe.objective().target(),
                "VELOCITY, which CogVideoX checkpoints predict");
    }

    /**
     * A LoRA's size and place, with PEFT's names.
     *
     * @param rank {@code r}
     * @param alpha {@code lora_alpha}
     * @param targetModules layers, by path or its end
     */
    public record LoraSettings(int rank, double alpha, List<String> targetModules) {
        /** Copies the list. */
        public LoraSettings {
            targetModules = List.copyOf(targetModules);
        }
    }

    /**
     * A recipe for some steps: AdamW at 1e-3 for a LoRA and 1e-4 for all weights, no Muon.
     *
     * @param firstFrame whether the checkpoint is image to video
     */
    public static FineTuneConfig of(String checkpoint, @Nullable LoraSettings lora, boolean firstFrame, int steps) {
        DitObjective v = DitObjective.velocity();
        DitObjective objective = new DitObjective(
                v.target(),
                v.shift(),
                v.minSnr(),
                v.foreground(),
                v.timesteps(),
                v.textDropout(),
                firstFrame,
                v.imageDropout());
        LearningRate rate = new LearningRate(
                lora == null ? 1e-4 : 1e-3, Math.min(100, steps / 10), steps, lora == null ? 0.1 : 0.5);
        return new FineTuneConfig(
                checkpoint,
                lora,
                new DitRecipe(
                        3,
                        objective,
                        20_000,
                        1,
                        false,
                        false,
                        1,
                        6,
                        20,
                        new OptimizerConfig(rate, false, 0.9, 0.95, lora == null ? 0.01 : 0, 1, 0.99),
                        true,
                        10,
                        100,
                        200));
    }
}

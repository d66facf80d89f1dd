package dev.kinora.models.lora;

import java.util.List;

/**
 * A new LoRA, with PEFT's names.
 *
 * @param rank {@code r}
 * @param alpha {@code lora_alpha}: the product is multiplied by alpha / rank
 * @param targetModules layers to adapt, by path or the path's end: {@code to_q}, {@code ff.net.2}
 * @param rsLora {@code use_rslora}: alpha / √rank instead
 */
public record LoraConfig(int rank, double alpha, List<String> targetModules, boolean rsLora) {
    /** What CogVideoX's authors adapt. */
    public static final List<String> ATTENTION = List.of("to_q", "to_k", "to_v", "to_out.0");

    /** Checks the numbers and takes a copy. */
    public LoraConfig {
        if (rank < 1) {
            throw new IllegalArgumentException("LoraConfig: rank = " + rank + " (expected: 1 or more)");
        }
        if (!Double.isFinite(alpha)) {
            throw new IllegalArgumentException("LoraConfig: alpha = " + alpha + " (expected: a finite number)");
        }
        if (targetModules.isEmpty()) {
            throw new IllegalArgumentException("LoraConfig: target_modules = [] (expected: at least one)");
        }
        targetModules = List.copyOf(targetModules);
    }

    /** What the product is multiplied by. */
    public double scaling() {
        return alpha / (rsLora ? Math.sqrt(rank) : rank);
    }

    boolean targets(String path) {
        return targetModules.stream().anyMatch(t -> path.equals(t) || path.endsWith("." + t));
    }
}

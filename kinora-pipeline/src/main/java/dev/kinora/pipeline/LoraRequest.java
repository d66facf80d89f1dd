package dev.kinora.pipeline;

import java.nio.file.Path;

/**
 * A LoRA file to apply.
 *
 * @param file a safetensors file in PEFT or kohya form
 * @param scale multiplies its effect; 1 is as trained
 */
public record LoraRequest(Path file, double scale) {
    public LoraRequest {
        if (!Double.isFinite(scale)) {
            throw new RequestException("lora", "scale", scale, "a finite number");
        }
    }

    /** Reads {@code FILE} or {@code FILE:scale}. */
    public static LoraRequest parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0 && colon < text.length() - 1) {
            try {
                return new LoraRequest(
                        Path.of(text.substring(0, colon)), Double.parseDouble(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                return new LoraRequest(Path.of(text), 1); // a colon inside the file's own name
            }
        }
        return new LoraRequest(Path.of(text), 1);
    }
}

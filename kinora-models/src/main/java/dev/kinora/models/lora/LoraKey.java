package dev.kinora.models.lora;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key of a LoRA file taken apart.
 *
 * @param layer the layer's path as the file writes it, with the component's name if it has one
 * @param part which of its tensors
 * @param flat whether dots of the path were written as underscores (kohya)
 */
record LoraKey(String layer, Part part, boolean flat) {
    /** The tensors of a layer. */
    enum Part {
        DOWN,
        UP,
        ALPHA,
        /** What PEFT can train besides and this code does not apply. */
        UNSUPPORTED
    }

    private record Form(Pattern suffix, Part part) {}

    private static final List<Form> FORMS = List.of(
            form("\\.lora_A(\\.\\w+)?\\.weight", Part.DOWN), // PEFT, by the adapter's name or without
            form("\\.lora_B(\\.\\w+)?\\.weight", Part.UP),
            form("\\.lora\\.down\\.weight", Part.DOWN), // diffusers before PEFT
            form("\\.lora\\.up\\.weight", Part.UP),
            form("\\.lora_down\\.weight", Part.DOWN), // kohya
            form("\\.lora_up\\.weight", Part.UP),
            form("_lora\\.down\\.weight", Part.DOWN), // diffusers' attention processors
            form("_lora\\.up\\.weight", Part.UP),
            form("\\.alpha", Part.ALPHA),
            form("\\.lora_[AB](\\.\\w+)?\\.bias", Part.UNSUPPORTED),
            form("\\.(lora_magnitude_vector|dora_scale|diff|diff_b|lora_mid)(\\..*)?", Part.UNSUPPORTED));

    private static final Pattern FLAT = Pattern.compile("lora_(unet|transformer)_(.+)");

    private static Form form(String suffix, Part part) {
        return new Form(Pattern.compile("(.+?)" + suffix), part);
    }

    /** The key's parts, or null for a key that is of no LoRA. */
    static @Nullable LoraKey parse(String key) {
        for (Form form : FORMS) {
            Matcher m = form.suffix.matcher(key);
            if (m.matches()) {
                String layer = m.group(1)
                        .replace(".processor.", ".")
                        .replaceFirst("^base_model\\.model\\.", "")
                        .replaceFirst("^diffusion_model\\.", "");
                if (form.suffix.pattern().contains("_lora")) {
                    layer = layer.replaceFirst("\\.to_out$", ".to_out.0");
                }
                Matcher flat = FLAT.matcher(layer);
                return flat.matches()
                        ? new LoraKey(flat.group(2), form.part, true)
                        : new LoraKey(layer, form.part, false);
            }
        }
        return null;
    }
}

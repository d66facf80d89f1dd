package dev.kinora.models.clip;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything an encoder says. B batch, N places, D width, L blocks.
 *
 * @param lastHiddenState [B, N, D]: of a text after the final norm, of a picture before it, as in transformers
 * @param pooled [B, D], after the norm: where the text ends, or the picture's class token
 * @param hiddenStates L + 1 of [B, N, D]: what goes into the first block and what comes out of each, without the final
 *     norm
 * @param embeds [B, P], {@code pooled} in the space that pictures and texts share, not of unit length; null for an
 *     encoder without the projection
 */
public record ClipOutput(
        Tensor lastHiddenState,
        Tensor pooled,
        List<Tensor> hiddenStates,
        @Nullable Tensor embeds) implements TensorBundle {
    public ClipOutput {
        hiddenStates = List.copyOf(hiddenStates);
    }

    /** The hidden state this many from the end: 1 is the last block's, 2 what Stable Diffusion XL reads. */
    public Tensor hiddenFromEnd(int n) {
        if (n < 1 || n > hiddenStates.size()) {
            throw new IllegalArgumentException(
                    "ClipOutput.hiddenFromEnd: n = " + n + " (expected: 1 to " + hiddenStates.size() + ")");
        }
        return hiddenStates.get(hiddenStates.size() - n);
    }

    @Override
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(hiddenStates);
        all.add(lastHiddenState);
        all.add(pooled);
        if (embeds != null) {
            all.add(embeds);
        }
        return all;
    }
}

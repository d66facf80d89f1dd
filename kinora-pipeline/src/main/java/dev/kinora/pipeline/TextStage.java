package dev.kinora.pipeline;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.text.T5EncoderModel;
import dev.kinora.text.T5Tokenizer;
import dev.kinora.text.Tokens;
import dev.kinora.weights.CheckpointFolder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pre-processing of prompts: texts to the states a transformer reads. Tokenizer and encoder are freed after use. */
public final class TextStage {
    private final CheckpointFolder checkpoint;
    private final String variant;

    /** The stage of a checkpoint with {@code tokenizer} and {@code text_encoder}. */
    public TextStage(CheckpointFolder checkpoint, String variant) {
        this.checkpoint = checkpoint;
        this.variant = variant;
    }

    /**
     * Encodes texts, padded and cut to {@code length} tokens; padding is attended, as the released pipelines do.
     *
     * @param dtype of the encoder; as stored if null
     * @return [texts, length, text_embed_dim]
     */
    public Tensor encode(List<String> texts, int length, @Nullable DType dtype, GenerateListener listener)
            throws IOException {
        long[] ids = tokenize(texts, length, listener);
        try (T5EncoderModel encoder =
                T5EncoderModel.load(checkpoint.component("text_encoder").folder(), variant, dtype)) {
            return TensorScope.compute(() -> Grad.off(() -> encoder.forward(Tensors.of(ids, texts.size(), length))));
        }
    }

    private long[] tokenize(List<String> texts, int length, GenerateListener listener) throws IOException {
        long[] ids = new long[texts.size() * length];
        try (T5Tokenizer tokenizer =
                T5Tokenizer.load(checkpoint.component("tokenizer").folder())) {
            for (int i = 0; i < texts.size(); i++) {
                Tokens cut = tokenizer.encode(texts.get(i), length);
                Tokens whole = tokenizer.encode(texts.get(i));
                if (whole.length() > length) {
                    long[] lost = java.util.Arrays.copyOfRange(whole.ids(), length - 1, whole.length() - 1);
                    listener.notice("prompt: tokens = " + whole.length() + " (expected: at most " + length
                            + "; cut off: \"" + tokenizer.decode(lost) + "\")");
                }
                System.arraycopy(cut.ids(), 0, ids, i * length, length);
            }
        }
        return ids;
    }
}

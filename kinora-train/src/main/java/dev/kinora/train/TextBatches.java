package dev.kinora.train;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.text.T5Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/** Captions to padded ids, each text tokenized once. */
final class TextBatches implements AutoCloseable {
    private final T5Tokenizer tokenizer;
    private final int length;
    private final Map<String, long[]> known = new HashMap<>();

    /**
     * Loads the tokenizer of a folder.
     *
     * @param length tokens of every text, padding included
     */
    TextBatches(Path folder, int length) throws IOException {
        this.tokenizer = T5Tokenizer.load(folder);
        this.length = length;
    }

    /** int64 [texts, length]. */
    Tensor ids(List<String> texts) {
        long[] ids = new long[texts.size() * length];
        for (int i = 0; i < texts.size(); i++) {
            long[] one = known.computeIfAbsent(
                    texts.get(i), t -> tokenizer.encode(t, length).ids());
            System.arraycopy(one, 0, ids, i * length, length);
        }
        return Tensors.of(ids, texts.size(), length);
    }

    int vocabularySize() {
        return tokenizer.vocabularySize();
    }

    /** The caption as people also write it: now and then with a capital, a full stop, or both. */
    static String asWritten(String caption, SplittableRandom random) {
        String text = random.nextInt(6) == 0
                ? caption.substring(0, 1).toUpperCase(Locale.ROOT) + caption.substring(1)
                : caption;
        return random.nextInt(6) == 0 ? text + "." : text;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

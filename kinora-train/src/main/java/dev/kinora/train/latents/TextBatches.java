package dev.kinora.train.latents;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.text.T5Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Captions to padded ids, each text tokenized once. */
public final class TextBatches implements AutoCloseable {
    private final T5Tokenizer tokenizer;
    private final int length;
    private final Map<String, long[]> known = new HashMap<>();

    /**
     * Loads the tokenizer of a folder.
     *
     * @param length tokens of every text, padding included
     */
    public TextBatches(Path folder, int length) throws IOException {
        this.tokenizer = T5Tokenizer.load(folder);
        this.length = length;
    }

    /** int64 [texts, length]. */
    public Tensor ids(List<String> texts) {
        long[] ids = new long[texts.size() * length];
        for (int i = 0; i < texts.size(); i++) {
            long[] one = known.computeIfAbsent(
                    texts.get(i), t -> tokenizer.encode(t, length).ids());
            System.arraycopy(one, 0, ids, i * length, length);
        }
        return Tensors.of(ids, texts.size(), length);
    }

    /** Words and pieces that have an id. */
    public int vocabularySize() {
        return tokenizer.vocabularySize();
    }

    /** Copies the files of a tokenizer's folder. */
    public static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path f : files.toList()) {
                Files.write(to.resolve(f.getFileName().toString()), Files.readAllBytes(f));
            }
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

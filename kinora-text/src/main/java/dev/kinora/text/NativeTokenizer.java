package dev.kinora.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;

/** A tokenizer of Hugging Face's library, from a description in the form of tokenizer.json. Safe for threads. */
final class NativeTokenizer implements AutoCloseable {
    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

    // encoding reads, closing writes: none may still be encoding when the memory goes
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long handle;

    NativeTokenizer(String json, Path where) throws IOException {
        TokenizersNative.load();
        try {
            handle = LIBRARY.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw new IOException(where + ": not a usable tokenizer: " + e.getMessage(), e);
        }
    }

    /** The ids of {@code text} without the special tokens that frame it. */
    long[] encode(String text) {
        checkWellFormed(text);
        return use(tokenizer -> {
            long encoding = LIBRARY.encode(tokenizer, text, false);
            try {
                return LIBRARY.getTokenIds(encoding);
            } finally {
                LIBRARY.deleteEncoding(encoding);
            }
        });
    }

    /** The text of {@code ids}, special tokens left out. */
    String decode(long[] ids) {
        return use(tokenizer -> LIBRARY.decode(tokenizer, ids, true));
    }

    private <T> T use(LongFunction<T> call) {
        lock.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException("tokenizer: state = closed (expected: open)");
            }
            return call.apply(handle);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                LIBRARY.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** A lone surrogate has no UTF-8 form; the native side would turn it into something else. */
    private static void checkWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                throw new IllegalArgumentException(
                        "tokenizer: text = half a surrogate pair at index " + i + " (expected: well-formed UTF-16)");
            }
        }
    }
}

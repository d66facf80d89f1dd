package dev.kinora.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;

/**
 * Hugging Face's tokenizers library, from a description in the form of tokenizer.json.
 *
 * <p>The library comes in a jar and is unpacked once, to the {@code natives} folder of Kinora's cache: the system
 * property {@code kinora.cache}, else the environment variable {@code KINORA_CACHE}, else {@code XDG_CACHE_HOME/kinora},
 * else {@code ~/.cache/kinora}. Nothing is asked of the network.
 */
final class NativeTokenizer implements AutoCloseable {
    private static final Map<String, String> OPTIONS = Map.of("truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;

    /** @param json UTF-8 */
    NativeTokenizer(byte[] json, Path where) throws IOException {
        tokenizer = create(json, where);
    }

    /** The ids of {@code text} without the special tokens that frame it. */
    long[] encode(String text) {
        checkWellFormed(text);
        Encoding encoding = tokenizer.encode(text, false, false);
        return encoding.getIds();
    }

    String decode(long[] ids) {
        return tokenizer.decode(ids, true);
    }

    @Override
    public void close() {
        tokenizer.close();
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

    /**
     * Creates a tokenizer, loading the library first, under settings that hold only meanwhile: on a machine with CUDA
     * the library would otherwise download another build of itself, and on EC2 report its use.
     */
    private static synchronized HuggingFaceTokenizer create(byte[] json, Path where) throws IOException {
        var settings = Map.of(
                "ENGINE_CACHE_DIR", cache().resolve("natives").toString(),
                "RUST_FLAVOR", "cpu",
                "OPT_OUT_TRACKING", "true");
        var set = new ArrayList<String>();
        settings.forEach((key, value) -> {
            if (System.getProperty(key) == null) {
                System.setProperty(key, value);
                set.add(key);
            }
        });
        try {
            LibUtils.checkStatus();
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
        } catch (EngineException | LinkageError e) {
            throw new IOException("tokenizers: the native library does not load from " + settings, e);
        } catch (RuntimeException e) {
            throw new IOException(where + ": not a usable tokenizer: " + e.getMessage(), e);
        } finally {
            set.forEach(System::clearProperty);
        }
    }

    private static Path cache() {
        String home = System.getProperty("kinora.cache", System.getenv("KINORA_CACHE"));
        if (home != null && !home.isBlank()) {
            return Path.of(home).toAbsolutePath();
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (xdg != null && !xdg.isBlank()) {
            return Path.of(xdg, "kinora").toAbsolutePath();
        }
        return Path.of(System.getProperty("user.home"), ".cache", "kinora");
    }
}

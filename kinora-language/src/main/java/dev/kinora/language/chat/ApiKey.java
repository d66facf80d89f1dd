package dev.kinora.language.chat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A key that shows itself to nobody but the server it is for. */
public final class ApiKey {
    private final String secret;

    private ApiKey(String secret) {
        this.secret = secret;
    }

    /**
     * A key.
     *
     * @throws IllegalArgumentException if it is empty or cannot stand in a header; the message does not tell it
     */
    public static ApiKey of(String secret) {
        String key = secret.strip();
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException("API key = unusable (expected: printable ASCII characters in one word)");
        }
        return new ApiKey(key);
    }

    /** The key in a variable of the environment; null where that is not set. */
    public static @Nullable ApiKey ofEnvironment(String name, Map<String, String> environment) {
        String value = environment.getOrDefault(name, "");
        return value.isBlank() ? null : of(value);
    }

    /** As it stands in a request. */
    String header() {
        return "Bearer " + secret;
    }

    /** A text without the key, should a server have repeated it. */
    String hide(String text) {
        return text.replace(secret, "***");
    }

    @Override
    public String toString() {
        return "***";
    }
}

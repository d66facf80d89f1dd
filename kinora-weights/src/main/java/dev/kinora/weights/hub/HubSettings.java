package dev.kinora.weights.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which hub, which cache, whose token.
 *
 * @param endpoint the hub, without a slash at the end
 * @param cache the folder of all repositories, shared with Python tools
 * @param token sent to the endpoint only; null for anonymous
 * @param offline whether the network must not be touched
 * @param symlinks whether snapshots may link to blobs; otherwise they hold the files
 * @param metadataTimeout longest wait for an answer without content
 * @param stallTimeout longest wait for the next piece of content
 * @param parallel files fetched at the same time
 */
public record HubSettings(
        URI endpoint,
        Path cache,
        @Nullable String token,
        boolean offline,
        boolean symlinks,
        Duration metadataTimeout,
        Duration stallTimeout,
        int parallel) {
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    /** Checks the values. */
    public HubSettings {
        String scheme = endpoint.getScheme();
        if (endpoint.getHost() == null || (!"https".equals(scheme) && !"http".equals(scheme))) {
            throw new IllegalArgumentException(
                    "HubSettings: HF_ENDPOINT = " + endpoint + " (expected: an http or https address)");
        }
        if (parallel < 1) {
            throw new IllegalArgumentException("HubSettings: parallel = " + parallel + " (expected: at least 1)");
        }
    }

    /** What the environment says, by the variables that huggingface_hub reads. */
    public static HubSettings fromEnvironment() throws IOException {
        return from(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * What these variables say: {@code HF_HOME}, {@code HF_HUB_CACHE}, {@code HF_ENDPOINT}, {@code HF_TOKEN},
     * {@code HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_SYMLINKS},
     * {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}, {@code HF_HUB_ETAG_TIMEOUT}, {@code HF_HUB_DOWNLOAD_TIMEOUT} and their older
     * names.
     */
    public static HubSettings from(Map<String, String> env, Path home) throws IOException {
        Path cacheHome = path(env.get("XDG_CACHE_HOME"), home, home.resolve(".cache"));
        Path hf = path(env.get("HF_HOME"), home, cacheHome.resolve("huggingface"));
        Path old = path(env.get("HUGGINGFACE_HUB_CACHE"), home, hf.resolve("hub"));
        String endpoint = env.getOrDefault("HF_ENDPOINT", "https://huggingface.co");
        return new HubSettings(
                uri(endpoint.replaceAll("/+$", "")),
                path(env.get("HF_HUB_CACHE"), home, old),
                isTrue(env, "HF_HUB_DISABLE_IMPLICIT_TOKEN") ? null : token(env, home, hf),
                isTrue(env, "HF_HUB_OFFLINE") || isTrue(env, "TRANSFORMERS_OFFLINE"),
                !isTrue(env, "HF_HUB_DISABLE_SYMLINKS"),
                seconds(env, "HF_HUB_ETAG_TIMEOUT"),
                seconds(env, "HF_HUB_DOWNLOAD_TIMEOUT"),
                8);
    }

    private static @Nullable String token(Map<String, String> env, Path home, Path hf) throws IOException {
        for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            String token = clean(env.get(name));
            if (token != null) {
                return token;
            }
        }
        Path file = path(env.get("HF_TOKEN_PATH"), home, hf.resolve("token"));
        return Files.isRegularFile(file) ? clean(Files.readString(file)) : null;
    }

    private static @Nullable String clean(@Nullable String token) {
        String t = token == null ? "" : token.strip();
        return t.isEmpty() ? null : t;
    }

    private static Path path(@Nullable String value, Path home, Path otherwise) {
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        if (value.equals("~") || value.startsWith("~/")) {
            return home.resolve(value.length() < 2 ? "" : value.substring(2));
        }
        return Path.of(value).toAbsolutePath();
    }

    private static URI uri(String endpoint) {
        try {
            return URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "HubSettings: HF_ENDPOINT = " + endpoint + " (expected: an http or https address)", e);
        }
    }

    private static boolean isTrue(Map<String, String> env, String name) {
        return TRUE.contains(env.getOrDefault(name, "").toUpperCase(Locale.ROOT));
    }

    private static Duration seconds(Map<String, String> env, String name) {
        String value = env.getOrDefault(name, "10");
        try {
            double seconds = Double.parseDouble(value);
            if (seconds > 0 && seconds < 86_400) {
                return Duration.ofMillis((long) (seconds * 1000));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("HubSettings: " + name + " = " + value + " (expected: seconds)", e);
        }
        throw new IllegalArgumentException("HubSettings: " + name + " = " + value + " (expected: seconds)");
    }

    /** All but the token, which must not reach a log. */
    @Override
    public String toString() {
        return "HubSettings[endpoint=" + endpoint + ", cache=" + cache + ", token=" + (token == null ? "none" : "set")
                + ", offline=" + offline + ", symlinks=" + symlinks + "]";
    }
}

package dev.kinora.media;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What metadata every container can carry unchanged. */
final class Tags {
    static final int MAX_VALUE = 8 << 20;
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    /** Keys that containers fill in themselves. */
    private static final Set<String> RESERVED =
            Set.of("encoder", "major_brand", "minor_version", "compatible_brands", "creation_time", "duration");

    private Tags() {}

    static void check(Map<String, String> metadata) {
        metadata.forEach((key, value) -> {
            if (!KEY.matcher(key).matches() || RESERVED.contains(key)) {
                throw MediaException.badArgument(
                        "VideoSpec", "metadata key", key, KEY + ", none of the containers' own " + RESERVED);
            }
            if (value.isEmpty() || value.length() > MAX_VALUE || value.indexOf('\0') >= 0) {
                throw MediaException.badArgument(
                        "VideoSpec",
                        "metadata[" + key + "]",
                        value.length() + " characters",
                        "1 to " + MAX_VALUE + " characters, no NUL");
            }
        });
    }
}

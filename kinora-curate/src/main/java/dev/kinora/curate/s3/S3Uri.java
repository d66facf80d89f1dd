package dev.kinora.curate.s3;

/**
 * An address in a bucket.
 *
 * @param bucket its name
 * @param key of an object, or of a folder without the last {@code /}; empty for all of the bucket
 */
public record S3Uri(String bucket, String key) {
    private static final String SCHEME = "s3://";

    /** Whether a text is meant as such an address. */
    public static boolean is(String text) {
        return text.startsWith(SCHEME);
    }

    /** Reads {@code s3://bucket/key}. */
    public static S3Uri parse(String text) {
        String rest = is(text) ? text.substring(SCHEME.length()) : "";
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        if (!bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new IllegalArgumentException("s3: address = " + text + " (expected: s3://BUCKET/KEY)");
        }
        return new S3Uri(bucket, slash < 0 ? "" : rest.substring(slash + 1).replaceFirst("/+$", ""));
    }

    /** What lies below it. */
    S3Uri at(String path) {
        return new S3Uri(bucket, key.isEmpty() ? path : key + "/" + path);
    }

    @Override
    public String toString() {
        return SCHEME + bucket + "/" + key;
    }
}

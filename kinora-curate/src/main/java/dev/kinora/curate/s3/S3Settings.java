package dev.kinora.curate.s3;

import java.time.Duration;

/**
 * How a store that speaks S3 is reached; what is empty comes from where the AWS SDK finds it: environment, profile, role.
 *
 * @param endpoint address such as {@code http://localhost:9000}; empty for Amazon's
 * @param region such as {@code eu-central-1}; empty for the SDK's choice, {@code us-east-1} at an endpoint of one's own
 * @param pathStyle whether the bucket's name stands in the path rather than in the host's name
 * @param anonymous whether requests are not signed
 * @param attempts how often a request is tried that the store or the network fails, 1 or more
 * @param pauseMillis before the second try; doubled with each, to at most twenty seconds
 */
public record S3Settings(
        String endpoint, String region, boolean pathStyle, boolean anonymous, int attempts, int pauseMillis) {
    /** As the environment says; six tries. */
    public static final S3Settings DEFAULT = new S3Settings("", "", false, false, 6, 500);

    public S3Settings {
        if (attempts < 1) {
            throw new IllegalArgumentException("s3: attempts = " + attempts + " (expected: 1 or more)");
        }
    }

    /** Pause before the try after this one, which is 1 or more. */
    Duration pauseAfter(int attempt) {
        Duration most = Duration.ofSeconds(20);
        Duration wanted = Duration.ofMillis(pauseMillis).multipliedBy(1L << Math.min(16, attempt - 1));
        return wanted.compareTo(most) > 0 ? most : wanted;
    }
}

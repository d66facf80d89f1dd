package dev.kinora.cli;

import dev.kinora.curate.s3.S3Settings;
import picocli.CommandLine.Option;

/** How buckets are reached. */
final class S3Options {
    @Option(
            names = "--s3-endpoint",
            paramLabel = "URL",
            description = "A store that speaks S3, where it is not Amazon's: http://localhost:9000.")
    private String endpoint = "";

    @Option(
            names = "--s3-region",
            paramLabel = "NAME",
            description = "Its region. Default: as the environment or profile says.")
    private String region = "";

    @Option(names = "--s3-path-style", description = "The bucket's name stands in the path, not in the host's name.")
    private boolean pathStyle;

    @Option(
            names = "--s3-anonymous",
            description = "Requests are not signed. Default: credentials of the environment, profile or role.")
    private boolean anonymous;

    S3Settings settings() {
        S3Settings usual = S3Settings.DEFAULT;
        return new S3Settings(endpoint, region, pathStyle, anonymous, usual.attempts(), usual.pauseMillis());
    }
}

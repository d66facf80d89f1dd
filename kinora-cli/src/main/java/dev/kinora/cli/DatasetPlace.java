package dev.kinora.cli;

import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.s3.BucketDataset;
import dev.kinora.curate.s3.S3;
import dev.kinora.curate.s3.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A finished dataset that a command is about. */
final class DatasetPlace {
    /** The clips and what joined them later, as tables. */
    static final Predicate<String> CLIPS =
            path -> path.equals(Manifest.CLIPS) || (SideTable.is(path) && path.endsWith(".parquet"));

    @Parameters(
            paramLabel = "DATASET",
            description = "A folder that kinora curate has finished, or s3://BUCKET/KEY that it has published to.")
    private String given = "";

    @Mixin
    private S3Options s3 = new S3Options();

    /** What is done with it. */
    interface Use<T> {
        T of(Dataset dataset) throws IOException;
    }

    /**
     * Opens it.
     *
     * @param tables which of its files have to lie in the folder; those of a bucket are fetched
     */
    <T> T open(Predicate<String> tables, Use<T> use) throws IOException {
        if (!inBucket()) {
            if (!Files.isRegularFile(Path.of(given, Manifest.NAME))) {
                throw new CommandException("DATASET = " + given
                        + " (expected: a folder that kinora curate has finished, with " + Manifest.NAME + ")");
            }
            return use.of(Dataset.of(Path.of(given)));
        }
        try (S3 store = new S3(s3.settings())) {
            Path cache = Build.cache().resolve("datasets");
            return use.of(BucketDataset.open(store, S3Uri.parse(given), cache, tables));
        }
    }

    boolean inBucket() {
        return S3Uri.is(given);
    }

    /** As it was given. */
    String given() {
        return given;
    }
}

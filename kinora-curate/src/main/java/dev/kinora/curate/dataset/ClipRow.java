package dev.kinora.curate.dataset;

import dev.kinora.curate.worker.ClipResult;
import dev.kinora.curate.worker.Facts;
import org.jspecify.annotations.Nullable;

/**
 * A clip with where it came from and where it lies.
 *
 * @param source the file it was cut from
 * @param facts of that file
 * @param clip itself
 * @param bucket of its kind
 * @param duplicateOf id of the clip that it is like; null where it is the original
 * @param duplicateBy {@code phash} or {@code embedding}: in what it is like it; null where it is the original
 */
record ClipRow(
        Source source,
        Facts facts,
        ClipResult clip,
        Bucket bucket,
        @Nullable String duplicateOf,
        @Nullable String duplicateBy) {}

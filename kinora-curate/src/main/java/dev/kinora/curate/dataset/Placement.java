package dev.kinora.curate.dataset;

/**
 * Where a clip lies.
 *
 * @param path within the dataset, with {@code /}
 * @param offset of its first byte within that file: 0 for a file of its own
 */
record Placement(String path, long offset) {}

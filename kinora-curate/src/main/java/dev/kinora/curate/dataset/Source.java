package dev.kinora.curate.dataset;

/**
 * A file that went in.
 *
 * @param name as it was given: the argument, and below a folder the path within it, with {@code /}
 * @param sha256 of its content
 * @param bytes its size
 */
public record Source(String name, String sha256, long bytes) {}

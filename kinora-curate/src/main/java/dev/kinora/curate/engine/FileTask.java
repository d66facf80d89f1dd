package dev.kinora.curate.engine;

import java.nio.file.Path;

/**
 * A file to curate.
 *
 * @param sha256 of its content
 * @param file where it lies
 * @param bytes its size
 */
public record FileTask(String sha256, Path file, long bytes) {}

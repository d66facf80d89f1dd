package dev.kinora.curate.stage;

/**
 * A score of a clip as a column of the manifest.
 *
 * @param name in snake case, beginning with its stage's name
 * @param unit such as {@code 1/s}, or {@code 0..1}
 * @param meaning one line
 */
public record Column(String name, String unit, String meaning) {}

package dev.kinora.curate.stage;

/**
 * How a value was come by: two values compare only where their methods are equal.
 *
 * @param stage the stage's name, such as {@code motion}
 * @param version raised whenever the same frames would give other values
 * @param model SHA-256 of the weights it ran, lower-case hex; empty where it runs none
 */
public record Method(String stage, int version, String model) {
    /** {@code motion/1}. */
    public String id() {
        return stage + "/" + version;
    }
}

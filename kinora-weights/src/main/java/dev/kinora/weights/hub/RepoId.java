package dev.kinora.weights.hub;

import java.util.regex.Pattern;

/**
 * A model repository on a hub.
 *
 * @param text {@code owner/name}, or {@code name} alone for a few old ones
 */
public record RepoId(String text) {
    private static final Pattern FORM = Pattern.compile("(\\w[\\w.-]{0,95}/)?\\w[\\w.-]{0,95}");

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if it is not a repository's name
     */
    public RepoId {
        boolean odd = text.contains("--")
                || text.contains("..")
                || text.endsWith(".git")
                || text.endsWith("-")
                || text.endsWith(".")
                || text.contains("-/")
                || text.contains("./");
        if (!FORM.matcher(text).matches() || odd) {
            throw new IllegalArgumentException("RepoId: repository = " + text
                    + " (expected: OWNER/NAME of letters, digits, '-', '_', '.', without '--' or '..')");
        }
    }

    /** The repository's folder in a cache: {@code models--owner--name}. */
    public String folderName() {
        return "models--" + text.replace("/", "--");
    }

    @Override
    public String toString() {
        return text;
    }
}

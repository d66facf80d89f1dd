package dev.kinora.pipeline;

/** A request that cannot be carried out, found before any work started. */
public final class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A message in the form {@code where: name = value (expected: …)}. */
    public RequestException(String where, String name, Object value, String expected) {
        super(where + ": " + name + " = " + value + " (expected: " + expected + ")");
    }
}

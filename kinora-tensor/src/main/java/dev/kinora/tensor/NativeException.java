package dev.kinora.tensor;

/** A libtorch operation refused its arguments: the operation, the shapes it saw, and libtorch's first line. */
public final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NativeException(String message, Throwable cause) {
        super(message, cause);
    }
}

package dev.kinora.nn;

import dev.kinora.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A named slot of fixed shape that a checkpoint or an initialiser fills. Declaring one costs no memory, so a model's
 * keys and size are known before any weight is read.
 */
public final class Parameter {
    private final String key;
    private final long[] shape;
    private final Init init;
    private final boolean trainable;
    private @Nullable Tensor value;

    Parameter(String key, long[] shape, Init init, boolean trainable) {
        this.key = key;
        this.shape = shape.clone();
        this.init = init;
        this.trainable = trainable;
    }

    /** The literal checkpoint key. */
    public String key() {
        return key;
    }

    /** The declared shape; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements. */
    public long numel() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** How a fresh value is drawn when training from scratch. */
    public Init init() {
        return init;
    }

    /** False for persistent buffers: stored in checkpoints, not touched by an optimizer. */
    public boolean isTrainable() {
        return trainable;
    }

    /** Whether the slot is filled. */
    public boolean isBound() {
        return value != null;
    }

    /**
     * The weights.
     *
     * @throws IllegalStateException if neither loaded nor initialised
     */
    public Tensor value() {
        Tensor v = value;
        if (v == null) {
            throw new IllegalStateException(key + ": weights = none (expected: loaded or initialised before forward)");
        }
        return v;
    }

    void set(Tensor tensor) {
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new IllegalArgumentException(key + ": shape = " + Arrays.toString(tensor.shape()) + " (expected: "
                    + Arrays.toString(shape) + ")");
        }
        value = tensor;
    }

    @Override
    public String toString() {
        return key + Arrays.toString(shape);
    }
}

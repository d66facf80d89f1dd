package dev.kinora.weights;

import java.util.List;

/**
 * What a safetensors header says of one tensor.
 *
 * @param name the key
 * @param type the element type
 * @param shape the sizes, outermost first; empty for a scalar
 * @param begin first byte, counted from the end of the header
 * @param end the byte after the last, counted from the end of the header
 */
public record TensorInfo(String name, StoredType type, List<Long> shape, long begin, long end) {
    /** Takes a copy of the shape. */
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Size of the content in bytes. */
    public long bytes() {
        return end - begin;
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** The shape as an array of its own. */
    public long[] dims() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}

package dev.kinora.weights;

import dev.kinora.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Every element type a safetensors file may name, from narrow to wide: the order in which a writer lays tensors down,
 * so that each begins at a multiple of its own size. Those without a {@link DType} can be listed, hashed and copied,
 * not computed with.
 */
public enum StoredType {
    /** One byte, zero or one. */
    BOOL(8, DType.BOOL),
    /** 4-bit float, two to a byte. */
    F4(4, null),
    /** 6-bit float, 2 exponent bits. */
    F6_E2M3(6, null),
    /** 6-bit float, 3 exponent bits. */
    F6_E3M2(6, null),
    /** Unsigned 8-bit integer. */
    U8(8, DType.UINT8),
    /** Signed 8-bit integer. */
    I8(8, DType.INT8),
    /** 8-bit float, 5 exponent bits. */
    F8_E5M2(8, DType.FP8_E5M2),
    /** 8-bit float, 4 exponent bits. */
    F8_E4M3(8, DType.FP8_E4M3),
    /** 8-bit power of two, for block scales. */
    F8_E8M0(8, null),
    /** 8-bit float, 4 exponent bits, one zero. */
    F8_E4M3FNUZ(8, null),
    /** 8-bit float, 5 exponent bits, one zero. */
    F8_E5M2FNUZ(8, null),
    /** Signed 16-bit integer. */
    I16(16, DType.INT16),
    /** Unsigned 16-bit integer. */
    U16(16, null),
    /** IEEE binary16. */
    F16(16, DType.FP16),
    /** bfloat16. */
    BF16(16, DType.BF16),
    /** Signed 32-bit integer. */
    I32(32, DType.INT32),
    /** Unsigned 32-bit integer. */
    U32(32, null),
    /** IEEE binary32. */
    F32(32, DType.FP32),
    /** Two binary32: a complex number. */
    C64(64, null),
    /** IEEE binary64. */
    F64(64, DType.FP64),
    /** Signed 64-bit integer. */
    I64(64, DType.INT64),
    /** Unsigned 64-bit integer. */
    U64(64, null);

    private final int bits;
    private final @Nullable DType dtype;

    StoredType(int bits, @Nullable DType dtype) {
        this.bits = bits;
        this.dtype = dtype;
    }

    /** Bits of one element. */
    public int bits() {
        return bits;
    }

    /** The type such elements compute with, or null where there is none. */
    public @Nullable DType dtype() {
        return dtype;
    }

    /** The type a tensor of this dtype is stored as. */
    public static StoredType of(DType dtype) {
        return valueOf(dtype.safetensorsName());
    }

    static @Nullable StoredType named(String name) {
        for (StoredType t : values()) {
            if (t.name().equals(name)) {
                return t;
            }
        }
        return null;
    }
}

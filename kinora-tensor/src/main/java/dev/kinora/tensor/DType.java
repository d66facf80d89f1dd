package dev.kinora.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element type of a tensor, with the names safetensors and diffusers use for it. */
public enum DType {
    /** IEEE 754 binary64. */
    FP64(8, "F64", "float64", ScalarType.Double),
    /** IEEE 754 binary32. */
    FP32(4, "F32", "float32", ScalarType.Float),
    /** IEEE 754 binary16. */
    FP16(2, "F16", "float16", ScalarType.Half),
    /** bfloat16: the upper half of a binary32. */
    BF16(2, "BF16", "bfloat16", ScalarType.BFloat16),
    /** 8-bit float, 4 exponent bits, no infinities; a storage type only. */
    FP8_E4M3(1, "F8_E4M3", "float8_e4m3fn", ScalarType.Float8_e4m3fn),
    /** 8-bit float, 5 exponent bits; a storage type only. */
    FP8_E5M2(1, "F8_E5M2", "float8_e5m2", ScalarType.Float8_e5m2),
    /** Signed 64-bit integer. */
    INT64(8, "I64", "int64", ScalarType.Long),
    /** Signed 32-bit integer. */
    INT32(4, "I32", "int32", ScalarType.Int),
    /** Signed 16-bit integer. */
    INT16(2, "I16", "int16", ScalarType.Short),
    /** Signed 8-bit integer. */
    INT8(1, "I8", "int8", ScalarType.Char),
    /** Unsigned 8-bit integer. */
    UINT8(1, "U8", "uint8", ScalarType.Byte),
    /** One byte, zero or one. */
    BOOL(1, "BOOL", "bool", ScalarType.Bool);

    private final int bytes;
    private final String safetensorsName;
    private final String torchName;
    private final ScalarType scalarType;

    DType(int bytes, String safetensorsName, String torchName, ScalarType scalarType) {
        this.bytes = bytes;
        this.safetensorsName = safetensorsName;
        this.torchName = torchName;
        this.scalarType = scalarType;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The name in a safetensors header, such as {@code BF16}. */
    public String safetensorsName() {
        return safetensorsName;
    }

    /** The name torch prints and diffusers configs carry, such as {@code bfloat16}. */
    public String torchName() {
        return torchName;
    }

    /** Whether the values are floating point numbers. */
    public boolean isFloatingPoint() {
        return torchName.contains("float");
    }

    ScalarType scalarType() {
        return scalarType;
    }

    static DType of(ScalarType type) {
        for (DType d : values()) {
            if (d.scalarType.value == type.value) {
                return d;
            }
        }
        throw new IllegalArgumentException("dtype = " + type + " (expected: one of the types Kinora stores)");
    }

    /**
     * Reads a name as a user writes it ({@code fp32}, {@code bf16}), as torch prints it ({@code bfloat16}) or as
     * safetensors stores it ({@code BF16}).
     *
     * @throws IllegalArgumentException if no type has that name
     */
    public static DType parse(String name) {
        String n = name.toLowerCase(Locale.ROOT).replace("torch.", "");
        for (DType d : values()) {
            if (d.name().toLowerCase(Locale.ROOT).equals(n)
                    || d.torchName.equals(n)
                    || d.safetensorsName.toLowerCase(Locale.ROOT).equals(n)) {
                return d;
            }
        }
        throw new IllegalArgumentException("dtype = " + name + " (expected: fp32, bf16, fp16, int8, …)");
    }
}

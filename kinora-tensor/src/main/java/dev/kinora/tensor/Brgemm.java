package dev.kinora.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The small blocked product that libtorch exports: {@code C (+)= A B} with bf16 A and B and fp32 C, on one thread, for
 * blocks that live in cache. It runs on the matrix unit (AMX) or on the vector unit's bf16 instructions (AVX-512 BF16);
 * everywhere else {@link #available} is false and other kernels serve.
 *
 * <p>B is laid out in pairs of rows: [K/2, N, 2].
 */
final class Brgemm {
    /** The fp32 product: on every x86-64, by the same library's vector kernels. */
    private static final class Fp32 {
        static final @Nullable MethodHandle PRODUCT = Handles.find(
                "_ZN2at6native7cpublas6brgemmEllllllbPKfS3_Pfb", Handles.PRODUCT_TYPE, Linker.Option.critical(true));
    }

    /** Loaded late: the linker costs tens of milliseconds that small work should not pay. */
    private static final class Handles {
        static final FunctionDescriptor PRODUCT_TYPE = FunctionDescriptor.ofVoid(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_BOOLEAN,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_BOOLEAN);
        static final @Nullable MethodHandle PRODUCT;
        static final @Nullable MethodHandle RELEASE;
        static final @Nullable MethodHandle MEMMOVE;

        static {
            MethodHandle product = null;
            MethodHandle release = null;
            MethodHandle memmove = null;
            if (supported()) {
                product = find(
                        "_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb",
                        PRODUCT_TYPE,
                        Linker.Option.critical(true));
                release = find(
                        "_ZN2at6native7cpublas14brgemm_releaseEb", FunctionDescriptor.ofVoid(ValueLayout.JAVA_BOOLEAN));
                memmove = Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker()
                                        .defaultLookup()
                                        .find("memmove")
                                        .orElseThrow(),
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.JAVA_LONG),
                                Linker.Option.critical(true));
            }
            PRODUCT = release == null ? null : product;
            RELEASE = release;
            MEMMOVE = memmove;
        }

        static final boolean MATRIX_UNIT = matrixUnit();

        // brgemm itself throws a C++ exception on other CPUs, which a downcall would not survive
        private static boolean supported() {
            return matrixUnit() || vectorUnit();
        }

        private static boolean matrixUnit() {
            MethodHandle couldPack = find(
                    "_ZN2at6native7cpublas10could_packEN3c1010ScalarTypeE",
                    FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, ValueLayout.JAVA_BYTE));
            if (couldPack == null) {
                return false;
            }
            try {
                return (boolean) couldPack.invokeExact(torch.ScalarType.BFloat16.value);
            } catch (Throwable t) {
                throw new IllegalStateException("could_pack", t);
            }
        }

        private static boolean vectorUnit() {
            // told to use older instructions, the library has no such product
            if (System.getenv("ONEDNN_MAX_CPU_ISA") != null || System.getenv("DNNL_MAX_CPU_ISA") != null) {
                return false;
            }
            MethodHandle bf16 =
                    find("_ZN2at3cpu24is_avx512_bf16_supportedEv", FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN));
            if (bf16 == null) {
                return false;
            }
            try {
                return (boolean) bf16.invokeExact();
            } catch (Throwable t) {
                throw new IllegalStateException("is_avx512_bf16_supported", t);
            }
        }

        private static @Nullable MethodHandle find(String symbol, FunctionDescriptor type, Linker.Option... options) {
            Torch.threads(); // loads the library
            Optional<MemorySegment> at = SymbolLookup.loaderLookup().find(symbol);
            return at.map(a -> Linker.nativeLinker().downcallHandle(a, type, options))
                    .orElse(null);
        }
    }

    /** Whether the processor multiplies in bf16 by instructions of its own, which libtorch is allowed to use. */
    static boolean hasInstructions() {
        return Handles.supported();
    }

    private Brgemm() {}

    static boolean available() {
        return Handles.PRODUCT != null;
    }

    /** Whether the product runs on AMX: then it is far faster than whatever comes between two products. */
    static boolean onMatrixUnit() {
        return Handles.MATRIX_UNIT;
    }

    static boolean availableFp32() {
        return Fp32.PRODUCT != null;
    }

    /** {@code c (+)= a b} in fp32 for a [m, k], b [k, n] and c [m, n] with row strides lda, ldb and ldc, in elements. */
    static void productFp32(
            long m,
            long n,
            long k,
            long lda,
            long ldb,
            long ldc,
            boolean add,
            MemorySegment a,
            MemorySegment b,
            MemorySegment c) {
        MethodHandle h = Fp32.PRODUCT;
        if (h == null) {
            throw new IllegalStateException("brgemm fp32 = absent (expected: checked by availableFp32())");
        }
        try {
            h.invokeExact(m, n, k, lda, ldb, ldc, add, a, b, c, false);
        } catch (Throwable t) {
            throw new IllegalStateException("brgemm", t);
        }
    }

    /**
     * {@code c (+)= a b} for a [m, k] with row stride lda, b [k/2, n, 2] with row stride ldb, c [m, n] with row stride
     * ldc, all in elements.
     */
    static void product(
            long m,
            long n,
            long k,
            long lda,
            long ldb,
            long ldc,
            boolean add,
            MemorySegment a,
            MemorySegment b,
            MemorySegment c) {
        MethodHandle h = Handles.PRODUCT;
        if (h == null) {
            throw new IllegalStateException("brgemm = absent (expected: checked by available())");
        }
        try {
            h.invokeExact(m, n, k, lda, ldb, ldc, add, a, b, c, true);
        } catch (Throwable t) {
            throw new IllegalStateException("brgemm", t);
        }
    }

    /**
     * How many bytes to skip in a heap array to begin on a cache line: the matrix unit is three times slower across
     * lines. The collector may move the array later, which costs speed only.
     */
    static int skipToCacheLine(MemorySegment array) {
        MethodHandle h = Handles.MEMMOVE;
        if (h == null) {
            return 0;
        }
        try {
            // moving nothing returns the address, the only way to learn where an array lies
            return (int) (-(long) h.invokeExact(array, array, 0L) & 63);
        } catch (Throwable t) {
            throw new IllegalStateException("memmove", t);
        }
    }

    /** Gives the matrix unit back after a run of products on this thread. */
    static void release() {
        MethodHandle h = Handles.RELEASE;
        if (h != null) {
            try {
                h.invokeExact(true);
            } catch (Throwable t) {
                throw new IllegalStateException("brgemm_release", t);
            }
        }
    }
}

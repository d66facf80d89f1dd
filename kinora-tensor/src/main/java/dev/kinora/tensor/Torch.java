package dev.kinora.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/** The native library as a whole: threads, versions, what the machine can do. */
public final class Torch {
    static {
        OpenMp.sleepWhileWaiting();
    }

    private Torch() {}

    /** Threads that one operation may use. */
    public static int threads() {
        return torch.get_num_threads();
    }

    /** Sets how many threads one operation may use. */
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads = " + threads + " (expected: 1 or more)");
        }
        torch.set_num_threads(threads);
        setBlasThreads(threads);
    }

    /** OpenBLAS keeps threads of its own beside libtorch's; MKL, which may stand in for it, follows libtorch's. */
    private static void setBlasThreads(int threads) {
        SymbolLookup.loaderLookup()
                .find("openblas_set_num_threads")
                .map(at -> Linker.nativeLinker().downcallHandle(at, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)))
                .ifPresent(set -> {
                    try {
                        set.invokeExact(threads);
                    } catch (Throwable t) {
                        throw new IllegalStateException("openblas_set_num_threads", t);
                    }
                });
    }

    /** Whether libtorch was built with oneDNN here. */
    static boolean hasOneDnn() {
        return Context.hasMKLDNN();
    }

    /** The vector instructions libtorch's own kernels use here, such as {@code AVX512}. */
    public static String cpuCapability() {
        try (BytePointer p = torch.get_cpu_capability()) {
            return p.getString();
        }
    }

    /** The version of libtorch and its binding, such as {@code 2.10.0-1.5.13}. */
    public static String version() {
        String version = torch.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}

package dev.kinora.tensor;

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
        BlasThreads.apply();
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

    /**
     * Whether the processor multiplies in bfloat16 by instructions of its own (AVX-512 BF16 or AMX). Others convert to fp32
     * and back, which takes longer than fp32 does.
     */
    public static boolean hasBf16() {
        return Brgemm.hasInstructions();
    }

    /** The version of libtorch and its binding, such as {@code 2.10.0-1.5.13}. */
    public static String version() {
        String version = torch.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}

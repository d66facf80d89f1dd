package dev.kinora.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The threads that OpenBLAS keeps beside libtorch's. After a product they spin for a while, on the processors that
 * libtorch's threads need for what comes next, and products inside libtorch's attention, one a thread, wait for one
 * another. Where nearly all time goes into a few large products that does not show; a training step of a small model
 * takes a third longer for it. MKL, which may stand in for OpenBLAS, has libtorch's threads and is left alone.
 */
public final class BlasThreads {
    private static int resting;

    private BlasThreads() {}

    /** Lets OpenBLAS work on the caller's thread alone until closed; products of a size then run on libtorch's threads. */
    public static synchronized Rest rest() {
        resting++;
        apply();
        return new Rest();
    }

    /** Until closed, OpenBLAS' own threads sleep. */
    public static final class Rest implements AutoCloseable {
        private boolean over;

        private Rest() {}

        @Override
        public void close() {
            if (!over) {
                over = true;
                end();
            }
        }
    }

    private static synchronized void end() {
        resting--;
        apply();
    }

    /** Whether a product of a size should look for other threads than OpenBLAS'. */
    static synchronized boolean areResting() {
        return resting > 0 && Torch.threads() > 1;
    }

    /** As many as libtorch has, or one. */
    static synchronized void apply() {
        int threads = Torch.threads(); // which loads libtorch
        MethodHandle set = OpenBlas.SET_THREADS;
        if (set != null) {
            try {
                set.invokeExact(resting > 0 ? 1 : threads);
            } catch (Throwable t) {
                throw new IllegalStateException("openblas_set_num_threads", t);
            }
        }
    }

    /** Looked up when libtorch has brought it. */
    private static final class OpenBlas {
        static final @Nullable MethodHandle SET_THREADS = SymbolLookup.loaderLookup()
                .find("openblas_set_num_threads")
                .map(at -> Linker.nativeLinker().downcallHandle(at, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)))
                .orElse(null);
    }
}

package dev.kinora.tensor;

import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.jspecify.annotations.Nullable;

/** Lexical autograd and autocast modes of the calling thread. */
public final class Grad {
    static {
        OpenMp.sleepWhileWaiting();
    }

    private Grad() {}

    /** Runs {@code body} without recording operations for backward. */
    public static <T extends @Nullable Object, X extends Exception> T off(TensorScope.Body<T, X> body) throws X {
        boolean before = GradMode.is_enabled();
        GradMode.set_enabled(false);
        try {
            return body.run();
        } finally {
            GradMode.set_enabled(before);
        }
    }

    /** Runs {@code body} without recording operations for backward. */
    public static void off(Runnable body) {
        Grad.<@Nullable Void, RuntimeException>off(() -> {
            body.run();
            return null;
        });
    }

    /** Runs {@code body} with operations recorded for backward, also where an outer block turned that off. */
    public static void on(Runnable body) {
        boolean before = GradMode.is_enabled();
        GradMode.set_enabled(true);
        try {
            body.run();
        } finally {
            GradMode.set_enabled(before);
        }
    }

    /** Whether operations on this thread are recorded. */
    public static boolean enabled() {
        return GradMode.is_enabled();
    }

    /**
     * Runs {@code body} with torch's autocast on every device: matrix products and convolutions in {@code dtype}, the rest
     * as it comes.
     */
    public static <T extends @Nullable Object, X extends Exception> T autocast(DType dtype, TensorScope.Body<T, X> body)
            throws X {
        boolean before = torch.is_autocast_enabled(DeviceType.CPU);
        boolean cached = torch.is_autocast_cache_enabled();
        torch.set_autocast_dtype(DeviceType.CPU, dtype.scalarType());
        torch.set_autocast_dtype(DeviceType.CUDA, dtype.scalarType());
        // the binding cannot clear the cache of cast weights, which would go stale after an optimizer step
        torch.set_autocast_cache_enabled(false);
        enableAutocast(true);
        try {
            return body.run();
        } finally {
            enableAutocast(before);
            torch.set_autocast_cache_enabled(cached);
        }
    }

    /** The type autocast brings operands to on this thread, or null where it is off. */
    static @Nullable DType autocastDtype() {
        return torch.is_autocast_enabled(DeviceType.CPU) ? DType.of(torch.get_autocast_dtype(DeviceType.CPU)) : null;
    }

    /** Runs {@code body} with operands as they come. */
    static <T extends @Nullable Object> T withoutAutocast(TensorScope.Body<T, RuntimeException> body) {
        boolean before = torch.is_autocast_enabled(DeviceType.CPU);
        enableAutocast(false);
        try {
            return body.run();
        } finally {
            enableAutocast(before);
        }
    }

    private static void enableAutocast(boolean enabled) {
        torch.set_autocast_enabled(DeviceType.CPU, enabled);
        torch.set_autocast_enabled(DeviceType.CUDA, enabled);
    }
}

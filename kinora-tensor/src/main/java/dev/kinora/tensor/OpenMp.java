package dev.kinora.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * How libtorch's threads wait for work: looking for it some microseconds long, then asleep, unless the environment's
 * {@code OMP_WAIT_POLICY} says otherwise. They would spin for milliseconds, on the processors that the matrix library's
 * own threads need meanwhile: on two of them a small fp32 layer took five to twenty-five times as long. To fall asleep
 * at once costs a tenth of a small model's training step. The OpenMP runtime reads its environment once, when loaded.
 */
final class OpenMp {
    private static final String POLICY = "OMP_WAIT_POLICY";
    /** GNU's: rounds of looking before sleep; others ignore it. */
    private static final String SPIN = "GOMP_SPINCOUNT";

    private static final int KEEP = 0; // setenv's overwrite

    static {
        if (System.getenv(POLICY) == null) {
            setenv(POLICY, "PASSIVE");
            setenv(SPIN, "1000");
        }
    }

    private static void setenv(String name, String value) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv"); // not on Windows
        if (setenv.isPresent()) {
            FunctionDescriptor type = FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
            try (Arena arena = Arena.ofConfined()) {
                int ignored = (int) linker.downcallHandle(setenv.get(), type)
                        .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), KEEP);
            } catch (Throwable t) {
                throw new IllegalStateException("setenv", t);
            }
        }
    }

    private OpenMp() {}

    /** To be called before anything of libtorch is. */
    static void sleepWhileWaiting() {
        // the work is done once, when this class is initialised
    }
}

package dev.kinora.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class OpenMpTest {
    /** Java's own view of the environment is of before the process began. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void threadsSleepUnlessTheEnvironmentSaysOtherwise() throws Throwable {
        try (TensorScope ignored = TensorScope.open("load");
                Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MemorySegment value = (MemorySegment) linker.downcallHandle(
                            linker.defaultLookup().find("getenv").orElseThrow(),
                            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(arena.allocateFrom("OMP_WAIT_POLICY"));
            assertThat(value.reinterpret(64).getString(0))
                    .isEqualTo(Objects.requireNonNullElse(System.getenv("OMP_WAIT_POLICY"), "PASSIVE"));
        }
    }
}

package dev.kinora.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenMpTest {
    /** Java's own view of the environment is of before the process began. */
    @ParameterizedTest
    @CsvSource({"OMP_WAIT_POLICY, PASSIVE", "GOMP_SPINCOUNT, 1000"})
    @DisabledOnOs(OS.WINDOWS)
    void threadsSleepUnlessTheEnvironmentSaysOtherwise(String name, String ours) throws Throwable {
        assumeTrue(System.getenv("OMP_WAIT_POLICY") == null, "the environment says how threads wait");
        try (TensorScope ignored = TensorScope.open("load");
                Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MemorySegment value = (MemorySegment) linker.downcallHandle(
                            linker.defaultLookup().find("getenv").orElseThrow(),
                            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(arena.allocateFrom(name));
            assertThat(value.reinterpret(64).getString(0))
                    .isEqualTo(Objects.requireNonNullElse(System.getenv(name), ours));
        }
    }
}

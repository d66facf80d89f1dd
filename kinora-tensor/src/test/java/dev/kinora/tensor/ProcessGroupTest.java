package dev.kinora.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A group of one; what several do is shown where several train. */
class ProcessGroupTest {
    @TempDir
    Path folder;

    private Rendezvous.Seat seat(int size, Duration timeout) {
        return new Rendezvous.Seat(Rendezvous.file(folder.resolve("meet")), 0, size, timeout);
    }

    @Test
    void aGroupOfOneIsItsOwnSum() {
        try (TensorScope ignored = TensorScope.open("group");
                ProcessGroup group = ProcessGroup.join(seat(1, Duration.ofSeconds(30)), Device.CPU)) {
            Tensor x = Tensors.of(new float[] {1, 2, 3});
            assertThat(group.allReduce(x).toFloats()).containsExactly(1, 2, 3);
            assertThat(group.broadcast(x, 0).toFloats()).containsExactly(1, 2, 3);
            assertThat(group.allGather(x).shape()).containsExactly(1, 3);
            group.averageGradients(List.of(x));
            assertThat(x.toFloats()).containsExactly(1, 2, 3);
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            group.allReduce(Tensors.zeros(DType.FP32, 2, 3).transpose(0, 1)))
                    .withMessageContaining("(expected: contiguous)");
        }
    }

    @Test
    void saysWhoDidNotCome() {
        assertThatExceptionOfType(ProcessGroup.ProcessGroupException.class)
                .isThrownBy(() -> ProcessGroup.join(seat(2, Duration.ofSeconds(1)), Device.CPU))
                .withMessageContaining("process group: join at rank 0 of 2 = failed (expected: all 2 processes alive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://host", "tcp://host:0", "tcp://host:70000", "file:", "http://host:1", "host:1"})
    void refusesOtherPlaces(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rendezvous.parse(text))
                .withMessage("rendezvous = " + text + " (expected: tcp://HOST:PORT or file:PATH)");
    }

    @Test
    void readsPlaces() {
        assertThat(Rendezvous.parse("tcp://node-1.local:29500"))
                .isEqualTo(new Rendezvous(Rendezvous.Kind.TCP, "node-1.local", 29_500))
                .hasToString("tcp://node-1.local:29500");
        assertThat(Rendezvous.parse("file:/tmp/meet").place()).isEqualTo("/tmp/meet");
    }
}

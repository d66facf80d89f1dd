package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void showsARefusalAsItIs() {
        Failure f = Failure.of(new IllegalArgumentException("Rng: seed = x (expected: a number)"));
        assertThat(f.error()).isEqualTo("Rng: seed = x (expected: a number)");
        assertThat(f.kind()).isEqualTo("refused");
        assertThat(f.exitCode()).isEqualTo(1);
    }

    @Test
    void saysInWordsWhatIsWrongWithAFile() {
        assertThat(Failure.of(new NoSuchFileException("a.png")).error()).isEqualTo("file: a.png = missing");
        assertThat(Failure.of(new UncheckedIOException(new AccessDeniedException("b")))
                        .error())
                .isEqualTo("file: b = no permission");
        assertThat(Failure.of(new FileSystemException("c", null, "No space left on device"))
                        .error())
                .isEqualTo("file: c = No space left on device");
        assertThat(Failure.of(new IOException("stream: bytes = 3 (expected: 4)"))
                        .error())
                .isEqualTo("stream: bytes = 3 (expected: 4)");
    }

    @Test
    void keepsToOneLine() {
        assertThat(Failure.of(new IllegalStateException("one\n  two\n")).error())
                .isEqualTo("one; two");
    }

    @Test
    void pointsToDebugForWhatNobodyForesaw() {
        Failure f = Failure.of(new ArithmeticException("/ by zero"));
        assertThat(f.error())
                .isEqualTo("unexpected ArithmeticException: / by zero"
                        + " (run it again with --debug for the stack trace)");
        assertThat(f.kind()).isEqualTo("unexpected");
    }

    @Test
    void anInterruptionHasTheShellsOwnCode() {
        assertThat(Failure.of(new Interrupts.InterruptedWork()).exitCode()).isEqualTo(130);
    }
}

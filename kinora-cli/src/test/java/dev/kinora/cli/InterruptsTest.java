package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InterruptsTest {
    private final List<String> happened = new ArrayList<>();
    private final Interrupts interrupts = new Interrupts(() -> happened.add("ended"));

    @Test
    void workThatUnwindsIsAskedAndNotEnded() {
        interrupts.onStop(() -> {
            happened.add("asked");
            interrupts.finished();
        });
        interrupts.stop();
        assertThat(happened).containsExactly("asked");
    }

    @Test
    void workThatGoesOnAfterItsTimeIsEnded() {
        interrupts.onStop(() -> happened.add("asked"));
        interrupts.allow(0);
        interrupts.stop();
        assertThat(happened).containsExactly("asked", "ended");
    }

    @Test
    void workThatIsOverIsNotAskedToStop() {
        interrupts.onStop(() -> happened.add("asked"));
        interrupts.finished();
        interrupts.stop();
        assertThat(happened).isEmpty();
    }

    /** A process of its own, whose end is at stake. */
    @Test
    void aProcessWhoseWorkGoesOnEndsAllTheSame() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Endless.class.getName())
                .redirectErrorStream(true)
                .start();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue())
                .as(new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(130);
    }

    /** Work that is told to end and does not. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) {
            Interrupts.install().allow(0);
            Thread.ofPlatform().start(() -> System.exit(0)); // what a signal would begin
            while (true) {
                Thread.onSpinWait();
            }
        }
    }
}

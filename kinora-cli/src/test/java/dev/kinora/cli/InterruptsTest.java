package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
}

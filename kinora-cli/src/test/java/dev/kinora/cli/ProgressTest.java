package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter err = new StringWriter();
    private final AtomicLong clock = new AtomicLong();

    private Progress progress(boolean terminal) {
        PrintWriter writer = new PrintWriter(err);
        return new Progress(new Console(writer, writer, terminal, 80), clock::get);
    }

    @Test
    void writesALinePerTenthWhereLinesCannotBeRedrawn() {
        Progress p = progress(false);
        p.stage("denoise", 50);
        for (int i = 1; i <= 50; i++) {
            clock.addAndGet(2_000_000_000L);
            p.step(i);
        }
        p.end();
        assertThat(err.toString().lines()).hasSize(12);
        assertThat(err.toString())
                .startsWith("denoise: 50 steps\ndenoise: 5/50, 2.00 s/step, 1 min 30 s left\n")
                .endsWith("denoise: done in 1 min 40 s\n")
                .doesNotContain("\r");
    }

    @Test
    void redrawsOneLineOnATerminal() {
        Progress p = progress(true);
        p.stage("denoise", 4);
        clock.set(1_000_000_000);
        p.step(1);
        assertThat(err.toString()).contains("\rdenoise      [======                  ] 1/4 1.00 s/step, 3.00 s left");
        p.end();
        assertThat(err.toString().strip().lines().reduce((a, b) -> b))
                .hasValueSatisfying(l -> assertThat(l).startsWith("denoise      1.00 s"));
    }

    @Test
    void timesReadLikeSpeech() {
        assertThat(Progress.time(420_000_000)).isEqualTo("0.42 s");
        assertThat(Progress.time(12_000_000_000L)).isEqualTo("12 s");
        assertThat(Progress.time(185_000_000_000L)).isEqualTo("3 min 05 s");
        assertThat(Progress.time(7_800_000_000_000L)).isEqualTo("2 h 10 min");
    }

    @Test
    void byteCountsReadLikeSpeech() {
        assertThat(Bytes.of(512)).isEqualTo("512 bytes");
        assertThat(Bytes.of(1_572_864)).isEqualTo("1.5 MiB");
        assertThat(Bytes.of(200L << 30)).isEqualTo("200 GiB");
    }
}

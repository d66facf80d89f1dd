package dev.kinora.curate.cut;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.stage.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten frames of half a second, a tick each. */
class PiecesTest {
    private static final long[] PTS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    private static final double[] SECONDS = {0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5};

    private static List<Span> pieces(double min, double max, Span... shots) {
        return new Pieces(min, max).of(List.of(shots), PTS, SECONDS, 10, 5);
    }

    @Test
    void aShotOfTheRightLengthStays() {
        assertThat(pieces(1, 10, new Span(2, 6))).containsExactly(new Span(2, 6));
    }

    @Test
    void aLongShotIsDividedEvenly() {
        assertThat(pieces(1, 2, new Span(0, Long.MAX_VALUE)))
                .containsExactly(new Span(0, 4), new Span(4, 7), new Span(7, 10));
    }

    @Test
    void aShortShotIsLeftOut() {
        assertThat(pieces(1.5, 10, new Span(0, 2), new Span(2, 10))).containsExactly(new Span(2, 10));
    }
}

package dev.kinora.curate.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Votes sorted to what they are about. */
class BallotTest {
    private static final Transition CUT = new Transition(Transition.Kind.CUT, 20, 20, 0.9);
    private static final Transition FADE = new Transition(Transition.Kind.GRADUAL, 40, 60, 0.5);

    private static List<Ballot> of(Vote... votes) {
        return Ballot.of(List.of(CUT, FADE), List.of(votes));
    }

    @Test
    void aTransitionWithoutVotesIsStillOne() {
        assertThat(of())
                .containsExactly(
                        new Ballot("cut", 20, 20, 0.9, Map.of()), new Ballot("gradual", 40, 60, 0.5, Map.of()));
    }

    @Test
    void aVoteOneFrameBesideACutIsAboutIt() {
        assertThat(of(new Vote("content", 0, 20, 21, 40)).getFirst().votes()).isEqualTo(Map.of("content", 40.0));
    }

    @Test
    void aSlowVoteIsAboutAllThatItStepsOver() {
        List<Ballot> all = of(new Vote("content", 0.5, 0, 48, 33));
        assertThat(all).hasSize(2);
        assertThat(all).allMatch(b -> b.votes().equals(Map.of("content_0_5", 33.0)));
    }

    @Test
    void whatIsAboutNoneIsKeptByItsFrame() {
        assertThat(of(new Vote("hash", 0, 70, 71, 0.5), new Vote("content", 0, 70, 71, 30))
                        .getLast())
                .isEqualTo(new Ballot(Ballot.NONE, 71, 71, 0, Map.of("content", 30.0, "hash", 0.5)));
    }

    @Test
    void theStrongestVoteCountsWhichForAHistogramIsTheLeast() {
        Map<String, Double> votes = of(
                        new Vote("histogram", 0, 44, 45, 0.7),
                        new Vote("histogram", 0, 50, 51, 0.4),
                        new Vote("content", 4, 44, 50, 28),
                        new Vote("content", 4, 50, 56, 35))
                .getLast()
                .votes();
        assertThat(votes).isEqualTo(Map.of("histogram", 0.4, "content_4", 35.0));
    }
}

package dev.kinora.toybox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CaptionGrammarTest {
    @Test
    void everyWordOfEveryCaptionIsInTheVocabulary() {
        Collection<String> vocabulary = CaptionGrammar.vocabulary();
        ToyboxMix mix = new ToyboxMix(96, 64, 17, 8, 0.4, 0.4, false);
        for (long seed = 0; seed < 400; seed++) {
            ToyboxSpec spec = mix.draw(seed);
            ToyCaptions captions = ToyCaptions.of(spec, Stage.run(spec));
            assertThat(captions.dense()).hasSize(17);
            for (String text : List.of(captions.brief(), captions.summary(), String.join(" ", captions.dense()))) {
                assertThat(words(text)).as(text).allMatch(vocabulary::contains);
            }
        }
    }

    @Test
    void noPhraseMeansTwoThings() {
        Set<String> seen = new HashSet<>();
        for (ToyMotion motion : ToyMotion.values()) {
            assertThat(CaptionGrammar.verbs(motion)).allMatch(seen::add);
        }
        for (ToyScene scene : ToyScene.values()) {
            assertThat(CaptionGrammar.places(scene)).allMatch(seen::add);
        }
    }

    @Test
    void theFirstPromptOfTheReadmeIsACaption() {
        ToyboxMix mix = new ToyboxMix(96, 64, 17, 8, 0, 0, false);
        boolean found = false;
        for (long seed = 0; seed < 400_000 && !found; seed++) {
            found = ToyCaptions.brief(mix.draw(seed)).equals("a red ball bounces on a green meadow");
        }
        assertThat(found).isTrue();
    }

    @Test
    void theCaptionNamesWhatIsThere() {
        ToyboxMix mix = new ToyboxMix(96, 64, 17, 8, 0.5, 0, false);
        for (long seed = 0; seed < 300; seed++) {
            ToyboxSpec spec = mix.draw(seed);
            for (Toy toy : spec.toys()) {
                assertThat(ToyCaptions.brief(spec))
                        .contains(toy.color().word() + " " + toy.object().word());
            }
            assertThat(CaptionGrammar.places(spec.scene())).anyMatch(ToyCaptions.brief(spec)::contains);
        }
    }

    private static List<String> words(String text) {
        return List.of(text.replaceAll("([,.;])", " $1").trim().split("\\s+"));
    }
}

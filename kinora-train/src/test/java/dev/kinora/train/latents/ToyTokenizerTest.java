package dev.kinora.train.latents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.text.T5Tokenizer;
import dev.kinora.toybox.ToyCaptions;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.train.data.ToyboxSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ToyTokenizerTest {
    @TempDir
    Path folder;

    @Test
    void captionsAreWholeWords() throws IOException {
        ToyTokenizer.write(folder, 24);
        List<String> pieces = new ArrayList<>(ToyTokenizer.pieces().keySet());
        ToyboxMix mix = new ToyboxMix(96, 64, 17, 8, 0.3, 0.3, false);
        SplittableRandom random = new SplittableRandom(1);
        try (T5Tokenizer tokenizer = T5Tokenizer.load(folder)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(pieces.size());
            for (long seed = 0; seed < 300; seed++) {
                String caption = ToyboxSource.asWritten(ToyCaptions.brief(mix.draw(seed)), random);
                long[] ids = tokenizer.encode(caption).ids();
                int words = caption.split(" ", -1).length;
                long marks = caption.chars().filter(c -> c == ',' || c == '.').count();
                assertThat(ids).as(caption).hasSize((int) (words + marks) + 1);
                assertThat(ids[ids.length - 1]).isEqualTo(1);
                assertThat(tokenizer.decode(ids)).isEqualTo(caption);
            }
            assertThat(tokenizer.encode("zebra!").ids()).doesNotContain(2);
        }
    }
}

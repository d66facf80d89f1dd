package dev.kinora.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClipTokenizerTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"files", "saved"})
    void foldersGiveTheIdsOfTransformers(String shape) throws IOException {
        Path clip = Golden.testdata().resolve("clip");
        try (var tokenizer = ClipTokenizer.load(clip.resolve(shape))) {
            Golden.check(tokenizer, clip.resolve(shape + ".jsonl"), 198);
            assertThat(tokenizer.decode(tokenizer.encode("A red  ball", 16).ids()))
                    .isEqualTo("a red ball");
        }
    }

    @Test
    void publishedTokenizerGivesItsIds() throws IOException {
        Path assets = Golden.assets();
        try (var tokenizer = ClipTokenizer.load(assets.resolve("clip_ort"))) {
            Golden.check(tokenizer, assets.resolve("goldens/clip_ort.jsonl"), 656);
            assertThat(tokenizer.modelMaxLength()).isEqualTo(77);
            assertThat(tokenizer.vocabularySize()).isEqualTo(49408);
        }
    }

    @Test
    void missingAndForeignFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> ClipTokenizer.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no tokenizer.json and no vocab.json");
        Files.writeString(folder.resolve("vocab.json"), "[1]");
        Files.writeString(folder.resolve("merges.txt"), "");
        assertThatThrownBy(() -> ClipTokenizer.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("vocabulary = 0 pieces");
    }

    @Test
    void lengthHasRoomForBothEnds() throws IOException {
        try (var tokenizer = ClipTokenizer.load(Golden.testdata().resolve("clip/files"))) {
            assertThatThrownBy(() -> tokenizer.encode("a", 1)).hasMessageContaining("expected: at least 2");
        }
    }
}

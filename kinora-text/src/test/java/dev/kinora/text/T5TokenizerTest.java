package dev.kinora.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class T5TokenizerTest {
    private static final int LINES = 198;

    @TempDir
    private Path folder;

    /** A folder with {@code spiece.model} and the small files of {@code shape}. */
    private Path checkpoint(String shape) throws IOException {
        Path t5 = Golden.testdata().resolve("t5");
        Files.copy(t5.resolve("spiece.model"), folder.resolve("spiece.model"));
        if (Files.exists(t5.resolve(shape))) {
            try (var files = Files.list(t5.resolve(shape))) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()));
                }
            }
        }
        return folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bare", "released", "older", "flags", "split"})
    void spieceFoldersGiveTheIdsOfTransformers(String shape) throws IOException {
        try (var tokenizer = T5Tokenizer.load(checkpoint(shape))) {
            Golden.check(tokenizer, Golden.testdata().resolve("t5/" + shape + ".jsonl"), LINES);
        }
    }

    @Test
    void tokenizerJsonGivesTheIdsOfTransformers() throws IOException {
        Path t5 = Golden.testdata().resolve("t5");
        try (var tokenizer = T5Tokenizer.load(t5.resolve("saved"))) {
            Golden.check(tokenizer, t5.resolve("saved.jsonl"), LINES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"t5_v1_1", "t5_small_ort"})
    void publishedTokenizersGiveTheirIds(String name) throws IOException {
        Path assets = Golden.assets();
        try (var tokenizer = T5Tokenizer.load(assets.resolve(name))) {
            Golden.check(tokenizer, assets.resolve("goldens/" + name + ".jsonl"), 656);
            assertThat(tokenizer.vocabularySize()).isEqualTo(32100);
            assertThat(tokenizer.modelMaxLength()).isEqualTo(512);
            assertThat(tokenizer.padId()).isZero();
        }
    }

    @Test
    void publishedVocabularyAsSpieceModelGivesTheSameIds() throws IOException {
        Path assets = Golden.assets();
        SpieceWriter.fromTokenizerJson(assets.resolve("t5_v1_1/tokenizer.json"), 32000, folder.resolve("spiece.model"));
        try (var tokenizer = T5Tokenizer.load(folder)) {
            Golden.check(tokenizer, assets.resolve("goldens/t5_v1_1.jsonl"), 656);
            assertThat(tokenizer.modelMaxLength()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void lengthKeepsTheEndToken() throws IOException {
        try (var tokenizer = T5Tokenizer.load(checkpoint("released"))) {
            String text = "a red ball bounces on a green meadow";
            long[] whole = tokenizer.encode(text).ids();
            Tokens cut = tokenizer.encode(text, 4);
            assertThat(cut.ids())
                    .startsWith(Arrays.copyOf(whole, 3))
                    .endsWith(1L)
                    .hasSize(4);
            Tokens padded = tokenizer.encode("a", 4);
            assertThat(padded.count()).isEqualTo(2);
            assertThat(padded.ids()).endsWith(0L, 0L);
            assertThat(tokenizer.decode(whole)).isEqualTo(text);
            assertThatThrownBy(() -> tokenizer.encode(text, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tokenizer: length = 0 (expected: at least 1, the special tokens)");
        }
    }

    @Test
    void malformedTextIsRefused() throws IOException {
        try (var tokenizer = T5Tokenizer.load(checkpoint("bare"))) {
            assertThatThrownBy(() -> tokenizer.encode("ab\ud83d c"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("index 2");
        }
    }

    @Test
    void closedTokenizerSaysSo() throws IOException {
        var tokenizer = T5Tokenizer.load(checkpoint("bare"));
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void threadsShareATokenizer() throws IOException {
        try (var tokenizer = T5Tokenizer.load(checkpoint("bare"))) {
            Tokens alone = tokenizer.encode("a blue kite drifts over the snow", 20);
            assertThat(IntStream.range(0, 200)
                            .parallel()
                            .mapToObj(i -> tokenizer.encode("a blue kite drifts over the snow", 20)))
                    .containsOnly(alone);
        }
    }

    @Test
    void missingAndForeignFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> T5Tokenizer.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no tokenizer.json and no spiece.model");
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}}");
        assertThatThrownBy(() -> T5Tokenizer.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unigram vocabulary");
        Files.writeString(folder.resolve("tokenizer.json"), "[]");
        assertThatThrownBy(() -> T5Tokenizer.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a tokenizer file");
    }

    @Test
    void sentinelsHaveToAgreeWithTheirNumber() throws IOException {
        checkpoint("saved");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"extra_ids\": 3, \"extra_special_tokens\": [\"<b>\"],"
                        + " \"additional_special_tokens\": [\"<extra_id_0>\"]}");
        assertThatThrownBy(() -> T5Tokenizer.load(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("extra_ids = 3 (expected: 1");
    }

    @Test
    void mutilatedModelsAreRefusedOrRead() throws IOException {
        long seed = 7;
        var random = new Random(seed);
        byte[] whole = Files.readAllBytes(Golden.testdata().resolve("t5/spiece.model"));
        Path file = folder.resolve("spiece.model");
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            // the pieces stand first, the long normalizer table last
            byte[] bytes = Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(4000) : 4000);
            for (int n = random.nextInt(4); n > 0 && bytes.length > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                assertThat(SentencePieceModel.read(file).pieces()).isNotEmpty();
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(300);
    }
}

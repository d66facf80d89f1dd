package dev.kinora.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** Files of texts and the ids another tokenizer gave them: one JSON object a line. */
final class Golden {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    /** {@code testdata/text}. */
    static Path testdata() {
        return Goldens.path("text");
    }

    /** The folder of real tokenizers, kept beside the project; the test is skipped where it is not. */
    static Path assets() {
        Optional<Path> folder = Goldens.asset("tokenizers");
        Assumptions.assumeTrue(folder.isPresent(), "skipped: no ../shared/assets/tokenizers beside the project");
        return folder.orElseThrow();
    }

    /** Every line's texts give its ids, and its {@code ids_N} and {@code mask_N} at length N. */
    static void check(Tokenizer tokenizer, Path file, int lines) throws IOException {
        var rows = Files.readAllLines(file);
        assertThat(rows.size()).as(file.toString()).isEqualTo(lines);
        for (String line : rows) {
            JsonNode row = JSON.readTree(line);
            String text = row.get("text").asText();
            assertThat(tokenizer.encode(text).ids())
                    .as("%s: %s", file.getFileName(), row.get("text"))
                    .isEqualTo(ids(row.get("ids")));
            for (String key : row.propertyStream().map(e -> e.getKey()).toList()) {
                if (key.startsWith("ids_")) {
                    int length = Integer.parseInt(key.substring(4));
                    Tokens tokens = tokenizer.encode(text, length);
                    assertThat(tokens.ids()).as("%s: %s", key, line).isEqualTo(ids(row.get(key)));
                    assertThat(tokens.attentionMask())
                            .as("%s: %s", key, line)
                            .isEqualTo(row.get("mask_" + length)
                                    .asText()
                                    .chars()
                                    .mapToLong(c -> c - '0')
                                    .toArray());
                }
            }
        }
    }

    /** Every line's text gives {@code ids}, and {@code padded} at {@code max_length}. */
    static void checkPadded(Tokenizer tokenizer, Path file) throws IOException {
        for (String line : Files.readAllLines(file)) {
            JsonNode row = JSON.readTree(line);
            String text = row.get("text").asText();
            assertThat(tokenizer.encode(text).ids()).as(line).isEqualTo(ids(row.get("ids")));
            assertThat(tokenizer.encode(text, row.get("max_length").asInt()).ids())
                    .as(line)
                    .isEqualTo(ids(row.get("padded")));
        }
    }

    private static long[] ids(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }
}

package dev.kinora.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** Files of texts and the ids another tokenizer gave them: one JSON object a line. */
final class Golden {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    /** {@code testdata/text}, looked for upwards from where the test runs. */
    static Path testdata() {
        return above("testdata/text");
    }

    /** The folder of real tokenizers, kept beside the project; the test is skipped where it is not. */
    static Path assets() {
        Path folder = above("../shared/assets/tokenizers");
        Assumptions.assumeTrue(Files.isDirectory(folder), "skipped: no ../shared/assets/tokenizers beside the project");
        return folder;
    }

    private static Path above(String name) {
        Path at = Path.of("").toAbsolutePath();
        for (Path up = at; up != null; up = up.getParent()) {
            Path found = up.resolve(name).normalize();
            if (Files.exists(found)) {
                return found;
            }
        }
        return at.resolve(name);
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

    private static long[] ids(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }
}

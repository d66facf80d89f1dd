package dev.kinora.language.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kinora.language.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;

/**
 * Answers on disk, by the SHA-256 of what was asked: endpoint, model, prompt with its version, and every input. Entries
 * appear whole; one that cannot be read counts as absent. Only good answers are kept.
 */
final class AnswerCache {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private final Path folder;

    AnswerCache(Path folder) {
        this.folder = folder;
    }

    /** An entry; {@code prompt} is there for whoever looks into the folder. */
    private record Entry(
            String key, String prompt, String model, String text, long promptTokens, long completionTokens) {}

    static String key(byte[] content) {
        return Sha256.of(content);
    }

    Optional<ChatAnswer> get(String key) {
        try {
            Entry e = JSON.readValue(Files.readString(file(key)), Entry.class);
            return e.key.equals(key) && !e.text.isBlank()
                    ? Optional.of(new ChatAnswer(e.text, e.model, new Usage(e.promptTokens, e.completionTokens), true))
                    : Optional.empty();
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // unreadable in whatever way: the answer is asked for again
        }
    }

    void put(String key, String prompt, ChatAnswer answer) throws IOException {
        Path file = file(key);
        Path parent = Objects.requireNonNull(file.getParent());
        Files.createDirectories(parent);
        Path draft = Files.createTempFile(parent, "." + key.substring(0, 8), ".tmp");
        try {
            Files.writeString(
                    draft,
                    JSON.writeValueAsString(new Entry(
                            key,
                            prompt,
                            answer.model(),
                            answer.text(),
                            answer.usage().promptTokens(),
                            answer.usage().completionTokens())));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private Path file(String key) {
        return folder.resolve(key.substring(0, 2)).resolve(key + ".json");
    }
}

package dev.kinora.train.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.train.internal.Checks;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The captions that {@code kinora curate caption} added to a dataset: the manifest names a file of JSON lines whose
 * {@code caption} is what a clip is trained with.
 */
final class CuratedCaptions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MANIFEST = "manifest.json";
    private static final String LINES = "captions-[0-9a-f]{12}\\.jsonl";

    private final Map<String, String> captions;

    private CuratedCaptions(Map<String, String> captions) {
        this.captions = captions;
    }

    /**
     * The captions of a folder; none where it is no dataset of {@code kinora curate}, or was never captioned.
     *
     * @throws IOException if the manifest names captions that are not there or not themselves
     */
    static CuratedCaptions of(Path folder) throws IOException {
        Map<String, String> captions = new HashMap<>();
        Path manifest = folder.resolve(MANIFEST);
        if (!Files.isRegularFile(manifest)) {
            return new CuratedCaptions(captions);
        }
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(manifest));
        } catch (IOException e) {
            return new CuratedCaptions(captions); // somebody else's file of that name
        }
        if (!root.path("format").asText().startsWith("kinora-dataset/")) {
            return new CuratedCaptions(captions);
        }
        for (JsonNode entry : root.path("files")) {
            String path = entry.path("path").asText();
            if (path.matches(LINES)) {
                read(folder.resolve(path), entry.path("sha256").asText(), captions);
            }
        }
        return new CuratedCaptions(captions);
    }

    private static void read(Path file, String sha256, Map<String, String> captions) throws IOException {
        String found = Files.isRegularFile(file) ? Hashes.sha256(file, (done, total) -> {}) : "no file";
        Checks.require(found.equals(sha256), "videos", "captions " + file, found, "sha256 " + sha256);
        for (String line : Files.readAllLines(file)) {
            JsonNode row = JSON.readTree(line);
            captions.put(
                    row.path("id").asText(),
                    row.path("caption").isTextual() ? row.path("caption").asText() : "");
        }
    }

    /**
     * What a clip is trained with.
     *
     * @param id path of its file or entry; its name up to the first dot counts
     * @return none where it has no caption though it was asked for one; null where nothing is known of it here
     */
    @Nullable
    List<String> of(String id) {
        String name = id.substring(id.lastIndexOf('/') + 1);
        int dot = name.indexOf('.');
        String caption = captions.get(dot < 0 ? name : name.substring(0, dot));
        return caption == null ? null : caption.isEmpty() ? List.of() : List.of(caption);
    }
}

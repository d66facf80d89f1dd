package dev.kinora.curate.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.language.caption.Captions;
import dev.kinora.language.caption.ChatCaptioner;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatRequest;
import dev.kinora.language.chat.Jpeg;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a student learns from the dense chain: for each clip the question and the answer, as chat messages a line, the
 * form that fine-tuning tools read. The questions are word for word those that the captioner asks, so that the trained
 * model is asked what it was taught.
 */
public final class TrainingPairs {
    private TrainingPairs() {}

    /** What the student will see. */
    public enum Form {
        /** The short caption and the frames' descriptions: a language model in place of the one that summarises. */
        TEXT,
        /** The frames themselves: one model in place of the whole chain. */
        FRAMES
    }

    /**
     * Writes the pairs of a captioned dataset.
     *
     * @param sampling of the frames, for {@link Form#FRAMES}
     * @param out a new file
     * @return how many there are
     * @throws IOException if the dataset has no captions by the dense chain
     */
    public static int write(Dataset home, Form form, Sampling sampling, Path out) throws IOException {
        Path dataset = home.folder();
        Path lines = SideTable.find(dataset, Manifest.read(dataset), CaptionQuestion.TABLE, ".jsonl")
                .orElseThrow(() -> new IOException(
                        "curate: dataset = " + home.name() + " (expected: one with captions; kinora curate caption)"));
        Map<String, Clip> clips = new HashMap<>();
        Clip.of(dataset, new Clip.Choice(null, true)).forEach(c -> clips.put(c.id(), c));
        int pairs = 0;
        Path aside = Files.createTempDirectory("kinora-pairs-");
        try (BufferedWriter to = Files.newBufferedWriter(out, UTF_8)) {
            ClipLook look = new ClipLook(home, aside);
            for (String line : Files.readAllLines(lines)) {
                JsonNode row = AnswerJournal.JSON.readTree(line);
                String id = row.path("id").asText();
                Clip clip = clips.get(id);
                String answer = row.path("caption_dense").asText("");
                boolean whole = row.path("caption_outcome").asText().equals("ok");
                if (!whole
                        || answer.isEmpty()
                        || clip == null
                        || (form == Form.TEXT && row.path("caption_frames").isEmpty())) {
                    continue;
                }
                ChatRequest question = form == Form.TEXT ? text(row) : frames(look, clip, sampling);
                ArrayNode messages = question.messages();
                messages.addObject().put("role", "assistant").put("content", answer);
                ObjectNode pair =
                        AnswerJournal.JSON.createObjectNode().put("id", id).put("prompt", question.prompt());
                pair.set("messages", messages);
                to.write(pair + "\n");
                pairs++;
            }
        } finally {
            Files.deleteIfExists(aside);
        }
        if (pairs == 0) {
            Files.deleteIfExists(out);
            throw new IOException(
                    "curate: pairs = 0 (expected: captions of --recipe dense or both in " + home.name() + ")");
        }
        return pairs;
    }

    private static ChatRequest text(JsonNode row) {
        List<Captions.FrameCaption> frames = new ArrayList<>();
        row.path("caption_frames")
                .forEach(f -> frames.add(new Captions.FrameCaption(
                        f.path("seconds").asDouble(), f.path("caption").asText())));
        return ChatCaptioner.denseSummary(row.path("caption_video").asText(), frames);
    }

    private static ChatRequest frames(ClipLook look, Clip clip, Sampling sampling) throws IOException {
        ClipFrames frames = look.frames(clip, sampling.video(clip.seconds()), sampling.longSide());
        return ChatCaptioner.direct(
                frames.frames().stream()
                        .map(f -> new ChatRequest.Picture(Jpeg.of(f.image(), sampling.longSide())))
                        .toList(),
                clip.seconds());
    }
}

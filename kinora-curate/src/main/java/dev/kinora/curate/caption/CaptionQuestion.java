package dev.kinora.curate.caption;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.language.caption.CaptionDraw;
import dev.kinora.language.caption.CaptionKind;
import dev.kinora.language.caption.Captioner;
import dev.kinora.language.caption.Captions;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.LengthHistogram;
import dev.kinora.language.caption.Outcome;
import dev.kinora.language.prompt.WordLimit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Captions for a dataset's clips. All are kept; the one that training sees is drawn by the clip's id and stands in the
 * column {@code caption}. The table is {@code captions-HASH.parquet}, the same rows as lines of JSON beside it, and
 * {@code captions-HASH.json} says how they were made, prompts in full.
 */
public final class CaptionQuestion implements Question {
    /** The table's name. */
    public static final String TABLE = "captions";

    private final Captioner captioner;
    private final CaptionDraw draw;

    /** A question that this captioner answers. */
    public CaptionQuestion(Captioner captioner, CaptionDraw draw) {
        this.captioner = captioner;
        this.draw = draw;
    }

    /**
     * What a run did.
     *
     * @param rows of the table as it stands now
     * @param asked clips captioned in this run
     * @param outcomes how many rows ended how
     * @param drawn how many clips train with which kind
     * @param lengths of each kind of caption, and of the drawn ones as {@code caption}
     */
    public record Result(
            int rows,
            int asked,
            Map<String, Integer> outcomes,
            Map<String, Integer> drawn,
            Map<String, LengthHistogram> lengths) {}

    /** What a run of this question did. */
    public Result result(ClipRun.Done done) {
        Map<String, Integer> drawn = new LinkedHashMap<>();
        Map<String, LengthHistogram> lengths = new LinkedHashMap<>();
        List<String> columns = new ArrayList<>(List.of("caption"));
        captioner.kinds().forEach(k -> columns.add(k.column()));
        for (String column : columns) {
            lengths.put(column, LengthHistogram.of(texts(done.rows(), column)));
        }
        texts(done.rows(), "caption_kind").stream().sorted().forEach(kind -> drawn.merge(kind, 1, Integer::sum));
        return new Result(done.rows().size(), done.asked(), done.outcomes(), drawn, lengths);
    }

    private static List<String> texts(List<ObjectNode> rows, String column) {
        return rows.stream()
                .map(r -> r.path(column))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .toList();
    }

    @Override
    public String table() {
        return TABLE;
    }

    @Override
    public String outcomeColumn() {
        return "caption_outcome";
    }

    @Override
    public ObjectNode plan() {
        ObjectNode plan = AnswerJournal.JSON
                .createObjectNode()
                .put("format", "kinora-captions/1")
                .put("captioner", captioner.name())
                .put("model", captioner.model())
                .put("endpoint", captioner.endpoint())
                .put("options", captioner.options())
                .put("draw", draw.toString());
        plan.set("prompts", ClipRun.promptFacts(captioner.prompts()));
        return plan;
    }

    @Override
    public int concurrency() {
        return captioner.concurrency();
    }

    @Override
    public List<Double> times(double seconds) {
        return captioner.times(seconds);
    }

    @Override
    public ObjectNode ask(ClipFrames clip) throws IOException {
        return row(clip.id(), captioner.caption(clip));
    }

    @Override
    public ObjectNode none(Outcome outcome, String message) {
        return row("", Captions.none(outcome, message));
    }

    private ObjectNode row(String id, Captions c) {
        CaptionKind kind = draw.kind(id, c);
        String caption = kind == null ? null : c.text(kind);
        ObjectNode row = AnswerJournal.JSON
                .createObjectNode()
                .put("caption", caption)
                .put("caption_kind", kind == null ? null : kind.word());
        row.put("caption_words", caption == null ? null : WordLimit.words(caption));
        for (CaptionKind k : CaptionKind.values()) {
            row.put(k.column(), c.text(k));
        }
        ArrayNode frames = row.putArray("caption_frames");
        c.frames().forEach(f -> frames.addObject().put("seconds", f.seconds()).put("caption", f.caption()));
        row.put("caption_outcome", c.outcome().word()).put("caption_message", c.message());
        ArrayNode notes = row.putArray("caption_notes");
        c.notes().forEach(notes::add);
        row.put("captioner", captioner.name()).put("caption_model", captioner.model());
        ArrayNode prompts = row.putArray("caption_prompts");
        captioner.prompts().forEach(p -> prompts.add(p.name() + " " + p.sha256()));
        return row.put("caption_prompt_tokens", c.usage().promptTokens())
                .put("caption_completion_tokens", c.usage().completionTokens());
    }

    @Override
    public Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("caption", "VARCHAR");
        columns.put("caption_kind", "VARCHAR");
        columns.put("caption_words", "BIGINT");
        for (CaptionKind k : CaptionKind.values()) {
            columns.put(k.column(), "VARCHAR");
        }
        columns.put("caption_frames", "STRUCT(seconds DOUBLE, caption VARCHAR)[]");
        columns.put("caption_outcome", "VARCHAR");
        columns.put("caption_message", "VARCHAR");
        columns.put("caption_notes", "VARCHAR[]");
        columns.put("captioner", "VARCHAR");
        columns.put("caption_model", "VARCHAR");
        columns.put("caption_prompts", "VARCHAR[]");
        columns.put("caption_prompt_tokens", "BIGINT");
        columns.put("caption_completion_tokens", "BIGINT");
        return columns;
    }
}

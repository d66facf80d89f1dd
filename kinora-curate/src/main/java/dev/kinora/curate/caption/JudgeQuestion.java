package dev.kinora.curate.caption;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Outcome;
import dev.kinora.language.chat.Usage;
import dev.kinora.language.judge.ChatJudge;
import dev.kinora.language.judge.Judgement;
import dev.kinora.language.judge.NegativeTag;
import dev.kinora.language.prompt.Prompt;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's judgement of a dataset's clips by the six negative tags. The table is {@code judge-HASH.parquet}: 1 for yes,
 * 0 for no, null for whatever the model was not sure of or did not answer as asked.
 */
public final class JudgeQuestion implements Question {
    /** The table's name. */
    public static final String TABLE = "judge";

    private final ChatJudge judge;

    /** A question that this judge answers. */
    public JudgeQuestion(ChatJudge judge) {
        this.judge = judge;
    }

    /**
     * How a tag came out.
     *
     * @param yes clips that have it
     * @param no clips that have not
     * @param unknown all others
     */
    public record Count(int yes, int no, int unknown) {}

    /**
     * What a run did.
     *
     * @param rows of the table as it stands now
     * @param asked clips judged in this run
     * @param outcomes how many rows ended how
     * @param tags by column
     */
    public record Result(int rows, int asked, Map<String, Integer> outcomes, Map<String, Count> tags) {}

    /** What a run of this question did. */
    public Result result(ClipRun.Done done) {
        Map<String, Count> tags = new LinkedHashMap<>();
        for (NegativeTag tag : NegativeTag.values()) {
            int yes = 0;
            int no = 0;
            for (ObjectNode row : done.rows()) {
                yes += row.path(tag.column()).asDouble(-1) == 1 ? 1 : 0;
                no += row.path(tag.column()).asDouble(-1) == 0 ? 1 : 0;
            }
            tags.put(tag.column(), new Count(yes, no, done.rows().size() - yes - no));
        }
        return new Result(done.rows().size(), done.asked(), done.outcomes(), tags);
    }

    @Override
    public String table() {
        return TABLE;
    }

    @Override
    public String outcomeColumn() {
        return "judge_outcome";
    }

    @Override
    public ObjectNode plan() {
        ObjectNode plan = AnswerJournal.JSON
                .createObjectNode()
                .put("format", "kinora-judge/1")
                .put("model", judge.client().settings().model())
                .put("endpoint", judge.client().settings().endpoint().toString())
                .put("options", judge.options());
        plan.set("prompts", ClipRun.promptFacts(List.of(Prompt.JUDGE)));
        plan.set("schema", ChatJudge.schema().schema());
        return plan;
    }

    @Override
    public int concurrency() {
        return judge.client().settings().concurrency();
    }

    @Override
    public List<Double> times(double seconds) {
        return judge.times(seconds);
    }

    @Override
    public ObjectNode ask(ClipFrames clip) throws IOException {
        return row(judge.judge(clip));
    }

    @Override
    public ObjectNode none(Outcome outcome, String message) {
        return row(Judgement.unknown(outcome, message, Usage.NONE));
    }

    private ObjectNode row(Judgement j) {
        ObjectNode row = AnswerJournal.JSON.createObjectNode();
        for (NegativeTag tag : NegativeTag.values()) {
            Boolean has = j.tags().get(tag);
            row.put(tag.column(), has == null ? null : has ? 1.0 : 0.0);
        }
        return row.put("judge_outcome", j.outcome().word())
                .put("judge_message", j.message())
                .put("judge_model", judge.client().settings().model())
                .put("judge_prompt", Prompt.JUDGE.name() + " " + Prompt.JUDGE.sha256())
                .put("judge_prompt_tokens", j.usage().promptTokens())
                .put("judge_completion_tokens", j.usage().completionTokens());
    }

    @Override
    public Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        for (NegativeTag tag : NegativeTag.values()) {
            columns.put(tag.column(), "DOUBLE");
        }
        columns.put("judge_outcome", "VARCHAR");
        columns.put("judge_message", "VARCHAR");
        columns.put("judge_model", "VARCHAR");
        columns.put("judge_prompt", "VARCHAR");
        columns.put("judge_prompt_tokens", "BIGINT");
        columns.put("judge_completion_tokens", "BIGINT");
        return columns;
    }
}

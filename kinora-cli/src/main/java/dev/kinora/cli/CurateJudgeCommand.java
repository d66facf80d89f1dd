package dev.kinora.cli;

import dev.kinora.curate.caption.JudgeQuestion;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.judge.ChatJudge;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A model's judgement of a dataset's clips. */
@Command(
        name = "judge",
        header = "Let a model that sees judge the clips of a dataset.",
        description = {
            "",
            "Asks a model behind an OpenAI-compatible server whether a clip is edited, incoherent, of low "
                    + "quality, a lecture, mostly text, or a screen, by a JSON schema that lets it be unsure. Adds the "
                    + "columns judge_edited and so on to the dataset in one step: 1 yes, 0 no, unknown where it was "
                    + "unsure or did not answer as asked. Stopped or killed, the same command goes on where it was."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate judge dataset --base-url http://127.0.0.1:8000/v1 --model qwen2.5-vl-7b",
            "  kinora curate filter dataset --keep \"judge_screen < 0.5\""
        })
final class CurateJudgeCommand extends Action {
    @Mixin
    private ClipQuestions questions = new ClipQuestions();

    @Override
    Report run() throws IOException {
        Sampling usual = Sampling.DEFAULT;
        Sampling sampling = questions.sampling(this, usual.denseSeconds(), usual.denseFrames());
        ChatClient client = new ChatClient(questions.settings(console()));
        interrupts().onStop(client::cancel);
        try (ChatJudge judge = new ChatJudge(client, sampling)) {
            JudgeQuestion question = new JudgeQuestion(judge);
            JudgeQuestion.Result result = question.result(questions.ask(this, question));
            return new Judged(questions.dataset().given(), result, Spent.of(client.totals()));
        }
    }

    /**
     * What came of it.
     *
     * @param judgements rows, outcomes and how the tags came out
     * @param spent on the model
     */
    record Judged(String dataset, JudgeQuestion.Result judgements, Spent spent) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(dataset + ": " + judgements.rows() + " clips judged, " + judgements.asked() + " of them now");
            judgements.outcomes().forEach((outcome, n) -> to.printf("  %6d %s%n", n, outcome));
            spent.print(to);
            to.printf("%-22s %7s %7s %7s%n", "", "yes", "no", "unknown");
            judgements.tags().forEach((tag, c) -> to.printf("%-22s %7d %7d %7d%n", tag, c.yes(), c.no(), c.unknown()));
        }
    }
}

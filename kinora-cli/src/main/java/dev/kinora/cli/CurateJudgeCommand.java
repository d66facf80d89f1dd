package dev.kinora.cli;

import dev.kinora.curate.caption.Clip;
import dev.kinora.curate.caption.JudgeRun;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.judge.ChatJudge;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model's judgement of a dataset's clips. */
@Command(
        name = "judge",
        header = "Let a model that sees judge the clips of a dataset.",
        description = {
            "",
            "Asks a model behind an OpenAI-compatible server whether a clip is edited, incoherent, of low quality, a",
            "lecture, mostly text, or a screen, by a JSON schema that lets it be unsure. Adds the columns judge_edited",
            "and so on to the dataset in one step: 1 yes, 0 no, unknown where it was unsure or did not answer as asked.",
            "Stopped or killed, the same command goes on where it was."
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
    @Parameters(paramLabel = "DATASET", description = "A folder that kinora curate has finished.")
    private Path dataset = Path.of("");

    @Option(
            names = {"-m", "--model"},
            paramLabel = "NAME",
            description = "The model, as the server calls it.")
    private @Nullable String model;

    @Mixin
    private EndpointOptions endpoint = new EndpointOptions();

    @Option(names = "--frames", paramLabel = "N", description = "Pictures that stand for a clip, 1 to 64. Default: 8.")
    private int frames = Sampling.DEFAULT.videoFrames();

    @Option(
            names = "--long-side",
            paramLabel = "PIXELS",
            description = "Pictures are reduced to this, 32 to 1024. Default: 768.")
    private int longSide = Sampling.DEFAULT.longSide();

    @Option(
            names = "--only",
            paramLabel = "FILE",
            description = "Only the clips in this table, which kinora curate filter --out wrote.")
    private @Nullable Path only;

    @Option(names = "--duplicates", description = "Judge clips that look like a better one too.")
    private boolean duplicates;

    @Option(names = "--again", description = "Ask again about clips without a usable answer.")
    private boolean again;

    @Option(names = "--replace", description = "Judge anew where there are judgements by other means.")
    private boolean replace;

    @Override
    Report run() throws IOException {
        if (longSide > 1024) {
            throw refuse("--long-side", longSide, "32 to 1024");
        }
        Sampling sampling =
                new Sampling(frames, Sampling.DEFAULT.denseSeconds(), Sampling.DEFAULT.denseFrames(), longSide);
        Progress progress = new Progress(console());
        ChatClient client = new ChatClient(endpoint.settings(console(), "--model", model));
        interrupts().onStop(client::cancel);
        try (ChatJudge judge = new ChatJudge(client, sampling)) {
            JudgeRun.Result result = new JudgeRun(judge, new ClipProgress(progress, interrupts()))
                    .run(dataset, new Clip.Choice(only, duplicates), again, replace);
            progress.end();
            return new Judged(dataset, result, Spent.of(client.totals()));
        } catch (CancellationException e) {
            throw new Interrupts.InterruptedWork("interrupted: the same command goes on from here");
        }
    }

    /**
     * What came of it.
     *
     * @param judgements rows, outcomes and how the tags came out
     * @param spent on the model
     */
    record Judged(Path dataset, JudgeRun.Result judgements, Spent spent) implements Report {
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

package dev.kinora.cli;

import dev.kinora.curate.caption.CaptionQuestion;
import dev.kinora.curate.caption.CaptionedShards;
import dev.kinora.curate.caption.ToyboxCaptioner;
import dev.kinora.curate.caption.TrainingPairs;
import dev.kinora.language.caption.CaptionDraw;
import dev.kinora.language.caption.CaptionKind;
import dev.kinora.language.caption.CaptionRecipe;
import dev.kinora.language.caption.Captioner;
import dev.kinora.language.caption.ChatCaptioner;
import dev.kinora.language.caption.LengthHistogram;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatSettings;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Captions for a dataset's clips. */
@Command(
        name = "caption",
        header = "Say in words what the clips of a dataset show.",
        description = {
            "",
            "Asks a model behind an OpenAI-compatible server, or the network that reads Toybox clips, and adds "
                    + "the captions to the dataset in one step. All are kept; by the clip's id one is drawn that training "
                    + "sees. Stopped or killed, the same command goes on where it was. Clips whose caption is refused or "
                    + "no caption get a row that says so.",
            "",
            "Recipes: svd asks for a caption of the middle frame, one of the video, and a summary of both; "
                    + "dense for a short caption, a description of every sampled frame, and a summary of at most 100 "
                    + "words; both for all of it; direct for the dense description in one question, as a student does "
                    + "that was trained on --pairs."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate caption dataset --base-url http://127.0.0.1:8000/v1 --model qwen2.5-vl-7b",
            "  kinora curate caption dataset --recipe dense --base-url https://api.example.com/v1 --model large \\",
            "      --prices 0.15:0.60 --max-cost 20 --only chosen.parquet",
            "  kinora curate caption dataset --captioner toybox",
            "  kinora curate caption dataset --pairs pairs.jsonl"
        })
final class CurateCaptionCommand extends Action {
    /** Where captions come from. */
    enum From {
        OPENAI,
        TOYBOX
    }

    @Mixin
    private ClipQuestions questions = new ClipQuestions();

    @Option(
            names = "--captioner",
            paramLabel = "NAME",
            description = "openai asks a server; toybox needs none and knows the Toybox world only. Default: openai.")
    private From captioner = From.OPENAI;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            description = "svd, dense, both or direct: which captions. Default: svd.")
    private CaptionRecipe recipe = CaptionRecipe.SVD;

    @Option(
            names = "--draw",
            paramLabel = "KIND:WEIGHT,…",
            description = "How often training sees which kind: image, video, summary, dense. Default:"
                    + " image:0.5,video:0.25,summary:0.25, or dense:1 where there is no summary.")
    private @Nullable String draw;

    @Option(
            names = "--summary-model",
            paramLabel = "NAME",
            description = "Another model of the same server for the summaries, such as a student. Default: the same.")
    private @Nullable String summaryModel;

    @Option(
            names = "--dense-seconds",
            paramLabel = "S",
            description = "Time between the frames that are described each. Default: 2.")
    private double denseSeconds = Sampling.DEFAULT.denseSeconds();

    @Option(names = "--dense-frames", paramLabel = "N", description = "The most of those. Default: 16.")
    private int denseFrames = Sampling.DEFAULT.denseFrames();

    @Option(names = "--reader", paramLabel = "FOLDER", description = "The Toybox reader. Default: the shipped one.")
    private @Nullable Path reader;

    @Option(
            names = "--sure",
            paramLabel = "P",
            description = "Toybox: the least probability of what is said, 0 to 1. Default: 0.5.")
    private double sure = 0.5;

    @Option(
            names = "--pairs",
            paramLabel = "FILE",
            description = "Instead: write questions and answers of the dense chain as chat messages, .jsonl, to"
                    + " fine-tune a student on.")
    private @Nullable Path pairs;

    @Option(
            names = "--pairs-form",
            paramLabel = "FORM",
            description = "text: from frames' descriptions to the summary; frames: from the frames to it."
                    + " Default: text.")
    private TrainingPairs.Form pairsForm = TrainingPairs.Form.TEXT;

    @Option(
            names = "--shards",
            paramLabel = "FOLDER",
            description = "Instead: copy the captioned clips as WebDataset shards with ID.txt, for other readers.")
    private @Nullable Path shards;

    @Override
    Report run() throws IOException {
        Sampling sampling = questions.sampling(this, denseSeconds, denseFrames);
        if (pairs != null && shards != null) {
            throw refuse("--pairs, --shards", "both", "one of them");
        }
        if (pairs != null) {
            return exportPairs(pairs, sampling);
        }
        if (shards != null) {
            if (questions.dataset().inBucket()) {
                throw refuse("--shards", shards, "none for a dataset in a bucket; a copy of it in a folder");
            }
            Path to = shards;
            return new Exported(to, questions.open(d -> CaptionedShards.write(d.folder(), to)), "clips");
        }
        ChatClient eyes = null;
        ChatClient writer = null;
        Captioner by;
        CaptionDraw drawn = draw != null ? CaptionDraw.parse(draw) : recipe.draw();
        if (captioner == From.TOYBOX) {
            if (recipe != CaptionRecipe.SVD) {
                throw refuse("--recipe", recipe.name().toLowerCase(Locale.ROOT), "svd with --captioner toybox");
            }
            Path folder = ToyboxReaders.locate(reader);
            String hash = Hashes.sha256(folder.resolve("model.safetensors"), (done, total) -> {});
            by = new ToyboxCaptioner(ToyboxReaders.load(folder), hash, sure);
        } else {
            ChatSettings settings = questions.settings(console());
            eyes = new ChatClient(settings);
            writer = summaryModel == null ? eyes : new ChatClient(settings.model(summaryModel));
            by = new ChatCaptioner(eyes, writer, recipe, sampling);
            interrupts().onStop(eyes::cancel);
            interrupts().onStop(writer::cancel);
        }
        try (by) {
            for (CaptionKind kind : drawn.weights().keySet()) {
                if (!by.kinds().contains(kind)) {
                    String made = by.kinds().stream().map(CaptionKind::word).collect(Collectors.joining(", "));
                    throw refuse("--draw", draw == null ? drawn : draw, "kinds that the recipe makes: " + made);
                }
            }
            CaptionQuestion question = new CaptionQuestion(by, drawn);
            CaptionQuestion.Result result = question.result(questions.ask(this, question));
            return new Captioned(
                    questions.dataset().given(),
                    result,
                    eyes == null ? null : Spent.of(eyes.totals()),
                    writer == null || writer == eyes ? null : Spent.of(writer.totals()));
        }
    }

    private Report exportPairs(Path out, Sampling sampling) throws IOException {
        if (!out.toString().endsWith(".jsonl")) {
            throw refuse("--pairs", out, "a name ending in .jsonl");
        }
        try (Staging staging = new Staging(interrupts())) {
            Path staged = staging.stage("--pairs", out);
            Files.deleteIfExists(staged);
            int n = questions.open(d -> TrainingPairs.write(d, pairsForm, sampling, staged));
            staging.commit();
            return new Exported(out, n, "pairs");
        }
    }

    /**
     * Something written beside the dataset.
     *
     * @param out where
     * @param count how many
     * @param what of what
     */
    record Exported(Path out, int count, String what) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(out + ": " + count + " " + what);
        }
    }

    /**
     * What came of it.
     *
     * @param captions rows, outcomes, kinds and lengths
     * @param spent on the model that sees; null where no server was asked
     * @param spentOnSummaries on the one that summarises, where it is another
     */
    record Captioned(
            String dataset,
            CaptionQuestion.Result captions,
            @Nullable Spent spent,
            @Nullable Spent spentOnSummaries) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(dataset + ": " + captions.rows() + " clips captioned, " + captions.asked() + " of them now");
            captions.outcomes().forEach((outcome, n) -> to.printf("  %6d %s%n", n, outcome));
            to.println("  trained with: " + captions.drawn());
            if (spent != null) {
                spent.print(to);
            }
            if (spentOnSummaries != null) {
                spentOnSummaries.print(to);
            }
            for (Map.Entry<String, LengthHistogram> e : captions.lengths().entrySet()) {
                LengthHistogram h = e.getValue();
                if (h.captions() > 0) {
                    to.printf(
                            Locale.ROOT,
                            "%s: words, mean %.1f, median %d, %d to %d%n",
                            e.getKey(),
                            h.mean(),
                            h.median(),
                            h.shortest(),
                            h.longest());
                    h.lines(40).forEach(to::println);
                }
            }
        }
    }
}

package dev.kinora.cli;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.learn.Confusion;
import dev.kinora.curate.learn.Forest;
import dev.kinora.curate.learn.Labels;
import dev.kinora.curate.learn.Learner;
import dev.kinora.curate.learn.ScoreTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A classifier from labels. */
@Command(
        name = "learn",
        header = "Teach a classifier a tag from labels of clips.",
        description = {
            "",
            "Learns a random forest from the dataset's scores and a CSV with a column id of clips, or source of "
                    + "files, and a column named by the tag: 1, true or yes; 0, false or no; or empty. Prints how such "
                    + "models do on clips of files they have not seen, beside always giving the commoner answer. The same "
                    + "labels give the same classifier."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora curate learn dataset --labels labels.csv --tag lecture --out lecture.json",
            "  kinora curate filter dataset --classifier lecture.json --keep \"learned_lecture < 0.5\""
        })
final class CurateLearnCommand extends Action {
    @Mixin
    private DatasetPlace dataset = new DatasetPlace();

    @Option(names = "--labels", paramLabel = "FILE", required = true, description = "The CSV with the labels.")
    private Path labels = Path.of("");

    @Option(
            names = "--tag",
            paramLabel = "NAME",
            required = true,
            description = "What to learn: a column of the labels.")
    private String tag = "";

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "The classifier, .json.")
    private @Nullable Path out;

    @Option(names = "--seed", paramLabel = "N", description = "For draws. Default: 0.")
    private long seed;

    @Override
    Report run() throws IOException {
        if (out == null || !out.toString().endsWith(".json")) {
            throw refuse("--out", String.valueOf(out), "a name ending in .json");
        }
        if (!tag.matches("[a-z][a-z0-9_]*")) {
            throw refuse("--tag", tag, "a name of lower-case letters, digits and _");
        }
        Path to = out;
        return dataset.open(DatasetPlace.CLIPS, d -> learn(d.folder(), to));
    }

    private Report learn(Path dataset, Path to) throws IOException {
        Map<String, Boolean> answers =
                Labels.read(labels, dataset.resolve(Manifest.CLIPS)).of(tag);
        ScoreTable table = new ScoreTable(dataset);
        Forest forest = new Learner(table.columns(), seed).learn(tag, table.methods(), table.cases(answers));
        forest.write(to);
        Confusion formula = Confusion.of(answers, table.values("tag_" + tag));
        boolean known = !table.values("tag_" + tag).isEmpty();
        return new Learned(
                to, Judgement.of("learned", forest.validation()), known ? Judgement.of("formula", formula) : null);
    }

    /**
     * What was learned.
     *
     * @param out the classifier
     * @param learned how models taught the same way do on files they have not seen
     * @param formula how the tag's formula does on the same clips; null where there is none
     */
    record Learned(Path out, Judgement learned, @Nullable Judgement formula) implements Report {
        @Override
        public void print(PrintWriter to) {
            Judgement.header(to);
            learned.print(to);
            if (formula != null) {
                formula.print(to);
            }
            to.println(out);
        }
    }
}

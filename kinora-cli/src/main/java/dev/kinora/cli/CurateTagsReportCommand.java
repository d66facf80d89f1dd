package dev.kinora.cli;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.learn.Confusion;
import dev.kinora.curate.learn.Labels;
import dev.kinora.curate.learn.ScoreTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How right the tags are. */
@Command(
        name = "tags-report",
        header = "Compare a dataset's tags with labels.",
        description = {
            "",
            "Precision, recall, F1 and accuracy of each tag that the labels have a column for, beside always "
                    + "giving the commoner answer. A tag says yes from 0.5 on; one that is unknown counts as no."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {"", "Examples:", "  kinora curate tags-report dataset --labels labels.csv"})
final class CurateTagsReportCommand extends Action {
    @Mixin
    private DatasetPlace dataset = new DatasetPlace();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            required = true,
            description = "A CSV with a column id of clips, or source of files, and a column a tag.")
    private Path labels = Path.of("");

    @Override
    Report run() throws IOException {
        return dataset.open(DatasetPlace.CLIPS, d -> compare(d.folder()));
    }

    private Report compare(Path dataset) throws IOException {
        Labels read = Labels.read(labels, dataset.resolve(Manifest.CLIPS));
        ScoreTable table = new ScoreTable(dataset);
        List<Judgement> tags = new ArrayList<>();
        for (String tag : read.tags()) {
            Map<String, Double> values = table.values("tag_" + tag);
            if (values.isEmpty()) {
                throw refuse("--labels", "a column " + tag, "columns of tags that the dataset has");
            }
            tags.add(Judgement.of(tag, Confusion.of(read.of(tag), values)));
        }
        return new Compared(tags);
    }

    /**
     * One line a tag.
     *
     * @param tags in the order of the labels' columns
     */
    record Compared(List<Judgement> tags) implements Report {
        @Override
        public void print(PrintWriter to) {
            Judgement.header(to);
            tags.forEach(t -> t.print(to));
        }
    }
}

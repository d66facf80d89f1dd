package dev.kinora.cli;

import dev.kinora.curate.caption.Clip;
import dev.kinora.curate.caption.ClipRun;
import dev.kinora.curate.caption.Question;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What questions about a dataset's clips have in common: which clips, what is seen of them, and who is asked. */
final class ClipQuestions {
    @Mixin
    private DatasetPlace dataset = new DatasetPlace();

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

    @Option(names = "--duplicates", description = "Clips that look like a better one too.")
    private boolean duplicates;

    @Option(names = "--again", description = "Ask again about clips whose answer is not of use, or not whole.")
    private boolean again;

    @Option(names = "--replace", description = "Ask anew where there are answers by other means.")
    private boolean replace;

    /** What is seen of a clip. */
    Sampling sampling(Action action, double denseSeconds, int denseFrames) {
        if (longSide > 1024) {
            throw action.refuse("--long-side", longSide, "32 to 1024");
        }
        return new Sampling(frames, denseSeconds, denseFrames, longSide);
    }

    ChatSettings settings(Console console) {
        return endpoint.settings(console, "--model", model);
    }

    /** Asks, with progress; stopped, it says how to go on. */
    ClipRun.Done ask(Action action, Question question) throws IOException {
        Progress progress = new Progress(action.console());
        ClipProgress listener = new ClipProgress(progress, action.interrupts());
        Clip.Choice choice = new Clip.Choice(only, duplicates);
        try {
            ClipRun.Done done = open(d -> new ClipRun(d, question, listener).run(choice, again, replace));
            progress.end();
            return done;
        } catch (CancellationException e) {
            throw new Interrupts.InterruptedWork("interrupted: the same command goes on from here");
        }
    }

    /** The dataset with its clips and the tables of answers. */
    <T> T open(DatasetPlace.Use<T> use) throws IOException {
        return dataset.open(path -> path.equals(Manifest.CLIPS) || SideTable.is(path), use);
    }

    DatasetPlace dataset() {
        return dataset;
    }
}

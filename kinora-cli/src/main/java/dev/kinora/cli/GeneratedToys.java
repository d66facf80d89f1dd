package dev.kinora.cli;

import dev.kinora.eval.LawfulPaths;
import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxReading;
import dev.kinora.eval.ToyboxScore;
import dev.kinora.media.ContactSheet;
import dev.kinora.media.FrameTensors;
import dev.kinora.media.Image;
import dev.kinora.pipeline.GenerateListener;
import dev.kinora.pipeline.GenerateRequest;
import dev.kinora.pipeline.Generation;
import dev.kinora.pipeline.VideoPipeline;
import dev.kinora.tensor.TensorScope;
import dev.kinora.toybox.ToyboxSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Generates clips for Toybox prompts one by one and reads what they show. */
record GeneratedToys(
        VideoPipeline pipeline, long budget, ToyboxReader reader, Interrupts interrupts, Progress progress) {

    /** What a clip should show, and the request for it. */
    record Asked(ToyboxSpec spec, GenerateRequest request) {}

    /**
     * What was read.
     *
     * @param unlawful how far paths lie from the nearest lawful one, in short sides; NaN where that is of no clip
     * @param wrong prompts and readings of the clips with a mistake
     * @param rows the first clips generated, for a contact sheet
     */
    record Result(ToyboxScore score, double unlawful, List<String> wrong, List<ContactSheet.Row> rows) {
        Image sheet() {
            int width = rows.getFirst().frames().getFirst().width();
            return ContactSheet.of(9, width).render(rows);
        }
    }

    /**
     * Reads all clips, those of the journal from there.
     *
     * @param shown of how many generated clips the frames are kept
     */
    Result read(List<Asked> asked, EvalJournal journal, int shown) throws IOException {
        ToyboxScore score = new ToyboxScore();
        LawfulPaths lawful = new LawfulPaths();
        List<String> wrong = new ArrayList<>();
        List<ContactSheet.Row> rows = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            interrupts.check();
            ToyboxSpec spec = asked.get(i).spec();
            String prompt = asked.get(i).request().prompt();
            ToyboxReading read = journal.reading(i);
            if (read == null) {
                List<Image> images = generate(asked.get(i).request());
                try (TensorScope ignored = TensorScope.open("read")) {
                    read = reader.read(FrameTensors.toUint8(images).unsqueeze(0))
                            .getFirst();
                }
                journal.add(i, prompt, read);
                if (rows.size() < shown) {
                    rows.add(new ContactSheet.Row(prompt + "  >  " + words(read), images));
                }
            }
            lawful.add(spec, read);
            if (!score.add(spec, read)) {
                wrong.add(prompt + " > " + words(read));
            }
            progress.step(i + 1);
        }
        return new Result(score, lawful.mean(), wrong, rows);
    }

    private List<Image> generate(GenerateRequest request) throws IOException {
        try (TensorScope ignored = TensorScope.open("generate")) {
            Generation made = pipeline.generate(request, pipeline.plan(request, budget), new GenerateListener() {
                @Override
                public void notice(String message) {
                    progress.message(message);
                }

                @Override
                public boolean cancelled() {
                    return interrupts.requested();
                }
            });
            return FrameTensors.fromUint8(made.frames());
        }
    }

    private static String words(ToyboxReading read) {
        return read.toys().stream()
                        .map(t -> (t.color() + " " + t.object() + " " + t.motion()).toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" + "))
                + ", " + read.scene().name().toLowerCase(Locale.ROOT);
    }
}

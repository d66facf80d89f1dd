package dev.kinora.curate.caption;

import dev.kinora.eval.ToyboxAnswers;
import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxReaderModel.Cast;
import dev.kinora.language.caption.CaptionKind;
import dev.kinora.language.caption.Captioner;
import dev.kinora.language.caption.Captions;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Outcome;
import dev.kinora.language.chat.Usage;
import dev.kinora.language.prompt.Prompt;
import dev.kinora.media.Fit;
import dev.kinora.media.FrameTensors;
import dev.kinora.media.Image;
import dev.kinora.media.Resample;
import dev.kinora.tensor.TensorScope;
import dev.kinora.toybox.CaptionGrammar;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyScene;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Captions clips of the Toybox world by the network that reads them, without any server. It knows that world's objects,
 * colours, motions and scenes and nothing else; whatever it is less sure of than it shall be is left out of the caption
 * and named in the notes, and a clip of which it cannot name a toy gets none. Of camera moves it says nothing, since it
 * does not read them. Shown other footage it can be sure and wrong: it has never seen any.
 */
public final class ToyboxCaptioner implements Captioner {
    /** Short side of what the reader was trained on, in pixels. */
    private static final int SHORT_SIDE = 64;

    /** The reader's cells; sides are multiples of it. */
    private static final int CELL = 8;

    private final ToyboxReader reader;
    private final String sha256;
    private final double sure;

    /**
     * A captioner over a reader, which it closes.
     *
     * @param sha256 of the reader's weights
     * @param sure the least probability of an answer that is said, 0 to 1
     */
    public ToyboxCaptioner(ToyboxReader reader, String sha256, double sure) {
        if (!(sure >= 0 && sure <= 1)) {
            throw new IllegalArgumentException("toybox captioner: sure = " + sure + " (expected: 0..1)");
        }
        this.reader = reader;
        this.sha256 = sha256;
        this.sure = sure;
    }

    @Override
    public String name() {
        return "toybox";
    }

    @Override
    public String model() {
        return sha256;
    }

    @Override
    public String endpoint() {
        return "local";
    }

    @Override
    public List<Prompt> prompts() {
        return List.of();
    }

    @Override
    public String options() {
        return "sure " + sure;
    }

    @Override
    public List<CaptionKind> kinds() {
        return List.of(CaptionKind.IMAGE, CaptionKind.VIDEO, CaptionKind.SUMMARY);
    }

    @Override
    public int concurrency() {
        return 1;
    }

    @Override
    public List<Double> times(double seconds) {
        double fps = reader.model().config().fps();
        int frames =
                Math.clamp(Math.round(seconds * fps), 1, reader.model().config().maxFrames());
        return IntStream.range(0, frames).mapToObj(i -> i / fps).toList();
    }

    @Override
    public Captions caption(ClipFrames clip) {
        Image first = clip.frames().getFirst().image();
        double scale = (double) SHORT_SIDE / Math.min(first.width(), first.height());
        int width = side(first.width() * scale);
        int height = side(first.height() * scale);
        List<Image> frames = clip.frames().stream()
                .map(f -> f.image().fit(width, height, Fit.CROP, Resample.LANCZOS))
                .toList();
        try (TensorScope ignored = TensorScope.open("caption")) {
            return words(
                    reader.answers(FrameTensors.toUint8(frames).unsqueeze(0)).getFirst());
        }
    }

    /** The nearest multiple of the reader's cell; a very long side is cut, not read. */
    private static int side(double pixels) {
        return (int) Math.clamp(Math.round(pixels / CELL) * CELL, CELL, 4L * SHORT_SIDE);
    }

    /** What the answers say, as far as they are sure. */
    Captions words(ToyboxAnswers answers) {
        List<String> unknown = new ArrayList<>();
        boolean cast = isSure("how many toys there are", answers.cast(), unknown);
        ToyScene scene =
                isSure("the scene", answers.scene(), unknown) ? answers.scene().value() : null;
        List<Seen> seen = new ArrayList<>();
        for (int i = 0; cast && i < answers.toys().size(); i++) {
            ToyboxAnswers.Toy toy = answers.toys().get(i);
            String which = answers.toys().size() == 1 ? "" : i == 0 ? " of the left toy" : " of the right toy";
            boolean known = isSure("the object" + which, toy.object(), unknown);
            boolean coloured = isSure("the colour" + which, toy.color(), unknown);
            boolean moves = isSure("the motion" + which, toy.motion(), unknown);
            if (known) {
                seen.add(new Seen(
                        toy.object().value().word(),
                        coloured ? toy.color().value().word() : "",
                        moves ? toy.motion().value() : null));
            }
        }
        List<String> notes = unknown.isEmpty() ? List.of() : List.of("cannot tell " + String.join(", ", unknown));
        if (seen.isEmpty() || seen.size() < answers.toys().size()) {
            return new Captions(
                    Outcome.ABSTAINED,
                    "the reader is not sure enough of what is in it",
                    Map.of(),
                    List.of(),
                    notes,
                    Usage.NONE);
        }
        boolean collides = answers.cast().value() == Cast.COLLIDING;
        Map<CaptionKind, String> texts = new EnumMap<>(CaptionKind.class);
        texts.put(CaptionKind.IMAGE, join(" and ", seen.stream().map(Seen::noun).toList()) + place(scene));
        texts.put(CaptionKind.VIDEO, (collides ? collision(seen) : acts(seen)) + place(scene));
        texts.put(CaptionKind.SUMMARY, summary(seen, collides, scene));
        return new Captions(Outcome.OK, "", texts, List.of(), notes, Usage.NONE);
    }

    private boolean isSure(String what, ToyboxAnswers.Answer<?> answer, List<String> unknown) {
        if (answer.probability() >= sure) {
            return true;
        }
        unknown.add(String.format(Locale.ROOT, "%s (%.2f)", what, answer.probability()));
        return false;
    }

    /** A toy as far as it is known; {@code color} may be empty. */
    private record Seen(
            String object, String color, @Nullable ToyMotion motion) {
        String noun() {
            String words = color.isEmpty() ? object : color + " " + object;
            return ("aeiou".indexOf(words.charAt(0)) >= 0 ? "an " : "a ") + words;
        }

        String act(String subject) {
            return motion == null
                    ? subject
                    : subject + " " + CaptionGrammar.verbs(motion).getFirst();
        }
    }

    private static String acts(List<Seen> seen) {
        return join(" and ", seen.stream().map(s -> s.act(s.noun())).toList());
    }

    /** Which of two runs into the other follows from which one rolls or slides towards it. */
    private record Hit(Seen mover, Seen other) {
        static Hit of(List<Seen> seen) {
            Seen left = seen.getFirst();
            Seen right = seen.getLast();
            return runs(right, false) && !runs(left, true) ? new Hit(right, left) : new Hit(left, right);
        }
    }

    private static String collision(List<Seen> seen) {
        Hit hit = Hit.of(seen);
        return hit.mover.noun() + " " + verb(hit.mover) + " " + hit.other.noun();
    }

    private static boolean runs(Seen s, boolean toTheRight) {
        return toTheRight
                ? s.motion == ToyMotion.ROLLS_RIGHT || s.motion == ToyMotion.SLIDES_RIGHT
                : s.motion == ToyMotion.ROLLS_LEFT || s.motion == ToyMotion.SLIDES_LEFT;
    }

    private static String verb(Seen s) {
        // "bumps into" is what rolling and sliding have in common
        return runs(s, true) || runs(s, false)
                ? CaptionGrammar.runsInto(s.motion == null ? ToyMotion.STAYS : s.motion)
                        .getFirst()
                : CaptionGrammar.runsInto(ToyMotion.ROLLS_LEFT).getLast();
    }

    private static String summary(List<Seen> seen, boolean collides, @Nullable ToyScene scene) {
        StringBuilder text = new StringBuilder(
                        join(" and ", seen.stream().map(Seen::noun).toList()))
                .append(place(scene))
                .append('.');
        if (collides) {
            Hit hit = Hit.of(seen);
            text.append(" the ")
                    .append(hit.mover.object)
                    .append(' ')
                    .append(verb(hit.mover))
                    .append(" the ")
                    .append(hit.other.object)
                    .append('.');
        } else {
            for (Seen s : seen) {
                if (s.motion != null) {
                    text.append(' ').append(s.act("the " + s.object)).append('.');
                }
            }
        }
        return text.toString();
    }

    private static String place(@Nullable ToyScene scene) {
        return scene == null ? "" : " " + CaptionGrammar.places(scene).getFirst();
    }

    private static String join(String between, List<String> parts) {
        return String.join(between, parts);
    }

    @Override
    public void close() {
        reader.close();
    }
}

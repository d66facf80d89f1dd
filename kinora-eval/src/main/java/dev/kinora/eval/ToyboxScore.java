package dev.kinora.eval;

import dev.kinora.eval.ToyboxReading.SeenToy;
import dev.kinora.toybox.Toy;
import dev.kinora.toybox.ToyboxSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares what was read from clips with what they were to show, attribute by attribute. Where there are two toys, they
 * are paired in the order that agrees better, since a prompt does not say who stands left. What a toy does that another
 * runs into is not compared: no prompt says it.
 */
public final class ToyboxScore {
    private static final String NOTHING = "NOTHING";

    private final Map<Attribute, Integer> right = new LinkedHashMap<>();
    private final Map<Attribute, Integer> total = new LinkedHashMap<>();
    private final Map<Confusion, Integer> confusions = new TreeMap<>(Comparator.comparing(Confusion::toString));

    /** What is compared. */
    public enum Attribute {
        OBJECT,
        COLOR,
        MOTION,
        SCENE,
        /** How many toys there are, and whether one runs into the other. */
        CAST,
        /** Everything about a clip. */
        ALL
    }

    /**
     * A mistake.
     *
     * @param asked what was to be shown
     * @param read what was read
     */
    public record Confusion(Attribute attribute, String asked, String read) {}

    /**
     * A mistake and how often it was made.
     *
     * @param count of clips or toys
     */
    public record Counted(Confusion confusion, int count) {}

    /**
     * Takes in a clip.
     *
     * @param asked what it was to show
     * @param read what was read
     * @return whether everything is right
     */
    public boolean add(ToyboxSpec asked, ToyboxReading read) {
        SeenToy one = read.toys().getFirst();
        SeenToy other = read.toys().size() > 1 ? read.toys().getLast() : null;
        List<Difference> best = compare(asked, one, other);
        List<Difference> swapped = compare(asked, other, one);
        if (mistakes(swapped) < mistakes(best)) {
            best = swapped;
        }
        List<Difference> all = new ArrayList<>(best);
        all.add(new Difference(
                Attribute.SCENE, asked.scene().name(), read.scene().name()));
        all.add(new Difference(
                Attribute.CAST,
                cast(asked.toys().size(), asked.collide()),
                cast(read.toys().size(), read.collides())));
        for (Difference d : all) {
            count(d.attribute(), d.right());
            if (!d.right()) {
                confusions.merge(new Confusion(d.attribute(), d.asked(), d.read()), 1, Integer::sum);
            }
        }
        boolean right = mistakes(all) == 0;
        count(Attribute.ALL, right);
        return right;
    }

    private record Difference(Attribute attribute, String asked, String read) {
        boolean right() {
            return asked.equals(read);
        }
    }

    private static long mistakes(List<Difference> of) {
        return of.stream().filter(d -> !d.right()).count();
    }

    private static List<Difference> compare(ToyboxSpec asked, @Nullable SeenToy first, @Nullable SeenToy second) {
        List<Difference> all = new ArrayList<>();
        for (int i = 0; i < asked.toys().size(); i++) {
            Toy toy = asked.toys().get(i);
            SeenToy s = i == 0 ? first : second;
            all.add(new Difference(
                    Attribute.OBJECT,
                    toy.object().name(),
                    s == null ? NOTHING : s.object().name()));
            all.add(new Difference(
                    Attribute.COLOR,
                    toy.color().name(),
                    s == null ? NOTHING : s.color().name()));
            if (!(asked.collide() && i == 1)) {
                all.add(new Difference(
                        Attribute.MOTION,
                        toy.motion().name(),
                        s == null ? NOTHING : s.motion().name()));
            }
        }
        return all;
    }

    private static String cast(int toys, boolean collide) {
        return collide ? "COLLIDING" : toys == 1 ? "ONE" : "TWO";
    }

    private void count(Attribute attribute, boolean isRight) {
        total.merge(attribute, 1, Integer::sum);
        right.merge(attribute, isRight ? 1 : 0, Integer::sum);
    }

    /** How often an attribute was right. */
    public Rate rate(Attribute attribute) {
        return new Rate(right.getOrDefault(attribute, 0), total.getOrDefault(attribute, 0));
    }

    /** The most frequent mistakes, the worst first. */
    public List<Counted> confusions(int limit) {
        return confusions.entrySet().stream()
                .map(e -> new Counted(e.getKey(), e.getValue()))
                .sorted(Comparator.comparingInt(Counted::count).reversed())
                .limit(limit)
                .toList();
    }
}

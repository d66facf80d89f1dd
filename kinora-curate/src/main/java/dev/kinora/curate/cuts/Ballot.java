package dev.kinora.curate.cuts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A place where detectors saw a change, what the rule made of it, and each detector's strongest vote.
 *
 * @param kind {@code cut}, {@code gradual}, or {@code none} where the rule did not follow the votes
 * @param first the first frame that is not wholly of the shot before
 * @param last the first frame that is wholly of the shot after; of a cut the same as {@code first}
 * @param confidence of the {@link Transition}; 0 where there is none
 * @param votes score by {@link #NAMES name}, in their order; who did not vote has none
 */
public record Ballot(String kind, int first, int last, double confidence, Map<String, Double> votes) {
    /** Where detectors voted and the rule found nothing. */
    public static final String NONE = "none";

    /** Who may vote: a detector, and how many frames a second it looked at where not at every one. */
    public static final List<String> NAMES = List.of(
            "content",
            "adaptive",
            "histogram",
            "hash",
            "threshold",
            "content_4",
            "histogram_4",
            "content_0_5",
            "histogram_0_5",
            "transnetv2");

    public Ballot {
        votes = Collections.unmodifiableMap(new LinkedHashMap<>(votes));
    }

    /**
     * Sorts votes to the transitions they are about: those whose frames, one more on either side, they step over. A slow
     * vote may be about several. What is about none is collected by the frame it points to.
     *
     * @return by first frame
     */
    static List<Ballot> of(List<Transition> transitions, List<Vote> votes) {
        List<List<Vote>> about = new ArrayList<>();
        transitions.forEach(t -> about.add(new ArrayList<>()));
        Map<Integer, List<Vote>> others = new TreeMap<>();
        for (Vote v : votes) {
            boolean any = false;
            for (int i = from(transitions, v.from()); i < transitions.size(); i++) {
                Transition t = transitions.get(i);
                if (v.to() < t.first() - 1) {
                    break;
                }
                if (v.from() + 1 <= t.last() + 1) {
                    about.get(i).add(v);
                    any = true;
                }
            }
            if (!any) {
                others.computeIfAbsent(v.to(), k -> new ArrayList<>()).add(v);
            }
        }
        List<Ballot> out = new ArrayList<>();
        for (int i = 0; i < transitions.size(); i++) {
            Transition t = transitions.get(i);
            String kind = t.kind().name().toLowerCase(java.util.Locale.ROOT);
            out.add(new Ballot(kind, t.first(), t.last(), t.confidence(), strongest(about.get(i))));
        }
        others.forEach((to, group) -> {
            int first = group.stream().mapToInt(v -> v.from() + 1).min().orElse(to);
            out.add(new Ballot(NONE, first, to, 0, strongest(group)));
        });
        out.sort(Comparator.comparingInt(Ballot::first).thenComparingInt(Ballot::last));
        return out;
    }

    /** The first transition that does not lie wholly before a frame; they are in order. */
    private static int from(List<Transition> transitions, int frame) {
        int low = 0;
        int high = transitions.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (transitions.get(middle).last() < frame) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static Map<String, Double> strongest(List<Vote> votes) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (String name : NAMES) {
            // A histogram's score is a correlation and the threshold's a brightness: less is more of a change.
            boolean least = name.startsWith("histogram") || name.equals("threshold");
            votes.stream()
                    .filter(v -> v.name().equals(name))
                    .map(Vote::score)
                    .min(least ? Comparator.naturalOrder() : Comparator.reverseOrder())
                    .ifPresent(score -> all.put(name, score));
        }
        return all;
    }
}

package dev.kinora.curate.cuts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts over any number of files. A cut is found if a cut is given within one frame of it; a gradual transition if a
 * gradual one is given that overlaps it. One answer finds one transition. A cut given inside a true gradual transition,
 * or at a frame to be ignored, is no error; nor is a second gradual one inside the same.
 */
final class CutScores {
    int cuts;
    int cutsFound;
    int cutsWrong;
    int graduals;
    int gradualsFound;
    int gradualsWrong;
    final List<String> remarks = new ArrayList<>();
    private final Map<String, int[]> byType = new TreeMap<>(); // given, found

    void add(String file, List<ComposedVideo.Truth> truth, List<Integer> ignored, List<Transition> given) {
        List<Transition> left = new ArrayList<>(given);
        for (ComposedVideo.Truth t : truth) {
            boolean cut = t.type().equals("cut");
            Transition match = null;
            for (Transition g : left) {
                boolean same = cut == (g.kind() == Transition.Kind.CUT);
                boolean near =
                        cut ? Math.abs(g.first() - t.start()) <= 1 : g.first() <= t.end() && g.last() >= t.start();
                match = match == null && same && near ? g : match;
            }
            if (match != null) {
                left.remove(match);
            } else {
                remarks.add(file + ": missed " + t);
            }
            int[] counts = byType.computeIfAbsent(t.type(), k -> new int[2]);
            counts[0]++;
            counts[1] += match != null ? 1 : 0;
            cuts += cut ? 1 : 0;
            cutsFound += cut && match != null ? 1 : 0;
            graduals += cut ? 0 : 1;
            gradualsFound += !cut && match != null ? 1 : 0;
        }
        for (Transition g : left) {
            boolean inside = truth.stream()
                    .anyMatch(t -> !t.type().equals("cut") && g.first() <= t.end() + 1 && g.last() >= t.start() - 1);
            boolean skip = ignored.stream().anyMatch(i -> Math.abs(i - g.first()) <= 1);
            if (!inside && !skip) {
                cutsWrong += g.kind() == Transition.Kind.CUT ? 1 : 0;
                gradualsWrong += g.kind() == Transition.Kind.GRADUAL ? 1 : 0;
                remarks.add(file + ": wrong " + g);
            }
        }
    }

    private static double f1(int n, int found, int wrong) {
        return n + found + wrong == 0 ? 1 : 2.0 * found / (n + found + wrong);
    }

    double cutF1() {
        return f1(cuts, cutsFound, cutsWrong);
    }

    double gradualF1() {
        return f1(graduals, gradualsFound, gradualsWrong);
    }

    double overallF1() {
        return f1(cuts + graduals, cutsFound + gradualsFound, cutsWrong + gradualsWrong);
    }

    /** {@code dissolve 20 of 21, …}. */
    String types() {
        List<String> parts = new ArrayList<>();
        byType.forEach((type, n) -> parts.add(type + " " + n[1] + " of " + n[0]));
        return String.join(", ", parts);
    }

    @Override
    public String toString() {
        return "cuts F1 %.3f (%d of %d, %d wrong), gradual F1 %.3f (%d of %d, %d wrong), all %.3f"
                .formatted(
                        cutF1(),
                        cutsFound,
                        cuts,
                        cutsWrong,
                        gradualF1(),
                        gradualsFound,
                        graduals,
                        gradualsWrong,
                        overallF1());
    }
}

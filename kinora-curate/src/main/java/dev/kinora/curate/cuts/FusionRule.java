package dev.kinora.curate.cuts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How votes and signals become transitions. Two questions, asked of every frame:
 *
 * <p><b>Is it a cut?</b> The change from the frame before stands out from the changes around it, most of the picture
 * takes part, and it stays: a flash returns to where it was. A vote of TransNet V2 halves the bars.
 *
 * <p><b>Is it inside a gradual transition?</b> Between two frames some way apart the picture walks straight: every frame
 * between lies, cell by cell, between the two, in equal shares from start to end. Fades, dissolves and wipes do; what
 * moves does not, because on its way it covers cells that neither end has covered. Votes of the slow detectors lower the
 * bars.
 *
 * @param cutRatio how many times the changes around it a cut's change is
 * @param cutFloor the least content score of a cut
 * @param cutStays share of the change that is still there some frames later, and was not yet some frames before
 * @param cutArea share of the picture's cells that change
 * @param straight the least straightness of a gradual transition: distance of the ends by way over the frames between,
 *     0..1
 * @param change the least distance of the ends, as a multiple of their contrast
 * @param bonus how much less straight and changed it may be where a slow detector or TransNet V2 votes for it, 0..1
 * @param fadeWords the least range of cells that a fade of a few words goes through, in levels
 * @param fadeShare at most so much of its contrast has a picture with which a file begins or ends within a fade, 0..1
 */
public record FusionRule(
        double cutRatio,
        double cutFloor,
        double cutStays,
        double cutArea,
        double straight,
        double change,
        double bonus,
        double fadeWords,
        double fadeShare) {
    /** Tuned on composed material; docs/curation-cuts.md has the procedure. */
    public static final FusionRule DEFAULT = new FusionRule(1.85, 7, 0.58, 0.28, 0.98, 0.55, 0.074, 4.5, 0.7);

    /** Lengths of gradual transitions looked for, in seconds. */
    private static final double[] LENGTHS = {0.25, 0.4, 0.6, 0.9, 1.3, 1.9, 2.8};

    private static final int AROUND = 8;
    private static final int LEVELS = 6;
    /** Share of the way that one frame may go. */
    static final double LARGEST_STEP = 0.4;

    private static final double SMALLEST_CHANGE = 0.8;

    /** A stretch that may be a transition; of those that overlap the best counts. */
    record Candidate(int from, int to, double score) {}

    /** The transitions of one file, in order, none overlapping. */
    public List<Transition> apply(CutSignals signals) {
        CutSignals s = signals.withoutBars();
        List<Transition> cuts = cuts(s);
        List<Transition> all = new ArrayList<>(cuts);
        all.addAll(graduals(s, cuts));
        all.sort(Comparator.comparingInt(Transition::first));
        return List.copyOf(all);
    }

    private List<Transition> cuts(CutSignals s) {
        double[] steps = new double[s.frames()];
        for (int t = 1; t < steps.length; t++) {
            steps[t] = s.distance(t - 1, t);
        }
        List<Transition> out = new ArrayList<>();
        for (int t = 1; t < s.frames(); t++) {
            double bar = ends(s, t - 1) > 0.5 ? 0.5 : 1;
            if (s.content()[t] < cutFloor * bar) {
                continue;
            }
            // Hue and saturation jump in what is almost black; the thumbnails do not.
            double ratio = Math.min(ratio(s.content(), t), ratio(steps, t));
            if (ratio >= cutRatio * bar
                    && stays(s, t) >= cutStays
                    && s.changedArea(t - 1, t, LEVELS) >= cutArea * bar) {
                out.add(new Transition(Transition.Kind.CUT, t, t, Math.min(1, ratio / (2 * cutRatio))));
            }
        }
        return out;
    }

    private static float ends(CutSignals s, int frame) {
        return s.ends().length == 0 ? 0 : s.ends()[frame];
    }

    /**
     * The change at t over the third largest of those around it: a flash near by, which is two changes, does not count,
     * motion that is shown at a fraction of the rate does.
     */
    private static double ratio(double[] changes, int t) {
        double first = 0;
        double second = 0;
        double third = 0;
        for (int i = Math.max(1, t - AROUND); i <= Math.min(changes.length - 1, t + AROUND); i++) {
            double v = i == t ? 0 : changes[i];
            if (v > first) {
                third = second;
                second = first;
                first = v;
            } else if (v > second) {
                third = second;
                second = v;
            } else if (v > third) {
                third = v;
            }
        }
        return changes[t] / (third + 0.5);
    }

    private static double stays(CutSignals s, int t) {
        double jump = Math.max(s.distance(t - 1, t), 1e-6);
        return Math.min(s.distance(t - 1, t + 4), s.distance(t - 5, t)) / jump;
    }

    private List<Transition> graduals(CutSignals s, List<Transition> cuts) {
        boolean[] cut = new boolean[s.frames() + 1];
        cuts.forEach(c -> cut[c.first()] = true);
        boolean[] voted = voted(s);
        List<Candidate> candidates = new ArrayList<>(new Fades(s, cut).find(fadeWords, fadeShare));
        for (double seconds : LENGTHS) {
            int length = Math.max(4, (int) Math.round(seconds * s.frameRate()));
            int step = Math.max(1, length / 8);
            for (int a = 0; a + length < s.frames(); a += step) {
                double score = path(s, a, a + length, cut, voted);
                if (score > 0) {
                    candidates.add(new Candidate(a, a + length, score));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
        List<Transition> out = new ArrayList<>();
        for (Candidate c : candidates) {
            Transition t = refine(s, c);
            boolean free = out.stream().allMatch(o -> overlap(o, t) <= 0.2)
                    && cuts.stream().noneMatch(o -> o.first() > t.first() && o.first() <= t.last());
            if (free) {
                out.add(t);
            }
        }
        return out;
    }

    /** Frames over which a slow detector stepped and saw a change, or that TransNet V2 takes for an end. */
    private static boolean[] voted(CutSignals s) {
        boolean[] out = new boolean[s.frames() + 1];
        for (Vote v : s.votes()) {
            boolean dark = v.detector().equals("threshold");
            if (v.rate() > 0 || dark || v.detector().equals("transnetv2")) {
                // The fades lie on either side of the dark.
                int more = dark ? (int) Math.round(s.frameRate()) : 0;
                for (int i = Math.max(0, v.from() - more); i <= Math.min(v.to() + more, s.frames()); i++) {
                    out[i] = true;
                }
            }
        }
        return out;
    }

    /** How straight the way from a to b is, times how far; 0 where it is no transition. */
    private double path(CutSignals s, int a, int b, boolean[] cut, boolean[] voted) {
        double whole = s.distance(a, b);
        if (whole < SMALLEST_CHANGE) {
            return 0;
        }
        double ease = voted[(a + b) / 2] ? 1 - bonus : 1;
        double relative = whole / (unit(s.contrast(a), s.contrast(b)) + 0.5);
        if (relative < change * ease) {
            return 0;
        }
        double worst = 1;
        double before = 0;
        for (int k = 1; k <= 3; k++) {
            int u = a + (b - a) * k / 4;
            double there = s.distance(a, u);
            double onward = s.distance(u, b);
            worst = Math.min(worst, whole / (there + onward));
            double share = there / (there + onward);
            if (share <= before || (k == 2 && (share < 0.15 || share > 0.85))) {
                return 0;
            }
            before = share;
        }
        if (worst < straight * ease) {
            return 0;
        }
        for (int u = a + 1; u <= b; u++) {
            if (cut[u] || s.distance(u - 1, u) > LARGEST_STEP * whole) {
                return 0;
            }
        }
        return worst * Math.min(relative, 2);
    }

    /**
     * How far apart two pictures of these contrasts are expected to be: where one is flat, a few words on it are as much
     * brighter as half their contrast.
     */
    private static double unit(double a, double b) {
        double less = Math.min(a, b);
        return less <= Fades.FLAT ? less + Math.max(a, b) / 2 : a + b;
    }

    /** Where on its way the picture leaves one end and reaches the other. */
    private static Transition refine(CutSignals s, Candidate c) {
        int first = c.from;
        int last = c.to;
        for (int u = c.from; u <= c.to; u++) {
            double there = s.distance(c.from, u);
            double share = there / Math.max(there + s.distance(u, c.to), 1e-6);
            if (share <= 0.05) {
                first = u;
            }
            if (share >= 0.95) {
                last = u;
                break;
            }
        }
        return new Transition(Transition.Kind.GRADUAL, first, Math.max(first, last), Math.min(1, c.score));
    }

    private static double overlap(Transition a, Transition b) {
        int shared = Math.min(a.last(), b.last()) - Math.max(a.first(), b.first()) + 1;
        int shorter = Math.min(a.last() - a.first(), b.last() - b.first()) + 1;
        return Math.max(0, shared) / (double) shorter;
    }
}

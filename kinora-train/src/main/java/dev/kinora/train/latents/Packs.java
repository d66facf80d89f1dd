package dev.kinora.train.latents;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Clips of all shapes in one order, drawn anew for every pass, cut into sequences of about the same number of tokens. A
 * sequence is filled until the next clip would not fit.
 */
public final class Packs implements StepPlan {
    private final int[] sizes;
    private final int[] tokens;
    private final int capacity;
    private final int perStep;
    private final long seed;
    private final List<Integer> starts = new ArrayList<>(); // first step of each pass that was planned, from 0
    private int pass = -1;
    private List<List<Batch>> packs = List.of();

    /**
     * The plan of a run.
     *
     * @param sizes clips of each group
     * @param tokens of one clip of each group
     * @param capacity tokens of a sequence; a clip that has more is alone in one
     * @param perStep sequences of a step
     */
    public Packs(int[] sizes, int[] tokens, int capacity, int perStep, long seed) {
        this.sizes = sizes.clone();
        this.tokens = tokens.clone();
        this.capacity = capacity;
        this.perStep = perStep;
        this.seed = seed;
        starts.add(0);
    }

    @Override
    public int stepsPerPass() {
        return plan(0).size() / perStep;
    }

    /** The sequences of a step, one after another. A pass's last step begins the pass anew to be full. */
    @Override
    public List<Batch> at(int step) {
        return sequences(step).stream().flatMap(List::stream).toList();
    }

    /** The sequences of a step. */
    public List<List<Batch>> sequences(int step) {
        int wanted = 0;
        while (step > starts.get(wanted) + passSteps(wanted)) {
            wanted++;
        }
        if (wanted != pass) {
            packs = plan(wanted);
            pass = wanted;
        }
        int first = (step - 1 - starts.get(wanted)) * perStep;
        List<List<Batch>> some = new ArrayList<>();
        for (int i = 0; i < perStep; i++) {
            some.add(packs.get((first + i) % packs.size()));
        }
        return some;
    }

    /** Steps of a pass: how many sequences it takes depends on the order. */
    private int passSteps(int number) {
        if (number + 1 < starts.size()) {
            return starts.get(number + 1) - starts.get(number);
        }
        int steps = (plan(number).size() + perStep - 1) / perStep;
        starts.add(starts.get(number) + steps);
        return steps;
    }

    private List<List<Batch>> plan(int number) {
        int all = Arrays.stream(sizes).sum();
        int[] group = new int[all];
        int[] clip = new int[all];
        int at = 0;
        for (int g = 0; g < sizes.length; g++) {
            for (int i = 0; i < sizes[g]; i++) {
                group[at] = g;
                clip[at++] = i;
            }
        }
        int[] order = Buckets.shuffled(all, new SplittableRandom(seed * 37 + number).split());
        List<List<Batch>> made = new ArrayList<>();
        List<List<Integer>> open = empty();
        int room = capacity;
        for (int i : order) {
            int need = tokens[group[i]];
            if (need > room && room < capacity) {
                made.add(close(open));
                open = empty();
                room = capacity;
            }
            open.get(group[i]).add(clip[i]);
            room -= need;
        }
        if (room < capacity) {
            made.add(close(open));
        }
        return made;
    }

    private List<List<Integer>> empty() {
        List<List<Integer>> lists = new ArrayList<>();
        for (int g = 0; g < sizes.length; g++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }

    /** Clips of one shape stand side by side: they attend in one go. */
    private static List<Batch> close(List<List<Integer>> open) {
        List<Batch> pack = new ArrayList<>();
        for (int g = 0; g < open.size(); g++) {
            if (!open.get(g).isEmpty()) {
                pack.add(new Batch(
                        g, open.get(g).stream().mapToInt(Integer::intValue).toArray()));
            }
        }
        return pack;
    }
}

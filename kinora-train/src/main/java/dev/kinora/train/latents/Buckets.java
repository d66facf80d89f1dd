package dev.kinora.train.latents;

import dev.kinora.train.internal.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which clips a step sees. Clips of one shape make one batch, as many as keep the tokens of a step about the same; one
 * pass over the data is every batch of every shape once, in an order drawn anew for each pass. All of it follows from
 * seed and step.
 */
public final class Buckets implements StepPlan {
    private final int[] sizes;
    private final int[] batches; // clips of a step, by group
    private final long seed;
    private final int perPass;
    private int pass = -1;
    private int[][] order = {};
    private int[] schedule = {};
    private int[] within = {};

    /**
     * The plan of a run.
     *
     * @param sizes clips of each group
     * @param tokens of one clip of each group
     * @param tokensPerStep what a step's clips have together, about
     * @param multiple a step's clips are a multiple of it: micro-batches times processes
     */
    public Buckets(int[] sizes, int[] tokens, int tokensPerStep, int multiple, long seed) {
        this.sizes = sizes.clone();
        this.seed = seed;
        this.batches = new int[sizes.length];
        int count = 0;
        for (int g = 0; g < sizes.length; g++) {
            Checks.require(sizes[g] > 0, "buckets", "clips of group " + g, sizes[g], "1 or more");
            long fit = Math.round((double) tokensPerStep / tokens[g] / multiple);
            batches[g] = (int) Math.max(1, fit) * multiple;
            count += steps(g);
        }
        this.perPass = count;
    }

    private int steps(int group) {
        return (sizes[group] + batches[group] - 1) / batches[group];
    }

    @Override
    public int stepsPerPass() {
        return perPass;
    }

    /** Clips of a step of this group. */
    public int batch(int group) {
        return batches[group];
    }

    @Override
    public List<Batch> at(int step) {
        return List.of(one(step));
    }

    /** The clips of a step, counted from 1. A pass's last batch of a shape begins the shape anew to be full. */
    Batch one(int step) {
        int wanted = (step - 1) / perPass;
        if (wanted != pass) {
            plan(wanted);
        }
        int group = schedule[(step - 1) % perPass];
        int first = within[(step - 1) % perPass] * batches[group];
        int[] clips = new int[batches[group]];
        Arrays.setAll(clips, i -> order[group][(first + i) % sizes[group]]);
        return new Batch(group, clips);
    }

    private void plan(int number) {
        // split() mixes: neighbouring seeds must not walk through one another's numbers
        SplittableRandom random = new SplittableRandom(seed * 31 + number).split();
        List<int[]> all = new ArrayList<>();
        order = new int[sizes.length][];
        for (int g = 0; g < sizes.length; g++) {
            order[g] = shuffled(sizes[g], random);
            for (int b = 0; b < steps(g); b++) {
                all.add(new int[] {g, b});
            }
        }
        int[] shuffled = shuffled(perPass, random);
        schedule = new int[perPass];
        within = new int[perPass];
        for (int i = 0; i < perPass; i++) {
            schedule[i] = all.get(shuffled[i])[0];
            within[i] = all.get(shuffled[i])[1];
        }
        pass = number;
    }

    /** The numbers below {@code n} in a random order. */
    public static int[] shuffled(int n, SplittableRandom random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}

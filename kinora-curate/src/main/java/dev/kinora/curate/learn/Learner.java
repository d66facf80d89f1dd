package dev.kinora.curate.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.tribuo.Example;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.dtree.impurity.GiniIndex;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.common.tree.LeafNode;
import org.tribuo.common.tree.Node;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.common.tree.SplitNode;
import org.tribuo.common.tree.TreeModel;
import org.tribuo.ensemble.EnsembleModel;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Teaches a {@link Forest}, with Tribuo's trees. The same rows, labels and seed give the same forest. How well it will do
 * is found by cross-validation over sources: a model is never asked about a clip of a file that it has seen others of.
 */
public final class Learner {
    private static final int TREES = 200;
    private static final int DEPTH = 8;
    private static final float LEAST_IN_LEAF = 2;
    private static final int FOLDS = 5;
    private static final String YES = "yes";
    private static final String NO = "no";

    /** Tribuo tells of every tree. Held, or the setting would be collected with it. */
    private static final Logger LOG = Logger.getLogger("org.tribuo");

    static {
        LOG.setLevel(Level.WARNING);
    }

    private final List<String> columns;
    private final long seed;

    /** @param columns of numbers to learn from */
    public Learner(List<String> columns, long seed) {
        this.columns = List.copyOf(columns);
        this.seed = seed;
    }

    /**
     * A labelled clip.
     *
     * @param source that it is of
     * @param row its scores, null where unknown
     * @param label yes or no
     */
    public record Case(String source, Map<String, @Nullable Double> row, boolean label) {}

    /**
     * Learns from all cases, and tells how models that learned from four fifths did on the rest.
     *
     * @param cases by clip
     * @throws IllegalArgumentException with fewer than two cases of either label, or all of one label from one source
     */
    public Forest learn(String tag, Map<String, String> methods, Map<String, Case> cases) {
        int yes = (int) cases.values().stream().filter(Case::label).count();
        if (yes < 2 || cases.size() - yes < 2) {
            throw new IllegalArgumentException("learn: labels of " + tag + " = " + yes + " yes, " + (cases.size() - yes)
                    + " no (expected: two or more of each)");
        }
        Map<String, Case> ordered = new TreeMap<>(cases);
        Confusion validation = validate(ordered);
        List<Case> all = List.copyOf(ordered.values());
        List<Forest.Input> inputs = inputs(all);
        return new Forest(Forest.FORMAT, tag, methods, inputs, trees(inputs, all), all.size(), yes, validation);
    }

    private Confusion validate(Map<String, Case> cases) {
        Map<String, Integer> folds = folds(cases);
        int count = folds.values().stream().mapToInt(f -> f + 1).max().orElse(0);
        List<Confusion> parts = new ArrayList<>();
        for (int fold = 0; fold < count; fold++) {
            List<Case> taught = new ArrayList<>();
            Map<String, Case> held = new LinkedHashMap<>();
            for (Map.Entry<String, Case> e : cases.entrySet()) {
                if (Objects.requireNonNull(folds.get(e.getValue().source())) == fold) {
                    held.put(e.getKey(), e.getValue());
                } else {
                    taught.add(e.getValue());
                }
            }
            Map<String, Boolean> labels = new HashMap<>();
            Map<String, Double> values = new HashMap<>();
            boolean one = taught.stream().map(Case::label).distinct().count() < 2;
            List<Forest.Input> inputs = inputs(taught);
            List<Forest.Tree> trees = one ? List.of() : trees(inputs, taught);
            held.forEach((id, c) -> {
                labels.put(id, c.label());
                // Taught one label only, a model can but repeat it.
                values.put(id, one ? taught.getFirst().label() ? 1.0 : 0.0 : vote(inputs, trees, c));
            });
            parts.add(Confusion.of(labels, values));
        }
        return Confusion.sum(parts);
    }

    private static double vote(List<Forest.Input> inputs, List<Forest.Tree> trees, Case c) {
        double[] values = inputs.stream().mapToDouble(i -> i.of(c.row())).toArray();
        return trees.stream().mapToDouble(t -> t.of(values)).sum() / trees.size();
    }

    /** Sources dealt out to folds, those with clips of the tag first, so that each fold gets its share of them. */
    private Map<String, Integer> folds(Map<String, Case> cases) {
        Map<String, Boolean> sources = new TreeMap<>();
        cases.values().forEach(c -> sources.merge(c.source(), c.label(), Boolean::logicalOr));
        if (sources.size() < 2) {
            throw new IllegalArgumentException("learn: labelled sources = " + sources.size()
                    + " (expected: two or more, to hold one back for the test)");
        }
        List<String> order = new ArrayList<>(sources.keySet());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        order.sort((a, b) ->
                Boolean.compare(Objects.requireNonNull(sources.get(b)), Objects.requireNonNull(sources.get(a))));
        Map<String, Integer> folds = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            folds.put(order.get(i), i % Math.min(FOLDS, order.size()));
        }
        return folds;
    }

    /** Each column, and beside it whether it is known, where that differs among the cases. */
    private List<Forest.Input> inputs(List<Case> cases) {
        List<Forest.Input> inputs = new ArrayList<>();
        for (String column : columns) {
            double[] known = cases.stream()
                    .map(c -> c.row().get(column))
                    .filter(Objects::nonNull)
                    .mapToDouble(v -> v)
                    .sorted()
                    .toArray();
            if (known.length == 0) {
                continue;
            }
            inputs.add(new Forest.Input(column, Forest.Input.VALUE, known[known.length / 2]));
            if (known.length < cases.size()) {
                inputs.add(new Forest.Input(column, Forest.Input.UNKNOWN, 0));
            }
        }
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("learn: scores = none known (expected: a dataset with scores)");
        }
        return inputs;
    }

    private List<Forest.Tree> trees(List<Forest.Input> inputs, List<Case> cases) {
        LabelFactory labels = new LabelFactory();
        String[] names = new String[inputs.size()];
        Arrays.setAll(names, i -> "i" + i);
        List<Example<Label>> examples = new ArrayList<>();
        for (Case c : cases) {
            double[] values = inputs.stream().mapToDouble(i -> i.of(c.row())).toArray();
            examples.add(new ArrayExample<>(new Label(c.label() ? YES : NO), names, values));
        }
        MutableDataset<Label> data =
                new MutableDataset<>(examples, new SimpleDataSourceProvenance("labels", labels), labels);
        float share = (float) Math.min(0.99, Math.sqrt(inputs.size()) / inputs.size());
        CARTClassificationTrainer tree =
                new CARTClassificationTrainer(DEPTH, LEAST_IN_LEAF, 0, share, false, new GiniIndex(), seed);
        EnsembleModel<Label> forest = new RandomForestTrainer<>(tree, new VotingCombiner(), TREES, seed).train(data);
        List<Forest.Tree> out = new ArrayList<>();
        for (Model<Label> m : forest.getModels()) {
            TreeModel<Label> t = (TreeModel<Label>) m;
            out.add(convert(t.getRoot(), t.getFeatureIDMap()));
        }
        return out;
    }

    private static Forest.Tree convert(Node<Label> node, ImmutableFeatureMap features) {
        if (node instanceof SplitNode<Label> split) {
            String name = features.get(split.getFeatureID()).getName();
            return new Forest.Tree(
                    Integer.parseInt(name.substring(1)),
                    split.splitValue(),
                    convert(split.getLessThanOrEqual(), features),
                    convert(split.getGreaterThan(), features),
                    0);
        }
        Map<String, Label> votes = ((LeafNode<Label>) node).getDistribution();
        double yes = votes.containsKey(YES) ? votes.get(YES).getScore() : 0;
        double no = votes.containsKey(NO) ? votes.get(NO).getScore() : 0;
        return Forest.Tree.leaf(yes / (yes + no));
    }
}

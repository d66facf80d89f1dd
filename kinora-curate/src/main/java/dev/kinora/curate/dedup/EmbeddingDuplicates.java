package dev.kinora.curate.dedup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.clustering.CentroidCluster;
import org.hipparchus.clustering.DoublePoint;
import org.hipparchus.clustering.KMeansPlusPlusClusterer;
import org.hipparchus.clustering.distance.EuclideanDistance;
import org.hipparchus.random.Well19937c;

/**
 * Finds clips that mean the same as a better one (SemDeDup, Abbas et al., arXiv 2303.09540): k-means over embeddings of
 * unit length, then the cosine of all pairs within a cluster. Exact while there is one cluster; with more, a pair on
 * either side of a border is missed. The same clips give the same answer.
 */
public final class EmbeddingDuplicates {
    /** About how many clips a cluster has, and up to how many no clusters are made. */
    private static final int CLUSTER = 1000;

    /** Clips that centres are found among; the rest are only put to the nearest. */
    private static final int SAMPLE = 20_000;

    private static final int ITERATIONS = 20;
    private static final long SEED = 20_261_126;

    private EmbeddingDuplicates() {}

    /**
     * For each clip that is not kept, the kept one it means the same as.
     *
     * @param clips of which those without an embedding are like no other
     * @param embeddings by clip id, all of one width, of any length
     * @param cosine from which on two mean the same, above 0 to 1
     */
    public static Map<String, String> find(
            Collection<KeepRule.Candidate> clips, Map<String, float[]> embeddings, double cosine, KeepRule rule) {
        return find(clips, embeddings, cosine, rule, CLUSTER);
    }

    static Map<String, String> find(
            Collection<KeepRule.Candidate> clips,
            Map<String, float[]> embeddings,
            double cosine,
            KeepRule rule,
            int clusterSize) {
        if (!(cosine > 0 && cosine <= 1)) {
            throw new IllegalArgumentException("EmbeddingDuplicates: cosine = " + cosine + " (expected: above 0 to 1)");
        }
        List<String> ids = new ArrayList<>();
        List<float[]> units = new ArrayList<>();
        for (KeepRule.Candidate clip : clips.stream().sorted(rule.order()).toList()) {
            float[] embedding = embeddings.get(clip.id());
            if (embedding != null && embedding.length > 0) {
                ids.add(clip.id());
                units.add(unit(embedding));
            }
        }
        int[] cluster = clusters(units, clusterSize);
        Map<Integer, List<Integer>> kept = new HashMap<>();
        Map<String, String> duplicateOf = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            List<Integer> better = kept.computeIfAbsent(cluster[i], c -> new ArrayList<>());
            int original = -1;
            for (int k = 0; k < better.size() && original < 0; k++) {
                // A hair's breadth, so that equal ones pass a cosine of 1.
                original = dot(units.get(better.get(k)), units.get(i)) >= cosine - 1e-6 ? better.get(k) : -1;
            }
            if (original < 0) {
                better.add(i);
            } else {
                duplicateOf.put(ids.get(i), ids.get(original));
            }
        }
        return duplicateOf;
    }

    /** The cluster of each. */
    private static int[] clusters(List<float[]> units, int clusterSize) {
        int[] cluster = new int[units.size()];
        int k = Math.ceilDiv(units.size(), clusterSize);
        if (k < 2) {
            return cluster;
        }
        List<DoublePoint> sample = new ArrayList<>();
        int step = Math.ceilDiv(units.size(), SAMPLE);
        for (int i = 0; i < units.size(); i += step) {
            double[] point = new double[units.get(i).length];
            for (int d = 0; d < point.length; d++) {
                point[d] = units.get(i)[d];
            }
            sample.add(new DoublePoint(point));
        }
        List<CentroidCluster<DoublePoint>> found = new KMeansPlusPlusClusterer<DoublePoint>(
                        Math.min(k, sample.size()), ITERATIONS, new EuclideanDistance(), new Well19937c(SEED))
                .cluster(sample);
        for (int i = 0; i < cluster.length; i++) {
            double nearest = Double.POSITIVE_INFINITY;
            for (int c = 0; c < found.size(); c++) {
                double away = away(found.get(c).getCenter().getPoint(), units.get(i));
                if (away < nearest) {
                    nearest = away;
                    cluster[i] = c;
                }
            }
        }
        return cluster;
    }

    private static double away(double[] centre, float[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (centre[i] - x[i]) * (centre[i] - x[i]);
        }
        return sum;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static float[] unit(float[] x) {
        double length = Math.sqrt(dot(x, x));
        float[] out = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) (x[i] / length);
        }
        return out;
    }
}

package dev.kinora.train.scaling;

import dev.kinora.train.internal.Checks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How a loss falls with compute: L(C) = floor + scale · C^-exponent (Kaplan et al. 2020, arXiv 2001.08361; the floor as in
 * Hoffmann et al. 2022, arXiv 2203.15556).
 *
 * @param floor the loss that no compute goes below
 * @param scale loss above the floor at one unit of compute
 * @param exponent how fast it falls
 * @param error root mean square of ln(L measured / L fitted)
 */
public record ScalingLaw(double floor, double scale, double exponent, double error) {
    /**
     * One measurement.
     *
     * @param compute any unit, above 0
     * @param loss above 0
     */
    public record Point(double compute, double loss) {}

    /** The loss that the law gives. */
    public double at(double compute) {
        return floor + scale * Math.pow(compute, -exponent);
    }

    /** The points that no other beats with less compute, by compute. */
    public static List<Point> frontier(List<Point> points) {
        List<Point> best = new ArrayList<>();
        for (Point p : points.stream()
                .sorted(Comparator.comparingDouble(Point::compute).thenComparingDouble(Point::loss))
                .toList()) {
            if (best.isEmpty() || p.loss() < best.getLast().loss()) {
                best.add(p);
            }
        }
        return best;
    }

    /**
     * The law that fits best: for each of many floors a straight line through ln(L - floor) over ln C, of which the one
     * with the least error in ln L is taken.
     *
     * @param points at least four
     */
    public static ScalingLaw fit(List<Point> points) {
        Checks.require(points.size() >= 4, "scaling law", "points", points.size(), "4 or more");
        double least = points.stream().mapToDouble(Point::loss).min().orElseThrow();
        Checks.require(least > 0, "scaling law", "loss", least, "above 0");
        ScalingLaw best = line(points, 0);
        int grid = 400;
        for (int i = 1; i < grid; i++) {
            ScalingLaw next = line(points, least * i / grid);
            if (next.error() < best.error()) {
                best = next;
            }
        }
        return best;
    }

    private static ScalingLaw line(List<Point> points, double floor) {
        int n = points.size();
        double mx = 0;
        double my = 0;
        for (Point p : points) {
            mx += Math.log(p.compute()) / n;
            my += Math.log(p.loss() - floor) / n;
        }
        double xy = 0;
        double xx = 0;
        for (Point p : points) {
            double dx = Math.log(p.compute()) - mx;
            xy += dx * (Math.log(p.loss() - floor) - my);
            xx += dx * dx;
        }
        double slope = xx == 0 ? 0 : xy / xx;
        ScalingLaw law = new ScalingLaw(floor, Math.exp(my - slope * mx), -slope, 0);
        double square = 0;
        for (Point p : points) {
            double d = Math.log(p.loss() / law.at(p.compute()));
            square += d * d / n;
        }
        return new ScalingLaw(floor, law.scale(), law.exponent(), Math.sqrt(square));
    }
}

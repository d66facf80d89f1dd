package dev.kinora.eval;

/**
 * How often something was right.
 *
 * @param right times
 * @param total of so many
 */
public record Rate(int right, int total) {
    /** The 97.5 % quantile of the normal distribution. */
    private static final double Z = 1.959963984540054;

    /** Checks the range. */
    public Rate {
        if (right < 0 || right > total) {
            throw new IllegalArgumentException("rate: right = " + right + " (expected: 0.." + total + ")");
        }
    }

    /** The fraction that was right; NaN of none. */
    public double share() {
        return (double) right / total;
    }

    /** Lower end of the 95 % interval for the true rate (Wilson, 1927); 0 of none. */
    public double low() {
        return total == 0 ? 0 : Math.max(0, middle() - half());
    }

    /** Upper end of the 95 % interval for the true rate; 1 of none. */
    public double high() {
        return total == 0 ? 1 : Math.min(1, middle() + half());
    }

    private double middle() {
        return (share() + Z * Z / (2 * total)) / (1 + Z * Z / total);
    }

    private double half() {
        double p = share();
        return Z * Math.sqrt(p * (1 - p) / total + Z * Z / (4.0 * total * total)) / (1 + Z * Z / total);
    }

    /** Both together. */
    public Rate plus(Rate other) {
        return new Rate(right + other.right, total + other.total);
    }
}

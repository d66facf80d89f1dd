package dev.kinora.media;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A positive fraction in lowest terms: a frame rate in frames per second, or the length of a clock tick in seconds.
 * Video time is kept in fractions because 30000/1001 frames per second has no exact double.
 *
 * @param num numerator, at least 1
 * @param den denominator, at least 1
 */
public record Rational(int num, int den) implements Comparable<Rational> {
    public Rational {
        if (num < 1 || den < 1) {
            throw MediaException.badArgument("Rational", "value", num + "/" + den, "a fraction above zero");
        }
        int g = BigInteger.valueOf(num).gcd(BigInteger.valueOf(den)).intValue();
        num /= g;
        den /= g;
    }

    /** The whole number {@code value} as a fraction. */
    public static Rational of(int value) {
        return new Rational(value, 1);
    }

    /** The fraction {@code num / den}. */
    public static Rational of(int num, int den) {
        return new Rational(num, den);
    }

    /**
     * Reads {@code 8}, {@code 30000/1001} or {@code 29.97}. The decimal forms of the broadcast rates (23.976, 29.97,
     * 59.94 and their like, to two decimals or more) become exactly {@code n * 1000/1001}.
     *
     * @throws IllegalArgumentException if the text is none of these or not above zero
     */
    public static Rational parse(String text) {
        String t = text.strip();
        try {
            int slash = t.indexOf('/');
            if (slash >= 0) {
                return new Rational(
                        Integer.parseInt(t.substring(0, slash).strip()),
                        Integer.parseInt(t.substring(slash + 1).strip()));
            }
            BigDecimal value = new BigDecimal(t);
            int whole = value.setScale(0, java.math.RoundingMode.CEILING).intValueExact();
            double broadcast = whole * 1000.0 / 1001;
            if (value.scale() >= 2 && Math.abs(value.doubleValue() - broadcast) < 0.006 && whole % 6 == 0) {
                return new Rational(Math.multiplyExact(whole, 1000), 1001);
            }
            BigDecimal scaled = value.movePointRight(Math.max(value.scale(), 0));
            return new Rational(
                    scaled.intValueExact(),
                    BigDecimal.ONE.movePointRight(Math.max(value.scale(), 0)).intValueExact());
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Rational.parse: text = " + text
                            + " (expected: a number above zero such as 8, 29.97 or 30000/1001)",
                    e);
        }
    }

    /** One divided by this. */
    public Rational inverse() {
        return new Rational(den, num);
    }

    /** The nearest double. */
    public double toDouble() {
        return (double) num / den;
    }

    @Override
    public int compareTo(Rational other) {
        return Long.compare((long) num * other.den, (long) other.num * den);
    }

    /** {@code 8} or {@code 30000/1001}. */
    @Override
    public String toString() {
        return den == 1 ? Integer.toString(num) : num + "/" + den;
    }
}

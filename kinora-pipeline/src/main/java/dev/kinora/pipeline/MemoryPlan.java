package dev.kinora.pipeline;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What each phase of a generation needs, decided before work starts. Phases follow each other and free what they held,
 * so the peak is the largest phase.
 *
 * @param phases in order
 * @param budget bytes that may be used
 * @param vaeTiling whether the VAE works in tiles to stay within the budget
 */
public record MemoryPlan(List<Phase> phases, long budget, boolean vaeTiling) {
    /**
     * One phase.
     *
     * @param name {@code text}, {@code denoise}, …
     * @param weights bytes of weights held
     * @param work bytes of activations and scratch at the peak
     */
    public record Phase(String name, long weights, long work) {
        /** Weights and work together. */
        public long bytes() {
            return weights + work;
        }
    }

    public MemoryPlan {
        phases = List.copyOf(phases);
    }

    /** The largest phase. */
    public Phase peak() {
        return phases.stream()
                .max(Comparator.comparingLong(Phase::bytes))
                .orElseThrow(() -> new IllegalStateException("a plan has at least one phase"));
    }

    /** Whether the peak stays within the budget. */
    public boolean fits() {
        return peak().bytes() <= budget;
    }

    /** One line a person can read. */
    public String describe() {
        return "memory: peak %s of %s (%s)%s"
                .formatted(
                        size(peak().bytes()),
                        size(budget),
                        phases.stream()
                                .map(p -> p.name() + " " + size(p.bytes()))
                                .collect(Collectors.joining(", ")),
                        vaeTiling ? ", VAE in tiles" : "");
    }

    /** Bytes as a person writes them, such as {@code 5.6 GB}. */
    public static String size(long bytes) {
        if (bytes < 1_000_000_000) {
            return String.format(Locale.ROOT, "%.0f MB", Math.ceil(bytes / 1e6));
        }
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    /**
     * Reads {@code 8G}, {@code 8GB}, {@code 500M} or plain bytes; units are powers of ten.
     *
     * @throws RequestException for anything else
     */
    public static long parseSize(String text) {
        String t = text.strip().toUpperCase(Locale.ROOT).replaceFirst("(?<=[KMGT])I?B$", "");
        long unit = switch (t.isEmpty() ? ' ' : t.charAt(t.length() - 1)) {
            case 'K' -> 1_000L;
            case 'M' -> 1_000_000L;
            case 'G' -> 1_000_000_000L;
            case 'T' -> 1_000_000_000_000L;
            default -> 1L;
        };
        try {
            double value = Double.parseDouble(unit == 1 ? t : t.substring(0, t.length() - 1));
            if (value > 0 && value * unit < 1e18) {
                return (long) (value * unit);
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal, which says more
        }
        throw new RequestException("memory", "size", text, "a positive size such as 8G or 500M");
    }
}

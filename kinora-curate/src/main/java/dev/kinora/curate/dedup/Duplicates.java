package dev.kinora.curate.dedup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds clips that look like a better one. Exact for the distance given: 192 bits fall into one band more than may
 * differ, so two hashes that near agree in a whole band, and only those are compared.
 */
public final class Duplicates {
    private static final int BITS = 192;

    private Duplicates() {}

    /**
     * For each clip that is not kept, the kept one it looks like.
     *
     * @param distance bits of {@link PerceptualHash} that two alike may differ in, 0 to 95
     */
    public static Map<String, String> find(Collection<KeepRule.Candidate> clips, int distance, KeepRule rule) {
        if (distance < 0 || distance > 95) {
            throw new IllegalArgumentException("Duplicates: distance = " + distance + " (expected: 0 to 95 bits)");
        }
        int bands = distance + 1;
        List<Map<String, List<KeepRule.Candidate>>> kept = new ArrayList<>();
        for (int b = 0; b < bands; b++) {
            kept.add(new HashMap<>());
        }
        Map<String, String> duplicateOf = new HashMap<>();
        for (KeepRule.Candidate clip : clips.stream().sorted(rule.order()).toList()) {
            if (clip.phash().length() != BITS / 4) {
                continue;
            }
            String bits = bits(clip.phash());
            String original = null;
            for (int b = 0; b < bands && original == null; b++) {
                for (KeepRule.Candidate k : kept.get(b).getOrDefault(band(bits, b, bands), List.of())) {
                    if (PerceptualHash.distance(k.phash(), clip.phash()) <= distance) {
                        original = k.id();
                        break;
                    }
                }
            }
            if (original != null) {
                duplicateOf.put(clip.id(), original);
                continue;
            }
            for (int b = 0; b < bands; b++) {
                kept.get(b)
                        .computeIfAbsent(band(bits, b, bands), k -> new ArrayList<>())
                        .add(clip);
            }
        }
        return duplicateOf;
    }

    private static String bits(String hex) {
        StringBuilder out = new StringBuilder(BITS);
        for (int i = 0; i < hex.length(); i++) {
            int digit = Character.digit(hex.charAt(i), 16);
            for (int k = 3; k >= 0; k--) {
                out.append((char) ('0' + (digit >> k & 1)));
            }
        }
        return out.toString();
    }

    private static String band(String bits, int b, int bands) {
        return bits.substring(BITS * b / bands, BITS * (b + 1) / bands);
    }
}

package dev.kinora.models.lora;

import java.util.List;

/**
 * What of a file found its layer.
 *
 * @param file where it came from
 * @param scale what it was applied with
 * @param matched paths of the model's layers that are changed, in the order of the file
 * @param unmatched layers of the file that the model has not
 */
public record LoraReport(String file, double scale, List<String> matched, List<Unmatched> unmatched) {
    /** Takes copies. */
    public LoraReport {
        matched = List.copyOf(matched);
        unmatched = List.copyOf(unmatched);
    }

    /**
     * A layer the model has not.
     *
     * @param layer as the file writes it
     * @param nearest the model's layer that is written most like it, or empty
     */
    public record Unmatched(String layer, String nearest) {
        @Override
        public String toString() {
            return layer + (nearest.isEmpty() ? "" : " (nearest: " + nearest + ")");
        }
    }

    @Override
    public String toString() {
        String head = file + ": " + matched.size() + " of " + (matched.size() + unmatched.size())
                + " layers applied at scale " + scale;
        return unmatched.isEmpty() ? head : head + "; not in the model: " + unmatched;
    }
}

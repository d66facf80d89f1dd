package dev.kinora.curate.cuts;

import java.util.List;

/**
 * Keeps shots from being shorter than a minimum: cuts that follow one another faster are taken together, and the last
 * of them is the cut once the picture has been quiet for that long. Before the first cut nothing is taken together.
 */
final class MergeFilter {
    private final int length;
    private int lastAbove = -1;
    private int mergeStart;
    private boolean enabled;
    private boolean merging;

    MergeFilter(int length) {
        if (length < 0) {
            throw new IllegalArgumentException("CutDetector: minSceneLength = " + length + " (expected: 0 or more)");
        }
        this.length = length;
    }

    List<Integer> next(int index, boolean above) {
        if (length == 0) {
            return above ? List.of(index) : List.of();
        }
        if (lastAbove < 0) {
            lastAbove = index;
        }
        boolean longEnough = index - lastAbove >= length;
        if (above) {
            lastAbove = index;
        }
        if (merging) {
            if (longEnough && !above && lastAbove - mergeStart >= length) {
                merging = false;
                return List.of(lastAbove);
            }
            return List.of();
        }
        if (!above) {
            return List.of();
        }
        if (longEnough) {
            enabled = true;
            return List.of(index);
        }
        if (enabled) {
            merging = true;
            mergeStart = index;
        }
        return List.of();
    }
}

package dev.kinora.curate.stage;

import java.util.List;

/**
 * What a stage measures and how.
 *
 * @param method how
 * @param columns what, in the manifest's order
 */
public record StageInfo(Method method, List<Column> columns) {
    public StageInfo {
        columns = List.copyOf(columns);
    }
}

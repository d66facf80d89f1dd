package dev.kinora.curate.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;

/**
 * A file handed to a worker, as a line of JSON.
 *
 * @param file absolute path
 * @param sha256 of its content
 * @param folder existing folder for the result and the clips
 * @param recipe what to do
 * @param models where the files of the recipe's models lie, by name; their content is the recipe's, their place is not
 */
public record Job(String file, String sha256, String folder, Recipe recipe, Map<String, String> models) {
    /** Name of the result within its folder. */
    public static final String RESULT = "result.json";

    /** Before every line that a worker means for its master. */
    public static final String MARK = "kinora-curate ";

    /** JSON of the records of this package; unknown and missing fields are refused. */
    public static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    public Job {
        models = Map.copyOf(models);
    }

    /** One line. */
    public String toLine() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Job: not serialisable", e);
        }
    }
}

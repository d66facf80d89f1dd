package dev.kinora.curate.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.curate.clip.ClipFiles;
import dev.kinora.curate.clip.ClipStage;
import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.query.Duck;
import dev.kinora.curate.table.ParquetTable;
import dev.kinora.models.clip.ClipModel;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.text.ClipTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How well captions fit their clips: the cosine of the caption with each embedded picture, mean. Nothing is decoded: it
 * is the dot product of the caption's embedding with the clip's, which is the mean of its pictures'. CLIP reads 77
 * tokens; of a longer caption the rest is not judged, which {@code caption_cut} tells.
 */
public final class CaptionFit {
    /** Name of the table that it adds to a dataset. */
    public static final String TABLE = "fit";

    private static final String METHOD = "fit/1";
    private static final String CAPTIONS = "captions";
    private static final int BATCH = 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What was scored.
     *
     * @param clips with a caption and an embedding
     * @param cut of which have a caption longer than CLIP reads
     * @param mean cosine
     * @param least cosine
     */
    public record Result(int clips, int cut, double mean, double least) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Captioned(String id, String caption, float[] embedding) {}

    private CaptionFit() {}

    /**
     * Scores a dataset's captions and adds the table, in the place of an older one.
     *
     * @param clip the folder of the whole CLIP that the dataset's clips were embedded with
     * @param progress called with how many are done
     * @throws IOException if the dataset has no captions or no embeddings, or those of another model
     */
    public static Result run(Dataset home, Path clip, IntConsumer progress) throws IOException {
        Path dataset = home.folder();
        Manifest manifest = Manifest.read(dataset);
        String hash = ClipFiles.hash(clip);
        String embedded = manifest.stages().stream()
                .filter(s -> s.method().stage().equals("clip"))
                .map(s -> s.method().model())
                .findFirst()
                .orElseThrow(() -> new IOException("score-captions: embeddings = none in " + home.name()
                        + " (expected: a dataset made with --clip)"));
        if (!embedded.equals(hash)) {
            throw new IOException("score-captions: model = " + hash + " (expected: " + embedded
                    + ", which embedded the dataset's clips)");
        }
        Path captions = SideTable.find(dataset, manifest, CAPTIONS, ".parquet")
                .orElseThrow(() -> new IOException("score-captions: captions = none in " + home.name()
                        + " (expected: a dataset after kinora curate caption)"));
        List<Captioned> all = read(dataset.resolve(Manifest.EMBEDDINGS), captions);
        if (all.isEmpty()) {
            throw new IOException("score-captions: clips with a caption and an embedding = none (expected: some)");
        }
        StringBuilder lines = new StringBuilder();
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        int cut = 0;
        try (ClipModel model = ClipModel.load(clip, DType.FP32);
                ClipTokenizer tokenizer = ClipTokenizer.load(clip)) {
            int length =
                    Math.min(tokenizer.modelMaxLength(), model.config().text().maxPositionEmbeddings());
            for (int from = 0; from < all.size(); from += BATCH) {
                List<Captioned> some = all.subList(from, Math.min(all.size(), from + BATCH));
                List<float[]> texts = embed(model, tokenizer, some, length);
                for (int i = 0; i < some.size(); i++) {
                    Captioned c = some.get(i);
                    double cosine = ClipStage.dot(c.embedding, texts.get(i));
                    boolean longer = tokenizer.encode(c.caption).length() > length;
                    sum += cosine;
                    least = Math.min(least, cosine);
                    cut += longer ? 1 : 0;
                    ObjectNode row = JSON.createObjectNode().put("id", c.id);
                    lines.append(row.put("fit", cosine).put("cut", longer)).append('\n');
                }
                progress.accept(from + some.size());
            }
        }
        commit(dataset, lines.toString(), hash);
        home.added(TABLE);
        return new Result(all.size(), cut, sum / all.size(), least);
    }

    private static void commit(Path dataset, String lines, String hash) throws IOException {
        Path aside = Files.createTempDirectory(dataset, ".fit");
        try {
            Path text = aside.resolve("table.jsonl");
            Path table = aside.resolve("table.parquet");
            Files.write(text, lines.getBytes(UTF_8));
            String columns = "id, fit::DOUBLE AS caption_similarity, cut AS caption_cut, " + Duck.literal(METHOD)
                    + " AS fit_method, " + Duck.literal(hash) + " AS fit_model";
            ParquetTable.ofJsonLines(text, columns, table);
            SideTable.commit(dataset, TABLE, METHOD + "\n" + hash + "\n" + lines, List.of(table));
        } finally {
            Commit.delete(aside);
        }
    }

    private static List<float[]> embed(ClipModel model, ClipTokenizer tokenizer, List<Captioned> captions, int length) {
        return Grad.off(() -> {
            try (TensorScope scope = TensorScope.open("CaptionFit")) {
                long[] ids = new long[captions.size() * length];
                for (int i = 0; i < captions.size(); i++) {
                    long[] one =
                            tokenizer.encode(captions.get(i).caption, length).ids();
                    System.arraycopy(one, 0, ids, i * length, length);
                }
                Tensor units = ClipModel.unit(model.textEmbeds(Tensors.of(ids, captions.size(), length), null));
                List<float[]> out = new ArrayList<>();
                for (int i = 0; i < captions.size(); i++) {
                    out.add(units.select(0, i).contiguous().toFloats());
                }
                return out;
            }
        });
    }

    private static List<Captioned> read(Path embeddings, Path captions) throws IOException {
        List<Captioned> all = new ArrayList<>();
        String select = "SELECT e.id, c.caption, e.clip FROM read_parquet(" + Duck.literal(embeddings.toString())
                + ") e JOIN read_parquet(" + Duck.literal(captions.toString())
                + ") c USING (id) WHERE e.clip IS NOT NULL AND length(trim(c.caption)) > 0 ORDER BY e.id";
        try (Connection db = Duck.open();
                Statement s = db.createStatement();
                ResultSet r = s.executeQuery(select)) {
            while (r.next()) {
                Array array = r.getArray(3);
                Object[] values = (Object[]) array.getArray();
                float[] embedding = new float[values.length];
                for (int i = 0; i < values.length; i++) {
                    embedding[i] = (Float) values[i];
                }
                all.add(new Captioned(r.getString(1), r.getString(2), embedding));
            }
        } catch (SQLException e) {
            throw new IOException(
                    "score-captions: tables = unreadable (expected: id and clip, id and caption; " + e.getMessage()
                            + ")",
                    e);
        }
        return all;
    }
}

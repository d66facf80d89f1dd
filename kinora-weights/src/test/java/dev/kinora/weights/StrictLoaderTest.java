package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
class StrictLoaderTest {
    @TempDir
    Path dir;

    private int written;

    private static ParameterSet model() {
        Names root = Names.root();
        root.linear("blocks.0.attn1.to_q", 2, 3);
        root.linear("blocks.1.attn1.to_q", 2, 3);
        root.layerNorm("norm", 3, 1e-5);
        return root.parameters();
    }

    private static SafetensorsWriter weights(Tensor w, Tensor b, String attention) {
        return new SafetensorsWriter()
                .add("blocks.0." + attention + ".weight", w)
                .add("blocks.0." + attention + ".bias", b)
                .add("blocks.1." + attention + ".weight", w)
                .add("blocks.1." + attention + ".bias", b)
                .add("norm.weight", b)
                .add("norm.bias", b);
    }

    private Checkpoint checkpoint(SafetensorsWriter writer) throws IOException {
        Path file = dir.resolve("w" + written++ + ".safetensors");
        writer.write(file);
        return Checkpoint.open(file);
    }

    private static Tensor weight() {
        return Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2).to(DType.BF16);
    }

    private static Tensor bias() {
        return Tensors.of(new float[] {7, 8, 9}, 3).to(DType.BF16);
    }

    private static Tensor value(ParameterSet set, String key) {
        Parameter p = Objects.requireNonNull(set.get(key));
        return p.value();
    }

    @Test
    void asStoredInPlace() throws IOException {
        Checkpoint c = checkpoint(weights(weight(), bias(), "attn1.to_q"));
        try (ParameterSet set = model()) {
            StrictLoader.asStored().load(c, set);
            Tensor w = value(set, "blocks.1.attn1.to_q.weight");
            assertThat(w.dtype()).isEqualTo(DType.BF16);
            assertThat(w.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(w.segment().address())
                    .isEqualTo(c.segment("blocks.1.attn1.to_q.weight").address());
        }
    }

    @Test
    void convertedOrCopied() throws IOException {
        Checkpoint c = checkpoint(weights(weight(), bias(), "attn1.to_q"));
        try (ParameterSet set = model()) {
            StrictLoader.as(DType.FP16).keepingFp32(k -> k.startsWith("norm")).load(c, set);
            assertThat(value(set, "blocks.0.attn1.to_q.bias").dtype()).isEqualTo(DType.FP16);
            assertThat(value(set, "norm.bias").dtype()).isEqualTo(DType.FP32);
            assertThat(value(set, "norm.bias").toFloats()).containsExactly(7, 8, 9);
            StrictLoader.asStored().copying().load(c, set);
            Tensor own = value(set, "norm.bias");
            assertThat(own.dtype()).isEqualTo(DType.BF16);
            assertThat(own.segment().address())
                    .isNotEqualTo(c.segment("norm.bias").address());
            own.zero_();
            assertThat(c.tensor("norm.bias").toFloats()).containsExactly(7, 8, 9);
        }
    }

    @Test
    void everyProblemAtOnceWithTheNearestKey() throws IOException {
        SafetensorsWriter w = new SafetensorsWriter()
                .add("blocks.0.attn1.to_q.weight", weight().transpose(0, 1))
                .add("blocks.0.attn1.to_q.bias", bias())
                .add("blocks.1.attn.to_q.weight", weight())
                .add("blocks.1.attn1.to_q.bias", bias())
                .add(
                        "norm.weight",
                        StoredType.U16,
                        java.util.List.of(3L),
                        to -> to.accept(java.lang.foreign.MemorySegment.ofArray(new byte[6])))
                .add("something_else_entirely", bias());
        Checkpoint c = checkpoint(w);
        try (ParameterSet set = model()) {
            assertThatThrownBy(() -> StrictLoader.asStored().load(c, set))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage(c.where() + """
                            : keys = 6 problems (expected: the 6 keys of the model)
                              missing blocks.1.attn1.to_q.weight = none (expected: [3, 2]; the file has blocks.1.attn.to_q.weight)
                              missing norm.bias = none (expected: [3])
                              unexpected blocks.1.attn.to_q.weight = BF16 [3, 2] (expected: no such key; the model has blocks.1.attn1.to_q.weight)
                              unexpected something_else_entirely = BF16 [3] (expected: no such key)
                              mismatched blocks.0.attn1.to_q.weight = [2, 3] (expected: [3, 2])
                              mismatched norm.weight = U16 (expected: a type that can be computed with)""");
            assertThat(set.all()).noneMatch(Parameter::isBound);
        }
    }

    @Test
    void keyTables() throws IOException {
        Checkpoint c = checkpoint(weights(weight(), bias(), "query").add("text.embeddings.position_ids", bias()));
        KeyTable table =
                KeyTable.LEGACY_ATTENTION.and(KeyTable.CLIP).rename("^(blocks\\.\\d+)\\.to_q", "$1.attn1.to_q");
        try (ParameterSet set = model()) {
            StrictLoader.asStored().with(table).load(c, set);
            assertThat(value(set, "blocks.1.attn1.to_q.bias").toFloats()).containsExactly(7, 8, 9);
            KeyTable clash = table.rename("blocks\\.1", "blocks.0");
            assertThatThrownBy(() -> StrictLoader.asStored().with(clash).load(c, set))
                    .hasMessageContaining("ambiguous blocks.1.query.weight");
        }
        assertThat(KeyTable.NONE.renamePrefix("model.$x.", "$1.").modelKey("model.$x.a.model.$x."))
                .isEqualTo("$1.a.model.$x.");
    }

    @Test
    void tiedKeys() throws IOException {
        for (String stored : new String[] {"shared.weight", "encoder.embed_tokens.weight", "both"}) {
            SafetensorsWriter w = new SafetensorsWriter();
            if (!stored.equals("encoder.embed_tokens.weight")) {
                w.add("shared.weight", weight());
            }
            if (!stored.equals("shared.weight")) {
                w.add("encoder.embed_tokens.weight", weight());
            }
            Names root = Names.root();
            root.embedding("shared", 3, 2);
            try (ParameterSet set = root.parameters()) {
                StrictLoader.asStored().with(KeyTable.T5).load(checkpoint(w), set);
                assertThat(value(set, "shared.weight").toFloats()).hasSize(6);
            }
        }
    }

    @Test
    void savedAndLoaded() throws IOException {
        Checkpoint c = checkpoint(weights(weight(), bias(), "attn1.to_q"));
        try (ParameterSet set = model();
                ParameterSet again = model()) {
            StrictLoader.asStored().load(c, set);
            StrictLoader.asStored().load(checkpoint(new SafetensorsWriter().addAll(set, DType.FP32)), again);
            for (Parameter p : set.all()) {
                assertThat(value(again, p.key()).dtype()).isEqualTo(DType.FP32);
                assertThat(value(again, p.key()).toFloats())
                        .containsExactly(p.value().toFloats());
            }
        }
    }
}

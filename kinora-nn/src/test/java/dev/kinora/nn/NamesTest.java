package dev.kinora.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.TensorTest;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

@TensorTest
class NamesTest {
    @Test
    void keysAreLiteralAndInDeclarationOrder() {
        Names root = Names.root();
        root.linear("proj_in", 4, 8);
        Names block = root.at("blocks", 0);
        block.layerNorm("norm1", 8, 1e-5);
        block.linear("attn1.to_q", 8, 8, false);
        assertThat(root.parameters().all().stream().map(Parameter::key))
                .containsExactly(
                        "proj_in.weight",
                        "proj_in.bias",
                        "blocks.0.norm1.weight",
                        "blocks.0.norm1.bias",
                        "blocks.0.attn1.to_q.weight");
        assertThat(root.parameters().linears()).containsOnlyKeys("proj_in", "blocks.0.attn1.to_q");
        assertThat(root.parameters().numel()).isEqualTo(4 * 8 + 8 + 8 + 8 + 64);
        root.parameters().close();
    }

    @Test
    void aKeyIsDeclaredOnce() {
        Names root = Names.root();
        root.linear("a", 2, 2);
        assertThatThrownBy(() -> root.linear("a", 2, 2)).hasMessageContaining("a.weight");
    }

    @Test
    void anUnboundParameterSaysSo() {
        Linear layer = Names.root().linear("proj", 2, 2);
        Tensor x = Tensors.ones(DType.FP32, 1, 2);
        assertThatThrownBy(() -> layer.forward(x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("proj.weight: weights = none");
    }

    @Test
    void bindingRefusesOtherShapesAndUnknownKeys() {
        try (ParameterSet set = Names.root().parameters()) {
            assertThatThrownBy(() -> set.bind("x", Tensors.ones(DType.FP32, 1))).hasMessageContaining("key = x");
        }
        Names root = Names.root();
        root.linear("p", 2, 3);
        assertThatThrownBy(() -> root.parameters().bind("p.weight", Tensors.ones(DType.FP32, 2, 3)))
                .hasMessageContaining("[2, 3] (expected: [3, 2])");
        root.parameters().close();
    }

    @Test
    void adaptersAddAndComeOff() {
        Names root = Names.root();
        Linear layer = root.linear("p", 2, 2);
        try (Rng rng = new Rng(0)) {
            root.parameters().initialize(rng);
        }
        Tensor x = Tensors.ones(DType.FP32, 1, 2);
        Tensor plain = layer.forward(x);
        UnaryOperator<Tensor> adapter = v -> v.mul(10);
        layer.attach(adapter);
        assertThat(layer.forward(x).sub(plain).toFloats()).containsExactly(10, 10);
        layer.detach(adapter);
        assertThat(layer.forward(x).equalTo(plain)).isTrue();
        root.parameters().to(DType.BF16);
        assertThat(layer.weight().value().dtype()).isEqualTo(DType.BF16);
        root.parameters().close();
    }
}

package dev.kinora.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorScopeTest {
    private long before;

    @BeforeEach
    void count() {
        before = TensorScope.liveTensors();
    }

    @AfterEach
    void nothingLeaks() {
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
        assertThat(TensorScope.isOpen()).isFalse();
    }

    @Test
    void anOperationWithoutAScopeThrows() {
        assertThatThrownBy(() -> Tensors.zeros(DType.FP32, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected: an open TensorScope");
    }

    @Test
    void closingFreesAndUseAfterCloseNamesTheTensor() {
        Tensor t;
        try (TensorScope scope = TensorScope.open("outer")) {
            t = Tensors.ones(DType.FP32, 2, 3).named("weights");
            assertThat(t.shape()).containsExactly(2, 3);
        }
        assertThat(t.isClosed()).isTrue();
        assertThatThrownBy(t::dtype).isInstanceOf(IllegalStateException.class).hasMessageContaining("weights [2, 3]");
        try (TensorScope scope = TensorScope.open("later")) {
            assertThatThrownBy(() -> t.add(1)).hasMessageContaining("of scope outer = closed");
        }
    }

    @Test
    void computePromotesItsResultAndNothingElse() {
        try (TensorScope scope = TensorScope.open("outer")) {
            Tensor x = Tensors.ones(DType.FP32, 4);
            Tensor y = TensorScope.compute(() -> x.add(1).mul(3));
            assertThat(y.toFloats()).containsExactly(6, 6, 6, 6);
            assertThat(TensorScope.liveTensors()).isEqualTo(before + 2);
            Tensor same = TensorScope.compute(() -> x);
            assertThat(same.scope()).isSameAs(scope);
            List<Tensor> two = TensorScope.compute(() -> List.of(x.add(1), x.add(2)));
            assertThat(two.get(1).toFloats()).containsExactly(3, 3, 3, 3);
        }
    }

    @Test
    void ownerScopesOutliveCalls() {
        TensorScope owner = TensorScope.owner("model");
        Tensor w;
        try (TensorScope scope = TensorScope.open("load")) {
            w = owner.adopt(Tensors.ones(DType.FP32, 2));
        }
        assertThat(w.isClosed()).isFalse();
        owner.close();
        assertThat(w.isClosed()).isTrue();
    }

    @Test
    void scopesCloseInOrder() {
        TensorScope outer = TensorScope.open("outer");
        TensorScope inner = TensorScope.open("inner");
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("out of order");
        inner.close();
        outer.close();
        outer.close();
    }

    @Test
    void aReleasedTensorIsGoneButItsViewStays() {
        try (TensorScope scope = TensorScope.open("outer")) {
            Tensor x = Tensors.ones(DType.FP32, 4);
            Tensor view = x.narrow(0, 1, 2);
            x.release();
            x.release();
            assertThat(x.isClosed()).isTrue();
            assertThat(view.toFloats()).containsExactly(1, 1);
        }
    }

    @Test
    void longLoopsDoNotPileUpMovedTensors() {
        try (TensorScope scope = TensorScope.open("outer")) {
            Tensor x = Tensors.zeros(DType.FP32, 1);
            for (int i = 0; i < 5000; i++) {
                Tensor was = x;
                x = TensorScope.compute(() -> was.add(1));
                was.release();
            }
            assertThat(x.item()).isEqualTo(5000);
        }
    }

    @Test
    void autogradKeepsWhatItNeedsPastTheScope() {
        try (TensorScope scope = TensorScope.open("outer")) {
            Tensor w = Tensors.of(new float[] {2, 3}).requiresGrad_(true);
            Tensor loss = TensorScope.compute(() -> w.mul(w).mul(w).sum());
            loss.backward();
            Tensor grad = w.grad();
            assertThat(grad).isNotNull();
            assertThat(grad.toFloats()).containsExactly(12, 27);
            w.clearGrad();
            assertThat(w.grad()).isNull();
        }
    }

    @Test
    void nativeErrorsNameOperationAndShapes() {
        try (TensorScope scope = TensorScope.open("outer")) {
            Tensor a = Tensors.ones(DType.FP32, 2, 3).named("a");
            Tensor b = Tensors.ones(DType.FP32, 2, 3);
            assertThatThrownBy(() -> a.matmul(b))
                    .isInstanceOf(NativeException.class)
                    .hasMessageStartingWith("matmul(a float32[2, 3], float32[2, 3]): ");
        }
    }
}

package dev.kinora.testkit;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.Arrays;

/** How far two tensors are apart, and assertions on it. */
public final class Closeness {
    private Closeness() {}

    /** ‖a - b‖ / ‖b‖ in fp64; infinite where a value is not finite. */
    public static double relativeError(Tensor actual, Tensor expected) {
        try (TensorScope scope = TensorScope.open("compare")) {
            Tensor a = actual.detach().to(DType.FP64);
            Tensor b = expected.detach().to(DType.FP64);
            double difference = a.sub(b).norm().item();
            double norm = b.norm().item();
            double error = norm == 0 ? difference : difference / norm;
            return Double.isFinite(error) ? error : Double.POSITIVE_INFINITY;
        }
    }

    /**
     * Fails unless the shapes agree and the relative error is at most {@code tolerance}; the message states the error,
     * the largest difference and where it is.
     */
    public static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
        if (!Arrays.equals(actual.shape(), expected.shape())) {
            throw new AssertionError(what + ": shape = " + Arrays.toString(actual.shape()) + " (expected: "
                    + Arrays.toString(expected.shape()) + ")");
        }
        double error = relativeError(actual, expected);
        if (!(error <= tolerance)) {
            double[] a = actual.toDoubles();
            double[] b = expected.toDoubles();
            int worst = 0;
            for (int i = 1; i < a.length; i++) {
                if (!(Math.abs(a[i] - b[i]) <= Math.abs(a[worst] - b[worst]))) {
                    worst = i;
                }
            }
            throw new AssertionError(
                    "%s: relative error = %.3g (expected: <= %.1g); largest difference at flat index %d: %g against %g"
                            .formatted(what, error, tolerance, worst, a[worst], b[worst]));
        }
    }
}

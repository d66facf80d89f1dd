package dev.kinora.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.global.torch;

/** A {@link Tensor}'s element-wise arithmetic, products and comparisons. */
abstract sealed class TensorMath extends TensorShape permits Tensor {
    TensorMath(org.bytedeco.pytorch.Tensor handle, TensorScope scope) {
        super(handle, scope);
    }

    // ---- arithmetic

    /** Sum, with broadcasting. */
    public Tensor add(Tensor other) {
        return op("add", () -> handle().add(other.handle()), other);
    }

    /** Sum with a number. */
    public Tensor add(double value) {
        return scalarOp("add", value, s -> handle().add(s));
    }

    /** Sum, in place. Returns this. */
    public Tensor add_(Tensor other) {
        return inPlace("add_", () -> handle().add_(other.handle()), other);
    }

    /** Sum with a number, in place. */
    public Tensor add_(double value) {
        return scalarInPlace("add_", value, s -> handle().add_(s));
    }

    /** Difference, with broadcasting. */
    public Tensor sub(Tensor other) {
        return op("sub", () -> handle().sub(other.handle()), other);
    }

    /** Difference with a number. */
    public Tensor sub(double value) {
        return scalarOp("sub", value, s -> handle().sub(s));
    }

    /** Difference, in place. Returns this. */
    public Tensor sub_(Tensor other) {
        return inPlace("sub_", () -> handle().sub_(other.handle()), other);
    }

    /** Difference with a number, in place. */
    public Tensor sub_(double value) {
        return scalarInPlace("sub_", value, s -> handle().sub_(s));
    }

    /** Product, with broadcasting. */
    public Tensor mul(Tensor other) {
        return op("mul", () -> handle().mul(other.handle()), other);
    }

    /** Product with a number. */
    public Tensor mul(double value) {
        return scalarOp("mul", value, s -> handle().mul(s));
    }

    /** Product, in place. Returns this. */
    public Tensor mul_(Tensor other) {
        return inPlace("mul_", () -> handle().mul_(other.handle()), other);
    }

    /** Product with a number, in place. */
    public Tensor mul_(double value) {
        return scalarInPlace("mul_", value, s -> handle().mul_(s));
    }

    /** Quotient, with broadcasting. */
    public Tensor div(Tensor other) {
        return op("div", () -> handle().div(other.handle()), other);
    }

    /** Quotient with a number. */
    public Tensor div(double value) {
        return scalarOp("div", value, s -> handle().div(s));
    }

    /** Quotient, in place. Returns this. */
    public Tensor div_(Tensor other) {
        return inPlace("div_", () -> handle().div_(other.handle()), other);
    }

    /** Quotient with a number, in place. */
    public Tensor div_(double value) {
        return scalarInPlace("div_", value, s -> handle().div_(s));
    }

    /** {@code this + a * b}. */
    public Tensor addcmul(Tensor a, Tensor b) {
        return op("addcmul", () -> handle().addcmul(a.handle(), b.handle()), a, b);
    }

    /** {@code this + weight * (end - this)}. */
    public Tensor lerp(Tensor end, double weight) {
        return op(
                "lerp",
                () -> {
                    try (Scalar w = new Scalar(weight)) {
                        return handle().lerp(end.handle(), w);
                    }
                },
                end);
    }

    /** {@code this + weight * (end - this)}, in place. Returns this. */
    public Tensor lerp_(Tensor end, double weight) {
        return inPlace(
                "lerp_",
                () -> {
                    try (Scalar w = new Scalar(weight)) {
                        handle().lerp_(end.handle(), w);
                    }
                },
                end);
    }

    /** Raised to a power. */
    public Tensor pow(double exponent) {
        return scalarOp("pow", exponent, s -> handle().pow(s));
    }

    /** Raised to the power of each element of {@code exponent}, with broadcasting. */
    public Tensor pow(Tensor exponent) {
        return op("pow", () -> handle().pow(exponent.handle()), exponent);
    }

    /** Negated. */
    public Tensor neg() {
        return op("neg", () -> handle().neg());
    }

    /** Absolute value. */
    public Tensor abs() {
        return op("abs", () -> handle().abs());
    }

    /** e to the power of each element. */
    public Tensor exp() {
        return op("exp", () -> handle().exp());
    }

    /** Natural logarithm. */
    public Tensor log() {
        return op("log", () -> handle().log());
    }

    /** Square root. */
    public Tensor sqrt() {
        return op("sqrt", () -> handle().sqrt());
    }

    /** Reciprocal square root. */
    public Tensor rsqrt() {
        return op("rsqrt", () -> handle().rsqrt());
    }

    /** One over each element. */
    public Tensor reciprocal() {
        return op("reciprocal", () -> handle().reciprocal());
    }

    /** Sine. */
    public Tensor sin() {
        return op("sin", () -> handle().sin());
    }

    /** Cosine. */
    public Tensor cos() {
        return op("cos", () -> handle().cos());
    }

    /** Hyperbolic tangent. */
    public Tensor tanh() {
        return op("tanh", () -> handle().tanh());
    }

    /** Logistic function. */
    public Tensor sigmoid() {
        return op("sigmoid", () -> handle().sigmoid());
    }

    /** Rounded to the nearest integer, halves to even. */
    public Tensor round() {
        return op("round", () -> handle().round());
    }

    /** Rounded down. */
    public Tensor floor() {
        return op("floor", () -> handle().floor());
    }

    /** Rounded up. */
    public Tensor ceil() {
        return op("ceil", () -> handle().ceil());
    }

    /** Squared. */
    public Tensor square() {
        return op("square", () -> handle().square());
    }

    /** e to the power of each element, less one. */
    public Tensor expm1() {
        return op("expm1", () -> handle().expm1());
    }

    /** Zero where negative. */
    public Tensor relu() {
        return op("relu", () -> handle().relu());
    }

    /** Whether each element is neither infinite nor NaN. */
    public Tensor isFinite() {
        return op("isfinite", () -> handle().isfinite());
    }

    /** Negation of a boolean tensor. */
    public Tensor logicalNot() {
        return op("logical_not", () -> handle().logical_not());
    }

    /** Limited to [min, max]. */
    public Tensor clamp(double min, double max) {
        return op("clamp", () -> {
            try (Scalar lo = Native.scalar(min, dtype());
                    Scalar hi = Native.scalar(max, dtype());
                    ScalarOptional l = new ScalarOptional(lo);
                    ScalarOptional h = new ScalarOptional(hi)) {
                return handle().clamp(l, h);
            }
        });
    }

    /** Element-wise maximum. */
    public Tensor maximum(Tensor other) {
        return op("maximum", () -> handle().maximum(other.handle()), other);
    }

    /** Element-wise minimum. */
    public Tensor minimum(Tensor other) {
        return op("minimum", () -> handle().minimum(other.handle()), other);
    }

    /** Matrix product, batched with broadcasting. */
    public Tensor matmul(Tensor other) {
        return op("matmul", () -> handle().matmul(other.handle()), other);
    }

    /** Batched matrix product of [B, N, K] and [B, K, M]. */
    public Tensor bmm(Tensor other) {
        return op("bmm", () -> handle().bmm(other.handle()), other);
    }

    /** {@code a @ b + this}, the receiver being the bias. */
    public Tensor addmm(Tensor a, Tensor b) {
        return op("addmm", () -> handle().addmm(a.handle(), b.handle()), a, b);
    }

    // ---- comparison

    /** Whether equal, element by element. */
    public Tensor eq(double value) {
        return scalarOp("eq", value, s -> handle().eq(s));
    }

    /** Whether equal, element by element. */
    public Tensor eq(Tensor other) {
        return op("eq", () -> handle().eq(other.handle()), other);
    }

    /** Whether different, element by element. */
    public Tensor ne(double value) {
        return scalarOp("ne", value, s -> handle().ne(s));
    }

    /** Whether different, element by element. */
    public Tensor ne(Tensor other) {
        return op("ne", () -> handle().ne(other.handle()), other);
    }

    /** Whether less, element by element. */
    public Tensor lt(double value) {
        return scalarOp("lt", value, s -> handle().lt(s));
    }

    /** Whether less, element by element. */
    public Tensor lt(Tensor other) {
        return op("lt", () -> handle().lt(other.handle()), other);
    }

    /** Whether less or equal, element by element. */
    public Tensor le(double value) {
        return scalarOp("le", value, s -> handle().le(s));
    }

    /** Whether less or equal, element by element. */
    public Tensor le(Tensor other) {
        return op("le", () -> handle().le(other.handle()), other);
    }

    /** Whether greater, element by element. */
    public Tensor gt(double value) {
        return scalarOp("gt", value, s -> handle().gt(s));
    }

    /** Whether greater, element by element. */
    public Tensor gt(Tensor other) {
        return op("gt", () -> handle().gt(other.handle()), other);
    }

    /** Whether greater or equal, element by element. */
    public Tensor ge(double value) {
        return scalarOp("ge", value, s -> handle().ge(s));
    }

    /** Whether greater or equal, element by element. */
    public Tensor ge(Tensor other) {
        return op("ge", () -> handle().ge(other.handle()), other);
    }

    /** {@code value} where {@code mask} is true, else the element. */
    public Tensor maskedFill(Tensor mask, double value) {
        return scalarOp("masked_fill", value, s -> handle().masked_fill(mask.handle(), s));
    }

    /** Whether shape, dtype and every element are the same. */
    public boolean equalTo(Tensor other) {
        return Arrays.equals(shape(), other.shape())
                && dtype() == other.dtype()
                && torch.equal(handle(), other.handle());
    }
}

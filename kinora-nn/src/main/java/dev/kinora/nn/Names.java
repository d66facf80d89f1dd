package dev.kinora.nn;

/**
 * A place in a model's key space. Constructors receive one and declare what they hold under literal checkpoint keys, so
 * that the code's tree and the checkpoint's tree are the same.
 */
public final class Names {
    private final ParameterSet set;
    private final String prefix;

    private Names(ParameterSet set, String prefix) {
        this.set = set;
        this.prefix = prefix;
    }

    /** The root of a new model. */
    public static Names root() {
        return new Names(new ParameterSet(), "");
    }

    /** The model's parameters, shared by every place in it. */
    public ParameterSet parameters() {
        return set;
    }

    /** The place below this one; dots in {@code name} are levels. */
    public Names at(String name) {
        return new Names(set, path(name) + ".");
    }

    /** The place of the i-th element of a list. */
    public Names at(String name, int index) {
        return at(name + "." + index);
    }

    /** The full key of a name here. */
    public String path(String name) {
        return prefix + name;
    }

    /** A trained parameter. */
    public Parameter parameter(String name, Init init, long... shape) {
        return set.declare(new Parameter(path(name), shape, init, true));
    }

    /** A stored constant. */
    public Parameter buffer(String name, Init init, long... shape) {
        return set.declare(new Parameter(path(name), shape, init, false));
    }

    /** {@code nn.Linear(in, out)} with a bias. */
    public Linear linear(String name, long in, long out) {
        return linear(name, in, out, true);
    }

    /** {@code nn.Linear(in, out, bias)}. */
    public Linear linear(String name, long in, long out, boolean bias) {
        Linear layer = new Linear(at(name), in, out, bias);
        set.register(path(name), layer);
        return layer;
    }

    /** {@code nn.LayerNorm(width, eps)} with weight and bias. */
    public LayerNorm layerNorm(String name, long width, double eps) {
        return new LayerNorm(at(name), width, eps, true);
    }

    /** {@code nn.LayerNorm(width, eps, elementwise_affine)}. */
    public LayerNorm layerNorm(String name, long width, double eps, boolean affine) {
        return new LayerNorm(at(name), width, eps, affine);
    }

    /** {@code nn.GroupNorm(groups, channels, eps)}. */
    public GroupNorm groupNorm(String name, int groups, long channels, double eps) {
        return new GroupNorm(at(name), groups, channels, eps);
    }

    /** {@code nn.Conv2d(in, out, kernel, stride, padding)}, square. */
    public Conv2d conv2d(String name, long in, long out, long kernel, long stride, long padding) {
        return conv2d(name, in, out, kernel, stride, padding, true);
    }

    /** {@code nn.Conv2d(in, out, kernel, stride, padding, bias)}, square. */
    public Conv2d conv2d(String name, long in, long out, long kernel, long stride, long padding, boolean bias) {
        Conv2d layer = new Conv2d(at(name), in, out, kernel, stride, padding, bias);
        set.register(path(name), layer);
        return layer;
    }

    /** {@code nn.Conv3d(in, out, (t, h, w))} without padding. */
    public Conv3d conv3d(String name, long in, long out, long[] kernel, long[] stride) {
        return new Conv3d(at(name), in, out, kernel, stride);
    }

    /** {@code nn.Embedding(rows, width)}. */
    public Embedding embedding(String name, long rows, long width) {
        return new Embedding(at(name), rows, width);
    }
}

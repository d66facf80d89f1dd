package dev.kinora.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The lexical lifetime of tensors. Every operation puts its result in the scope that is open on the calling thread,
 * and closing the scope frees what it holds; with none open an operation throws.
 *
 * <p>A result leaves only through {@link #compute}, which moves it to the enclosing scope. Weights live in an
 * {@linkplain #owner(String) owner} scope, which is open on no thread and ends when its model is closed. Freeing a
 * tensor that autograd still needs is harmless: the graph holds its own reference.
 */
@SuppressWarnings("ReferenceEquality") // scopes and threads are compared by identity
public final class TensorScope implements AutoCloseable {
    static final boolean DEBUG = Boolean.getBoolean("kinora.tensor.debug");

    private static final ThreadLocal<@Nullable TensorScope> CURRENT = new ThreadLocal<>();
    private static final AtomicLong LIVE = new AtomicLong();

    static {
        OpenMp.sleepWhileWaiting();
    }

    private final String name;
    private final boolean lexical;
    private final @Nullable TensorScope parent;
    private final @Nullable Thread thread;
    private ArrayList<Tensor> members = new ArrayList<>();
    private boolean closed;

    private TensorScope(String name, boolean lexical) {
        this.name = name;
        this.lexical = lexical;
        this.parent = lexical ? CURRENT.get() : null;
        this.thread = lexical ? Thread.currentThread() : null;
    }

    /** Opens a scope on this thread; close it in the same method, by try-with-resources. */
    public static TensorScope open(String name) {
        TensorScope scope = new TensorScope(name, true);
        CURRENT.set(scope);
        return scope;
    }

    /** A scope open on no thread: the home of weights and of anything that outlives a call. May be shared by threads. */
    public static TensorScope owner(String name) {
        return new TensorScope(name, false);
    }

    /**
     * Runs {@code body} in a scope of its own and moves its result to the enclosing scope; everything else it made is
     * freed.
     *
     * @param body returns null, a {@link Tensor}, a {@link TensorBundle}, a list, array or map of these, or a value
     *     that holds no tensor
     */
    public static <T extends @Nullable Object, X extends Exception> T compute(Body<T, X> body) throws X {
        TensorScope outer = current();
        try (TensorScope inner = open("compute")) {
            T result = body.run();
            inner.promote(result, outer);
            return result;
        }
    }

    /** What runs in a scope; may throw one kind of checked exception. */
    @FunctionalInterface
    public interface Body<T extends @Nullable Object, X extends Exception> {
        /** Computes the result. */
        T run() throws X;
    }

    /** Runs {@code body} in a scope of its own; nothing it makes survives. */
    public static void run(String name, Runnable body) {
        try (TensorScope scope = open(name)) {
            Objects.requireNonNull(scope);
            body.run();
        }
    }

    /** Whether this thread has a scope open. */
    public static boolean isOpen() {
        return CURRENT.get() != null;
    }

    /** Tensors alive in the whole process, in any scope: the number that tests hold against leaks. */
    public static long liveTensors() {
        return LIVE.get();
    }

    static TensorScope current() {
        TensorScope scope = CURRENT.get();
        if (scope == null) {
            throw new IllegalStateException("TensorScope: open scopes = 0 on thread "
                    + Thread.currentThread().getName()
                    + " (expected: an open TensorScope around every tensor operation)");
        }
        return scope;
    }

    /** Moves {@code tensor} into this scope; it now ends with this scope. Returns the tensor. */
    public Tensor adopt(Tensor tensor) {
        tensor.requireOpen();
        if (tensor.scope() != this) {
            tensor.moveTo(this);
            add(tensor);
        }
        return tensor;
    }

    synchronized void add(Tensor tensor) {
        if (closed) {
            throw new IllegalStateException("TensorScope: " + name + " = closed (expected: open)");
        }
        // Released and moved tensors stay in the list until it doubles: O(1) moves at a bounded cost in memory.
        if (members.size() >= 64 && Integer.bitCount(members.size()) == 1) {
            members.removeIf(t -> t.scope() != this || t.isClosed());
        }
        members.add(tensor);
    }

    static void born() {
        LIVE.incrementAndGet();
    }

    static void died() {
        LIVE.decrementAndGet();
    }

    private void promote(@Nullable Object value, TensorScope to) {
        if (value instanceof Tensor t) {
            promote(t, to);
        } else if (value instanceof TensorBundle b) {
            b.tensors().forEach(t -> promote(t, to));
        } else if (value instanceof List<?> l) {
            l.forEach(v -> promote(v, to));
        } else if (value instanceof Map<?, ?> m) {
            m.values().forEach(v -> promote(v, to));
        } else if (value instanceof Object[] a) {
            for (Object v : a) {
                promote(v, to);
            }
        }
    }

    private void promote(Tensor tensor, TensorScope to) {
        if (tensor.scope() == this) {
            to.adopt(tensor);
        }
    }

    /** The name given at birth, for messages. */
    public String name() {
        return name;
    }

    /** Frees every tensor the scope still holds. Closing twice does nothing. */
    @Override
    public void close() {
        ArrayList<Tensor> dying;
        synchronized (this) {
            if (closed) {
                return;
            }
            if (lexical && (thread != Thread.currentThread() || CURRENT.get() != this)) {
                throw new IllegalStateException("TensorScope: " + name
                        + " closed out of order (expected: the innermost scope of the thread that opened it)");
            }
            closed = true;
            dying = members;
            members = new ArrayList<>(0);
        }
        if (lexical) {
            if (parent == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(parent);
            }
        }
        for (Tensor t : dying) {
            if (t.scope() == this) {
                t.release();
            }
        }
    }
}

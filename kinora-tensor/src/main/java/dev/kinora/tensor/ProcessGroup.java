package dev.kinora.tensor;

import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Processes that compute together, over libtorch's c10d: Gloo for tensors in host memory, NCCL for those on GPUs. All of
 * a group call the same operations in the same order, with tensors of the same shapes and types; an operation returns
 * when its result is there. Nothing here is recorded by autograd.
 *
 * <p>A process that dies takes the operations of the others with it: they throw {@link ProcessGroupException}, at the
 * latest after the timeout, and the group is of no use any more.
 */
public final class ProcessGroup implements AutoCloseable {
    private static final int BUCKET = 16 << 20; // elements averaged at a time

    private final Rendezvous.Seat seat;
    private final Device device;
    private final Backend backend;
    private final Store store;

    private ProcessGroup(Rendezvous.Seat seat, Device device, Store store, Backend backend) {
        this.seat = seat;
        this.device = device;
        this.store = store;
        this.backend = backend;
    }

    /**
     * Waits for the other processes and forms a group with them.
     *
     * @param device where the tensors of this process's operations are
     * @throws ProcessGroupException if not all of them come within the timeout
     */
    public static ProcessGroup join(Rendezvous.Seat seat, Device device) {
        Milliseconds timeout = new Milliseconds(seat.timeout().toMillis());
        return guarded(seat, "join", () -> {
            Store store = store(seat, timeout);
            store.setTimeout(timeout);
            Backend backend =
                    device.type() == Device.Type.CUDA ? nccl(seat, store, timeout) : gloo(seat, store, timeout);
            ProcessGroup group = new ProcessGroup(seat, device, store, backend);
            TensorScope.run("join", group::barrier); // connections are made by the first operation
            return group;
        });
    }

    private static Store store(Rendezvous.Seat seat, Milliseconds timeout) {
        Rendezvous at = seat.at();
        if (at.kind() == Rendezvous.Kind.FILE) {
            return new FileStore(at.place(), seat.size());
        }
        TCPStoreOptions options = new TCPStoreOptions();
        options.port((short) at.port()); // unsigned in C++
        options.isServer(seat.rank() == 0);
        options.timeout(timeout);
        return new TCPStore(at.place(), options);
    }

    private static Backend gloo(Rendezvous.Seat seat, Store store, Milliseconds timeout) {
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(timeout);
        GlooDeviceVector devices = new GlooDeviceVector();
        devices.push_back(
                seat.at().kind() == Rendezvous.Kind.FILE
                        ? ProcessGroupGloo.createDeviceForHostname("127.0.0.1")
                        : ProcessGroupGloo.createDefaultDevice());
        options.devices(devices);
        return new ProcessGroupGloo(store, seat.rank(), seat.size(), options);
    }

    private static Backend nccl(Rendezvous.Seat seat, Store store, Milliseconds timeout) {
        ProcessGroupNCCL group = new ProcessGroupNCCL(store, seat.rank(), seat.size());
        group.setTimeout(timeout);
        return group;
    }

    /** This process's number, from 0. */
    public int rank() {
        return seat.rank();
    }

    /** How many processes there are. */
    public int size() {
        return seat.size();
    }

    /** Where this process's tensors are. */
    public Device device() {
        return device;
    }

    /** Every process's tensor becomes the sum of all, the same bits everywhere; contiguous, in place. Returns it. */
    public Tensor allReduce(Tensor tensor) {
        wait("all-reduce", tensor, v -> backend.allreduce(v, new AllreduceOptions()));
        return tensor;
    }

    /** Every process's tensor becomes that of {@code root}; contiguous, in place. Returns it. */
    public Tensor broadcast(Tensor tensor, int root) {
        wait("broadcast", tensor, v -> {
            BroadcastOptions options = new BroadcastOptions();
            options.rootRank(root);
            return backend.broadcast(v, options);
        });
        return tensor;
    }

    /** The tensors of all processes, of one shape, in the order of ranks, joined along a new first dimension. */
    public Tensor allGather(Tensor tensor) {
        long[] shape = new long[tensor.dim() + 1];
        shape[0] = size();
        System.arraycopy(tensor.shape(), 0, shape, 1, tensor.dim());
        // a sum with zeros is a gather that every backend has
        Tensor all = Tensors.zeros(tensor.dtype(), tensor.device(), shape);
        Grad.off(() -> {
            all.select(0, rank()).copy_(tensor);
            allReduce(all);
        });
        return all;
    }

    /** Sends a contiguous tensor; {@code tag} tells messages between two processes apart. */
    public void send(Tensor tensor, int to, int tag) {
        wait("send to rank " + to, tensor, v -> backend.send(v, to, tag));
    }

    /** Receives into a contiguous tensor of the sent one's shape and type. Returns it. */
    public Tensor receive(Tensor into, int from, int tag) {
        wait("receive from rank " + from, into, v -> backend.recv(v, from, tag));
        return into;
    }

    /** Returns when every process has come here. */
    public void barrier() {
        try (TensorScope ignored = TensorScope.open("barrier")) {
            Tensor none = Tensors.zeros(DType.FP32, device, 1);
            wait("barrier", none, v -> backend.allreduce(v, new AllreduceOptions()));
            device.synchronize();
        }
    }

    /**
     * Averages gradients over the processes in place: what data-parallel training does between backward and update.
     *
     * @param gradients contiguous, in the same order everywhere; large ones in one piece are cheapest
     */
    public void averageGradients(List<Tensor> gradients) {
        Grad.off(() -> {
            for (Tensor g : gradients) {
                try (TensorScope ignored = TensorScope.open("average")) {
                    Tensor flat = g.view(-1);
                    for (long at = 0; at < flat.numel(); at += BUCKET) {
                        allReduce(flat.narrow(0, at, Math.min(BUCKET, flat.numel() - at)));
                    }
                    flat.div_(size());
                }
            }
        });
    }

    @FunctionalInterface
    private interface Operation {
        Work begin(TensorVector tensors);
    }

    private void wait(String name, Tensor tensor, Operation operation) {
        if (!tensor.isContiguous()) {
            throw new IllegalArgumentException(
                    "process group: tensor = " + tensor.describe() + " (expected: contiguous)");
        }
        guarded(seat, name, () -> {
            try (TensorVector v = Native.vector(tensor);
                    Work work = operation.begin(v)) {
                return work._wait();
            }
        });
    }

    private static <T> T guarded(Rendezvous.Seat seat, String name, Supplier<T> body) {
        try {
            return body.get();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            String text = String.valueOf(e.getMessage());
            int end = text.indexOf('\n');
            throw new ProcessGroupException(
                    "process group: " + name + " at rank " + seat.rank() + " of " + seat.size()
                            + " = failed (expected: all "
                            + seat.size() + " processes alive and within "
                            + seat.timeout().toSeconds() + " s, by "
                            + seat.at() + "; " + (end < 0 ? text : text.substring(0, end)) + ")",
                    e);
        }
    }

    /** Leaves the group. */
    @Override
    public void close() {
        backend.deallocate();
        store.deallocate();
    }

    /** A process of the group that did not come, or is gone. */
    public static final class ProcessGroupException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ProcessGroupException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}

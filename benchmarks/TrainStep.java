import dev.kinora.diffusion.CogVideoXScheduler;
import dev.kinora.diffusion.NoiseSchedule;
import dev.kinora.diffusion.Prediction;
import dev.kinora.diffusion.SchedulerConfig;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.models.cogvideox.DiagonalGaussianDistribution;
import dev.kinora.models.cogvideox.RotaryEmbedding;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.nn.Names;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.tensor.Torch;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.optim.Updater;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.Config;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/** Kinora's side of train_peer.py: steps of training in a process of their own; prints one line of JSON. */
public final class TrainStep {
    private static final int TEXT = 32;
    private static final int CLOCK_PROCESS_CPUTIME_ID = 2; // of Linux
    private static final MethodHandle CLOCK_GETTIME = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().find("clock_gettime").orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    private TrainStep() {}

    /** Arguments: dit|vae FOLDER THREADS STEPS BATCH FRAMES HEIGHT WIDTH, sizes in latents for dit, in pixels for vae. */
    public static void main(String[] args) throws IOException {
        Torch.setThreads(Integer.parseInt(args[2]));
        int steps = Integer.parseInt(args[3]);
        long[] size = Arrays.stream(args, 4, 8).mapToLong(Long::parseLong).toArray();
        if (args[0].equals("dit")) {
            dit(Path.of(args[1]), steps, size);
        } else {
            vae(Path.of(args[1]), steps, size);
        }
    }

    private static void dit(Path folder, int steps, long[] s) throws IOException {
        NoiseSchedule schedule = new CogVideoXScheduler(CogVideoXScheduler.Kind.DDIM, SchedulerConfig.cogVideoX(1)).schedule();
        try (CogVideoXTransformer3DModel model =
                        CogVideoXTransformer3DModel.load(folder, "", StrictLoader.as(DType.FP32).copying());
                TensorScope ignored = TensorScope.open("positions")) {
            RotaryEmbedding rope = model.rotaryEmbedding(s[1], s[2], s[3]);
            long channels = model.config().inChannels();
            long width = model.config().textEmbedDim();
            measure("transformer", model.parameters(), steps, step -> {
                try (Rng rng = new Rng(step)) {
                    Tensor x0 = rng.randn(DType.FP32, s[0], s[1], channels, s[2], s[3]);
                    Tensor noise = rng.randn(DType.FP32, x0.shape());
                    Tensor text = rng.randn(DType.FP32, s[0], TEXT, width);
                    long[] t = new long[(int) s[0]];
                    Arrays.setAll(t, i -> (37L * step + 499L * i) % 1000);
                    NoiseSchedule.Shares shares = schedule.shares(x0, t);
                    Tensor noisy = shares.signal().mul(x0).add(shares.noise().mul(noise));
                    Tensor out = model.forward(noisy, text, Tensors.of(t, s[0]), null, rope);
                    return F.mseLoss(out, Prediction.V.target(x0, noise, shares));
                }
            });
        }
    }

    private static void vae(Path folder, int steps, long[] s) throws IOException {
        AutoencoderKLCogVideoXConfig config = AutoencoderKLCogVideoXConfig.of(Config.read(folder.resolve("config.json")));
        try (AutoencoderKLCogVideoX vae = new AutoencoderKLCogVideoX(config, Names.root());
                TensorScope ignored = TensorScope.open("weights")) {
            StrictLoader.as(DType.FP32).copying().load(Checkpoint.open(folder), vae.parameters());
            measure("vae", vae.parameters(), steps, step -> {
                try (Rng rng = new Rng(step)) {
                    Tensor video = rng.rand(DType.FP32, s[0], 3, s[1], s[2], s[3]).mul(2).sub(1);
                    DiagonalGaussianDistribution d = vae.encode(video, VaeOptions.DEFAULT);
                    Tensor z = d.mean().add(d.std().mul(rng.randn(DType.FP32, d.mean().shape())));
                    Tensor back = vae.decode(z, VaeOptions.DEFAULT);
                    Tensor kl = d.mean().square().add(d.logvar().exp()).sub(1).sub(d.logvar()).mean().mul(0.5);
                    return back.sub(video).abs().mean().add(kl.mul(1e-4));
                }
            });
        }
    }

    private static void measure(String name, ParameterSet parameters, int steps, IntFunction<Tensor> loss)
            throws IOException {
        OptimizerConfig adamW = new OptimizerConfig(new LearningRate(1e-3, 0, steps, 1), false, 0.9, 0.95, 0, 1, 0.999);
        List<String> losses = new ArrayList<>();
        double[] cpu = new double[steps];
        double[] wall = new double[steps];
        try (Updater updater = new Updater(Map.of(name, parameters), adamW, DType.FP32)) {
            for (int step = 1; step <= steps; step++) {
                double cpuBefore = cpu();
                long wallBefore = System.nanoTime();
                try (TensorScope ignored = TensorScope.open("step")) {
                    Tensor value = loss.apply(step);
                    value.backward();
                    double number = value.detach().item();
                    updater.apply(number, step);
                    losses.add(String.format(Locale.ROOT, "%.9g", number));
                }
                cpu[step - 1] = cpu() - cpuBefore;
                wall[step - 1] = (System.nanoTime() - wallBefore) / 1e9;
            }
            System.out.printf(
                    Locale.ROOT,
                    "{\"side\": \"kinora\", \"parameters\": %d, \"cpu_s\": %.4f, \"least_cpu_s\": %.4f, \"wall_s\": %.4f,"
                            + " \"peak_mb\": %.0f, \"losses\": [%s]}%n",
                    updater.numel(), median(cpu), Arrays.stream(cpu).min().orElseThrow(), median(wall), peak(),
                    String.join(", ", losses));
        }
    }

    /** The middle of the later half of the steps. */
    private static double median(double[] all) {
        double[] later = Arrays.copyOfRange(all, all.length / 2, all.length);
        Arrays.sort(later);
        return later[later.length / 2];
    }

    /** Java's own figure counts in hundredths of a second, too coarsely for a step. */
    private static double cpu() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
            int failed = (int) CLOCK_GETTIME.invokeExact(CLOCK_PROCESS_CPUTIME_ID, time);
            if (failed != 0) {
                throw new IllegalStateException("clock_gettime: " + failed);
            }
            return time.getAtIndex(ValueLayout.JAVA_LONG, 0) + time.getAtIndex(ValueLayout.JAVA_LONG, 1) / 1e9;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static double peak() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM")) {
                return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return Double.NaN;
    }
}

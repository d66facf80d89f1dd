import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.tensor.Torch;
import dev.kinora.text.T5EncoderModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;

/** Kinora's side of run.py: one operation at real size in a process of its own; prints one line of JSON. */
public final class RealSize {
    private final Path folder;
    private final DType dtype;
    private final int[] sizes;

    private RealSize(Path folder, DType dtype, int[] sizes) {
        this.folder = folder;
        this.dtype = dtype;
        this.sizes = sizes;
    }

    /** Arguments: step|decode|text FOLDER fp32|bf16 THREADS SIZES... */
    public static void main(String[] args) throws IOException {
        Torch.setThreads(Integer.parseInt(args[3]));
        int[] sizes = new int[args.length - 4];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Integer.parseInt(args[i + 4]);
        }
        RealSize run = new RealSize(Path.of(args[1]), args[2].equals("bf16") ? DType.BF16 : DType.FP32, sizes);
        switch (args[0]) {
            case "step" -> run.step();
            case "decode" -> run.decode();
            case "text" -> run.text();
            default -> throw new IllegalArgumentException("RealSize: operation = " + args[0]);
        }
    }

    /** One transformer pass over latents [1, F, 16, H, W] and 226 text states. */
    private void step() throws IOException {
        double begin = wall();
        try (CogVideoXTransformer3DModel model = CogVideoXTransformer3DModel.load(folder, dtype);
                TensorScope scope = TensorScope.open("step");
                Rng rng = new Rng(0)) {
            Tensor latents = rng.randn(DType.FP32, 1, sizes[0], 16, sizes[1], sizes[2]).to(dtype);
            Tensor text = rng.randn(DType.FP32, 1, 226, 4096).to(dtype);
            Tensor timestep = Tensors.full(500, DType.INT64, 1);
            measure(begin, 2, () -> model.forward(latents, text, timestep, null, null));
        }
    }

    /** Video of latents [1, 16, F, H, W], the exact function. */
    private void decode() throws IOException {
        double begin = wall();
        try (AutoencoderKLCogVideoX model = AutoencoderKLCogVideoX.load(folder, dtype);
                TensorScope scope = TensorScope.open("decode");
                Rng rng = new Rng(0)) {
            Tensor latents = rng.randn(DType.FP32, 1, 16, sizes[0], sizes[1], sizes[2]).to(dtype);
            measure(begin, 1, () -> model.decode(latents, VaeOptions.DEFAULT));
        }
    }

    /** Text states of N token ids. */
    private void text() throws IOException {
        double begin = wall();
        try (T5EncoderModel model = T5EncoderModel.load(folder, "", dtype);
                TensorScope scope = TensorScope.open("text")) {
            Tensor ids = Tensors.arange(0, sizes[0], DType.INT64).unsqueeze(0);
            measure(begin, 2, () -> model.forward(ids));
        }
    }

    /** The first pass also makes kernels and reads the weights; the last is what every further step costs. */
    private static void measure(double begin, int passes, Supplier<Tensor> operation) throws IOException {
        double loadCpu = cpu();
        double load = wall() - begin;
        double mean = 0;
        double first = 0;
        double seconds = 0;
        double used = 0;
        for (int i = 0; i < passes; i++) {
            double start = wall();
            double cpuBefore = cpu();
            try (TensorScope scope = TensorScope.open("pass")) {
                mean = Grad.off(() -> operation.get().to(DType.FP32).mean().item());
            }
            seconds = wall() - start;
            used = cpu() - cpuBefore;
            first = i == 0 ? used : first;
        }
        System.out.println(String.format(
                Locale.ROOT,
                "{\"load_s\": %.3f, \"start_cpu_s\": %.2f, \"first_cpu_s\": %.2f, \"cpu_s\": %.2f, \"wall_s\": %.3f,"
                        + " \"peak_mb\": %d, \"mean\": %.6g}",
                load,
                loadCpu,
                first,
                used,
                seconds,
                peak(),
                mean));
    }

    private static double wall() {
        return System.nanoTime() / 1e9;
    }

    private static double cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                / 1e9;
    }

    /** Most memory resident at once, in MB of 10^6 bytes: mapped weights counted. */
    private static long peak() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmHWM:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024 / 1_000_000)
                .findFirst()
                .orElse(-1);
    }
}

package dev.kinora.train;

import dev.kinora.tensor.Torch;
import dev.kinora.toybox.ToyboxMix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Starts the runs that made kinora-mini: {@code vae FOLDER} and {@code dit FOLDER VAE_RUN CACHE}. */
public final class TrainMain {
    private TrainMain() {}

    /** Runs until the run is done. */
    public static void main(String[] args) throws IOException {
        System.setProperty("java.awt.headless", "true");
        Torch.setThreads(Integer.getInteger("kinora.threads", 2));
        switch (args[0]) {
            case "vae" -> {
                try (VaeTrainer trainer = VaeTrainer.open(Path.of(args[1]), VaeTrainConfig.mini(phases(args, 2)))) {
                    trainer.train(new Console());
                }
            }
            case "export-vae" -> {
                try (VaeTrainer trainer = VaeTrainer.open(Path.of(args[1]), VaeTrainConfig.mini(phases(args, 3)))) {
                    trainer.export(Path.of(args[2]));
                }
            }
            case "latents" ->
                LatentCache.buildToybox(
                        Path.of(args[1]),
                        Path.of(args[2]),
                        new ToyboxMix(96, 64, 17, 8, 0, 0, false),
                        0,
                        Integer.parseInt(args[3]),
                        256,
                        6,
                        new Console());
            case "dit", "export" -> {
                DitTrainConfig config = DitTrainConfig.mini(Integer.parseInt(args[4]));
                try (DitTrainer trainer =
                        DitTrainer.open(Path.of(args[1]), config, Path.of(args[2]), Path.of(args[3]), 17)) {
                    if (args[0].equals("dit")) {
                        trainer.train(new Console());
                    } else {
                        trainer.export(Path.of(args[5]), Map.of("commit", System.getProperty("kinora.commit", "")));
                    }
                }
            }
            default -> throw new IllegalArgumentException("train: command = " + args[0] + " (expected: vae or dit)");
        }
    }

    private static List<VaeTrainConfig.Phase> phases(String[] args, int from) {
        return List.of(args).subList(from, args.length).stream()
                .map(a -> a.split("x", -1))
                .map(p -> new VaeTrainConfig.Phase(
                        Integer.parseInt(p[0]), Integer.parseInt(p[1]), Integer.parseInt(p[2])))
                .toList();
    }

    /** Prints a line a report; on a signal to end, lets the step that is under way finish and be saved. */
    private static final class Console implements TrainListener {
        private volatile boolean stop;

        Console() {
            Thread training = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop = true;
                try {
                    training.join(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }

        @Override
        public boolean shouldStop() {
            return stop;
        }

        @Override
        public void onStep(int step, int steps, Map<String, Double> metrics) {
            System.out.println(step + "/" + steps + " "
                    + metrics.entrySet().stream()
                            .map(e -> e.getKey() + " " + String.format(Locale.ROOT, "%.4g", e.getValue()))
                            .collect(Collectors.joining(" ")));
        }

        @Override
        public void onNote(String note) {
            System.out.println(note);
        }
    }
}

package dev.kinora.train.vae;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rendezvous;
import dev.kinora.tensor.Torch;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** One of the processes of {@link VaeProcessesTest}. */
final class VaeProcessesWorker {
    private VaeProcessesWorker() {}

    /** Arguments: rank, size, rendezvous file, run folder, the step after which to die or 0, the autoencoder to go on with. */
    public static void main(String[] args) throws IOException {
        Torch.setThreads(1); // as the one process does that they are compared with
        Rendezvous.Seat seat = new Rendezvous.Seat(
                Rendezvous.file(Path.of(args[2])),
                Integer.parseInt(args[0]),
                Integer.parseInt(args[1]),
                Duration.ofMinutes(4));
        int last = Integer.parseInt(args[4]);
        Path run = Path.of(args[3]);
        try (ProcessGroup group = ProcessGroup.join(seat, Device.CPU)) {
            try (VaeTrainer trainer = VaeTrainer.open(run, VaeProcessesTest.config(), Device.CPU, group)) {
                trainer.train(new TrainListener() {
                    @Override
                    public boolean shouldStop(int done) {
                        if (last > 0 && done == last) {
                            Runtime.getRuntime().halt(7);
                        }
                        return false;
                    }
                });
            }
            Path before = Path.of(args[5]);
            goOn(run.resolveSibling(run.getFileName() + "-decoder"), VaeProcessesTest.decoder(before), group);
            goOn(run.resolveSibling(run.getFileName() + "-anchored"), VaeProcessesTest.anchored(before), group);
        }
        System.out.println("done");
    }

    private static void goOn(Path run, VaeTrainConfig config, ProcessGroup group) throws IOException {
        try (VaeTrainer trainer = VaeTrainer.open(run, config, Device.CPU, group)) {
            trainer.train(TrainListener.SILENT);
        }
    }
}

package dev.kinora.train.dit;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Rendezvous;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** One of the processes of {@link DitTrainerTest}. */
final class DitProcessesWorker {
    private DitProcessesWorker() {}

    /** Arguments: rank, size, rendezvous file, run folder, folder of latents and autoencoder. */
    public static void main(String[] args) throws IOException {
        Rendezvous.Seat seat = new Rendezvous.Seat(
                Rendezvous.file(Path.of(args[2])),
                Integer.parseInt(args[0]),
                Integer.parseInt(args[1]),
                Duration.ofMinutes(4));
        Path data = Path.of(args[4]);
        try (ProcessGroup group = ProcessGroup.join(seat, Device.CPU);
                DitTrainer trainer = DitTrainer.open(
                        Path.of(args[3]),
                        DitTrainerTest.config(1, false, DitObjective.velocity()),
                        data.resolve("latents"),
                        data.resolve("vae"),
                        Device.CPU,
                        false,
                        group)) {
            trainer.train(TrainListener.SILENT);
        }
        System.out.println("done");
    }
}

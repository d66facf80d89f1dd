package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.testkit.Processes;
import dev.kinora.train.vae.VaeTrainConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that are started one by one and meet by TCP, as on two hosts. */
final class TrainByHandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SECONDS = 300;

    @TempDir
    private Path dir;

    @Test
    void theyTrainTogetherEndTogetherAndGoOn() throws IOException, InterruptedException {
        Path config = dir.resolve("vae.json");
        ObjectNode tree = JSON.valueToTree(VaeTrainConfig.mini());
        tree.set("blockOutChannels", JSON.valueToTree(List.of(8, 8, 8, 8)));
        ((ObjectNode) tree.get("mix")).put("width", 16).put("height", 16).put("frames", 9);
        JSON.writeValue(config.toFile(), tree);

        List<Processes.Started> first = start("first", config);
        waitFor(first, "checkpoint at step 10");
        first.get(1).process().destroyForcibly();
        assertThat(first.get(0).await(SECONDS)).as(first.get(0).text()).isEqualTo(1);
        assertThat(first.get(0).text())
                .contains("process group: ", "at rank 0 of 2 = failed (expected: all 2 processes");

        List<Processes.Started> second = start("second", config);
        try {
            waitFor(second, "checkpoint at step ");
            Matcher from = Pattern.compile("from step (\\d+) of 9000")
                    .matcher(second.get(0).text());
            assertThat(from.find()).as(second.get(0).text()).isTrue();
            assertThat(Integer.parseInt(from.group(1))).isPositive();
        } finally {
            second.forEach(p -> p.process().destroyForcibly());
        }
        for (Processes.Started p : second) {
            p.await(SECONDS);
        }
    }

    private List<Processes.Started> start(String name, Path config) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<Processes.Started> both = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            both.add(Processes.start(
                    Main.class,
                    dir,
                    name + rank,
                    "train",
                    "vae",
                    dir.resolve("run").toString(),
                    "--config",
                    config.toString(),
                    "--phase",
                    "9000@16x16x1x2",
                    "--set",
                    "saveEvery=10",
                    "--threads",
                    "1",
                    "--rank",
                    Integer.toString(rank),
                    "--world-size",
                    "2",
                    "--rendezvous",
                    "tcp://127.0.0.1:" + port));
        }
        return both;
    }

    /** Waits for words of process 0, so long as both live. */
    private static void waitFor(List<Processes.Started> both, String words) throws InterruptedException {
        while (!both.getFirst().text().contains(words)) {
            for (Processes.Started p : both) {
                assertThat(p.process().isAlive()).as(p.text()).isTrue();
            }
            Thread.sleep(50);
        }
    }
}

package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.tensor.Torch;
import dev.kinora.train.run.TrainListener;
import dev.kinora.train.vae.VaeTrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to a video by command lines alone; two steps each. */
class TrainCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path dir;

    @Test
    void trainsACheckpointThatGenerates() throws IOException {
        Path vaeConfig = dir.resolve("vae.json");
        JSON.writeValue(vaeConfig.toFile(), VaeTrainConfig.mini());
        tiny(vaeConfig, "[8,8,8,8]");
        Shell vae = Shell.run(
                "train vae % --config % --phase 1@16x16x1x2 --phase 1@16x16x9x1/32x24,24x16x1x2 --set latentChannels=4"
                        + " --gan-start 2 --export % --json",
                dir.resolve("vae-run"), vaeConfig, dir.resolve("vae"));
        assertThat(vae.code()).as(vae.err()).isZero();
        assertThat(vae.json().get("parameters").asLong()).isPositive();
        assertThat(dir.resolve("vae-run/metrics.jsonl")).isNotEmptyFile();

        Shell latents = Shell.run(
                "train latents % --vae % --clips 9 --captions 2 --shape 16x16x9:2 --shape 24x16x1 --toy ball:2",
                dir.resolve("latents"), dir.resolve("vae"));
        assertThat(latents.code()).as(latents.err()).isZero();
        assertThat(latents.out()).contains("latents of 9 clips").contains("16x16x9  6");

        Shell begun = Shell.run(
                "train dit % --vae % --latents % --steps 2 --layers 1 --heads 1 --text-layers 1 --text-width 64"
                        + " --tokens 90 --accumulate 2 --validation-clips 1 --no-bf16 --frames 9"
                        + " --timesteps uniform --foreground-weight 3 --until 1 --export %",
                dir.resolve("dit-run"), dir.resolve("vae"), dir.resolve("latents"), dir.resolve("half"));
        assertThat(begun.code()).as(begun.err()).isZero();
        assertThat(begun.err()).contains("stopped at step 1").doesNotContain("2/2");
        assertThat(dir.resolve("half/model_index.json")).isNotEmptyFile();
        Shell trained = Shell.run(
                "train dit % --vae % --latents % --export %",
                dir.resolve("dit-run"), dir.resolve("vae"), dir.resolve("latents"), dir.resolve("mine"));
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.err()).contains("from step 1 of 2", "validation_foreground");

        Shell generated = Shell.run(
                "generate 'a red ball rolls' --model % --steps 1 --out % --json",
                dir.resolve("mine"), dir.resolve("v.mp4"));
        assertThat(generated.code()).as(generated.err()).isZero();
        assertThat(generated.json().get("width").asInt())
                .as("the size that it saw most of at that length")
                .isEqualTo(16);
        assertThat(generated.json().get("fps").asText()).isEqualTo("8");

        Shell flow = Shell.run(
                "train dit % --vae % --latents % --steps 2 --layers 1 --heads 1 --text-layers 1 --text-width 64"
                        + " --tokens 90 --validation-clips 1 --rate-floor 0 --frames 9 --target flow --shift 2"
                        + " --timesteps logit-normal --export %",
                dir.resolve("flow-run"), dir.resolve("vae"), dir.resolve("latents"), dir.resolve("flow"));
        assertThat(flow.code()).as(flow.err()).isZero();
        JsonNode config = JSON.readTree(dir.resolve("flow-run/config.json").toFile());
        assertThat(config.findValue("bf16").asBoolean())
                .as("what the machine is fast in")
                .isEqualTo(Torch.hasBf16());
        assertThat(config.findValue("floor").asDouble()).isZero();
        Path madeFrom = dir.resolve("flow/transformer/training.json");
        assertThat(madeFrom).content().contains("\"objects\" : \"ball:2.0\"");
        Shell flowed = Shell.run(
                "generate 'a red ball rolls' --model % --steps 3 --out % --json",
                dir.resolve("flow"), dir.resolve("flow.mp4"));
        assertThat(flowed.code()).as(flowed.err()).isZero();
        assertThat(flowed.json().get("frames").asInt()).isEqualTo(9);
        assertThat(Shell.run("generate 'a ball' --model % --scheduler dpm", dir.resolve("flow"))
                        .err())
                .contains("scheduler = dpm (expected: flow-euler, which the checkpoint was trained for)");
    }

    @Test
    void trainsAnAutoencoderOnAFolderOfVideos() throws IOException {
        Path clips = dir.resolve("clips");
        Shell rendered = Shell.run("toybox render % --clips 11 --frames 9 --size 32x32", clips);
        assertThat(rendered.code()).as(rendered.err()).isZero();
        String line = "train vae % --videos % --phase 1@32x32x1x2 --phase 3@32x32x9x1,32x32x8x1"
                + " --set blockOutChannels=[8,8,8,8] --save-every 2 --report-every 1 --rate 1e-3 --no-bf16 --seed 4 --export % --json";
        Shell vae = Shell.run(line, dir.resolve("run"), clips, dir.resolve("vae"));
        assertThat(vae.code()).as(vae.err()).isZero();
        assertThat(vae.err()).contains("32x32x9=11");
        assertThat(vae.json().at("/metrics/validation_psnr").asDouble()).isPositive();
        JsonNode config = JSON.readTree(dir.resolve("vae/config.json").toFile());
        assertThat(config.path("sample_width").asInt()).isEqualTo(32);

        Shell toys = Shell.run(
                "train latents % --vae % --videos % --toy star:3", dir.resolve("latents"), dir.resolve("vae"), clips);
        assertThat(toys.code()).isNotZero();
        assertThat(toys.err()).contains("--toy = star:3 (expected: not with --videos)");

        Shell few =
                Shell.run("train vae % --videos % --phase 1@64x32x1x1 --phase 1@32x32x17x1", dir.resolve("few"), clips);
        assertThat(few.code()).isEqualTo(1);
        assertThat(few.err()).contains("(expected: more than 8 videos for ");
    }

    private static void tiny(Path file, String widths) throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        config.set("blockOutChannels", JSON.readTree(widths));
        ObjectNode mix = (ObjectNode) config.get("mix");
        mix.put("width", 16).put("height", 16).put("frames", 9);
        JSON.writeValue(file.toFile(), config);
    }

    @Test
    void severalProcessesTrainOne() throws IOException {
        Path config = dir.resolve("vae.json");
        JSON.writeValue(config.toFile(), VaeTrainConfig.mini());
        tiny(config, "[8,8,8,8]");
        Path run = dir.resolve("run");
        Shell both = Shell.run(
                "train vae % --config % --phase 1@16x16x1x2 --phase 1@16x16x9x1w --processes 2 --json", run, config);
        assertThat(both.code()).as(both.err()).isZero();
        assertThat(both.json().get("metrics").get("loss").asDouble()).isPositive();
        assertThat(both.err()).contains("process 0 of 2: ", "[1] process 1 of 2: ");

        Shell refused =
                Shell.run("train vae % --config % --phase 1@16x16x9x1 --processes 2", dir.resolve("odd"), config);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("batch = 16x16x9x1 (expected: a multiple of the 2 processes)");
        assertThat(refused.err()).contains(" of 2 = ended with status 1 (expected: 0; ");
        assertThat(Shell.run("train vae % --rank 1", run).errorLine())
                .contains("--rank = 1 (expected: with --world-size and --rendezvous)");
    }

    @Test
    void refusesConfigsOfAnotherKind() throws IOException {
        Path file = Files.writeString(dir.resolve("config.json"), "{\"sed\": 1}");
        Shell shell = Shell.run("train vae % --config %", dir.resolve("run"), file);
        assertThat(shell.code()).isEqualTo(1);
        assertThat(shell.errorLine()).contains("--config: " + file + " = unusable (expected: a config of this kind; ");
        assertThat(Shell.run("train vae % --set group=4", dir.resolve("run")).errorLine())
                .contains("--set = group=4 (expected: KEY=VALUE, KEY a field of config.json)");
        assertThat(Shell.run("train vae % --gan-fixed", dir.resolve("run")).errorLine())
                .contains("--gan-start = none (expected: a step");
        for (String option : List.of("--decoder-only", "--anchor 0.5")) {
            assertThat(Shell.run("train vae % " + option, dir.resolve("run")).errorLine())
                    .contains("--vae = none (expected: a folder, where --decoder-only or --anchor is given)");
        }
        assertThat(Shell.run("train vae % --vae %", dir.resolve("run"), dir.resolve("none"))
                        .errorLine())
                .contains(dir.resolve("none").toString());
        assertThat(Shell.run("train vae % --phase 3@16x16x9x1/8x32", dir.resolve("run"))
                        .errorLine())
                .contains("window = 16x16x9 of 8x32x9 (expected: no wider or higher than the clip it is cut from");
        assertThat(Shell.run("train vae % --phase 3x4", dir.resolve("run")).errorLine())
                .contains("--phase = 3x4 (expected: STEPS@SHAPE");
        assertThat(dir.resolve("run")).doesNotExist();
    }

    @Test
    void rendersToybox() throws IOException {
        Path clips = dir.resolve("clips");
        Shell shell = Shell.run(
                "toybox render % --clips 3 --seed 5 --frames 5 --size 48x32 --held-out --contact-sheet %",
                clips, dir.resolve("sheet.png"));
        assertThat(shell.code()).as(shell.err()).isZero();
        List<String> lines = Files.readAllLines(clips.resolve("manifest.jsonl"));
        assertThat(lines).hasSize(3);
        for (String line : lines) {
            JsonNode entry = JSON.readTree(line);
            assertThat(entry.get("held_out").asBoolean()).isTrue();
            assertThat(entry.get("states")).hasSize(5);
            assertThat(entry.at("/captions/dense")).hasSize(5);
            assertThat(clips.resolve(entry.get("file").asText())).isNotEmptyFile();
        }
        assertThat(dir.resolve("sheet.png")).isNotEmptyFile();
        assertThat(clips.resolve("clips.parquet")).isNotEmptyFile();
        assertThat(Shell.run("toybox render % --clips 1", clips).err()).contains("(expected: the one");
    }

    /** Ctrl-C in the middle of a step. */
    @Test
    void anInterruptedRunStopsAfterItsStepWithACheckpoint() {
        Interrupts interrupts = Interrupts.none();
        StringWriter err = new StringWriter();
        TrainListener lines =
                new TrainingRun.Lines(new Console(new PrintWriter(err), new PrintWriter(err), false, 80), interrupts);
        assertThat(lines.shouldStop(0)).isFalse();
        interrupts.allow(0);
        interrupts.stop();
        lines.onStep(1, 9, Map.of("loss", 1.0));
        assertThat(lines.shouldStop(1)).isTrue();
        assertThatThrownBy(() -> lines.onNote("stopped at step 1"))
                .isInstanceOf(Interrupts.InterruptedWork.class)
                .hasMessageContaining("continues from the last checkpoint");
        assertThat(err).asString().contains("stopping after this step", "1/9 loss 1.000", "stopped at step 1");
    }
}

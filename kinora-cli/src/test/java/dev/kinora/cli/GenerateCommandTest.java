package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.media.Image;
import dev.kinora.media.Images;
import dev.kinora.media.VideoReader;
import dev.kinora.testkit.Goldens;
import dev.kinora.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole command lines against the tiny checkpoint. */
class GenerateCommandTest {
    private static final Path T2V = Goldens.path("cogvideox/5b");

    @TempDir
    private static Path made;

    @TempDir
    private Path dir;

    private static JsonNode json = com.fasterxml.jackson.databind.node.NullNode.getInstance();

    @BeforeAll
    static void generateOnce() {
        Shell shell = Shell.run(
                "generate 'a red ball' --model % --steps 2 --seed 5 --dtype fp32 --json --out %"
                        + " --save-latents % --save-frames % --contact-sheet % --save-provenance %",
                T2V,
                made.resolve("ball"),
                made.resolve("latents.safetensors"),
                made.resolve("frames.safetensors"),
                made.resolve("sheet.png"),
                made.resolve("ball.json"));
        assertThat(shell.code()).as(shell.err()).isZero();
        json = shell.json();
        assertThat(shell.err()).contains("memory: peak", "denoise: 2/2", "decode");
    }

    @Test
    void writesEverythingAskedForAndNothingElse() throws IOException {
        assertThat(names(made))
                .containsExactlyInAnyOrder(
                        "ball", "latents.safetensors", "frames.safetensors", "sheet.png", "ball.json");
        Checkpoint latents = Checkpoint.open(made.resolve("latents.safetensors"));
        assertThat(latents.names()).containsExactly("latents");
        assertThat(latents.info("latents").type().name()).isEqualTo("F32");
        assertThat(latents.info("latents").shape()).isEqualTo(List.of(1L, 3L, 4L, 4L, 6L));
        Checkpoint frames = Checkpoint.open(made.resolve("frames.safetensors"));
        assertThat(frames.info("frames").type().name()).isEqualTo("U8");
        assertThat(frames.info("frames").shape()).isEqualTo(List.of(9L, 32L, 48L, 3L));
        Image first = VideoReader.read(made.resolve("ball")).frames().getFirst();
        assertThat(first.rgb())
                .as("a folder of PNGs is lossless")
                .isEqualTo(bytes(frames, "frames", first.rgb().length));
        assertThat(Images.read(made.resolve("sheet.png")).width()).isGreaterThan(48);
    }

    @Test
    void answersWithOneJsonDocument() {
        assertThat(json.get("out").asText()).isEqualTo(made.resolve("ball").toString());
        assertThat(json.get("frames").asInt()).isEqualTo(9);
        assertThat(json.get("width").asInt()).isEqualTo(48);
        assertThat(json.get("height").asInt()).isEqualTo(32);
        assertThat(json.get("seed").asLong()).isEqualTo(5);
        assertThat(json.at("/memory/phases").size()).isEqualTo(3);
        assertThat(json.at("/provenance/request/prompt").asText()).isEqualTo("a red ball");
        assertThat(json.at("/extras/save_latents").asText()).endsWith("latents.safetensors");
    }

    @Test
    void replayMakesTheSameFrames() throws IOException {
        Path again = dir.resolve("again.safetensors");
        Shell shell =
                Shell.run("replay % --out % --save-frames %", made.resolve("ball"), dir.resolve("again.mp4"), again);
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(Files.mismatch(again, made.resolve("frames.safetensors"))).isEqualTo(-1);
        Path third = dir.resolve("third.safetensors");
        Shell fromFile =
                Shell.run("replay % --out % --save-frames %", made.resolve("ball.json"), dir.resolve("x.gif"), third);
        assertThat(fromFile.code()).as(fromFile.err()).isZero();
        assertThat(Files.mismatch(third, again)).isEqualTo(-1);
    }

    @Test
    void replayRefusesOtherWeights() {
        Shell shell = Shell.run(
                "replay % --model % --out %",
                made.resolve("ball.json"), Goldens.path("cogvideox/2b"), dir.resolve("x"));
        assertThat(shell.code()).isEqualTo(1);
        assertThat(shell.errorLine()).contains("sha256 = ", "(expected: ", "--changed-weights");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void vaeDecodesWhatWasSaved() throws IOException {
        Path frames = dir.resolve("frames.safetensors");
        Shell shell = Shell.run(
                "vae decode % --model % --out % --save-frames % --json",
                made.resolve("latents.safetensors"), T2V, dir.resolve("v.mp4"), frames);
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.json().get("frames").asInt()).isEqualTo(9);
        assertThat(Files.mismatch(frames, made.resolve("frames.safetensors"))).isEqualTo(-1);
    }

    @Test
    void vaeEncodesAVideo() {
        Shell shell = Shell.run(
                "vae encode % --model % --frames 5 --size 32x16 --out % --json",
                made.resolve("ball"), T2V, dir.resolve("z.safetensors"));
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.json().get("shape").toString()).isEqualTo("[1,2,4,2,4]");
    }

    @Test
    void textEncodesPrompts() {
        Shell shell = Shell.run(
                "text encode 'a ball' 'two cubes' --model % --out % --json", T2V, dir.resolve("t.safetensors"));
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.json().get("shape").toString()).isEqualTo("[2,18,32]");
    }

    @Test
    void inspectShowsTheRecord() {
        assertThat(Shell.run("inspect % --tensors", made.resolve("latents.safetensors"))
                        .out())
                .contains("latents F32[1, 3, 4, 4, 6]");
    }

    @Test
    void startsFromAnImage() throws IOException {
        Path image = dir.resolve("first.png");
        Images.write(image, Image.black(40, 30), Map.of());
        Shell shell = Shell.run(
                "generate 'it moves' --model % --image % --steps 1 --seed 1 --out % --json",
                Goldens.path("cogvideox/5b-i2v"), image, dir.resolve("out.mp4"));
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.json().at("/provenance/request/task").asText()).isEqualTo("image-to-video");
        assertThat(shell.json().at("/provenance/inputs/0/sha256").asText()).hasSize(64);
        Shell video = Shell.run("inspect % --json", dir.resolve("out.mp4"));
        assertThat(video.json().at("/provenance/request/seed").asInt()).isEqualTo(1);
        assertThat(Shell.run("inspect %", dir.resolve("out.mp4")).out()).contains("prompt: it moves", "kinora replay");
    }

    @Test
    void startsFromAVideo() {
        Shell shell = Shell.run(
                "generate 'it turns blue' --model % --video % --strength 0.5 --steps 2 --out % --json",
                T2V, made.resolve("ball"), dir.resolve("out.webm"));
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.json().at("/provenance/request/task").asText()).isEqualTo("video-to-video");
    }

    @Test
    void readsThePromptFromAFile() throws IOException {
        Path prompt = Files.writeString(dir.resolve("prompt.txt"), "a blue cube\n");
        Shell shell = Shell.run(
                "generate --prompt-file % --model % --steps 1 --guidance 1 --out % --json",
                prompt, T2V, dir.resolve("out.gif"));
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.json().at("/provenance/request/prompt").asText()).isEqualTo("a blue cube");
    }

    @Test
    void stopsWhenAskedAndLeavesNothing() {
        Interrupts interrupts = Interrupts.none();
        interrupts.finished();
        interrupts.stop();
        Shell shell =
                Shell.run(interrupts, "generate 'a ball' --model % --steps 3 --out %", T2V, dir.resolve("out.mp4"));
        assertThat(shell.code()).isEqualTo(130);
        assertThat(shell.err()).contains("interrupted: nothing was left behind");
        assertThat(dir).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
            2 | --size=12         | kinora generate: --size = 12 (expected: WIDTHxHEIGHT in pixels, such as 96x64)
            1 | --size=50x32      | width = 50 (expected: a multiple of 16
            2 | --frames=x        | --frames = x (expected: a whole number)
            1 | --frames=0        | frames = 0 (expected: 1 or more)
            2 | --guidance=nan    | --guidance = nan (expected:
            2 | --dtype=int8      | --dtype = int8 (expected: fp32, bf16 or fp16)
            2 | --dynamic-guidance=on | --dynamic-guidance = on (expected: off, compat or index)
            1 | --scheduler=euler | scheduler = euler (expected: ddim, dpm or flow-euler)
            1 | --lora=nope.safetensors:0.5 | lora = nope.safetensors (expected: a safetensors file)
            1 | --image=nope.png  | nope.png (expected: an existing picture
            1 | --video=nope.mp4  | nope.mp4 (expected: an existing video
            1 | --strength=0.5    | --strength = 0.5 (expected: --video with it)
            1 | --memory=1M       | budget = 1 MB (expected: at least
            2 | --memory=lots     | --memory = lots (expected: a positive size
            2 | --fps=0           | --fps = 0 (expected: frames per second
            1 | --threads=0       | --threads = 0 (expected: 1 to 4096)
            1 | --save-latents=l.txt | --save-latents = l.txt (expected: a name ending in .safetensors)
            1 | --variant=../x    | variant = ../x (expected: a plain name
            2 | --steps=3         | --steps = given twice (expected: once)
            2 | --setps=3         | option = --setps=3 (expected: did you mean --steps?)
            """)
    void refusesBadInputBeforeWork(int code, String option, String message) {
        Path out = dir.resolve("out.mp4");
        Shell shell = Shell.run("generate 'a ball' --model % --steps 1 --out % %", T2V, out, option);
        assertThat(shell.code()).as(shell.err()).isEqualTo(code);
        assertThat(shell.errorLine()).contains(message).startsWith("kinora");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void refusesOutputsThatCannotBe() throws IOException {
        for (String name : List.of("x.avi", "x.png")) {
            Shell shell = Shell.run("generate a --model % --steps 1 --out %", T2V, dir.resolve(name));
            assertThat(shell.code()).isEqualTo(1);
            assertThat(shell.errorLine()).contains(".mp4, .webm");
        }
        Files.writeString(dir.resolve("letter.txt"), "mine");
        Shell shell = Shell.run("generate a --model % --steps 1 --out %", T2V, dir);
        assertThat(shell.errorLine()).contains("(expected: a new name, or a folder with nothing but earlier frames)");
        assertThat(names(dir)).containsExactly("letter.txt");
    }

    @Test
    void saysWhereItLookedForAModel() {
        assertThat(Shell.run("generate a --model nope").errorLine())
                .startsWith("kinora: --model = nope (expected: a folder in the diffusers layout");
        assertThat(Shell.run("generate a --model nobody/nothing").errorLine())
                .contains("kinora models pull nobody/nothing");
    }

    @Test
    void namesTheVideoAfterThePrompt() {
        assertThat(GenerateCommand.slug("A red ball, bouncing!")).isEqualTo("a-red-ball-bouncing");
        assertThat(GenerateCommand.slug("../../etc/passwd")).isEqualTo("etc-passwd");
        assertThat(GenerateCommand.slug("赤いボール")).isEqualTo("赤いボール");
        assertThat(GenerateCommand.slug("?!")).isEqualTo("video");
        assertThat(GenerateCommand.slug("word ".repeat(40)))
                .hasSizeLessThanOrEqualTo(48)
                .endsWith("word");
    }

    private static byte[] bytes(Checkpoint file, String tensor, int count) {
        byte[] all = file.segment(tensor).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        return java.util.Arrays.copyOf(all, count);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }
}

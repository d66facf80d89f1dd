package dev.kinora.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.diffusion.Guidance;
import dev.kinora.media.Image;
import dev.kinora.tensor.TensorScope;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

@TensorTest
class CogVideoXPipelineTest {
    private static final long PLENTY = 64_000_000_000L;

    private static VideoPipeline open(String kind) throws IOException {
        return VideoPipeline.open(Goldens.path("cogvideox/" + kind), "");
    }

    private static GenerateRequest.Builder small(String prompt) {
        return GenerateRequest.of(prompt).size(48, 32).frames(1).steps(2).guidance(Guidance.OFF);
    }

    private static Generation run(VideoPipeline pipeline, GenerateRequest request) throws IOException {
        return pipeline.generate(request, pipeline.plan(request, PLENTY), GenerateListener.SILENT);
    }

    @Test
    void theSameSeedGivesTheSameVideoAndAnotherSeedAnother() throws IOException {
        VideoPipeline pipeline = open("2b");
        Generation a = run(pipeline, small("a cat").seed(1).build());
        Generation b = run(pipeline, small("a cat").seed(1).build());
        Generation c = run(pipeline, small("a cat").seed(2).build());
        assertThat(a.latents().equalTo(b.latents())).isTrue();
        assertThat(a.frames().equalTo(b.frames())).isTrue();
        assertThat(a.latents().equalTo(c.latents())).isFalse();
    }

    @Test
    void aRunLeavesNothingButItsResult() throws IOException {
        VideoPipeline pipeline = open("5b");
        long before = TensorScope.liveTensors();
        try (TensorScope scope = TensorScope.open("run")) {
            Generation made = run(pipeline, small("a dog").build());
            assertThat(TensorScope.liveTensors() - before)
                    .isEqualTo(made.tensors().size());
        }
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }

    @Test
    void defaultsComeFromTheCheckpoint() throws IOException {
        GenerateRequest resolved =
                open("2b").resolve(GenerateRequest.of("a cat").build());
        assertThat(resolved.frames()).isEqualTo(9);
        assertThat(resolved.height()).isEqualTo(4 * 8);
        assertThat(resolved.width()).isEqualTo(6 * 8);
    }

    @Test
    void requestsThatCannotBeCarriedOutAreRefused() throws IOException {
        VideoPipeline text = open("2b");
        assertThatThrownBy(() -> text.plan(small("a").size(50, 32).build(), PLENTY))
                .isInstanceOf(RequestException.class)
                .hasMessage("request: width = 50 (expected: a multiple of 16, such as 48)");
        assertThatThrownBy(() -> text.plan(small("a").image(Image.black(8, 8)).build(), PLENTY))
                .hasMessageContaining("image = given (expected: none");
        VideoPipeline image = open("5b-i2v");
        assertThatThrownBy(() -> image.plan(small("a").build(), PLENTY))
                .hasMessageContaining("image = none (expected: an image");
        assertThatThrownBy(() -> image.plan(
                        small("a").image(Image.black(8, 8)).size(32, 48).build(), PLENTY))
                .hasMessageContaining(
                        "height = 48 (expected: 32: this checkpoint's positions were learned at one size)");
        assertThatThrownBy(() -> small("a").steps(0).build()).hasMessage("request: steps = 0 (expected: 1 or more)");
        assertThatThrownBy(() -> text.plan(
                        small("a")
                                .loras(List.of(new LoraRequest(Path.of("gone.safetensors"), 1)))
                                .build(),
                        PLENTY))
                .hasMessageContaining("lora = gone.safetensors (expected: a safetensors file)");
    }

    @Test
    void aPlanThatDoesNotFitSaysWhatWould() throws IOException {
        VideoPipeline pipeline = open("2b");
        GenerateRequest large =
                GenerateRequest.of("a").size(1920, 1088).frames(49).build();
        assertThatThrownBy(() -> pipeline.plan(large, 1_000_000_000L))
                .isInstanceOf(RequestException.class)
                .hasMessageStartingWith("memory: budget = 1.0 GB (expected: at least")
                .hasMessageContaining("a request that fits: about");
        assertThat(pipeline.plan(large, PLENTY).fits()).isTrue();
    }

    @Test
    void tilesAreChosenWhenTheWholeFrameDoesNotFit() throws IOException {
        VideoPipeline pipeline = open("2b");
        GenerateRequest request =
                GenerateRequest.of("a").size(768, 512).frames(9).build();
        MemoryPlan whole = pipeline.plan(request, PLENTY);
        assertThat(whole.vaeTiling()).isFalse();
        MemoryPlan tiled = pipeline.plan(request, whole.peak().bytes() - 1);
        assertThat(tiled.vaeTiling()).isTrue();
        assertThat(tiled.fits()).isTrue();
    }

    @Test
    void aListenerHearsTheStagesAndCanStopTheRun() throws IOException {
        VideoPipeline pipeline = open("2b");
        List<String> heard = new ArrayList<>();
        GenerateListener listener = new GenerateListener() {
            private boolean stop;

            @Override
            public void stage(String name) {
                heard.add(name);
            }

            @Override
            public void progress(int done, int total) {
                heard.add(done + "/" + total);
                stop = true;
            }

            @Override
            public boolean cancelled() {
                return stop;
            }
        };
        GenerateRequest request = small("a cat").build();
        assertThatThrownBy(() -> pipeline.generate(request, pipeline.plan(request, PLENTY), listener))
                .isInstanceOf(CancellationException.class)
                .hasMessage("cancelled at step 1 of 2");
        assertThat(heard).containsExactly("text", "noise", "denoise", "1/2");
    }

    @Test
    void loraFilesChangeTheVideoByTheirScale() throws IOException {
        VideoPipeline pipeline = open("2b");
        Path file = Goldens.path("lora/peft_alpha.safetensors");
        Generation plain = run(pipeline, small("a cat").build());
        Generation none = run(
                pipeline,
                small("a cat").loras(List.of(new LoraRequest(file, 0))).build());
        Generation full = run(
                pipeline,
                small("a cat").loras(List.of(new LoraRequest(file, 1))).build());
        assertThat(none.latents().equalTo(plain.latents())).isTrue();
        assertThat(full.latents().equalTo(plain.latents())).isFalse();
    }

    @Test
    void provenanceMakesTheRequestAgain() throws IOException {
        VideoPipeline pipeline = open("2b");
        GenerateRequest request = small("a cat says \"hi\" – ☃").seed(-3).build();
        Generation made = run(pipeline, request);
        Provenance read = Provenance.parse("test", made.provenance().toJson());
        assertThat(read).isEqualTo(made.provenance());
        assertThat(read.weights()).containsKey("transformer/diffusion_pytorch_model.safetensors");
        assertThat(Replay.differences(read, read.weights())).isEmpty();
        GenerateRequest again = Replay.request(read);
        assertThat(run(pipeline, again).frames().equalTo(made.frames())).isTrue();
    }

    @Test
    void scalesAreReadFromTheEndOfALoraArgument() {
        assertThat(LoraRequest.parse("a/b.safetensors:0.5"))
                .isEqualTo(new LoraRequest(Path.of("a/b.safetensors"), 0.5));
        assertThat(LoraRequest.parse("a:b.safetensors")).isEqualTo(new LoraRequest(Path.of("a:b.safetensors"), 1));
        assertThat(MemoryPlan.parseSize("8G")).isEqualTo(8_000_000_000L);
        assertThat(MemoryPlan.parseSize("500 MB".replace(" ", ""))).isEqualTo(500_000_000L);
        assertThatThrownBy(() -> MemoryPlan.parseSize("much")).hasMessageContaining("size = much");
    }
}

package dev.kinora.language.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatException;
import dev.kinora.language.chat.ChatSettings;
import dev.kinora.language.prompt.WordLimit;
import dev.kinora.media.Image;
import dev.kinora.testkit.ChatServer;
import dev.kinora.testkit.ChatServer.Question;
import dev.kinora.testkit.ChatServer.Reply;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ChatCaptionerTest {
    private static final Sampling SMALL = new Sampling(3, 2, 4, 64);

    private static Captions caption(CaptionRecipe recipe, Function<Question, Reply> answers, int questions)
            throws IOException {
        try (ChatServer server = ChatServer.start(answers)) {
            ChatClient client = new ChatClient(ChatSettings.of(server.url(), "eyes"));
            try (ChatCaptioner captioner = new ChatCaptioner(client, client, recipe, SMALL)) {
                List<ClipFrames.Frame> frames = captioner.times(6).stream()
                        .map(t -> new ClipFrames.Frame(t, Image.black(32, 16)))
                        .toList();
                Captions captions = captioner.caption(new ClipFrames("id", 6, frames));
                assertThat(server.faults()).isEmpty();
                assertThat(server.questions()).hasSize(questions);
                return captions;
            }
        }
    }

    private static Reply answer(Question q) {
        if (q.says("Note on how one moment")) {
            assertThat(q.says("A red ball.") && q.says("A ball bounces.")).isTrue();
            return Reply.text("A red ball bounces.");
        }
        if (q.says("What is seen at these times")) {
            assertThat(q.says("A ball bounces.") && q.says("1.0 s: Red on green.") && q.says("5.0 s: Red on green."))
                    .isTrue();
            return Reply.text("The video shows a red ball that bounces on green.");
        }
        if (q.says("taken in order from one clip of 6.0 seconds")) {
            assertThat(q.pictures()).isEqualTo(3);
            return Reply.text(
                    q.says("flowing paragraph")
                            ? "A red ball bounces on green grass."
                            : "The video shows a ball bounces.");
        }
        assertThat(q.pictures()).isEqualTo(1);
        return Reply.text(q.says("three to five sentences") ? "Red on green." : "In this image, a red ball.");
    }

    @Test
    void svdsThree() throws IOException {
        Captions c = caption(CaptionRecipe.SVD, ChatCaptionerTest::answer, 3);
        assertThat(c.outcome()).isEqualTo(Outcome.OK);
        assertThat(c.text(CaptionKind.IMAGE)).isEqualTo("A red ball.");
        assertThat(c.text(CaptionKind.VIDEO)).isEqualTo("A ball bounces.");
        assertThat(c.text(CaptionKind.SUMMARY)).isEqualTo("A red ball bounces.");
        assertThat(c.usage().promptTokens()).isEqualTo(30);
    }

    @Test
    void theDenseChainAndItsStudent() throws IOException {
        Captions c = caption(CaptionRecipe.DENSE, ChatCaptionerTest::answer, 5);
        assertThat(c.frames()).extracting(Captions.FrameCaption::seconds).containsExactly(1.0, 3.0, 5.0);
        assertThat(c.text(CaptionKind.DENSE)).isEqualTo("A red ball that bounces on green.");
        assertThat(c.text(CaptionKind.VIDEO)).isEqualTo("A ball bounces.");
        Captions student = caption(CaptionRecipe.DIRECT, ChatCaptionerTest::answer, 1);
        assertThat(student.text(CaptionKind.DENSE)).isEqualTo("A red ball bounces on green grass.");
        assertThat(caption(CaptionRecipe.BOTH, ChatCaptionerTest::answer, 7).texts())
                .hasSize(4);
    }

    @Test
    void whatIsTooLongIsAskedForAgainAndThenCut() throws IOException {
        String tooLong = "It goes on and on. ".repeat(24); // 120 words
        Captions shorter =
                caption(CaptionRecipe.DIRECT, q -> Reply.text(q.says("has 120 words") ? "It goes on." : tooLong), 2);
        assertThat(shorter.text(CaptionKind.DENSE)).isEqualTo("It goes on.");
        assertThat(shorter.notes()).containsExactly("dense: asked again, 120 words are 3 now");
        Captions cut = caption(CaptionRecipe.DIRECT, q -> Reply.text(tooLong), 2);
        assertThat(WordLimit.words(String.valueOf(cut.text(CaptionKind.DENSE)))).isEqualTo(100);
        assertThat(cut.notes()).containsExactly("dense: cut, 120 words are 100 now");
    }

    @Test
    void whatCameBeforeARefusalStays() throws IOException {
        Captions c = caption(
                CaptionRecipe.SVD,
                q -> q.pictures() == 1 ? Reply.text("A red ball.") : Reply.text("I'm sorry, no."),
                2);
        assertThat(c.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(c.message()).contains("I'm sorry");
        assertThat(c.texts()).containsOnlyKeys(CaptionKind.IMAGE);
        assertThat(caption(CaptionRecipe.SVD, q -> Reply.json(200, "{}"), 1).outcome())
                .isEqualTo(Outcome.MALFORMED);
        assertThat(caption(CaptionRecipe.SVD, q -> Reply.error(400, "bad", "bad"), 1)
                        .outcome())
                .isEqualTo(Outcome.REJECTED);
        assertThatThrownBy(() -> caption(CaptionRecipe.SVD, q -> Reply.error(401, "key", "no"), 1))
                .isInstanceOf(ChatException.class);
    }

    @Test
    void theDrawIsTheClipsOwnAndFollowsTheWeights() {
        Map<CaptionKind, Integer> drawn = new EnumMap<>(CaptionKind.class);
        for (int i = 0; i < 4000; i++) {
            CaptionKind kind = CaptionDraw.SVD.kind("clip " + i);
            assertThat(kind)
                    .isEqualTo(CaptionDraw.parse("summary:1,image:2,video:1").kind("clip " + i));
            drawn.merge(kind, 1, Integer::sum);
        }
        assertThat(drawn.get(CaptionKind.IMAGE)).isBetween(1900, 2100); // 2000, standard deviation 32
        assertThat(drawn.get(CaptionKind.VIDEO)).isBetween(900, 1100); // 1000, 27
        assertThat(drawn.get(CaptionKind.SUMMARY)).isBetween(900, 1100);
        assertThat(CaptionDraw.parse(CaptionDraw.SVD.toString())).isEqualTo(CaptionDraw.SVD);
        for (String bad :
                List.of("", "image", "image:1,image:1", "sound:1", "image:0", "image:-1,video:2", "image:NaN")) {
            assertThatThrownBy(() -> CaptionDraw.parse(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("draw");
        }
    }

    @Test
    void lengthsAreCounted() {
        List<String> captions =
                IntStream.of(1, 3, 7, 100, 101).mapToObj(n -> "word ".repeat(n)).toList();
        LengthHistogram h = LengthHistogram.of(captions);
        assertThat(h.mean()).isEqualTo(42.4);
        assertThat(List.of(h.shortest(), h.median(), h.longest())).containsExactly(1, 7, 101);
        assertThat(h.bins()).first().isEqualTo(new LengthHistogram.Bin(0, 4, 2));
        assertThat(h.bins()).last().isEqualTo(new LengthHistogram.Bin(101, 149, 1));
        assertThat(h.bins().stream().mapToInt(LengthHistogram.Bin::captions).sum())
                .isEqualTo(5);
        assertThat(h.lines(10)).first().asString().endsWith(" 2 ##########");
        assertThat(LengthHistogram.of(List.of()).bins()).isEmpty();
    }
}

package dev.kinora.language.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Outcome;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatSettings;
import dev.kinora.media.Image;
import dev.kinora.testkit.ChatServer;
import dev.kinora.testkit.ChatServer.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ChatJudgeTest {
    private static final String GOOD =
            "{\"edited\":\"no\",\"incoherent\":\"unsure\",\"low_quality\":\"yes\",\"lecture\":\"no\",\"text\":\"no\",\"screen\":\"unsure\"}";

    private static Judgement judge(Reply reply) throws IOException {
        try (ChatServer server = ChatServer.start(q -> reply);
                ChatJudge judge = new ChatJudge(
                        new ChatClient(ChatSettings.of(server.url(), "eyes")), new Sampling(2, 2, 4, 64))) {
            List<ClipFrames.Frame> frames = judge.times(4).stream()
                    .map(t -> new ClipFrames.Frame(t, Image.black(32, 16)))
                    .toList();
            Judgement judgement = judge.judge(new ClipFrames("id", 4, frames));
            assertThat(server.faults()).isEmpty();
            assertThat(server.questions().getFirst().pictures()).isEqualTo(2);
            assertThat(server.questions().getFirst().says("\"json_schema\"")).isTrue();
            return judgement;
        }
    }

    @Test
    void unsureIsNeitherYesNorNo() throws IOException {
        Judgement j = judge(Reply.text(GOOD));
        assertThat(j.outcome()).isEqualTo(Outcome.OK);
        assertThat(j.tags())
                .isEqualTo(Map.of(
                        NegativeTag.EDITED,
                        false,
                        NegativeTag.LOW_QUALITY,
                        true,
                        NegativeTag.LECTURE,
                        false,
                        NegativeTag.TEXT,
                        false));
    }

    @Test
    void whatIsNotTheSchemaIsUnknownAltogether() {
        for (String bad : List.of(
                "no tags at all",
                "{}",
                "[]",
                "null",
                GOOD.replace("\"unsure\"", "\"maybe\""),
                GOOD.replace("\"no\"", "false"),
                GOOD.replace("\"screen\"", "\"monitor\""),
                GOOD.replace("}", ",\"extra\":\"no\"}"),
                GOOD.replace("}", ",\"edited\":\"yes\"}"),
                GOOD + " and so on",
                GOOD.substring(0, 60))) {
            assertThat(ChatJudge.parse(bad)).as(bad).isEmpty();
        }
        assertThat(ChatJudge.parse("```json\n" + GOOD + "\n```")).isPresent();
    }

    @Test
    void anAnswerThatIsNoneIsAnOutcome() throws IOException {
        assertThat(judge(Reply.text("I would rather not"))).satisfies(j -> {
            assertThat(j.outcome()).isEqualTo(Outcome.MALFORMED);
            assertThat(j.tags()).isEmpty();
        });
        assertThat(judge(Reply.error(400, "content_filter", "no")).outcome()).isEqualTo(Outcome.REFUSED);
    }
}

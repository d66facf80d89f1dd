package dev.kinora.language.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.language.http.RetryPolicy;
import dev.kinora.language.http.Waits;
import dev.kinora.media.Image;
import dev.kinora.testkit.ChatServer;
import dev.kinora.testkit.ChatServer.Question;
import dev.kinora.testkit.ChatServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChatClientTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "sk-test-5ecret";

    @TempDir
    Path folder;

    /** Time that passes when somebody waits. */
    private static final class Clock implements Waits {
        private final AtomicLong now = new AtomicLong();

        @Override
        public long nanoTime() {
            return now.get();
        }

        @Override
        public void sleep(Duration time) {
            now.addAndGet(time.toNanos());
        }

        long waited() {
            return Duration.ofNanos(now.get()).toMillis();
        }
    }

    private static Function<Question, Reply> inTurn(Reply... replies) {
        Deque<Reply> left = new ArrayDeque<>(List.of(replies));
        return q -> {
            synchronized (left) {
                return left.size() > 1 ? left.remove() : left.element();
            }
        };
    }

    private static ChatSettings settings(ChatServer server) {
        return ChatSettings.of(server.url() + "/", "eyes-7b")
                .key(ApiKey.of(SECRET))
                .patience(Duration.ofSeconds(10), RetryPolicy.DEFAULT);
    }

    private static ChatRequest question(String words) {
        return new ChatRequest("test/1 0", "be brief", List.of(new ChatRequest.Text(words)), null, 100, 0);
    }

    private static ChatException failure(ChatServer server, Clock clock) {
        try (ChatClient client = new ChatClient(settings(server), clock)) {
            client.ask(question("well?"));
            throw new AssertionError("answered");
        } catch (ChatException e) {
            return e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void asksAsTheWireWantsIt() throws IOException {
        try (ChatServer server = ChatServer.start(q -> Reply.text("<think>hm</think>\n a red ball "));
                ChatClient client = new ChatClient(settings(server))) {
            ChatRequest.Picture picture = new ChatRequest.Picture(Jpeg.of(Image.black(200, 100), 64));
            JsonNode schema = JSON.readTree("{\"type\":\"object\"}");
            ChatAnswer answer = client.ask(new ChatRequest(
                    "test/1 0",
                    "be brief",
                    List.of(new ChatRequest.Text("what?"), picture),
                    new ChatRequest.Schema("thing", schema),
                    50,
                    0));
            assertThat(answer.text()).isEqualTo("a red ball");
            assertThat(answer.usage()).isEqualTo(new Usage(10, 5));
            assertThat(server.faults()).isEmpty();
            Question asked = server.questions().getFirst();
            assertThat(asked.key()).isEqualTo("Bearer " + SECRET);
            JsonNode body = JSON.readTree(asked.body());
            assertThat(body.at("/model").asText()).isEqualTo("eyes-7b");
            assertThat(body.at("/messages/0/role").asText()).isEqualTo("system");
            assertThat(body.at("/messages/1/content/0/text").asText()).isEqualTo("what?");
            assertThat(body.at("/messages/1/content/1/image_url/url").asText())
                    .startsWith("data:image/jpeg;base64,/9j/");
            assertThat(body.at("/response_format/json_schema/strict").asBoolean())
                    .isTrue();
            assertThat(body.at("/max_tokens").asInt()).isEqualTo(50);
        }
    }

    @Test
    void waitsAsLongAsTheServerAsksFor() throws IOException {
        Clock clock = new Clock();
        String date = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100).format(DateTimeFormatter.RFC_1123_DATE_TIME);
        try (ChatServer server = ChatServer.start(inTurn(
                        Reply.error(429, "rate_limit", "slow down").with("Retry-After", "7"),
                        Reply.error(503, "overloaded", "later").with("Retry-After", date),
                        Reply.error(429, "rate_limit", "slow down").with("retry-after-ms", "1500"),
                        Reply.text("at last")));
                ChatClient client = new ChatClient(settings(server), clock)) {
            assertThat(client.ask(question("well?")).text()).isEqualTo("at last");
            // the date is to the second and the test takes time
            assertThat(clock.waited()).isBetween(7_000 + 30_000L + 1500, 7_000 + 101_000L + 1500);
            assertThat(server.questions()).hasSize(4);
        }
    }

    @Test
    void backsOffTwiceAsLongEachTimeAndThenGivesUp() throws IOException {
        Clock clock = new Clock();
        try (ChatServer server = ChatServer.start(inTurn(Reply.json(500, "<html>oops</html>")))) {
            ChatException e = failure(server, clock);
            assertThat(e.kind()).isEqualTo(ChatException.Kind.UNAVAILABLE);
            assertThat(server.questions()).hasSize(5);
            assertThat(clock.waited()).isBetween(3_700L, 7_500L); // half to all of .5 + 1 + 2 + 4 s
        }
    }

    @Test
    void aReplyThatBreaksOffIsAskedForAgain() throws IOException {
        // a JDK server keeps the connection open, so this is a stall in the middle of a reply
        try (ChatServer server = ChatServer.start(
                        inTurn(Reply.text("one word and many more").brokenAfter(20), Reply.text("whole")));
                ChatClient client = new ChatClient(
                        settings(server).patience(Duration.ofMillis(600), RetryPolicy.DEFAULT), new Clock())) {
            assertThat(client.ask(question("well?")).text()).isEqualTo("whole");
        }
    }

    @Test
    void whatWillNotPassIsNotTriedAgain() throws IOException {
        record Case(Reply reply, ChatException.Kind kind) {}
        for (Case c : List.of(
                new Case(Reply.error(401, "invalid_api_key", "bad key " + SECRET), ChatException.Kind.UNUSABLE),
                new Case(Reply.error(404, "model_not_found", "no such model"), ChatException.Kind.UNUSABLE),
                new Case(Reply.error(429, "insufficient_quota", "pay first"), ChatException.Kind.UNUSABLE),
                new Case(
                        Reply.error(429, "rate_limit", "tomorrow").with("Retry-After", "86400"),
                        ChatException.Kind.UNAVAILABLE),
                new Case(Reply.error(400, "invalid_image", "no picture"), ChatException.Kind.REJECTED),
                new Case(Reply.error(400, "content_filter", "not this"), ChatException.Kind.REFUSED),
                new Case(
                        Reply.json(307, "").with("Location", "http://elsewhere.invalid/v1/chat/completions"),
                        ChatException.Kind.UNUSABLE),
                new Case(Reply.json(302, "").with("Location", "/v1/chat/completions"), ChatException.Kind.UNUSABLE),
                new Case(Reply.json(200, "garbage"), ChatException.Kind.MALFORMED),
                new Case(Reply.json(200, "[]"), ChatException.Kind.MALFORMED),
                new Case(Reply.json(200, "{\"choices\":[]}"), ChatException.Kind.MALFORMED),
                new Case(Reply.text("   "), ChatException.Kind.MALFORMED),
                new Case(Reply.json(200, "x".repeat(5 << 20)), ChatException.Kind.MALFORMED),
                new Case(
                        Reply.json(
                                200,
                                "{\"choices\":[{\"finish_reason\":\"length\",\"message\":{\"content\":\"a b\"}}]}"),
                        ChatException.Kind.MALFORMED),
                new Case(
                        Reply.json(200, "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"no\"}}]}"),
                        ChatException.Kind.REFUSED))) {
            try (ChatServer server = ChatServer.start(inTurn(c.reply()))) {
                ChatException e = failure(server, new Clock());
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(c.kind());
                assertThat(server.questions()).as(e.getMessage()).hasSize(1);
                assertThat(e.getMessage()).doesNotContain(SECRET);
            }
        }
    }

    @Test
    void aRedirectWithinTheServerKeepsTheQuestion() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        try (ChatServer server = ChatServer.start(q -> calls.getAndIncrement() == 0
                        ? Reply.json(308, "").with("Location", "/v1/chat/completions")
                        : Reply.text("here"));
                ChatClient client = new ChatClient(settings(server), new Clock())) {
            assertThat(client.ask(question("where?")).text()).isEqualTo("here");
            assertThat(server.questions().get(1).says("where?")).isTrue();
        }
    }

    @Test
    void aServerThatKnowsOtherOptionsIsAskedItsWay() throws IOException {
        try (ChatServer server = ChatServer.start(q -> q.says("\"max_tokens\"")
                        ? Reply.json(
                                400, "{\"error\":{\"message\":\"use max_completion_tokens\",\"param\":\"max_tokens\"}}")
                        : q.says("\"temperature\"")
                                ? Reply.json(400, "{\"error\":{\"message\":\"no\",\"param\":\"temperature\"}}")
                                : Reply.text("fine"));
                ChatClient client = new ChatClient(settings(server), new Clock())) {
            assertThat(client.ask(question("one")).text()).isEqualTo("fine");
            assertThat(client.ask(question("two")).text()).isEqualTo("fine");
            assertThat(server.questions()).hasSize(4); // learnt after three
        }
    }

    @Test
    void theSameQuestionIsAskedOnce() throws IOException {
        try (ChatServer server = ChatServer.start(q -> Reply.text(q.says("one") ? "first" : "second"))) {
            ChatSettings kept = settings(server).cache(folder).budget(new Prices(1, 2), Double.POSITIVE_INFINITY);
            for (int i = 0; i < 2; i++) {
                try (ChatClient client = new ChatClient(kept)) {
                    assertThat(client.ask(question("one")).text()).isEqualTo("first");
                    assertThat(client.ask(question("two")).text()).isEqualTo("second");
                    Spending.Totals totals = client.totals();
                    assertThat(totals.asked()).isEqualTo(i == 0 ? 2 : 0);
                    assertThat(totals.fromCache()).isEqualTo(i == 0 ? 0 : 2);
                    assertThat(totals.cost()).isEqualTo(i == 0 ? 40e-6 : 0);
                }
            }
            assertThat(server.questions()).hasSize(2);
            // another model, another prompt version, or a damaged entry: another question
            try (ChatClient other = new ChatClient(kept.model("eyes-70b"))) {
                other.ask(question("one"));
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path p : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(p)).doesNotContain(SECRET);
                    Files.writeString(p, "{\"key\":");
                }
            }
            try (ChatClient client = new ChatClient(kept)) {
                client.ask(question("one"));
                client.ask(new ChatRequest("test/2 1", "be brief", List.of(new ChatRequest.Text("one")), null, 100, 0));
            }
            assertThat(server.questions()).hasSize(5);
        }
    }

    @Test
    void asksNoMoreThanTheBudgetAllows() throws IOException {
        try (ChatServer server = ChatServer.start(q -> Reply.text("yes"));
                // a question costs 10 x 1 + 5 x 2 = 20 millionths
                ChatClient client = new ChatClient(settings(server).budget(new Prices(1, 2), 65e-6))) {
            for (int i = 0; i < 3; i++) {
                client.ask(question("again " + i));
            }
            assertThatThrownBy(() -> client.ask(question("once more")))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(ChatException.Kind.BUDGET));
            assertThat(server.questions()).hasSize(3);
        }
        try (ChatServer server = ChatServer.start(
                        q -> Reply.json(200, "{\"choices\":[{\"message\":{\"content\":\"who counts?\"}}]}"));
                ChatClient client = new ChatClient(settings(server).budget(new Prices(1, 2), 1))) {
            assertThatThrownBy(() -> client.ask(question("well?"))).hasMessageContaining("counts tokens");
        }
    }

    @Test
    void keepsNoMoreQuestionsOpenThanAllowed() throws Exception {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch two = new CountDownLatch(2);
        try (ChatServer server = ChatServer.start(q -> {
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    two.countDown();
                    try {
                        two.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    open.decrementAndGet();
                    return Reply.text("yes");
                });
                ChatClient client = new ChatClient(settings(server).concurrency(2));
                ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<ChatAnswer>> answers = Stream.iterate(0, i -> i + 1)
                    .limit(8)
                    .map(i -> pool.submit(() -> client.ask(question("q" + i))))
                    .toList();
            for (Future<ChatAnswer> a : answers) {
                a.get();
            }
            assertThat(most.get()).isEqualTo(2);
        }
    }

    @Test
    void cancellingEndsWhatIsOpen() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        ChatClient[] asking = new ChatClient[1];
        try (ChatServer server = ChatServer.start(q -> {
                    asking[0].cancel();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Reply.text("too late");
                });
                ChatClient client = new ChatClient(settings(server))) {
            asking[0] = client;
            assertThatThrownBy(() -> client.ask(question("well?"))).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void refusesWhatIsNoAddressAndShowsNoKey() {
        for (String address :
                List.of("file:///etc/passwd", "ftp://host/v1", "host/v1", "http://u:p@host/v1", "http:///v1")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ChatSettings.of(address, "m"))
                    .satisfies(
                            e -> assertThat(e.getMessage()).contains("endpoint").doesNotContain("u:p"));
        }
        assertThat(ChatSettings.of("https://host/v1", "m")
                        .key(ApiKey.of(SECRET))
                        .toString())
                .doesNotContain(SECRET);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ApiKey.of("a b\n" + SECRET))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET));
    }
}

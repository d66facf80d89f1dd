package dev.kinora.language.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.language.http.HttpFailure;
import dev.kinora.language.http.RetryingHttp;
import dev.kinora.language.http.Waits;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model behind an OpenAI-compatible endpoint ({@code POST /chat/completions}): OpenAI's own, vLLM, llama.cpp,
 * Ollama and their like. Answers come from the cache where the same was asked before; failures that may pass are tried
 * again; tokens and cost are counted. Safe for several threads.
 *
 * <p>Servers differ in two options. One that refuses {@code max_tokens} is asked again with
 * {@code max_completion_tokens}, one that refuses {@code temperature} without, and remembered so.
 */
public final class ChatClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_REPLY = 4 << 20;
    private static final int MAX_TEXT = 100_000;
    private static final int SHOWN = 200;
    private static final Pattern THOUGHTS = Pattern.compile("\\A\\s*<think>.*?</think>", Pattern.DOTALL);

    private final ChatSettings settings;
    private final RetryingHttp http;
    private final URI address;
    private final Semaphore slots;
    private final Spending spending;
    private final @Nullable AnswerCache cache;
    private volatile boolean cancelled;
    private volatile boolean completionTokens;
    private volatile boolean noTemperature;

    /** A client that has asked nothing yet. */
    public ChatClient(ChatSettings settings) {
        this(settings, Waits.SYSTEM);
    }

    /** The same with another clock. */
    public ChatClient(ChatSettings settings, Waits waits) {
        this.settings = settings;
        http = new RetryingHttp(settings.retry(), settings.timeout(), MAX_REPLY, waits);
        address = URI.create(settings.endpoint() + "/chat/completions");
        slots = new Semaphore(settings.concurrency());
        spending = new Spending(settings.prices(), settings.maxCost());
        cache = settings.cache() == null ? null : new AnswerCache(settings.cache());
    }

    /** How it was set up. */
    public ChatSettings settings() {
        return settings;
    }

    /** What was asked and spent so far. */
    public Spending.Totals totals() {
        return spending.totals();
    }

    /** Ends all open questions soon, and every later one at once. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Asks.
     *
     * @throws ChatException if there is no usable answer; its kind says whether to go on
     * @throws IOException if the cache cannot be written
     * @throws CancellationException after {@link #cancel}
     */
    public ChatAnswer ask(ChatRequest request) throws IOException {
        String key = "";
        if (cache != null) {
            key = AnswerCache.key(request.content(settings.endpoint().toString(), settings.model()));
            Optional<ChatAnswer> known = cache.get(key);
            if (known.isPresent()) {
                spending.cached(known.get().usage());
                return known.get();
            }
        }
        ChatAnswer answer = askServer(request);
        if (cache != null) {
            cache.put(key, request.prompt(), answer);
        }
        return answer;
    }

    private ChatAnswer askServer(ChatRequest request) throws ChatException {
        try {
            slots.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("chat: interrupted");
        }
        try {
            spending.begin();
            try {
                return parse(post(request));
            } finally {
                spending.end();
            }
        } finally {
            slots.release();
        }
    }

    private byte[] post(ChatRequest request) throws ChatException {
        Map<String, String> headers = new HashMap<>();
        if (settings.key() != null) {
            headers.put("Authorization", settings.key().header());
        }
        for (int adapted = 0; ; adapted++) {
            ObjectNode body = request.body();
            body.put("model", settings.model());
            if (completionTokens) {
                body.set("max_completion_tokens", body.remove("max_tokens"));
            }
            if (noTemperature) {
                body.remove("temperature");
            }
            try {
                return http.post(
                        address,
                        body.toString().getBytes(UTF_8),
                        headers,
                        text -> code(text).equals("insufficient_quota"),
                        () -> cancelled);
            } catch (HttpFailure e) {
                if (adapted == 2 || !adapt(e)) {
                    throw failure(e);
                }
            }
        }
    }

    /** Whether the same question in other words may succeed. */
    private boolean adapt(HttpFailure e) {
        if (e.status() != 400) {
            return false;
        }
        String body = e.body();
        if (!completionTokens && body.contains("max_completion_tokens")) {
            completionTokens = true;
            return true;
        }
        if (!noTemperature && read(body).at("/error/param").asText("").equals("temperature")) {
            noTemperature = true;
            return true;
        }
        return false;
    }

    private ChatException failure(HttpFailure e) {
        JsonNode error = read(e.body()).path("error");
        String said = error.isTextual() ? error.asText() : error.path("message").asText("");
        String message = e.getMessage() + (said.isBlank() ? "" : ": " + shown(said));
        String code = code(e.body());
        ChatException.Kind kind;
        if (code.equals("content_filter") || code.equals("content_policy_violation")) {
            kind = ChatException.Kind.REFUSED;
        } else if (code.equals("insufficient_quota")) {
            kind = ChatException.Kind.UNUSABLE;
        } else {
            kind = switch (e.status()) {
                case 401, 402, 403, 404, 405, 301, 302, 303, 307, 308 -> ChatException.Kind.UNUSABLE;
                case 0 -> e.mayPass() ? ChatException.Kind.UNAVAILABLE : ChatException.Kind.MALFORMED;
                default ->
                    e.mayPass() || e.status() >= 500 ? ChatException.Kind.UNAVAILABLE : ChatException.Kind.REJECTED;
            };
            // a 429 whose wait is too long to be waited for stays what may pass
            kind = e.status() == 429 ? ChatException.Kind.UNAVAILABLE : kind;
        }
        return new ChatException(kind, message, e);
    }

    private static String code(String body) {
        JsonNode error = read(body).path("error");
        String code = error.path("code").asText("");
        return code.isEmpty() ? error.path("type").asText("") : code;
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }

    private String shown(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        String safe = settings.key() == null ? line : settings.key().hide(line);
        return safe.length() <= SHOWN ? safe : safe.substring(0, SHOWN) + "…";
    }

    private ChatAnswer parse(byte[] reply) throws ChatException {
        JsonNode root;
        try {
            root = JSON.readTree(reply);
        } catch (IOException e) {
            throw malformed("reply", shown(new String(reply, 0, Math.min(reply.length, SHOWN), UTF_8)), "JSON");
        }
        JsonNode counted = root.path("usage");
        Usage usage = new Usage(
                Math.max(0, counted.path("prompt_tokens").asLong(0)),
                Math.max(0, counted.path("completion_tokens").asLong(0)));
        spending.answered(usage);
        JsonNode choice = root.path("choices").path(0);
        JsonNode message = choice.path("message");
        String refusal = message.path("refusal").asText("");
        String finish = choice.path("finish_reason").asText("");
        if (!refusal.isBlank() || finish.equals("content_filter")) {
            throw new ChatException(
                    ChatException.Kind.REFUSED,
                    "chat: refusal = " + (refusal.isBlank() ? finish : shown(refusal)) + " (expected: an answer)");
        }
        if (!message.path("content").isTextual()) {
            throw malformed("reply", "no text in choices[0].message.content", "an answer");
        }
        if (finish.equals("length")) {
            throw malformed("answer", "cut off at the limit of tokens", "a whole one");
        }
        String text = THOUGHTS.matcher(message.path("content").asText())
                .replaceFirst("")
                .strip();
        if (text.isEmpty() || text.length() > MAX_TEXT) {
            throw malformed("answer", text.length() + " characters", "1.." + MAX_TEXT);
        }
        return new ChatAnswer(text, root.path("model").asText(""), usage, false);
    }

    private static ChatException malformed(String name, String value, String expected) {
        return new ChatException(
                ChatException.Kind.MALFORMED, "chat: " + name + " = " + value + " (expected: " + expected + ")");
    }

    @Override
    public void close() {
        http.close();
    }
}

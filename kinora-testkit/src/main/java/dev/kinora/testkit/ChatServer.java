package dev.kinora.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A double of an OpenAI-compatible chat server on this machine. It is strict about what every server is: method, path,
 * type, key; a question that is not put right is answered 400 and remembered as a fault. What it answers is the test's.
 */
public final class ChatServer implements AutoCloseable {
    /**
     * A question as it came.
     *
     * @param body JSON
     * @param key the Authorization header; empty where there is none
     */
    public record Question(String body, String key) {
        /** Whether the question has these words. */
        public boolean says(String words) {
            return body.contains(words);
        }

        /** How many pictures it has. */
        public int pictures() {
            return body.split("data:image/jpeg;base64,", -1).length - 1;
        }
    }

    /**
     * What is answered.
     *
     * @param bytes fewer than the body has break the connection off
     */
    public record Reply(int status, Map<String, String> headers, String body, int bytes) {
        /** An answer of a model, with 10 tokens in and 5 out. */
        public static Reply text(String text) {
            return json(
                    200,
                    "{\"model\":\"double\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\","
                            + "\"content\":\"" + escape(text)
                            + "\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}");
        }

        /** Whatever body with a status. */
        public static Reply json(int status, String body) {
            return new Reply(status, Map.of(), body, Integer.MAX_VALUE);
        }

        /** A failure in the form that OpenAI's servers have. */
        public static Reply error(int status, String code, String message) {
            return json(status, "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + escape(message) + "\"}}");
        }

        /** The same with a header more. */
        public Reply with(String header, String value) {
            Map<String, String> all = new LinkedHashMap<>(headers);
            all.put(header, value);
            return new Reply(status, all, body, bytes);
        }

        /** The same, broken off after so many bytes. */
        public Reply brokenAfter(int n) {
            return new Reply(status, headers, body, n);
        }

        private static String escape(String text) {
            return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Question> questions = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    private ChatServer(HttpServer server) {
        this.server = server;
    }

    /** Starts one at a free port. */
    public static ChatServer start(Function<Question, Reply> answers) throws IOException {
        ChatServer chat =
                new ChatServer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        chat.server.setExecutor(chat.threads);
        chat.server.createContext("/", exchange -> chat.answer(exchange, answers));
        chat.server.start();
        return chat;
    }

    /** Its address, up to {@code /v1}. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** What was asked so far. */
    public List<Question> questions() {
        synchronized (questions) {
            return List.copyOf(questions);
        }
    }

    /** What was wrong with questions so far; a test expects it empty. */
    public List<String> faults() {
        synchronized (questions) {
            return List.copyOf(faults);
        }
    }

    private void answer(HttpExchange exchange, Function<Question, Reply> answers) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            String key = header(exchange, "Authorization");
            Question question = new Question(body, key);
            String fault = fault(exchange, body);
            synchronized (questions) {
                questions.add(question);
                if (!fault.isEmpty()) {
                    faults.add(fault);
                }
            }
            send(exchange, fault.isEmpty() ? answers.apply(question) : Reply.error(400, "bad_request", fault));
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static String fault(HttpExchange exchange, String body) {
        if (!exchange.getRequestMethod().equals("POST")) {
            return "method " + exchange.getRequestMethod();
        }
        if (!exchange.getRequestURI().toString().equals("/v1/chat/completions")) {
            return "path " + exchange.getRequestURI();
        }
        if (!header(exchange, "Content-Type").equals("application/json")) {
            return "type " + header(exchange, "Content-Type");
        }
        for (String needed : List.of("\"model\":", "\"messages\":[{", "\"role\":\"user\"")) {
            if (!body.contains(needed)) {
                return "no " + needed;
            }
        }
        return "";
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().putIfAbsent("Content-Type", List.of("application/json"));
        byte[] body = reply.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            OutputStream out = exchange.getResponseBody();
            out.write(body, 0, Math.min(body.length, reply.bytes()));
            out.flush();
        }
    }

    @Override
    public void close() {
        // the JDK's server takes a second to stop, which no test has to wait for
        Thread.ofVirtual().start(() -> server.stop(0));
        threads.shutdownNow();
    }
}

package dev.kinora.curate.review;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.curate.dataset.Commit;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A headless Chromium with one page, driven by the DevTools protocol. */
final class Chromium implements AutoCloseable {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome.exe");
    private static final long PATIENCE_SECONDS = 60;
    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final Path profile;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger serial = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private String session = "";

    /** The program that {@code CHROME} names, or the first of the usual names on the path. */
    static Optional<Path> find() {
        String named = System.getenv("CHROME");
        if (named != null && !named.isEmpty()) {
            return Optional.of(Path.of(named)).filter(Files::isExecutable);
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return NAMES.stream()
                .flatMap(name -> Stream.of(path.split(File.pathSeparator, -1)).map(p -> Path.of(p, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    Chromium(Path program) throws Exception {
        profile = Files.createTempDirectory("kinora-chromium");
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-extensions",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--window-size=1400,900",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(address()), new Ear())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        String target = call("Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    private String address() throws IOException {
        String mark = "DevTools listening on ";
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line; (line = lines.readLine()) != null; ) {
            if (line.startsWith(mark)) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(l -> {})); // else the pipe fills
                return line.substring(mark.length()).strip();
            }
            said.append(line).append('\n');
        }
        throw new IOException("Chromium: ended before it listened (expected: an address); it said: " + said);
    }

    /** Hears answers and events. */
    private final class Ear implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                hear(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void hear(String text) {
        try {
            JsonNode message = JSON.readTree(text);
            JsonNode params = message.path("params");
            CompletableFuture<JsonNode> waiter =
                    waiting.remove(message.path("id").asInt(-1));
            if (waiter != null) {
                if (message.has("error")) {
                    waiter.completeExceptionally(new IOException("Chromium: " + message.path("error")));
                } else {
                    waiter.complete(message.path("result"));
                }
                return;
            }
            switch (message.path("method").asText()) {
                case "Runtime.exceptionThrown" -> complaints.add(params.toString());
                case "Runtime.consoleAPICalled" ->
                    complaints.add(params.path("args").toString());
                case "Log.entryAdded" -> complaints.add(params.path("entry").toString());
                case "Network.requestWillBeSent" ->
                    requests.add(params.path("request").path("url").asText());
                default -> {}
            }
        } catch (IOException e) {
            complaints.add(String.valueOf(e));
        }
    }

    /** Whatever the page wrote to its console, threw or was refused. */
    List<String> complaints() {
        return complaints;
    }

    /** Addresses that the page asked for. */
    List<String> requests() {
        return requests;
    }

    JsonNode call(String method, Map<String, ?> params) throws Exception {
        int id = serial.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(params));
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        socket.sendText(message.toString(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Opens a page and waits until {@code ready} holds in it. */
    void open(URI page, String ready) throws Exception {
        call("Page.navigate", Map.of("url", "about:blank"));
        waitFor("document.URL === 'about:blank'");
        call("Page.navigate", Map.of("url", page.toString()));
        waitFor("document.URL !== 'about:blank' && document.documentElement && " + ready);
    }

    void waitFor(String condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!evaluate("Boolean(" + condition + ")").asBoolean()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("Chromium: " + condition + " = false (expected: true; " + complaints + ")");
            }
            Thread.sleep(20);
        }
    }

    /** The value of an expression in the page. */
    JsonNode evaluate(String script) throws Exception {
        JsonNode answer =
                call("Runtime.evaluate", Map.of("expression", script, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError("Chromium: " + script + " threw " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** The texts of a list that an expression gives. */
    List<String> texts(String script) throws Exception {
        List<String> all = new ArrayList<>();
        evaluate(script).forEach(v -> all.add(v.asText()));
        return all;
    }

    /** Presses a key, as often as told, where the focus is. */
    void press(String key, int code, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            for (String type : List.of("rawKeyDown", "keyUp")) {
                call(
                        "Input.dispatchKeyEvent",
                        Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
            }
        }
    }

    /** Moves the pointer. */
    void point(double x, double y) throws Exception {
        call("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    /** What the page looks like, as PNG. */
    void screenshot(Path png) throws Exception {
        JsonNode picture = call("Page.captureScreenshot", Map.of("format", "png"));
        Files.write(png, Base64.getDecoder().decode(picture.path("data").asText()));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        http.close();
        for (int i = 0; i < 10; i++) {
            try {
                Commit.delete(profile);
                return;
            } catch (IOException | java.io.UncheckedIOException e) {
                Thread.sleep(100); // a helper process was still writing
            }
        }
    }
}

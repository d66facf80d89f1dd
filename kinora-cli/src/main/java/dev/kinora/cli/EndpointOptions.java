package dev.kinora.cli;

import dev.kinora.language.chat.ApiKey;
import dev.kinora.language.chat.ChatSettings;
import dev.kinora.language.chat.Prices;
import dev.kinora.language.http.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which language model, where, and what it may cost. */
final class EndpointOptions {
    @Option(
            names = "--base-url",
            paramLabel = "URL",
            description = "Address of an OpenAI-compatible server, up to /v1. Default: OPENAI_BASE_URL.")
    private @Nullable String baseUrl;

    @Option(
            names = "--api-key-env",
            paramLabel = "VARIABLE",
            description = "Variable of the environment that holds the key; may be unset where the server wants none."
                    + " Default: OPENAI_API_KEY.")
    private String keyVariable = "OPENAI_API_KEY";

    @Option(names = "--concurrency", paramLabel = "N", description = "Questions open at once. Default: 4.")
    private int concurrency = 4;

    @Option(names = "--timeout", paramLabel = "S", description = "Seconds that an answer may take. Default: 120.")
    private double timeoutSeconds = 120;

    @Option(names = "--tries", paramLabel = "N", description = "Tries of a question that fails. Default: 5.")
    private int tries = RetryPolicy.DEFAULT.tries();

    @Option(
            names = "--prices",
            paramLabel = "INPUT:OUTPUT",
            description = "Prices of a million tokens each, such as 0.15:0.60, to count the cost.")
    private @Nullable String prices;

    @Option(
            names = "--max-cost",
            paramLabel = "COST",
            description = "Ask no more once this would be passed; what is answered stays. Needs --prices.")
    private @Nullable Double maxCost;

    @Option(
            names = "--answers",
            paramLabel = "FOLDER",
            description = "Where answers are kept, so that nothing is asked twice. Default: answers in Kinora's cache.")
    private @Nullable Path answers;

    @Option(names = "--no-answers", description = "Keep no answers and use none that were kept.")
    private boolean noAnswers;

    /**
     * The settings as given; the key comes from the environment.
     *
     * @param option the option that names the model
     * @param model as it was named, if it was
     */
    ChatSettings settings(Console console, String option, @Nullable String model) {
        return settings(console, option, model, System.getenv());
    }

    ChatSettings settings(Console console, String option, @Nullable String model, Map<String, String> environment) {
        String url = baseUrl != null ? baseUrl : environment.getOrDefault("OPENAI_BASE_URL", "");
        if (url.isBlank()) {
            throw new CommandException(
                    "--base-url = none (expected: the address of an OpenAI-compatible server, such as"
                            + " http://127.0.0.1:8000/v1)");
        }
        if (model == null || model.isBlank()) {
            throw new CommandException(option + " = none (expected: a model that the server has)");
        }
        if (!(timeoutSeconds > 0 && timeoutSeconds <= 3600)) {
            throw new CommandException("--timeout = " + timeoutSeconds + " (expected: above 0, at most 3600)");
        }
        ApiKey key = ApiKey.ofEnvironment(keyVariable, environment);
        RetryPolicy usual = RetryPolicy.DEFAULT;
        ChatSettings settings = ChatSettings.of(url, model)
                .key(key)
                .concurrency(concurrency)
                .patience(
                        Duration.ofMillis(Math.round(timeoutSeconds * 1000)),
                        new RetryPolicy(tries, usual.first(), usual.longest(), usual.longestAsked()))
                .cache(
                        noAnswers
                                ? null
                                : answers != null ? answers : Build.cache().resolve("answers"))
                .budget(
                        prices == null ? null : Prices.parse(prices),
                        maxCost == null ? Double.POSITIVE_INFINITY : maxCost);
        String host = settings.endpoint().getHost();
        boolean here = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
        if (key != null && !here && "http".equals(settings.endpoint().getScheme())) {
            console.err().println("warning: the key travels to " + host + " unencrypted; https would hide it");
        }
        return settings;
    }
}

package dev.kinora.language.caption;

import dev.kinora.language.chat.ChatAnswer;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatException;
import dev.kinora.language.chat.ChatRequest;
import dev.kinora.language.chat.Jpeg;
import dev.kinora.language.chat.Usage;
import dev.kinora.language.prompt.ModelText;
import dev.kinora.language.prompt.Prompt;
import dev.kinora.language.prompt.WordLimit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Captions by models behind OpenAI-compatible endpoints, after Stable Video Diffusion (arXiv 2311.15127, 3.1: three
 * captions) and CogVideoX (arXiv 2408.06072, 3.4: the dense chain). One model sees the pictures; the same or another one
 * writes the summaries, so that a language model trained on the chain's pairs can take the place of a large one.
 */
public final class ChatCaptioner implements Captioner {
    /** Words of the summary of two captions. */
    public static final int SUMMARY_LIMIT = 60;

    /** Words of the dense description. */
    public static final int DENSE_LIMIT = 100;

    private static final int MAX_TOKENS = 1024;

    private final ChatClient eyes;
    private final ChatClient writer;
    private final CaptionRecipe recipe;
    private final Sampling sampling;

    /**
     * A captioner.
     *
     * @param eyes the model that sees
     * @param writer the model that summarises: {@code eyes}, or another
     */
    public ChatCaptioner(ChatClient eyes, ChatClient writer, CaptionRecipe recipe, Sampling sampling) {
        this.eyes = eyes;
        this.writer = writer;
        this.recipe = recipe;
        this.sampling = sampling;
    }

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public String model() {
        String one = eyes.settings().model();
        String two = writer.settings().model();
        return writesItself() ? one : one + " + " + two;
    }

    @Override
    public String endpoint() {
        String one = eyes.settings().endpoint().toString();
        return writesItself() ? one : one + " + " + writer.settings().endpoint();
    }

    private boolean writesItself() {
        return writer.settings().model().equals(eyes.settings().model())
                && writer.settings().endpoint().equals(eyes.settings().endpoint());
    }

    @Override
    public List<Prompt> prompts() {
        return switch (recipe) {
            case SVD -> List.of(Prompt.CAPTION_IMAGE, Prompt.CAPTION_VIDEO, Prompt.CAPTION_SUMMARY, Prompt.SHORTEN);
            case DENSE -> List.of(Prompt.CAPTION_VIDEO, Prompt.DENSE_FRAME, Prompt.DENSE_SUMMARY, Prompt.SHORTEN);
            case BOTH ->
                List.of(
                        Prompt.CAPTION_IMAGE,
                        Prompt.CAPTION_VIDEO,
                        Prompt.CAPTION_SUMMARY,
                        Prompt.DENSE_FRAME,
                        Prompt.DENSE_SUMMARY,
                        Prompt.SHORTEN);
            case DIRECT -> List.of(Prompt.CAPTION_DIRECT, Prompt.SHORTEN);
        };
    }

    @Override
    public String options() {
        return recipe.name().toLowerCase(Locale.ROOT) + " " + sampling;
    }

    @Override
    public List<CaptionKind> kinds() {
        return recipe.kinds();
    }

    @Override
    public int concurrency() {
        return eyes.settings().concurrency();
    }

    @Override
    public List<Double> times(double seconds) {
        return Stream.of(List.of(seconds / 2), sampling.video(seconds), sampling.dense(seconds))
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Captions caption(ClipFrames clip) throws IOException {
        return new Chain(clip).run();
    }

    /**
     * The question that the dense summary answers: pairs of it and its answer are what a language model is trained on
     * that shall take the large one's place.
     */
    public static ChatRequest denseSummary(String shortCaption, List<Captions.FrameCaption> frames) {
        StringBuilder lines = new StringBuilder();
        frames.forEach(f -> lines.append(seconds(f.seconds()))
                .append(" s: ")
                .append(f.caption())
                .append('\n'));
        return Prompt.DENSE_SUMMARY.request(
                Map.of("short", shortCaption, "frames", lines.toString().strip(), "limit", DENSE_LIMIT),
                List.of(),
                MAX_TOKENS);
    }

    /** The question that a student answers which sees the frames itself. */
    public static ChatRequest direct(List<ChatRequest.Picture> pictures, double seconds) {
        return Prompt.CAPTION_DIRECT.request(
                Map.of("count", pictures.size(), "seconds", seconds(seconds), "limit", DENSE_LIMIT),
                pictures,
                MAX_TOKENS);
    }

    /** The pictures of a clip that the video is captioned by, from its frames at {@link #times}. */
    public List<ChatRequest.Picture> videoPictures(ClipFrames clip) {
        List<ChatRequest.Picture> pictures = new ArrayList<>();
        for (int i = 0; i < sampling.video(clip.seconds()).size(); i++) {
            pictures.add(picture(clip.frames().get(1 + i)));
        }
        return pictures;
    }

    private ChatRequest.Picture picture(ClipFrames.Frame frame) {
        return new ChatRequest.Picture(Jpeg.of(frame.image(), sampling.longSide()));
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** The questions about one clip, one after another. */
    private final class Chain {
        private final ClipFrames clip;
        private final List<ChatRequest.Picture> video;
        private final Map<CaptionKind, String> texts = new EnumMap<>(CaptionKind.class);
        private final List<Captions.FrameCaption> frames = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private Usage usage = Usage.NONE;

        Chain(ClipFrames clip) {
            this.clip = clip;
            video = videoPictures(clip);
        }

        Captions run() throws IOException {
            Outcome outcome = Outcome.OK;
            String message = "";
            try {
                for (CaptionKind kind : recipe.kinds()) {
                    texts.put(
                            kind,
                            switch (kind) {
                                case IMAGE ->
                                    ask(
                                            eyes,
                                            Prompt.CAPTION_IMAGE.request(
                                                    Map.of(),
                                                    List.of(picture(
                                                            clip.frames().getFirst())),
                                                    MAX_TOKENS));
                                case VIDEO ->
                                    ask(
                                            eyes,
                                            Prompt.CAPTION_VIDEO.request(
                                                    Map.of("count", video.size(), "seconds", seconds(clip.seconds())),
                                                    video,
                                                    MAX_TOKENS));
                                case SUMMARY -> summary();
                                case DENSE -> recipe == CaptionRecipe.DIRECT ? directly() : dense();
                            });
                }
            } catch (ChatException e) {
                outcome = switch (e.kind()) {
                    case REFUSED -> Outcome.REFUSED;
                    case MALFORMED -> Outcome.MALFORMED;
                    case REJECTED -> Outcome.REJECTED;
                    case UNUSABLE, BUDGET, UNAVAILABLE -> throw e;
                };
                message = String.valueOf(e.getMessage());
            }
            return new Captions(outcome, message, texts, frames, notes, usage);
        }

        private String summary() throws IOException {
            String text = ask(
                    writer,
                    Prompt.CAPTION_SUMMARY.request(
                            Map.of(
                                    "image", said(CaptionKind.IMAGE),
                                    "video", said(CaptionKind.VIDEO),
                                    "limit", SUMMARY_LIMIT),
                            List.of(),
                            MAX_TOKENS));
            return within(CaptionKind.SUMMARY, text, SUMMARY_LIMIT, writer);
        }

        private String said(CaptionKind kind) {
            String text = texts.get(kind);
            if (text == null) {
                throw new IllegalStateException("captions: " + kind.word() + " = none (expected: made before)");
            }
            return text;
        }

        private String dense() throws IOException {
            int first = 1 + video.size();
            for (ClipFrames.Frame frame :
                    clip.frames().subList(first, clip.frames().size())) {
                frames.add(new Captions.FrameCaption(
                        frame.seconds(),
                        ask(eyes, Prompt.DENSE_FRAME.request(Map.of(), List.of(picture(frame)), MAX_TOKENS))));
            }
            String text = ask(writer, denseSummary(said(CaptionKind.VIDEO), frames));
            return within(CaptionKind.DENSE, text, DENSE_LIMIT, writer);
        }

        private String directly() throws IOException {
            return within(CaptionKind.DENSE, ask(eyes, direct(video, clip.seconds())), DENSE_LIMIT, eyes);
        }

        /** Asked again where it is too long, then cut. */
        private String within(CaptionKind kind, String text, int limit, ChatClient client) throws IOException {
            int words = WordLimit.words(text);
            if (words <= limit) {
                return text;
            }
            String shorter = ask(
                    client,
                    Prompt.SHORTEN.request(
                            Map.of("words", words, "limit", limit, "text", text), List.of(), MAX_TOKENS));
            int left = WordLimit.words(shorter);
            if (left <= limit) {
                notes.add(kind.word() + ": asked again, " + words + " words are " + left + " now");
                return shorter;
            }
            String cut = WordLimit.cut(left < words ? shorter : text, limit);
            notes.add(kind.word() + ": cut, " + Math.min(left, words) + " words are " + WordLimit.words(cut) + " now");
            return cut;
        }

        private String ask(ChatClient client, ChatRequest request) throws IOException {
            ChatAnswer answer = client.ask(request);
            usage = usage.plus(answer.usage());
            String text = ModelText.clean(answer.text());
            ModelText.requireUsable(text);
            return text;
        }
    }

    @Override
    public void close() {
        eyes.close();
        if (writer != eyes) {
            writer.close();
        }
    }
}

package dev.kinora.language.prompt;

import dev.kinora.language.chat.ChatException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What models write around what they were asked for: a label before it, quotes, mark-up, and openings that say only that
 * there is a video.
 */
public final class ModelText {
    private static final Pattern LABEL = Pattern.compile(
            "\\A(?:\\*\\*)?(?:(?:here(?: is|'s) )?(?:a |the )?(?:[a-z]+ )?(?:caption|description|summary|prompt|paragraph)"
                    + "[^:\\n]{0,40}):(?:\\*\\*)?\\s+",
            Pattern.CASE_INSENSITIVE);

    /** Who or what shows something: "the video clip", "this image", "these frames". */
    private static final String MEDIUM =
            "(?:(?:the|this|these|a|an)\\s+)(?:short |brief |given |provided |following |animated |opening )*"
                    + "(?:video|image|picture|clip|footage|photo|photograph|frame|frames|pictures|scene|sequence|animation)"
                    + "(?:\\s+(?:clip|sequence|footage|frame|image))?";

    private static final Pattern OPENING = Pattern.compile(
            "\\A(?:in\\s+" + MEDIUM + "\\s*,?\\s+(?:we (?:can )?see\\s+|you can see\\s+|there (?:is|are)\\s+)?"
                    + "|" + MEDIUM
                    + "\\s+(?:shows?|depicts?|features?|presents?|captures?|displays?|portrays?|illustrates?"
                    + "|begins with|starts with|opens with|opens on)\\s+"
                    + "|we (?:can )?see\\s+)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern REFUSAL = Pattern.compile(
            "\\A(?:(?:i'm |i am )?sorry\\b|i apologi[sz]e|i can(?:no|')t\\b|i'm (?:not able|unable)\\b|i am (?:not able|unable)\\b"
                    + "|i won't\\b|as an ai\\b|unfortunately, i)",
            Pattern.CASE_INSENSITIVE);

    private ModelText() {}

    /** One line without label, quotes or mark-up, and without an opening that says that there is a video. */
    public static String clean(String answer) {
        String text = answer.strip().replace('’', '\'').replaceAll("\\A```[a-z]*\\s+|\\s+```\\z", "");
        text = LABEL.matcher(text).replaceFirst("");
        text = text.replaceAll("[*_]{2}|^#+\\s+", "").replaceAll("\\s+", " ").strip();
        if (text.length() > 1
                && text.startsWith("\"")
                && text.endsWith("\"")
                && text.indexOf('"', 1) == text.length() - 1) {
            text = text.substring(1, text.length() - 1).strip();
        }
        return withoutOpening(text);
    }

    /** "The video shows a dog." is "A dog."; what began with a small letter goes on doing so. */
    public static String withoutOpening(String text) {
        Matcher m = OPENING.matcher(text);
        if (!m.find() || m.end() == text.length()) {
            return text;
        }
        String rest = text.substring(m.end());
        return Character.isUpperCase(text.charAt(0))
                ? rest.substring(0, rest.offsetByCodePoints(0, 1)).toUpperCase(java.util.Locale.ROOT)
                        + rest.substring(rest.offsetByCodePoints(0, 1))
                : rest;
    }

    /**
     * Lets pass what is a text at all.
     *
     * @throws ChatException for a refusal in words, or for nothing
     */
    public static void requireUsable(String text) throws ChatException {
        if (REFUSAL.matcher(text).find()) {
            String shown = text.length() <= 120 ? text : text.substring(0, 120) + "…";
            throw new ChatException(ChatException.Kind.REFUSED, "answer = " + shown + " (expected: what can be seen)");
        }
        if (text.codePoints().noneMatch(Character::isLetter)) {
            throw new ChatException(ChatException.Kind.MALFORMED, "answer = no words (expected: what can be seen)");
        }
    }
}

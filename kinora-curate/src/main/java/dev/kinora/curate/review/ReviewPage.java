package dev.kinora.curate.review;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * The page itself: one file that asks nobody for anything. Only the script whose hash its policy names may run, so that a
 * text which got into the page as code would still do nothing.
 */
final class ReviewPage {
    private static final List<String> SCRIPTS =
            List.of("table.js", "query.js", "filters.js", "funnel.js", "clips.js", "detail.js", "page.js");

    private ReviewPage() {}

    /**
     * Puts the page together.
     *
     * @param title of the page
     * @param data JSON that may stand within HTML
     */
    static String of(String title, String data) {
        StringBuilder script = new StringBuilder("\n");
        SCRIPTS.forEach(name -> script.append(resource(name)).append('\n'));
        String style = "\n" + resource("page.css");
        String page = resource("page.html");
        StringBuilder out = new StringBuilder(page.length() + script.length() + style.length() + data.length());
        int at = 0;
        // One pass: what is put in is never looked at again.
        for (int open; (open = page.indexOf("{{", at)) >= 0; ) {
            int close = page.indexOf("}}", open);
            out.append(page, at, open);
            String name = page.substring(open + 2, close);
            out.append(
                    switch (name) {
                        case "title" -> escape(title);
                        case "style" -> style;
                        case "style-source" -> source(style);
                        case "script" -> script;
                        case "script-source" -> source(script.toString());
                        case "data" -> data;
                        default -> throw new IllegalStateException("page.html: " + name + " (expected: a known place)");
                    });
            at = close + 2;
        }
        return out.append(page, at, page.length()).toString();
    }

    private static String source(String content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String resource(String name) {
        try (InputStream in = ReviewPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("ReviewPage: resource = " + name + " (expected: one of this package)");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.kinora.language.chat;

/**
 * What came back.
 *
 * @param text without a model's thoughts before it, stripped, never empty
 * @param model that the server says it asked; empty where it does not say
 * @param usage tokens
 * @param cached whether it was answered before
 */
public record ChatAnswer(String text, String model, Usage usage, boolean cached) {}

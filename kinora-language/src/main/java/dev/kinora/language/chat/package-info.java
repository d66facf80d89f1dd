/** A client of OpenAI-compatible chat endpoints, with what it costs and a cache of what was answered. */
@NullMarked
package dev.kinora.language.chat;

import org.jspecify.annotations.NullMarked;

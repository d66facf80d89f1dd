/** The words that models are asked with, by id and version, and prompts made richer. */
@NullMarked
package dev.kinora.language.prompt;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.kinora.language.chat;

import org.jspecify.annotations.NullMarked;

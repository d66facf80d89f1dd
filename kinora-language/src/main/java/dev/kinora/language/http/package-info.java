/** HTTP requests that are tried again where that may help. */
@NullMarked
package dev.kinora.language.http;

import org.jspecify.annotations.NullMarked;

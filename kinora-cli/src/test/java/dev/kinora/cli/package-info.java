/** Command lines run in process, and the law of the house. */
@NullMarked
package dev.kinora.cli;

import org.jspecify.annotations.NullMarked;

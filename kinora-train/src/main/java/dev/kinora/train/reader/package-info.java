/** Training the network that reads Toybox clips back. */
@NullMarked
package dev.kinora.train.reader;

import org.jspecify.annotations.NullMarked;

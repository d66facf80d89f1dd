package dev.kinora.cli;

import java.io.PrintWriter;

/**
 * What a command found or made. With {@code --json} the record itself is the document, its components in snake case;
 * otherwise {@link #print} shows it.
 */
interface Report {
    /** Writes the report for a reader. */
    void print(PrintWriter out);
}

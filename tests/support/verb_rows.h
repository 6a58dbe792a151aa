/* tests/support/verb_rows.h - rules and small streams as rows of data. */
#ifndef TESTS_SUPPORT_VERB_ROWS_H
#define TESTS_SUPPORT_VERB_ROWS_H

#include <stddef.h>

/* A stream is written as "a k=1 n=2; b k='x'": an event and its fields, which
 * are JSON with ' for ". All of a message is its data.
 */
struct verb_row {
    const char *rule; /* keys beside the id */
    const char *stream;
    const char *says; /* "outcome total", and of the first finding "seq
                       * key|path|expected|found|witnesses" */
};

/* A contract of one rule; head as below. */
struct check_contract *verb_rows_contract(const char *head, const char *rule);

/* Judge each with a contract of that rule alone. head ends `stream: {clock:
 * ...` and may go on with other keys: "}" or "}\ncomplete: false".
 */
void verb_rows_judge(const char *head, const struct verb_row *rows, size_t len);

#endif

/* validator/explain/explain_internal.h - what the files of the sentences share:
 * explain.c knows what all rules have, explain_verb.c each verb.
 */
#ifndef VALIDATOR_EXPLAIN_EXPLAIN_INTERNAL_H
#define VALIDATOR_EXPLAIN_EXPLAIN_INTERNAL_H

#include "validator/explain/explain.h"

/* A rule that is put into words. */
struct check_writer {
    struct td_buf *out;
    const struct td_jsonx *doc;
    uint32_t rule;
};

/* The value of a key of the rule; 0 if it is not there. */
uint32_t check_say_key(const struct check_writer *s, const char *key);

/* Words as they are. */
void check_say(const struct check_writer *s, const char *words);

/* A value as text: strings without their quotes, lists as "a, b and c". */
void check_say_value(const struct check_writer *s, uint32_t at);

/* "words VALUE" if the rule has the key; true if it has. */
bool check_say_if(const struct check_writer *s, const char *words,
                  const char *key);

/* A selector as one event, "progress where x == 1", or as several, "progress
 * events where x == 1".
 */
void check_say_selector(const struct check_writer *s, uint32_t at);
void check_say_events(const struct check_writer *s, uint32_t at);

/* EVENT.FIELD as "FIELD in EVENT". */
void check_say_field(const struct check_writer *s, uint32_t at);

/* The clause of the rule's verb, without capital and full stop. */
void check_say_verb(const struct check_writer *s);

#endif

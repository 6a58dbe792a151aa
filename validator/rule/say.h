/* validator/rule/say.h - a rule in English words, as it stands in the contract.
 *
 * The document was loaded without error. Each verb has its clause in its own
 * file (struct check_verb, say); validator/explain makes a sentence of it.
 */
#ifndef VALIDATOR_RULE_SAY_H
#define VALIDATOR_RULE_SAY_H

#include "core/jsonx_object.h"
#include "validator/rule/rule.h"

/* A rule, or an object in it, that is put into words. */
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

/* The same as one of several bounds, with "and" before all but the first;
 * whether the next one is still the first.
 */
bool check_say_bound(const struct check_writer *s, bool first,
                     const char *words, const char *key);

/* A selector as one event, "progress where x == 1", or as several, "progress
 * events where x == 1".
 */
void check_say_selector(const struct check_writer *s, uint32_t at);
void check_say_events(const struct check_writer *s, uint32_t at);

/* EVENT.FIELD as "FIELD in EVENT". */
void check_say_field(const struct check_writer *s, uint32_t at);

#endif

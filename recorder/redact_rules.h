/* recorder/redact_rules.h - the rules of a redaction file; part of
 * recorder/redact, which has the format.
 */
#ifndef RECORDER_REDACT_RULES_H
#define RECORDER_REDACT_RULES_H

#include "core/error.h"
#include "core/event.h"

#include <regex.h>
#include <stdbool.h>

enum rec_rule_kind { REC_RULE_KEY, REC_RULE_POINTER, REC_RULE_REGEX };

struct rec_rule {
    enum rec_rule_kind kind;
    unsigned line; /* in the file, from 1 */
    char *text;
    regex_t regex; /* kind REGEX only */
    uint64_t hits;
};

/* All zeroes is valid and empty. */
struct rec_rules {
    struct rec_rule *list;
    size_t len;
    size_t keys; /* how many of them are of each kind */
    size_t pointers;
    size_t regexes;
};

/* Read a file of rules. TD_IO, TD_USAGE. */
TD_MUST_CHECK enum td_code
rec_rules_read(struct rec_rules *rules, const char *path, struct td_error *err);

/* The same from memory; `where` is for errors. */
TD_MUST_CHECK enum td_code rec_rules_parse(struct rec_rules *rules,
                                           struct td_bytes text,
                                           const char *where,
                                           struct td_error *err);
void rec_rules_release(struct rec_rules *rules);

/* True if rule is of kind KEY and names a member called name (unescaped). */
bool rec_rule_is_key(const struct rec_rule *rule, struct td_bytes name);

#endif

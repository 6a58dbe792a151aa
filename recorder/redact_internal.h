/* recorder/redact_internal.h - the inside of redaction: redact.c is an event,
 * redact_json.c a payload that is JSON, redact_text.c what is none.
 */
#ifndef RECORDER_REDACT_INTERNAL_H
#define RECORDER_REDACT_INTERNAL_H

#include "recorder/redact.h"
#include "schema/regex/pattern.h"

#include <stdbool.h>

enum rec_rule_kind { REC_RULE_KEY, REC_RULE_POINTER, REC_RULE_REGEX };

struct rec_rule {
    enum rec_rule_kind kind;
    unsigned line; /* in the file, from 1 */
    char *text;
    struct schema_pattern *regex; /* kind REGEX only, or NULL */
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

/* Read a file of rules. TD_IO, TD_LIMIT, TD_USAGE with the line and column as
 * part of err->where.
 */
TD_MUST_CHECK enum td_code
rec_rules_read(struct rec_rules *rules, const char *path, struct td_error *err);

/* The same from memory; path is for errors. */
TD_MUST_CHECK enum td_code rec_rules_parse(struct rec_rules *rules,
                                           struct td_bytes text,
                                           const char *path,
                                           struct td_error *err);
void rec_rules_release(struct rec_rules *rules);

/* True if rule is of kind KEY and names a member called name (unescaped). */
bool rec_rule_is_key(const struct rec_rule *rule, struct td_bytes name);

/* base64 of REC_WITHHELD, where bytes stand so. */
#define REDACT_WITHHELD_B64 "W3dpdGhoZWxkXQ=="

struct rec_redact {
    struct rec_rules rules;
    struct schema_pattern_memory *memory;
    bool unsure; /* an expression gave up on what is at hand: it must go, and
                    what follows in it is not looked at any more */
    struct td_json_doc doc;
    struct td_buf out;
    struct td_buf scratch; /* an unescaped key, a string with a rule applied */
    struct td_buf swap;
    struct td_buf text;  /* what expressions are asked about */
    struct td_buf marks; /* of each value of doc: uint16_t, the pointer rule
                            that names it, from 1 */
    struct td_buf bytes; /* what base64 in the payload stands for */
    struct td_buf name;  /* of an event, its id, its namespace */
    struct td_buf id;
    struct td_buf ns;
    struct td_buf att;
    struct td_sink next; /* of rec_redact_sink() */
    uint64_t values;
    uint64_t events;
    uint64_t withheld;
};

/* One value was replaced by that rule; NULL: what is always redacted (no rule)
 * is not news. Nor is what goes whole, since redact->unsure.
 */
void redact_count(struct rec_redact *redact, struct rec_rule *rule);

/* text after all regex rules, what matches replaced; lives until the next call.
 * Where an expression gives up redact->unsure is true.
 */
struct td_bytes redact_regexes(struct rec_redact *redact, struct td_bytes text);

/* The first rule that finds something in text: an expression that matches or
 * gives up (redact->unsure), or the name of a key rule, quoted as in JSON or
 * anyhow. NULL: none.
 */
struct rec_rule *redact_find(struct rec_redact *redact, struct td_bytes text,
                             bool quoted);

/* The same of what shows only when text is unescaped, once or several times:
 * JSON in a string of JSON, an expression that matches behind the escapes.
 */
struct rec_rule *redact_find_hidden(struct rec_redact *redact,
                                    struct td_bytes escaped);

/* True if text, which is not JSON, may have members that key and pointer rules
 * name: text with signs of JSON in it, bytes that begin like JSON or hold a
 * name.
 */
bool redact_may_hide(const struct rec_redact *redact, struct td_bytes text);

/* True if any rule might find something in what b64 stands for; strict: it is a
 * piece of something, so that its begin says nothing.
 */
bool redact_is_withheld(struct rec_redact *redact, struct td_bytes b64,
                        bool strict);

/* Redact the payload of an event, of which redact->doc is the JSON. */
void redact_json(struct rec_redact *redact, struct td_event *ev, bool facts);

#endif

/* recorder/redact_internal.h - the inside of redaction: redact.c is an event,
 * redact_json.c a payload that is JSON, redact_text.c what is none,
 * redact_stand_in.c what stands for a value, redact_head.c a head of HTTP,
 * redact_pairs.c a form and the query of a URL, redact_parts.c a form of parts;
 * redact_pieces.h is text that comes in pieces.
 */
#ifndef RECORDER_REDACT_INTERNAL_H
#define RECORDER_REDACT_INTERNAL_H

#include "recorder/redact.h"
#include "schema/regex/pattern.h"

#include <stdbool.h>

enum rec_rule_kind {
    REC_RULE_KEY,
    REC_RULE_POINTER,
    REC_RULE_REGEX,
    REC_RULE_STREAM
};

struct rec_rule {
    enum rec_rule_kind kind;
    unsigned line; /* in the file, from 1 */
    size_t column; /* where text begins, in bytes from 1 */
    char *text;
    struct td_buf secret;         /* kind KEY: of the stand-ins, or empty */
    struct schema_pattern *regex; /* kind REGEX only, or NULL */
    struct redact_way *way;       /* kind STREAM only, or NULL */
    uint64_t hits;
};

/* All zeroes is valid and empty. */
struct rec_rules {
    struct rec_rule *list;
    size_t len;
    size_t keys; /* how many of them are of each kind */
    size_t pointers;
    size_t regexes;
    size_t streams;
    size_t places; /* of these: not the payload as a whole */
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

/* Add the rules of a preset; false: there is none of that name. */
typedef enum td_code (*redact_take)(void *ctx, struct td_bytes line);
enum td_code redact_preset(struct td_bytes name, redact_take take, void *ctx,
                           bool *known);

/* The names of all presets, as a list in words. */
const char *redact_presets(void);

/* True if rule is of kind KEY and names a member called name (unescaped). */
bool rec_rule_is_key(const struct rec_rule *rule, struct td_bytes name);

/* Read the key of stand-ins: name is a path, as it stands in the rules at path.
 * Its bytes are the key, and nobody else may read them. TD_IO, TD_USAGE. */
TD_MUST_CHECK enum td_code redact_key_read(struct td_buf *secret,
                                           const char *name, const char *path,
                                           struct td_error *err);

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
    struct td_buf stand_in;
    struct td_buf bytes; /* what base64 in the payload stands for */
    struct td_buf name;  /* of an event, its id, its namespace */
    struct td_buf id;
    struct td_buf ns;
    struct td_buf att;
    struct td_buf head;   /* of a request or an answer */
    struct td_buf har;    /* in it */
    struct td_buf pieces; /* size_t: where pieces of texts begin in the payload
                             at hand, behind their quotes; these are done */
    size_t looks_back;    /* the most of all expressions, or 0: not known */
    struct redact_last *lasts; /* REDACT_LASTS of them, or NULL */
    bool stopped;              /* ends that follow are no ends of texts */
    struct redact_held *held;  /* of rec_redact_sink(), or NULL */
    struct td_sink next;       /* of rec_redact_sink() */
    uint64_t values;
    uint64_t events;
    uint64_t withheld;
    struct rec_redact_held waited;
};

/* One value was replaced by that rule; NULL: what is always redacted (no rule)
 * is not news. Nor is what goes whole, since redact->unsure.
 */
void redact_count(struct rec_redact *redact, struct rec_rule *rule);

/* text after all regex rules, what matches replaced; lives until the next call.
 * Where an expression gives up redact->unsure is true.
 */
struct td_bytes redact_regexes(struct rec_redact *redact, struct td_bytes text);

/* What stands on the tape for value i of redact->doc, which rule names: the
 * mark, or a stand-in. Lives until the next call. */
struct td_bytes redact_stand_in(struct rec_redact *redact,
                                const struct rec_rule *rule, uint32_t i);

/* The number of the stand-in of a value, unescaped, that a rule with a secret
 * names; and that stand-in.
 */
uint64_t redact_name(const struct rec_rule *rule, struct td_bytes value);
void redact_name_put(struct td_buf *out, uint64_t name);

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

/* The same of what has nothing to do with JSON: a pair of a form, a part of
 * one, a name among bytes.
 */
bool redact_hides_pair(const struct rec_redact *redact, struct td_bytes text);

/* True if any rule might find something in what b64 stands for; strict: it is a
 * piece of something, so that its begin says nothing.
 */
bool redact_is_withheld(struct rec_redact *redact, struct td_bytes b64,
                        bool strict);

/* The key rule of a member, a field or a pair of a form called so; NULL: none.
 */
struct rec_rule *redact_key_rule(const struct rec_redact *redact,
                                 struct td_bytes name);

/* Whether a key rule's name is a word of the text before a value, as in YAML,
 * in settings, in XML, in the line of a log.
 */
bool redact_has_label(const struct rec_redact *redact, struct td_bytes text);

/* True if text may be a form with a pair "name=value" that a key rule names. */
bool redact_has_pair(const struct rec_redact *redact, struct td_bytes text);

/* Append url with "***" for the parameters of its query that key rules name,
 * and add to the hits of the rules.
 */
void redact_parameters(struct rec_redact *redact, struct td_buf *out,
                       struct td_bytes url);

/* The head of a request or an answer, or the end of one with its trailers,
 * without credentials: the values of fields with a secret's name, and of such
 * parameters in the target and in fields that hold a URL. What is no such head
 * is replaced whole.
 */
void redact_head(struct rec_redact *redact, struct td_event *ev);

/* What member "har" of a head's JSON, or of "meta" in a tape's header, says
 * again: URLs, and values of pairs with a secret's name.
 */
void redact_har(struct rec_redact *redact, struct td_event *ev, bool header);

/* True if what b64 stands for has a field of a head, a cookie, a parameter of a
 * URL, a member of JSON or a part of a form whose name is that of a secret, or
 * the user of a URL; a head that is none has them as well.
 */
bool redact_names_secret(struct rec_redact *redact, struct td_bytes b64);

/* True if text, which is no JSON, has a name that td_secret_member() knows,
 * quoted and before a colon.
 */
bool redact_names_member(struct td_bytes text);

/* What the stage keeps: redact_stage.c. NULL is fine. */
void redact_held_free(struct redact_held *held);

/* Heads of HTTP, facts of connections, bytes that broke the protocol, forms and
 * parameters of JSON-RPC are looked at without rules, too.
 */
bool redact_is_fact(const struct rec_redact *redact, const struct td_event *ev);

/* A body that is a form with pairs that name a credential, or that key rules
 * name; redact_form() puts "***" for their values.
 */
bool redact_is_form(const struct rec_redact *redact, const struct td_event *ev);
void redact_form(struct rec_redact *redact, struct td_event *ev);

/* The same of a body of parts (multipart/form-data), by names alone. */
bool redact_is_parts(const struct td_event *ev);
void redact_parts(struct rec_redact *redact, struct td_event *ev);

/* A body of packets of Engine.IO among which are some that say ids or
 * credentials, which redact_polled() takes out of it.
 */
bool redact_is_polled(const struct td_event *ev);
void redact_polled(struct rec_redact *redact, struct td_event *ev);

/* True if inner is what stands for a value already, or for a payload. */
bool redact_is_stand_in(struct td_bytes inner);

/* The same of the pieces of one, joined. */
bool redact_is_stand_ins(struct td_bytes inner);

/* Redact the payload of an event, of which redact->doc is the JSON. */
void redact_json(struct rec_redact *redact, struct td_event *ev, bool facts);

#endif

/* validator/message/vocabulary.h - the words of a contract: which events it
 * names and which fields it looks at, each once, as a small number.
 *
 * The vocabulary grows while a contract is loaded and is read only afterwards,
 * so that several checks may share it. Each check has a cache, so that a field
 * that many rules look at is looked up once a message:
 *
 *     field = check_field_read(words, td_text("status"));       at load
 *     check_field_begin(cache, message);                        each message
 *     at = check_field_at(cache, field);                        as needed
 *
 * Events that write a field under another name (aliases, dialects) are brought
 * to the contract's names before, so nothing here knows of them.
 */
#ifndef VALIDATOR_MESSAGE_VOCABULARY_H
#define VALIDATOR_MESSAGE_VOCABULARY_H

#include "core/jsonx.h"
#include "validator/message/message.h"

struct check_words;

/* An empty vocabulary. */
struct check_words *check_words_new(void);
/* NULL is fine. */
void check_words_free(struct check_words *words);

/* The event of this name (unescaped text), added if it is new: its index. */
uint32_t check_event_add(struct check_words *words, struct td_bytes name);
/* The same, or CHECK_NO_EVENT if no rule names it. */
uint32_t check_event_find(const struct check_words *words,
                          struct td_bytes name);
/* How many there are; indexes are below. */
uint32_t check_event_count(const struct check_words *words);
/* Its name; NUL-terminated, lives as long as the vocabulary. */
struct td_bytes check_event_name(const struct check_words *words,
                                 uint32_t event);

/* A named set of events: the text of a selector in a contract, which is read
 * where the name is used.
 */
struct check_set {
    const struct td_jsonx *doc; /* outlives the loading of rules */
    uint32_t at;
};

/* Add one; false: there is one of this name. */
TD_MUST_CHECK bool check_set_add(struct check_words *words,
                                 struct td_bytes name, struct check_set set);
/* The set of this name, or NULL; until the next is added. */
const struct check_set *check_set_find(const struct check_words *words,
                                       struct td_bytes name);
/* How many there are, and their names. */
uint32_t check_set_count(const struct check_words *words);
struct td_bytes check_set_name(const struct check_words *words, uint32_t set);

enum check_field_base {
    CHECK_FIELD_DATA,    /* from the data of the message */
    CHECK_FIELD_MESSAGE, /* from the message */
};

/* The field of a JSON Pointer (RFC 6901: "" or "/..."), added if it is new. */
uint32_t check_field_add(struct check_words *words, enum check_field_base base,
                         struct td_bytes pointer);

/* The field as people write it: a.b.0 is within the data, /a/b a pointer within
 * the message. CHECK_NO_VALUE if it is neither ("", "a..b").
 */
uint32_t check_field_read(struct check_words *words, struct td_bytes text);

/* How many there are; indexes are below. */
uint32_t check_field_count(const struct check_words *words);

/* As people write it; lives as long as the vocabulary. */
const char *check_field_text(const struct check_words *words, uint32_t field);

/* Where the fields of the message at hand are. */
struct check_field_cache;

/* words outlive the cache and grow no more. */
struct check_field_cache *
check_field_cache_new(const struct check_words *words);
/* NULL is fine. */
void check_field_cache_free(struct check_field_cache *cache);

/* The fields of m from now on; its document must stay until the next call. */
void check_field_begin(struct check_field_cache *cache,
                       const struct check_message *m);

/* The index of the field's value in the doc of the message, or CHECK_NO_VALUE.
 * Of equal keys the first counts.
 */
uint32_t check_field_at(struct check_field_cache *cache, uint32_t field);

#endif

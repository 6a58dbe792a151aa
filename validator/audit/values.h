/* validator/audit/values.h - what the scalars of one place were like: how many
 * different ones, between what, in which form.
 *
 * Memory is bounded: values are told one by one up to AUDIT_WORDS of them and
 * AUDIT_WORD_MAX bytes each; beyond they are counted by a sketch (Flajolet and
 * others, HyperLogLog, 2007; 1024 registers, 3.3 % off).
 */
#ifndef VALIDATOR_AUDIT_VALUES_H
#define VALIDATOR_AUDIT_VALUES_H

#include "core/json.h"

#define AUDIT_WORDS     32 /* values of a place that are told one by one */
#define AUDIT_WORD_MAX  64 /* bytes of such a value as it stands in JSON */
#define AUDIT_REGISTERS 1024

/* Where something was seen: the tape, in the order they were named, from 0; its
 * event, from 1.
 */
struct audit_place {
    uint32_t tape;
    uint64_t seq;
};

static inline bool audit_place_is_before(struct audit_place a,
                                         struct audit_place b)
{
    return a.tape != b.tape ? a.tape < b.tape : a.seq < b.seq;
}

/* X(name, text): what texts may be, all that are there. */
#define AUDIT_FORMATS(X)                                                       \
    X(DATE_TIME, "date-time")                                                  \
    X(LOCAL_TIME, "date-time without zone")                                    \
    X(DATE, "date")                                                            \
    X(UUID, "uuid")                                                            \
    X(EMAIL, "email")                                                          \
    X(IPV4, "ipv4")                                                            \
    X(URI, "uri")

enum audit_format {
#define AUDIT_FORMAT_ENUM(name, text) AUDIT_FORMAT_##name,
    AUDIT_FORMATS(AUDIT_FORMAT_ENUM)
#undef AUDIT_FORMAT_ENUM
        AUDIT_FORMATS_LEN
};

struct audit_word {
    uint64_t print;
    uint64_t count;
    struct audit_place first;
    uint32_t len;
    char *text; /* as it stands in JSON, a string with its quotes */
};

/* All zeroes is empty. */
struct audit_values {
    uint64_t numbers;
    double min;
    double max;
    uint64_t strings;
    uint64_t least; /* bytes of a string, without quotes */
    uint64_t most;
    uint32_t formats;         /* a bit each that all strings have */
    struct audit_word *words; /* with a sketch: some, their counts too low */
    uint32_t words_len;
    uint8_t *sketch; /* NULL: words has all of them */
    char *like;      /* a text that all strings are like but for the digits */
    uint32_t like_len;
    bool unlike;
    const char *secret; /* why a value may be one, or NULL */
    struct audit_place secret_at;
    uint64_t secret_len; /* bytes of it */
};

/* A hash that is the same in every run, so that what is told is: who chooses
 * texts can make them collide, and the estimate wrong.
 */
uint64_t audit_print(struct td_bytes text);

/* What a number of JSON is, as its text has it. */
double audit_number(struct td_bytes raw);

/* A sketch of AUDIT_REGISTERS, zeroes at first: one more print; how many
 * different ones, about.
 */
void audit_sketch_add(uint8_t *sketch, uint64_t print);
uint64_t audit_sketch_count(const uint8_t *sketch);

/* To be called by one thread before the first use. */
void audit_values_prepare(void);

/* One more number or string, at `at` of doc. named: its field is called as
 * secrets are.
 */
void audit_values_add(struct audit_values *values,
                      const struct td_json_doc *doc, uint32_t at, bool named,
                      struct audit_place place);

/* Add all of `from`, which is then empty. */
void audit_values_merge(struct audit_values *values, struct audit_values *from);

/* Frees everything; it is empty. */
void audit_values_release(struct audit_values *values);

/* How many different ones: exact if there is no sketch. */
uint64_t audit_values_distinct(const struct audit_values *values);

/* Its word. */
const char *audit_format_text(enum audit_format format);

/* The one format that all strings have, or NULL. */
const char *audit_values_format(const struct audit_values *values);

/* Append what all strings are like: "task-9" stands for "task-" and digits, as
 * the pattern ^task-[0-9]+$. False, and nothing is appended: they are not, or
 * are all the same.
 */
bool audit_values_pattern(const struct audit_values *values,
                          struct td_buf *out);

/* Whether a field of that name holds a secret; why a text may be one, by what
 * it begins with, its field's name or its letters; NULL: it is none.
 */
bool audit_secret_name(struct td_bytes name);
const char *audit_secret(bool named, struct td_bytes text);
/* A reason that was read somewhere, as one of these. */
const char *audit_secret_reason(const char *text);

#endif

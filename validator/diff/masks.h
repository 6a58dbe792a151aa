/* validator/diff/masks.h - what may differ between good runs of a stream.
 *
 * Source: docs/diff.md, "The masks file": YAML or JSON with `masks: 1`. All of
 * it is read before anything is compared; each error names line and column.
 */
#ifndef VALIDATOR_DIFF_MASKS_H
#define VALIDATOR_DIFF_MASKS_H

#include "core/arena.h"
#include "core/jsonx.h"

#define DIFF_FIELDS_MAX   1000 /* masks of fields */
#define DIFF_EVENTS_MAX   1000 /* names of events that are spoken of */
#define DIFF_STEPS_MAX    64   /* of one pointer */
#define DIFF_POINTER_MAX  1024 /* bytes of one pointer or field */
#define DIFF_IDENTITY_MAX 8    /* fields of one identity */
#define DIFF_BANDS_MAX    8    /* percentiles of timing */

/* X(name, text): what a mask does. Those from ROUND on are written as an object
 * with a parameter; NUMBER_IDS may be.
 */
#define DIFF_MASKS(X)                                                          \
    X(IGNORE, "ignore")               /* any value of that kind */             \
    X(TYPE_ONLY, "type-only")         /* and members of those kinds */         \
    X(NUMBER_IDS, "number-ids")       /* ids, renamed one to one */            \
    X(RELATIVE_TIME, "relative-time") /* times that go on as they did */       \
    X(SORT, "sort")                   /* a list in any order */                \
    X(ROUND, "round")                 /* numbers, to a multiple */             \
    X(WITHIN, "within")               /* numbers, that near */                 \
    X(PATTERN, "pattern")             /* texts that match */

enum diff_mask_kind {
#define DIFF_MASK_ENUM(name, text) DIFF_##name,
    DIFF_MASKS(DIFF_MASK_ENUM)
#undef DIFF_MASK_ENUM
};

/* X(name, text): what order events must keep. */
#define DIFF_ORDERS(X)                                                         \
    X(PER_KEY, "per-key") /* within a key, or a connection */                  \
    X(TOTAL, "total")     /* all of them */                                    \
    X(BAG, "bag")         /* none */

enum diff_order {
#define DIFF_ORDER_ENUM(name, text) DIFF_ORDER_##name,
    DIFF_ORDERS(DIFF_ORDER_ENUM)
#undef DIFF_ORDER_ENUM
};

/* One step of a pointer. */
struct diff_step {
    enum { DIFF_STEP_NAME, DIFF_STEP_ANY, DIFF_STEP_DEEP } kind;
    struct td_bytes name; /* unescaped */
};

struct schema_pattern;

/* The mask of the fields that a pointer names. */
struct diff_mask {
    const char *pointer; /* as it was written */
    struct diff_step *steps;
    uint32_t steps_len;
    enum diff_mask_kind kind;
    double unit;      /* of round and within, above 0 */
    uint32_t ids;     /* number-ids: those of one number are renamed together */
    const char *text; /* the parameter as it was written */
    struct schema_pattern *pattern; /* of pattern */
};

/* What is said of the events of one name. */
struct diff_event_rule {
    const char *name;
    bool has_order;
    enum diff_order order;
    bool optional; /* may come or not */
    bool untimed;
    const char **identity; /* fields; NULL: nothing is said */
    uint32_t identity_len;
};

struct diff_band {
    unsigned percentile; /* 1 to 100 */
    double share;        /* 0.25: a quarter more or less */
};

/* All zeroes is valid: nothing may differ. */
struct diff_masks {
    struct td_arena arena;
    struct diff_mask *fields; /* of several that fit, the first one counts */
    uint32_t fields_len;
    struct diff_event_rule *events;
    uint32_t events_len;
    const char **ids; /* names of number-ids; the first has none */
    uint32_t ids_len;
    bool has_order;
    enum diff_order order;
    const char *key; /* field, or NULL: by connection */
    struct diff_band bands[DIFF_BANDS_MAX];
    uint32_t bands_len;
};

/* Read a file, or a document, into *masks; of what was read before, fields
 * count first and all else is replaced. Release also after an error. TD_USAGE,
 * TD_LIMIT; of a file TD_IO.
 */
TD_MUST_CHECK enum td_code diff_masks_load(struct diff_masks *masks,
                                           const char *path,
                                           struct td_error *err);
TD_MUST_CHECK enum td_code diff_masks_read(struct diff_masks *masks,
                                           const struct td_jsonx *doc,
                                           struct td_error *err);
void diff_masks_release(struct diff_masks *masks);

/* What is said of events of that name; NULL: nothing. */
const struct diff_event_rule *diff_masks_event(const struct diff_masks *masks,
                                               struct td_bytes name);

/* The order of that word. False: there is none. */
bool diff_order_read(const char *text, enum diff_order *order);

/* Where a value is: its keys, unescaped, and places in arrays as digits. */
struct diff_place {
    struct td_bytes steps[DIFF_STEPS_MAX];
    uint32_t len;
};

/* Number of the first mask that fits the place, from 1; 0: none does. */
uint32_t diff_masks_at(const struct diff_masks *masks,
                       const struct diff_place *place);

#endif

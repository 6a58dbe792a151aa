/* orchestrator/spec/entities.h - "wine(name: text, year: integer 1900..2100
 * optional), order(total: money)": things and their fields, as a person writes
 * them.
 *
 *     entities: entity {"," entity}          a semicolon does as well
 *     entity:   NAME ["(" field {"," field} ")"]
 *     field:    NAME [":" TYPE {RANGE | "optional"}]
 *     range:    NUMBER ".." NUMBER           of a text: its length in
 * characters
 *
 * A name begins with a letter and has letters, digits and _; it is kept in
 * small letters. Without fields an entity has name: text, without a type a
 * field is text; both are told as defaults.
 */
#ifndef ORCHESTRATOR_SPEC_ENTITIES_H
#define ORCHESTRATOR_SPEC_ENTITIES_H

#include "core/arena.h"

#include <stdbool.h>

#define SPEC_ENTITIES_MAX 64
#define SPEC_FIELDS_MAX   32
#define SPEC_NAME_MAX     32 /* bytes of a name */
#define SPEC_TEXT_LONGEST 10000
#define SPEC_NUMBER_MAX   9007199254740991 /* 2^53 - 1: exact in every JSON */

enum spec_field_type {
    SPEC_TEXT,
    SPEC_INTEGER,
    SPEC_NUMBER,
    SPEC_MONEY, /* whole cents */
    SPEC_BOOL,
    SPEC_DATE,
    SPEC_EMAIL,
    SPEC_URL,
    SPEC_FIELD_TYPES
};

struct spec_field {
    const char *name;
    enum spec_field_type type;
    bool optional;
    bool ranged; /* least and most were written; else they are defaults */
    int64_t least;
    int64_t most;
};

struct spec_entity {
    const char *name;
    struct spec_field *fields;
    size_t len;
    bool bare;    /* it was written without fields */
    bool untyped; /* some field was written without a type */
};

struct spec_entities {
    struct spec_entity *list;
    size_t len;
};

/* Everything is put into arena. TD_USAGE: with the place in the text ("data:12"
 * is its 12th byte).
 */
TD_MUST_CHECK enum td_code spec_entities_parse(struct spec_entities *out,
                                               struct td_arena *arena,
                                               struct td_bytes text,
                                               struct td_error *err);

/* The word of a type. */
const char *spec_field_type_word(enum spec_field_type type);

#endif

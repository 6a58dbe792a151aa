/* orchestrator/blueprint/read.h - what a blueprint.yaml says. */
#ifndef ORCHESTRATOR_BLUEPRINT_READ_H
#define ORCHESTRATOR_BLUEPRINT_READ_H

#include "core/jsonx.h"
#include "orchestrator/spec/spec.h"

#define BLUE_TASKS_MAX 512 /* of a blueprint.yaml */
#define BLUE_WORDS_MAX 128 /* of one list in it */

/* How much is done for what comes out; a zero is the usual. */
enum blue_level { BLUE_STANDARD, BLUE_LIGHT, BLUE_DEEP };

struct blue_task {
    uint32_t at;           /* its object in doc */
    bool always;           /* whatever is wanted */
    enum blue_level depth; /* else from this depth on, ... */
    const char *focus;     /* ... and where this is what matters; or NULL */
    bool each;             /* once for each entity */
    const char *file;      /* its template; NULL: it has none */
    uint32_t output; /* where the template's output goes; 0: no template */
};

/* Read-only after blue_load(). */
struct blueprint {
    struct td_arena arena;
    const char *name;   /* as it was asked for */
    const char *folder; /* absolute; NULL: built in */
    const char *path;   /* of its blueprint.yaml, as errors call it */
    struct td_jsonx doc;
    const char *summary;
    const char *entities; /* taken if the specification has none; or NULL */
    struct spec_list types;
    struct spec_list words;
    struct spec_list reserved; /* names that nothing may have */
    uint32_t auth;             /* object: what becomes of each; 0: as it is */
    uint32_t map;              /* object: members of fields by type; or 0 */
    struct blue_task *tasks;
    size_t len;
    /* Of what is generated; set by who generates. */
    enum blue_level wanted;
    const char *focus; /* NULL: that of the specification */
};

/* Which of them is wanted, by its word; "light", "standard" and "deep". */
extern const char *const blue_level_words[];

/* Fill the rest of *blueprint from its doc and path. TD_USAGE, TD_LIMIT. */
TD_MUST_CHECK enum td_code blue_read_head(struct blueprint *blueprint,
                                          struct td_error *err);

#endif

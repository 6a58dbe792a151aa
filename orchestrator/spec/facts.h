/* orchestrator/spec/facts.h - what follows from the answers of a specification:
 * rows of an id, a text and where it comes from.
 */
#ifndef ORCHESTRATOR_SPEC_FACTS_H
#define ORCHESTRATOR_SPEC_FACTS_H

#include "orchestrator/spec/spec.h"

#define SPEC_FACTS_MAX 256

struct spec_fact {
    const char *id;   /* "F1", or "" */
    const char *text; /* one sentence */
    const char *from; /* what was answered: "features", "data: wine" */
};

struct spec_facts {
    struct td_arena arena;
    struct spec_fact list[SPEC_FACTS_MAX];
    size_t len;
};

/* Each fills *facts, which must be all zeroes or released. */
void spec_functions(const struct spec *spec, struct spec_facts *facts);
void spec_qualities(const struct spec *spec, struct spec_facts *facts);
void spec_assumptions(const struct spec *spec, struct spec_facts *facts);
void spec_open(const struct spec *spec, struct spec_facts *facts);
void spec_risks(const struct spec *spec, struct spec_facts *facts);
void spec_parts(const struct spec *spec, struct spec_facts *facts);
void spec_decisions(const struct spec *spec, struct spec_facts *facts);

/* Frees everything; all zeroes again. */
void spec_facts_release(struct spec_facts *facts);

#endif

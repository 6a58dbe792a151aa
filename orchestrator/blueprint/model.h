/* orchestrator/blueprint/model.h - what templates can name, made of a
 * specification; and every default that was taken to make it.
 * docs/blueprints.md lists the names.
 */
#ifndef ORCHESTRATOR_BLUEPRINT_MODEL_H
#define ORCHESTRATOR_BLUEPRINT_MODEL_H

#include "orchestrator/blueprint/read.h"

#define BLUE_MODEL_MAX ((size_t)8 << 20) /* bytes of its JSON */

struct blue_model {
    struct td_buf text;
    struct td_json_doc doc; /* over text */
    struct td_arena arena;
    struct spec_list defaults; /* one line each */
};

/* *model must be all zeroes. TD_USAGE: the blueprint cannot make anything of
 * the specification (no entities, a name that it reserves).
 */
TD_MUST_CHECK enum td_code blue_model_make(struct blue_model *model,
                                           const struct blueprint *blueprint,
                                           const struct spec *spec,
                                           struct td_error *err);

/* The value of an entity in doc, by its number from 0; 0: there is none. */
uint32_t blue_model_entity(const struct blue_model *model, size_t i);

/* The same by its name. */
uint32_t blue_model_find(const struct blue_model *model, const char *name);

/* Frees everything; all zeroes again. */
void blue_model_release(struct blue_model *model);

#endif

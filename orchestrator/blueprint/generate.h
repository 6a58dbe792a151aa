/* orchestrator/blueprint/generate.h - a plan out of a blueprint and a
 * specification, and the bytes of its tasks.
 *
 * Equal blueprint and specification, equal bytes: no clock, no chance, nothing
 * of the environment; entities in the order of the specification. A blueprint
 * of one's own is named by its absolute folder, so that a run finds it from
 * anywhere.
 */
#ifndef ORCHESTRATOR_BLUEPRINT_GENERATE_H
#define ORCHESTRATOR_BLUEPRINT_GENERATE_H

#include "orchestrator/blueprint/blueprint.h"

#define BLUE_PLAN_TASKS_MAX 20000

struct blue_plan {
    struct td_arena arena;
    struct td_buf json; /* the plan, as orchestrator/plan/load.h reads it */
    const char *name;
    const char *blueprint;
    struct spec_list defaults; /* every default that was taken, a line each */
    size_t tasks;
    size_t files; /* that templates write */
    size_t waves; /* depth of the graph */
};

/* *plan must be all zeroes; after an error it is again. TD_USAGE: with the
 * place in blueprint.yaml or in a template; TD_LIMIT.
 */
TD_MUST_CHECK enum td_code blue_generate(struct blue_plan *plan,
                                         const struct blueprint *blueprint,
                                         const struct spec *spec,
                                         struct td_error *err);

/* The same plan as YAML, with its defaults as comments at its head. */
void blue_plan_yaml(const struct blue_plan *plan, struct td_buf *out);

/* Frees everything; all zeroes again. */
void blue_plan_release(struct blue_plan *plan);

/* The bytes of the output of a task with `provider: blueprint`. with is the
 * JSON text of its `with`:
 *
 *     {"blueprint":"rest-c","template":"entity.h.mustache","entity":"wine",
 *      "sha256":"...","spec":{"spec":1,"description":"API for wine",...}}
 *
 * entity is there in tasks of an entity. A blueprint that is not built in is a
 * folder, absolute in plans that are generated; folder is what one that is not
 * starts from. The output is appended to *out. TD_USAGE: with
 * is wrong, or the bytes are no longer those of sha256, because the blueprint
 * has changed since the plan was made; TD_IO, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code blue_render_task(struct td_buf *out,
                                            struct td_bytes with,
                                            const char *folder,
                                            struct td_error *err);

/* `with` is an object that blue_render_task() can be asked for, as far as that
 * is known without rendering: its keys, blueprint, template and entity.
 * TD_USAGE.
 */
TD_MUST_CHECK enum td_code
blue_check_task(struct td_bytes with, const char *folder, struct td_error *err);

#endif

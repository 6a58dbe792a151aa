/* orchestrator/blueprint/blueprint.h - a blueprint: a folder of templates and a
 * blueprint.yaml that says what comes of them (docs/blueprints.md).
 *
 * A name without a slash and a dot is one that is built in; anything else is a
 * folder.
 */
#ifndef ORCHESTRATOR_BLUEPRINT_BLUEPRINT_H
#define ORCHESTRATOR_BLUEPRINT_BLUEPRINT_H

#include "orchestrator/blueprint/read.h"
#include "orchestrator/spec/spec.h"

/* base: what a folder that is no absolute path starts from; "." is here.
 * *blueprint must be all zeroes; after an error it is again. TD_USAGE (with
 * "FILE:LINE:COLUMN"), TD_IO, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code blue_load(struct blueprint *blueprint,
                                     const char *name, const char *base,
                                     struct td_error *err);

/* The blueprint.yaml alone, without templates; name is what errors call it. */
TD_MUST_CHECK enum td_code blue_parse(struct blueprint *blueprint,
                                      const char *name, struct td_bytes text,
                                      struct td_error *err);

/* Frees everything; all zeroes again. */
void blue_release(struct blueprint *blueprint);

/* The text of one of its templates, appended. TD_USAGE: it is no plain name;
 * TD_IO: it is not there; TD_LIMIT.
 */
TD_MUST_CHECK enum td_code blue_read(const struct blueprint *blueprint,
                                     const char *file, struct td_buf *out,
                                     struct td_error *err);

/* The built-in one for a specification: by its type, and where a blueprint asks
 * for words, by these. *words (or NULL) is what matched, "" if the type alone
 * did. TD_USAGE: there is none.
 */
TD_MUST_CHECK enum td_code blue_choose(const char **name,
                                       const struct spec *spec,
                                       struct td_buf *words,
                                       struct td_error *err);

/* The names of those that are built in; NULL behind the last. */
const char *blue_builtin(size_t i);
void blue_put_builtins(struct td_buf *out); /* "rest-c, lib-c, cli-c" */

#endif

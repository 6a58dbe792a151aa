/* orchestrator/spec/spec.h - what is to be made: a description, its type, and
 * what was answered about it.
 *
 *     struct spec spec = {0};
 *
 *     code = spec_begin(&spec, "API for wine", SPEC_TYPES, &err);
 *     question = spec_next(&spec);              "Which resources?"
 *     code = spec_answer(&spec, SPEC_DATA, td_text("wine(name: text)"), &err);
 *     spec_completeness(&spec);                 20
 *
 * The type is found by whole words (orchestrator/spec/words.h); nothing else of
 * a description is understood. Answers are kept as they were given and read
 * again when a specification is loaded, so there is one way to understand them.
 * Strings live until spec_release().
 */
#ifndef ORCHESTRATOR_SPEC_SPEC_H
#define ORCHESTRATOR_SPEC_SPEC_H

#include "orchestrator/spec/types.h"

#define SPEC_FILE_MAX ((size_t)1 << 20) /* bytes of a saved one */

/* Begin a specification; *spec must be all zeroes. type SPEC_TYPES: find it.
 * TD_USAGE: the description is empty, too long or no UTF-8.
 */
TD_MUST_CHECK enum td_code spec_begin(struct spec *spec, struct td_bytes text,
                                      enum spec_type type,
                                      struct td_error *err);

/* Answer, or answer anew. A type is asked only some categories, and takes all.
 * TD_USAGE: the text is not understood; nothing has changed.
 */
TD_MUST_CHECK enum td_code spec_answer(struct spec *spec,
                                       enum spec_category category,
                                       struct td_bytes text,
                                       struct td_error *err);

/* The question that is to be answered next, and its category; NULL: none. */
const char *spec_next(const struct spec *spec, enum spec_category *category);

/* The question of a category that the type is asked; else NULL. */
const char *spec_question(enum spec_type type, enum spec_category category);

/* floor(80 x required answered / 5 + 20 x optional answered / all optional). */
unsigned spec_completeness(const struct spec *spec);

/* All that is required is answered. */
bool spec_ready(const struct spec *spec);

/* From and to JSON. *spec must be all zeroes; after an error it is again. A
 * file that a person changed is checked like any answer: TD_USAGE, TD_LIMIT,
 * TD_IO.
 */
TD_MUST_CHECK enum td_code spec_load(struct spec *spec, const char *path,
                                     struct td_error *err);
TD_MUST_CHECK enum td_code spec_parse(struct spec *spec, const char *name,
                                      struct td_bytes text,
                                      struct td_error *err);
void spec_write(const struct spec *spec, struct td_buf *out);

/* Frees everything; all zeroes again. */
void spec_release(struct spec *spec);

/* Names, and back; SPEC_TYPES and SPEC_CATEGORIES: no such name. */
const char *spec_type_name(enum spec_type type);
enum spec_type spec_type_of(const char *name);
const char *spec_category_name(enum spec_category category);
enum spec_category spec_category_of(const char *name);

/* "there is no category "colour"; ..." with the one that was meant, or which
 * there are. TD_USAGE.
 */
enum td_code spec_no_type(const char *name, struct td_error *err);
enum td_code spec_no_category(const char *name, struct td_error *err);

#endif

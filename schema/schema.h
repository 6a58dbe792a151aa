/* schema/schema.h - JSON Schema, compiled once to a flat program that runs
 * over the values of a td_json_doc.
 *
 * Drafts 4, 6, 7, 2019-09 and 2020-12 (the default), chosen by "$schema", or by
 * a metaschema of one's own and its "$vocabulary". `format` is an annotation
 * unless it is asked for. Numbers are exact (schema/value/decimal.h), patterns
 * bounded (schema/regex/pattern.h). References lead into the same file, to
 * files beside it and below, to what the map names, and to the metaschemas,
 * which are built in; nothing is ever fetched.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "core/jsonx.h"
#include "schema/program/options.h"
#include "schema/report/report.h"
#include "schema/value/equal.h"

/* A set of schemas that may refer to each other. Once everything is added it
 * is only read: any number of threads may run it, each with a run of its own.
 */
struct schema_set;

/* The memory of one thread that judges values by a set. */
struct schema_run;

/* An empty set. how may be NULL; its map must outlive the set. */
struct schema_set *schema_set_new(const struct schema_options *how);
/* NULL is fine. */
void schema_set_free(struct schema_set *set);

/* Compile the schema in a file, or at value `at` of a document that outlives
 * the set and was read from doc->name (such a schema is a resource of its own:
 * "#" is the schema, not the document); *root names it from now on. TD_USAGE
 * (wrong or not supported, `where` is FILE:LINE:COLUMN), TD_IO, TD_LIMIT. After
 * an error the set is good for nothing but schema_set_free().
 */
TD_MUST_CHECK enum td_code schema_set_add_file(struct schema_set *set,
                                               const char *path, uint32_t *root,
                                               struct td_error *err);
TD_MUST_CHECK enum td_code schema_set_add(struct schema_set *set,
                                          const struct td_jsonx *doc,
                                          uint32_t at, uint32_t *root,
                                          struct td_error *err);

/* Call report for every word of a schema that is no keyword of its draft and no
 * annotation, and so refuses nothing: place, what is wrong, and the hint. In
 * the order of files and lines. Words that begin with x- are fine, and so are
 * all of a dialect with vocabularies that are not known.
 */
void schema_set_doubts(const struct schema_set *set,
                       void (*report)(void *self, const struct td_error *what),
                       void *self);

/* A run of the set, which must outlive it. One thread at a time; use it again
 * and again: it allocates nothing once it is warm.
 */
struct schema_run *schema_run_new(const struct schema_set *set);
/* NULL is fine. */
void schema_run_free(struct schema_run *run);

/* Whether the value is valid against root. TD_OK or TD_FAILED; TD_LIMIT
 * when it could not be decided (a pattern or a schema without end).
 */
TD_MUST_CHECK enum td_code schema_test(struct schema_run *run, uint32_t root,
                                       struct schema_value value);

/* After TD_LIMIT: append which limit was reached, of which pattern, and what is
 * to be done, as one line.
 */
void schema_say_limit(const struct schema_run *run, struct td_buf *out);

#endif

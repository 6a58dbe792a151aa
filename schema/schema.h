/* schema/schema.h - JSON Schema, compiled once to a flat program that runs
 * over the values of a td_json_doc.
 *
 * Drafts 4, 6, 7, 2019-09 and 2020-12 (the default), chosen by "$schema", or by
 * a metaschema of one's own and its "$vocabulary". `format` is an annotation
 * unless it is asked for. Numbers are exact (schema/value/decimal.h), patterns
 * bounded (schema/regex/pattern.h). References lead into the same file, to
 * files beside it, to what the map names, and to the metaschemas, which are
 * built in; nothing is ever fetched.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include "core/jsonx.h"
#include "schema/value/equal.h"

#define CHECK_SCHEMA_FILES 256 /* documents a set may hold */
#define CHECK_SCHEMA_STEPS                                                     \
    5000000                     /* spent on one value; 64 more for each        \
                                   value within it */
#define CHECK_SCHEMA_DEPTH 5000 /* schemas within each other at run time */

/* URIs that begin with prefix stand for files under folder; the URI that is the
 * prefix, for the file of that name.
 */
struct check_schema_map {
    const char *prefix;
    const char *folder;
};

struct check_schema_options {
    bool assert_format;  /* those of schema/format/format.h; others are passed
                            over */
    bool assert_content; /* contentEncoding base64, base32, base16, and
                            contentMediaType of JSON; not contentSchema */
    const char *dialect; /* "$schema" of schemas without; NULL = 2020-12 */
    const struct check_schema_map *map; /* borrowed; ends with a NULL prefix */
    bool trust; /* do not judge schemas by the metaschema of their dialect */
};

/* A set of schemas that may refer to each other. Once everything is added it
 * is only read: any number of threads may run it, each with a run of its own.
 */
struct check_schemas;

/* The memory of one thread that judges values by a set. */
struct check_schema_run;

/* An empty set. how may be NULL; its map must outlive the set. */
struct check_schemas *check_schemas_new(const struct check_schema_options *how);
/* NULL is fine. */
void check_schemas_free(struct check_schemas *set);

/* Compile the schema in a file, or at value `at` of a document that outlives
 * the set and was read from doc->name (such a schema is a resource of its own:
 * "#" is the schema, not the document); *root names it from now on. TD_USAGE
 * (wrong or not supported, `where` is FILE:LINE:COLUMN), TD_IO, TD_LIMIT. After
 * an error the set is good for nothing but check_schemas_free().
 */
TD_MUST_CHECK enum td_code check_schemas_add_file(struct check_schemas *set,
                                                  const char *path,
                                                  uint32_t *root,
                                                  struct td_error *err);
TD_MUST_CHECK enum td_code check_schemas_add(struct check_schemas *set,
                                             const struct td_jsonx *doc,
                                             uint32_t at, uint32_t *root,
                                             struct td_error *err);

/* A run of the set, which must outlive it. One thread at a time; use it again
 * and again: it allocates nothing once it is warm.
 */
struct check_schema_run *check_schema_run_new(const struct check_schemas *set);
/* NULL is fine. */
void check_schema_run_free(struct check_schema_run *run);

/* Whether the value is valid against root. TD_OK or TD_FAILED; TD_LIMIT
 * when it could not be decided (a pattern or a schema without end).
 */
TD_MUST_CHECK enum td_code check_schema_test(struct check_schema_run *run,
                                             uint32_t root,
                                             struct check_value value);

/* One keyword that a value did not meet. Texts are borrowed and live until the
 * next call with the same run.
 */
struct check_problem {
    const char *path;        /* JSON Pointer of the value in the document */
    const char *schema_path; /* FILE#POINTER of the keyword */
    const char *expected;
    const char *found;
    uint32_t at; /* the value */
};

/* Call report for every keyword that is not met, in the order they stand. Where
 * no alternative of anyOf or oneOf fits, for those of the one that was meant:
 * it has the value's tag, or is the only one of its type; else that none fits.
 * The same codes as check_schema_test().
 */
TD_MUST_CHECK enum td_code check_schema_explain(
    struct check_schema_run *run, uint32_t root, struct check_value value,
    void (*report)(void *self, const struct check_problem *problem),
    void *self);

/* The standard outputs as JSON: `flag`; `basic` of 2019-09 and 2020-12, a list
 * of errors or of annotations; `list` and `hierarchical` of the version after
 * that, every schema that was applied with what became of it.
 */
enum check_output {
    CHECK_OUTPUT_FLAG,
    CHECK_OUTPUT_BASIC,
    CHECK_OUTPUT_LIST,
    CHECK_OUTPUT_HIERARCHICAL,
};

/* Append the output to out. TD_OK (valid), TD_FAILED, or TD_LIMIT with nothing
 * appended.
 */
TD_MUST_CHECK enum td_code check_schema_output(struct check_schema_run *run,
                                               uint32_t root,
                                               struct check_value value,
                                               enum check_output form,
                                               struct td_buf *out);

/* An annotation: what a keyword says of a value that is valid. Texts live until
 * the next call with the same run.
 */
struct check_annotation {
    const char *path;    /* JSON Pointer of the value */
    const char *schema;  /* absolute URI of the schema that has the keyword */
    const char *keyword; /* known or not */
    const char *value;   /* JSON */
    uint32_t at;         /* the value */
};

/* Call report for every annotation; for none if the value is not valid. The
 * same codes as check_schema_test().
 */
TD_MUST_CHECK enum td_code check_schema_annotate(
    struct check_schema_run *run, uint32_t root, struct check_value value,
    void (*report)(void *self, const struct check_annotation *annotation),
    void *self);

#endif

/* schema/load/load.h - finding what schemas consist of.
 *
 * dialect.c      "$schema" -> draft and vocabularies
 * store.c        documents and the URIs they are known by
 * scan.c         $id and anchors within a document
 * resolve.c      $ref -> location
 * kind.c         what is no schema
 * unused_refs.c  $refs of schemas that are no nodes
 */
#ifndef SCHEMA_LOAD_LOAD_H
#define SCHEMA_LOAD_LOAD_H

#include "schema/program/program.h"

/* The dialect that a "$schema" names, loading its metaschema if it is not one
 * of ours. err->text is the reason; the caller knows the place.
 */
TD_MUST_CHECK enum td_code schema_dialect_find(struct schema_set *set,
                                               struct td_bytes uri,
                                               uint32_t *dialect,
                                               struct td_error *err);

/* The dialect of schemas without "$schema". */
TD_MUST_CHECK enum td_code schema_default_dialect(struct schema_set *set,
                                                  uint32_t *dialect,
                                                  struct td_error *err);

/* Free the dialects. */
void schema_dialect_release(struct schema_set *set);

/* The text of a metaschema that is built in; ptr is NULL if there is none. */
struct td_bytes schema_meta_text(struct td_bytes uri);

/* Find $id and anchors of the schema at place, which becomes a resource. */
TD_MUST_CHECK enum td_code schema_scan(struct schema_set *set,
                                       struct schema_place place,
                                       struct td_bytes uri,
                                       struct td_error *err);

/* Add a resource; the first of several with one URI is found by it. */
uint32_t schema_store_resource(struct schema_set *set, struct td_bytes uri,
                               struct schema_place place, uint32_t dialect);

/* Add an anchor. */
void schema_store_anchor(struct schema_set *set, uint32_t resource,
                         struct schema_place place, struct td_bytes name,
                         bool dynamic);

/* Add a document: one that is a schema is scanned, else its root is a resource
 * and no more. `owned` is released with the set, and at once on error.
 */
struct schema_source {
    const struct td_jsonx *x;
    struct td_bytes uri;
    bool owned;
    bool ours;
    bool is_schema;
};
TD_MUST_CHECK enum td_code schema_store_add(struct schema_set *set,
                                            const struct schema_source *source,
                                            uint32_t *doc,
                                            struct td_error *err);

/* Read what stands in a file and add it. */
TD_MUST_CHECK enum td_code schema_store_file(struct schema_set *set,
                                             const char *path,
                                             struct td_bytes uri, uint32_t *doc,
                                             struct td_error *err);

/* Load a document of a URI (only if it is not there yet). */
TD_MUST_CHECK enum td_code schema_store_load(struct schema_set *set,
                                             struct td_bytes uri, uint32_t *doc,
                                             struct td_error *err);

/* Parse the document of a URI, which is a file or built in. */
TD_MUST_CHECK enum td_code schema_store_read(const struct schema_set *set,
                                             struct td_bytes uri,
                                             struct td_jsonx *x,
                                             struct td_error *err);

/* True if a URI is known, or there is room for the file that it names. */
bool schema_store_can_load(const struct schema_set *set, struct td_bytes uri);

/* The resource of a URI, or SCHEMA_NONE. */
uint32_t schema_store_find(const struct schema_set *set, struct td_bytes uri);

/* Free documents, resources and anchors. */
void schema_store_release(struct schema_set *set);

/* The resource that a place belongs to. */
uint32_t schema_resource_of(struct schema_set *set, struct schema_place place);

/* The place of the dynamic anchor of a resource; false if it has none. */
bool schema_dynamic_anchor(const struct schema_set *set, uint32_t resource,
                           struct td_bytes name, struct schema_place *place);

/* Where a reference leads. */
struct schema_target {
    struct schema_place place;
    bool anchored; /* the fragment is the name of an anchor ... */
    bool dynamic;  /* ... or of a dynamic one */
};

/* Where the reference at `place` (a string), which belongs to the resource,
 * leads.
 */
TD_MUST_CHECK enum td_code schema_resolve(struct schema_set *set,
                                          struct schema_place place,
                                          uint32_t resource,
                                          struct schema_target *target,
                                          struct td_error *err);

/* Refuse references that lead nowhere in schemas within a place that no node
 * was made of.
 */
TD_MUST_CHECK enum td_code schema_follow_unused(struct schema_set *set,
                                                struct schema_place place,
                                                struct td_error *err);

/* A copy of string `at` without escapes; free its ptr. */
struct td_bytes schema_copy_text(const struct td_json_doc *doc, uint32_t at);

/* A copy of the bytes, and its end. */
struct td_bytes schema_copy(struct td_bytes bytes);
void schema_free_bytes(struct td_bytes *bytes);

/* TD_USAGE at value `at` of x if the document, taken whole, is no schema but a
 * contract or another description of messages, which would accept everything.
 */
enum td_code schema_check_kind(const struct td_jsonx *doc,
                               const struct td_jsonx *x, uint32_t at,
                               struct td_error *err);

#endif

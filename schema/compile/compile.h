/* schema/compile/compile.h - schemas -> nodes -> steps.
 *
 * compile.c        a location -> a node
 * keyword.c        the operation of a keyword
 * members.c        all that is said of the members of an object
 * recursion.c      recursion that makes no progress
 * plan.c           nodes -> steps that run fast
 * discriminator.c  tags that tell alternatives apart
 */
#ifndef SCHEMA_COMPILE_COMPILE_H
#define SCHEMA_COMPILE_COMPILE_H

#include "schema/program/program.h"

/* The node of a place, which will be compiled if it is a new one. */
uint32_t schema_node_of(struct schema_set *set, struct schema_place place,
                        uint32_t resource);

/* Compile all nodes that were asked for. */
TD_MUST_CHECK enum td_code schema_compile(struct schema_set *set,
                                          struct td_error *err);

/* Refuse nodes from `first` on that lead back to themselves for one and the
 * same value.
 */
TD_MUST_CHECK enum td_code schema_find_loops(const struct schema_set *set,
                                             uint32_t first,
                                             struct td_error *err);

/* The node that is being compiled. */
struct schema_compiler {
    struct schema_set *set;
    const struct td_jsonx *x;
    const struct td_json_doc *json;
    struct schema_place place;
    uint32_t resource;
    enum schema_draft draft;
    uint32_t words;
    struct td_error *err;
};

/* Compile the operation of one keyword, whose value is `at`; does nothing if it
 * is no keyword of this dialect.
 */
TD_MUST_CHECK enum td_code schema_compile_keyword(struct schema_compiler *c,
                                                  uint32_t at);

/* The operation of properties, patternProperties, additionalProperties and
 * required; adds nothing if the schema has none of them.
 */
TD_MUST_CHECK enum td_code schema_compile_members(struct schema_compiler *c);

/* The value of a keyword of the schema, or 0. */
uint32_t schema_keyword(const struct schema_compiler *c, const char *name);

/* Set the error "KEYWORD takes WANT" of value `at`. */
enum td_code schema_wrong(struct schema_compiler *c, uint32_t at,
                          const char *want);

/* The node of the subschema at `at` of the same document. */
uint32_t schema_node_at(struct schema_compiler *c, uint32_t at);

/* The nodes of all elements of an array, in a row in the pool. */
uint32_t schema_nodes_of_list(struct schema_compiler *c, uint32_t array);

/* Add an operation to the node that is being compiled; valid until the next. */
struct schema_op *schema_add_op(struct schema_set *set,
                                enum schema_op_kind kind, uint32_t at);

/* Compile the pattern that is string `at`. */
TD_MUST_CHECK enum td_code schema_compile_pattern(struct schema_compiler *c,
                                                  uint32_t at,
                                                  struct schema_pattern **out);

/* Free a tag of alternatives (schema_run.h). NULL is fine. */
void schema_tag_free(struct schema_tag *tag);

/* Free an operation's memory. */
void schema_op_release(struct schema_op *op);

/* Plan all nodes that are not planned yet. */
void schema_plan_nodes(struct schema_set *set);

/* NULL is fine. */
void schema_plan_free(struct schema_plan *plan);

/* The list that has all operations of a conjunction; see schema_plan.c. */
struct schema_gathered {
    uint32_t node;
    uint32_t op; /* SCHEMA_NONE: run the node */
};

/* The operations of a node, with those of $ref and allOf; appended as struct
 * schema_gathered.
 */
void schema_gather(const struct schema_set *set, uint32_t node,
                   struct td_buf *out);

/* A tag that tells the nodes of an anyOf or oneOf apart, or NULL. */
struct schema_tag *schema_tag_find(const struct schema_set *set, uint32_t op);

#endif

/* validator/gates/load_internal.h - gates.yaml while it is read. */
#ifndef VALIDATOR_GATES_LOAD_INTERNAL_H
#define VALIDATOR_GATES_LOAD_INTERNAL_H

#include "validator/gates/load.h"

struct loader {
    struct td_jsonx_reader r;
    struct gates_file *file;
    struct gates_check *check; /* that is read */
    unsigned refused;          /* how often gates_refuse() was called */
};

/* The shape of one check; its readers get the loader. */
extern const struct td_jsonx_shape gates_check_shape;

/* Set the error of value at. TD_USAGE. */
enum td_code gates_refuse(struct loader *l, uint32_t at, const char *fmt, ...)
    TD_PRINTF(3, 4);

/* Add "did you mean X?", or the list of what there is, to the error. */
enum td_code gates_meant(struct loader *l, const char *word,
                         const char *const *known);

/* What only the whole check can tell; and what only all of them can. */
TD_MUST_CHECK enum td_code gates_settle_check(struct loader *l);
TD_MUST_CHECK enum td_code gates_check_graph(struct loader *l);

#endif

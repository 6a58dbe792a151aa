/* core/jsonx_internal.h - the YAML half of core/jsonx.c. */
#ifndef CORE_JSONX_INTERNAL_H
#define CORE_JSONX_INTERNAL_H

#include "core/jsonx.h"

/* What a plain or tagged scalar is in the core schema. */
enum td_jsonx_scalar {
    TD_JSONX_TEXT,
    TD_JSONX_LITERAL, /* null, true, false or a number, written to out */
    TD_JSONX_NO_JSON, /* .inf, .nan, or a number of more than 64 bits in base
                         8 or 16 */
};

/* Resolve a plain scalar; out is changed for TD_JSONX_LITERAL only. */
enum td_jsonx_scalar td_jsonx_resolve(struct td_buf *out, struct td_bytes text);

/* Write doc->text and doc->marks from YAML; the same errors as td_jsonx_parse.
 */
TD_MUST_CHECK enum td_code td_jsonx_from_yaml(struct td_jsonx *doc,
                                              struct td_bytes yaml,
                                              struct td_error *err);

#endif

/* validator/message/alias.h - events that write a field under another name, or
 * say the same with another word, brought to the names and words of the
 * contract.
 *
 *     aliases: {file_path: [path], stats.total: [total], "phases[].tasks": [n]}
 *     values: {status: {success: completed}}
 *
 * A path is dotted, from the data; `[]` behind a name means each element of the
 * list. A path and its aliases go through the same lists. Where the contract's
 * own name is there, its aliases are left alone. Rules and schemas see only the
 * renamed data; findings speak of what was on the wire.
 *
 * Read only after loading.
 */
#ifndef VALIDATOR_MESSAGE_ALIAS_H
#define VALIDATOR_MESSAGE_ALIAS_H

#include "core/jsonx.h"

#define CHECK_ALIASES_MAX    256 /* paths and aliases of one event */
#define CHECK_ALIAS_DEPTH    32  /* names in a path */
#define CHECK_ALIAS_EXAMPLES 64  /* words of one path in `values` */

struct check_aliases;

struct check_aliases *check_aliases_new(void);
/* NULL is fine. */
void check_aliases_free(struct check_aliases *aliases);

/* Add what the object at `at` of a contract says, under `aliases` or `values`.
 * TD_USAGE or TD_LIMIT with FILE:LINE:COLUMN.
 */
TD_MUST_CHECK enum td_code check_aliases_read(struct check_aliases *aliases,
                                              const struct td_jsonx *doc,
                                              uint32_t at,
                                              struct td_error *err);
TD_MUST_CHECK enum td_code check_values_read(struct check_aliases *aliases,
                                             const struct td_jsonx *doc,
                                             uint32_t at, struct td_error *err);

/* Append the value `data` of doc as the contract would have it. False, and then
 * *out is to be cleared: nothing is to be changed.
 */
bool check_aliases_apply(const struct check_aliases *aliases,
                         const struct td_json_doc *doc, uint32_t data,
                         struct td_buf *out);

/* Append how the field with this pointer (from the renamed data) is called in
 * doc, from its value `data`.
 */
void check_aliases_wire(const struct check_aliases *aliases,
                        const struct td_json_doc *doc, uint32_t data,
                        struct td_bytes pointer, struct td_buf *out);

#endif

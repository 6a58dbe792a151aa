/* validator/diff/suggest.h - masks for what differs between good runs.
 *
 * Each run is compared with the first one. What differs in a field says which
 * mask it needs; with these masks the runs are compared again, and a mask that
 * does not hold (ids that are not renamed one to one, times that go back) gives
 * way to `ignore`. What no mask explains is said.
 */
#ifndef VALIDATOR_DIFF_SUGGEST_H
#define VALIDATOR_DIFF_SUGGEST_H

#include "core/buf.h"
#include "validator/diff/diff.h"

#define DIFF_SUGGEST_FINDINGS 100000 /* of one pair that are looked into */

/* Append a masks file, as YAML with the evidence in comments. paths: the first
 * run and the others, ended by NULL. *unexplained: differences that are left
 * under these masks. key and order as in diff_options, which has no masks.
 * As diff_run().
 */
TD_MUST_CHECK enum td_code
diff_suggest(const char *const *paths, const struct diff_options *options,
             struct td_buf *out, uint32_t *unexplained, struct td_error *err);

#endif

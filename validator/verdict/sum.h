/* validator/verdict/sum.h - the gates of a document in a sentence.
 *
 * Every report and every message that counts gates says this, so that their
 * numbers agree.
 */
#ifndef VALIDATOR_VERDICT_SUM_H
#define VALIDATOR_VERDICT_SUM_H

#include "core/buf.h"
#include "validator/verdict/document.h"

/* Adds "1 of 4 gates failed", of several outcomes "1 failed, 2 skipped of 4
 * gates", or "all 4 gates passed, 1 with warnings". Those that passed are
 * counted where none is worse than skipped: "3 passed, 1 skipped of 4 gates".
 */
void verdict_add_sum(struct td_buf *out, const struct verdict_document *doc);

/* The same at the begin of a sentence: "The gate passed". */
void verdict_add_sentence(struct td_buf *out,
                          const struct verdict_document *doc);

/* The same as verdict_add_sum(), with the names of the gates but those that
 * passed: "1 of 4 gates failed: unit", "1 failed (unit), 2 skipped (cover,
 * speed) of 4 gates".
 */
void verdict_add_sum_named(struct td_buf *out,
                           const struct verdict_document *doc);

#endif

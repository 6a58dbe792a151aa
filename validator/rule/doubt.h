/* validator/rule/doubt.h - what is doubtful in a contract: it loads, and yet
 * hardly says what its writer meant.
 */
#ifndef VALIDATOR_RULE_DOUBT_H
#define VALIDATOR_RULE_DOUBT_H

#include "core/jsonx_object.h"

/* Hears of doubts about a document. */
struct check_doubter {
    const struct td_jsonx *doc;
    void (*report)(void *self, const struct td_error *what);
    void *self;
};

/* A doubt about value `at`: what is wrong, then the hint. */
void check_doubt(const struct check_doubter *d, uint32_t at, const char *hint,
                 const char *fmt, ...) TD_PRINTF(4, 5);

/* True if value `at` is a number that is 0 however it is written. */
bool check_is_zero(const struct td_jsonx *doc, uint32_t at);

/* A doubt about value b if it is the same event as value a, so that the rule
 * fails wherever one comes: `why`.
 */
void check_doubt_same(const struct check_doubter *d, uint32_t a, uint32_t b,
                      const char *why);

#endif

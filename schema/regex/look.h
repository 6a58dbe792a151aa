/* schema/regex/look.h - lookbehinds on texts of many lengths, which PCRE2 does
 * not have.
 *
 * The pattern has a callout where each of them stood. There it is asked whether
 * what it looks back on, a pattern of its own, begins somewhere before and ends
 * right there; where that is asked often, of all places of the text at once.
 */
#ifndef SCHEMA_REGEX_LOOK_H
#define SCHEMA_REGEX_LOOK_H

#include "schema/regex/ecma.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Of one match of a pattern with such lookbehinds: */
#define SCHEMA_LOOK_STEPS 100000   /* of the engine for one look */
#define SCHEMA_LOOK_COUNT 10000    /* looks, one by one */
#define SCHEMA_LOOK_BYTES 16000000 /* that all of them may go over */

struct schema_look;

/* Compile what was read. TD_USAGE with the number of PCRE2's error. */
TD_MUST_CHECK enum td_code
schema_look_new(struct schema_look **out, const struct schema_ecma_looks *looks,
                int *number);
/* NULL is fine. */
void schema_look_free(struct schema_look *look);

/* What one thread needs. */
struct schema_look_memory;
struct schema_look_memory *schema_look_memory_new(void);
/* NULL is fine. */
void schema_look_memory_free(struct schema_look_memory *memory);

/* Answer the callouts of the next match in this context. */
void schema_look_prepare(const struct schema_look *look,
                         struct schema_look_memory *memory,
                         pcre2_match_context *context);

#endif

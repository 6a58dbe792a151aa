/* validator/check/declared.h - the events and fields that a contract speaks of,
 * for who looks at a verdict: which of them a stream never had.
 */
#ifndef VALIDATOR_CHECK_DECLARED_H
#define VALIDATOR_CHECK_DECLARED_H

#include "validator/contract/contract.h"

struct verdict_lens;

/* All events were put into the lens: tell it of the rest. Fields are those that
 * the schemas of events name in `properties`, of the dialect (NULL: none), also
 * within allOf, anyOf, oneOf and items, but not behind a $ref. Of events that
 * are renamed nothing is told, for the lens saw them as they came.
 */
void check_declared_tell(const struct check_contract *contract,
                         const char *dialect, struct verdict_lens *lens);

#endif

/* validator/audit/declare.h - what a contract says of events and fields, as a
 * profile: to be put beside that of tapes.
 *
 * An object is there twice; a field that is required is in both of them, one
 * that is not in one. What schemas name in `properties`, `items` and
 * `additionalProperties` counts, also in allOf, anyOf and oneOf and behind a
 * $ref, whatever document it leads to.
 */
#ifndef VALIDATOR_AUDIT_DECLARE_H
#define VALIDATOR_AUDIT_DECLARE_H

#include "validator/audit/profile.h"
#include "validator/contract/contract.h"

/* dialect: of the contract; NULL: none chosen. To be freed as any profile. */
struct audit_profile *audit_declare(const struct check_contract *contract,
                                    const char *dialect);

#endif

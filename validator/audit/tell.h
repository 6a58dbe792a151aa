/* validator/audit/tell.h - a profile as the table of fields that reports show
 * (struct verdict_name of validator/verdict/document.h).
 */
#ifndef VALIDATOR_AUDIT_TELL_H
#define VALIDATOR_AUDIT_TELL_H

#include "validator/audit/profile.h"
#include "validator/verdict/document.h"

#define AUDIT_TELL_SAMPLES 3 /* values of a field that are shown */

/* The events of a profile with their fields; of a contract's, if there is one,
 * also those that never came. Values that may be secrets are left out. All is
 * in the arena, but for the types' words.
 */
struct verdict_name *audit_tell(const struct audit_profile *profile,
                                const struct audit_profile *declared,
                                struct td_arena *arena);

/* As audit_tell(), and none but the events and fields of the contract. */
struct verdict_name *audit_tell_declared(const struct audit_profile *profile,
                                         const struct audit_profile *declared,
                                         struct td_arena *arena);

#endif

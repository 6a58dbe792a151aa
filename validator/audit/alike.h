/* validator/audit/alike.h - whether a field that came may be one that went. */
#ifndef VALIDATOR_AUDIT_ALIKE_H
#define VALIDATOR_AUDIT_ALIKE_H

#include "validator/audit/profile.h"

#define AUDIT_ALIKE 50 /* of 100: from here on it is a suspect */

/* How near two fields are by their names and by what was seen at them. */
unsigned audit_nodes_alike(const struct audit_node *a,
                           const struct audit_node *b);

/* They have a type in common, integers and numbers being one. */
bool audit_types_meet(const struct audit_node *a, const struct audit_node *b);

#endif

/* core/secret_name.h - the names that give a credential away. */
#ifndef CORE_SECRET_NAME_H
#define CORE_SECRET_NAME_H

#include "core/event.h"

#include <stdbool.h>

/* True if a member, a field or a query parameter of this name (which may be
 * percent-encoded) holds a secret: token, api_key, Authorization, pwd and the
 * like.
 */
bool td_secret_name(struct td_bytes name);

/* The same of a field of a head, or of what is said of a connection, where more
 * words give a credential away if they are the last: X-Auth, X-Master-Key,
 * X-Pin. In a payload they are the names of anything (sort_key).
 */
bool td_secret_field(struct td_bytes name);

/* The same of a member of a payload that nobody has a rule for: only names that
 * say nothing else. password, api_key, access_token, clientSecret, but not
 * token, key or code.
 */
bool td_secret_member(struct td_bytes name);

#endif

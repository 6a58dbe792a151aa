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

#endif

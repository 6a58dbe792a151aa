/* wire/http/form.h - pairs of a query and of a form
 * (application/x-www-form-urlencoded): name=value&name=value.
 */
#ifndef WIRE_HTTP_FORM_H
#define WIRE_HTTP_FORM_H

#include "core/event.h"

#include <stdbool.h>

/* What stands for a value that is a secret. */
#define HTTP_HIDDEN "***"

/* As they stand there, percent-encoded. */
struct http_pair {
    struct td_bytes whole; /* without the "&" behind it */
    struct td_bytes name;
    struct td_bytes value; /* ptr NULL: there is no "=" */
};

/* Take the first pair off *rest; of nothing it is empty. */
struct http_pair http_pair_next(struct td_bytes *rest);

/* True if the name gives a credential away (core/secret_name.h), also that of a
 * member: user[password].
 */
bool http_pair_is_secret(const struct http_pair *pair);

/* True if a body reads like a form: it begins with a name and "=", before which
 * may be names without one ("a&b=1"), and it is no list of lines "name=value",
 * as settings are. Values may have line breaks that nobody has encoded. A form
 * that was cut is one, too. *pairs is it without the line end that some have
 * behind it.
 */
bool http_form_read(struct td_bytes *pairs, struct td_bytes body);

/* "user[password]" is what a form makes of a member in a member: the innermost
 * name; the name itself if there is none.
 */
struct td_bytes http_pair_member(struct td_bytes name);

#endif

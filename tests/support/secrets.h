/* tests/support/secrets.h - documents that hold a secret where a rule names it,
 * in any spelling, and ways to spoil them.
 */
#ifndef TESTS_SUPPORT_SECRETS_H
#define TESTS_SUPPORT_SECRETS_H

#include "core/buf.h"
#include "core/rand.h"

#include <stdbool.h>

#define SECRET_TEXT "S3CRETword"

/* Which rule the secret is under. */
enum secret_rule {
    SECRET_KEY,     /* key password */
    SECRET_POINTER, /* pointer /user/pin, and /1/user/pin behind a name */
    SECRET_REGEX,   /* regex S3CRET[a-z]* */
};
#define SECRET_RULES 3

/* Random numbers below n, not 0. */
uint32_t secret_below(struct td_rand *rand, uint32_t n);

/* Append an object with the secret in it. Several lines, if breaks says so. */
void secret_object(struct td_buf *out, struct td_rand *rand,
                   enum secret_rule rule, bool breaks);

/* The same as Socket.IO arguments whose first is name. */
void secret_arguments(struct td_buf *out, struct td_rand *rand,
                      enum secret_rule rule, const char *name);

/* Spoil a document so that it is JSON no longer, as a rule: cut it at either
 * end, put in a byte, write another behind it, bury it.
 */
void secret_spoil(struct td_buf *text, struct td_rand *rand);

/* True if the secret can be read in bytes: as it is, behind escapes, in
 * base64.
 */
bool secret_is_in(struct td_bytes bytes);

#endif

/* schema/value/uri.h - references resolved against a base (RFC 3986, section
 * 5).
 */
#ifndef SCHEMA_VALUE_URI_H
#define SCHEMA_VALUE_URI_H

#include "core/buf.h"

#include <stdbool.h>

/* Append what ref means at base. Without its fragment if that is empty. */
void schema_uri_resolve(struct td_buf *out, struct td_bytes base,
                        struct td_bytes ref);

/* The part before the first #. */
struct td_bytes schema_uri_without_fragment(struct td_bytes uri);
/* The part behind the first #, or "". */
struct td_bytes schema_uri_fragment(struct td_bytes uri);

/* Append text with what may not stand in a fragment (RFC 3986, section 3.5) as
 * %XX.
 */
void schema_uri_encode(struct td_buf *out, struct td_bytes text);

/* Append "file://" and the absolute path, with % # ? and space encoded. */
void schema_uri_of_path(struct td_buf *out, const char *path);

#endif

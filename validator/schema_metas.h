/* validator/schema_metas.h - the metaschemas of all drafts, built in.
 *
 * cmake/metaschemas.cmake makes the table from validator/metaschemas/.
 */
#ifndef VALIDATOR_SCHEMA_METAS_H
#define VALIDATOR_SCHEMA_METAS_H

#include <stddef.h>

struct schema_meta {
    const char *uri; /* without fragment; NULL ends the table */
    const unsigned char *text;
    size_t len;
};

extern const struct schema_meta schema_metas[];

#endif

/* schema/load/metaschemas.h - the metaschemas of all drafts, built in.
 *
 * cmake/metaschemas.cmake makes the table from validator/metaschemas/.
 */
#ifndef SCHEMA_LOAD_METASCHEMAS_H
#define SCHEMA_LOAD_METASCHEMAS_H

#include <stddef.h>

struct schema_meta {
    const char *uri; /* without fragment; NULL ends the table */
    const unsigned char *text;
    size_t len;
};

extern const struct schema_meta schema_metas[];

#endif

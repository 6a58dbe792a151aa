/* schema/program/options.h - limits of a set of schemas, and what it is told.
 */
#ifndef SCHEMA_PROGRAM_OPTIONS_H
#define SCHEMA_PROGRAM_OPTIONS_H

#include "core/buf.h"

#include <stdbool.h>

#define SCHEMA_FILES 256 /* documents a set may hold */
#define SCHEMA_STEPS                                                           \
    5000000               /* spent on one value; 64 more for each              \
                             value within it */
#define SCHEMA_DEPTH 5000 /* schemas within each other at run time */

/* URIs that begin with prefix stand for files under folder; the URI that is the
 * prefix, for the file of that name.
 */
struct schema_map {
    const char *prefix;
    const char *folder;
};

struct schema_options {
    bool assert_format;  /* those of schema/format/format.h; others are passed
                            over */
    bool assert_content; /* contentEncoding base64, base32, base16, and
                            contentMediaType of JSON; not contentSchema */
    const char *dialect; /* "$schema" of schemas without; NULL = 2020-12 */
    const struct schema_map *map; /* borrowed; ends with a NULL prefix */
    const char *const *allow; /* folders that references to files may lead into
                                 beside those of what is added; borrowed, ends
                                 with NULL; or NULL */
    bool trust; /* do not judge schemas by the metaschema of their dialect */
    struct td_buf *files; /* NULL, or gets the path of each file that is read,
                             with its NUL; borrowed */
};

static inline void schema_options_note(const struct schema_options *how,
                                       const char *path)
{
    if (how && how->files)
        (void)td_buf_add(how->files, path, strlen(path) + 1);
}

#endif

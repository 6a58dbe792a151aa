/* schema/value/folders.h - which files references may lead to: those in the
 * folders of what the user named, with links and ".." resolved.
 */
#ifndef SCHEMA_VALUE_FOLDERS_H
#define SCHEMA_VALUE_FOLDERS_H

#include "core/error.h"

#include <stdbool.h>

/* All zeroes is valid: no folder. */
struct schema_folders {
    char **list; /* real paths */
    uint32_t len;
};

/* Add a folder; one that is not there holds nothing. */
void schema_folders_add(struct schema_folders *folders, const char *folder);
/* The same of the folder that a file is in. */
void schema_folders_add_of(struct schema_folders *folders, const char *file);
/* Add each of a list that ends with NULL; the list may be NULL. */
void schema_folders_add_all(struct schema_folders *folders,
                            const char *const *list);

/* Whether the file, or where a link of this name leads, is in one of them. */
bool schema_folders_hold(const struct schema_folders *folders,
                         const char *path);

/* TD_IO with a hint if it is not. */
TD_MUST_CHECK enum td_code
schema_folders_check(const struct schema_folders *folders, const char *path,
                     struct td_error *err);

/* Frees it; all zeroes. */
void schema_folders_release(struct schema_folders *folders);

#endif

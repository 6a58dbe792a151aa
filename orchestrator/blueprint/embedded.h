/* orchestrator/blueprint/embedded.h - the blueprints that are built in.
 *
 * cmake/blueprints.cmake makes the table from the folders of blueprints/.
 */
#ifndef ORCHESTRATOR_BLUEPRINT_EMBEDDED_H
#define ORCHESTRATOR_BLUEPRINT_EMBEDDED_H

#include <stddef.h>

struct blue_file {
    const char *blueprint; /* NULL ends the table */
    const char *name;
    const unsigned char *bytes;
    size_t len;
};

extern const struct blue_file blue_files[];

#endif

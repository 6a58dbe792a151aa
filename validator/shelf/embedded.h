/* validator/shelf/embedded.h - the contracts that are built in.
 *
 * cmake/shelf.cmake makes the table from contracts/std/ and what else the shelf
 * has, in the order of their names.
 */
#ifndef VALIDATOR_SHELF_EMBEDDED_H
#define VALIDATOR_SHELF_EMBEDDED_H

#include <stddef.h>

struct shelf_contract {
    const char *name; /* without "std:"; NULL ends the table */
    const unsigned char *bytes;
    size_t len;
};

extern const struct shelf_contract shelf_contracts[];

#endif

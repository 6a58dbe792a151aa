/* validator/shelf/shelf.h - contracts that come with the program, by name.
 *
 * Wherever the path of a contract is taken, "std:NAME" is the contract NAME of
 * the shelf. A file NAME.contract.yaml in the user's folder stands for it:
 * $XDG_CONFIG_HOME/tapedeck/contracts, or ~/.config/tapedeck/contracts if that
 * is not set. Source: docs/shelf.md.
 */
#ifndef VALIDATOR_SHELF_SHELF_H
#define VALIDATOR_SHELF_SHELF_H

#include "core/jsonx.h"

#include <stdbool.h>

/* True if a path speaks of the shelf. */
bool check_shelf_is(const char *path);

/* The names on the shelf, without "std:", in order; NULL behind the last. */
const char *check_shelf_name(size_t i);

/* Append to path the user's file that stands for the contract "std:NAME"; false
 * and nothing if there is none.
 */
bool check_shelf_own(struct td_buf *path, const char *std_name);

/* Append the text of a contract, "std:NAME" or the path of a file. TD_USAGE
 * with the nearest name as the hint if the shelf has none of that name; TD_IO.
 */
TD_MUST_CHECK enum td_code
check_shelf_read(struct td_buf *text, const char *path, struct td_error *err);

/* Read and parse a contract, "std:NAME" or the path of a file, into *doc, which
 * must be empty; errors as of td_jsonx_load and check_shelf_read.
 */
TD_MUST_CHECK enum td_code
check_shelf_load(struct td_jsonx *doc, const char *path, struct td_error *err);

#endif

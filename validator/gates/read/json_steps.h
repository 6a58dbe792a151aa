/* validator/gates/read/json_steps.h - a JSON document in pieces, as records.
 *
 * A record is a value at one of the paths that were asked for. It is gathered
 * whole and shown parsed; all else is stepped over and only has to be
 * well-formed (its strings are not checked for UTF-8).
 *
 *     "/runs/" "*" "/results/" "*"    each element; * is any element or key
 *     "<" before a path               shown with doc NULL when that array or
 *                                     object has ended
 *
 * No record may lie within another.
 */
#ifndef VALIDATOR_GATES_READ_JSON_STEPS_H
#define VALIDATOR_GATES_READ_JSON_STEPS_H

#include "core/json.h"

#define READ_PATHS_MAX 16

struct read_json;

/* paths: up to READ_PATHS_MAX, NULL at the end; `path` is the index of one.
 * record_max: bytes of one record.
 */
struct read_json *read_json_new(const char *const *paths, size_t record_max,
                                void (*record)(void *self, unsigned path,
                                               const struct td_json_doc *doc),
                                void *self);

/* Both false if the document is not JSON, is deeper than 64 levels, or has a
 * record that is too long. Several documents may follow each other.
 */
bool read_json_put(struct read_json *json, struct td_bytes piece);
/* True if there was one, and the last is complete. */
bool read_json_end(struct read_json *json);

/* One line; the document's line; '{' or '[' of the first root, 0 before. */
const char *read_json_why(const struct read_json *json);
uint64_t read_json_line(const struct read_json *json);
char read_json_root(const struct read_json *json);

/* Frees all; NULL is nothing. */
void read_json_free(struct read_json *json);

#endif

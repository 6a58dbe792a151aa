/* validator/gates/paths.h - which file of the project a report means. */
#ifndef VALIDATOR_GATES_PATHS_H
#define VALIDATOR_GATES_PATHS_H

#include "core/arena.h"
#include "core/event.h"
#include "validator/verdict/document.h"

struct gates_paths;

/* root: absolute and without links. */
struct gates_paths *gates_paths_new(const char *root);
void gates_paths_free(struct gates_paths *paths);

/* Where a report's paths begin; forget what was found from elsewhere. */
void gates_paths_from(struct gates_paths *paths, const char *dir,
                      const struct verdict_words *roots);

/* The path below the root of what a report calls `raw`: as it is, under the
 * directory of the command, under each of roots, or the only file that git
 * knows whose path ends in the longest part of it (without git: the longest end
 * of it that is a file below the root). \ counts as /, "C:" and file:// are
 * passed over. NULL: no file of the project; what is elsewhere on this machine
 * under that very name, and longer or shorter, is none. Lives as long as paths.
 */
const char *gates_paths_find(struct gates_paths *paths, struct td_bytes raw);

/* The same, and how sure it is. */
enum gates_path_how {
    GATES_PATH_SURE,
    GATES_PATH_LIKELY, /* only their ends are the same: src/a.c of lib/src/a.c
                          and /build/src/a.c */
    GATES_PATH_MANY    /* none: several files end in all of it */
};
const char *gates_paths_guess(struct gates_paths *paths, struct td_bytes raw,
                              enum gates_path_how *how);

/* A line of a file of the project, from 1, without its end; "" if it has none.
 * Valid until the next call. *lines, if not NULL, is how many it has.
 */
struct td_bytes gates_paths_line(struct gates_paths *paths, const char *path,
                                 uint64_t line, uint64_t *lines);

/* All of the file; valid until another one is asked for. */
struct td_bytes gates_paths_source(struct gates_paths *paths, const char *path);

/* The same line for a verdict: whole characters of at most that many bytes, as
 * those of generated files may be of megabytes.
 */
#define GATES_EXCERPT_MAX 500
struct td_bytes gates_paths_excerpt(struct gates_paths *paths, const char *path,
                                    uint64_t line);

#endif

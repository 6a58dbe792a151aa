/* validator/gates/cover.h - lines and branches of many files, merged.
 *
 * A line is there or not, hit or not: two bits, so that a report of a gigabyte
 * fits. Branches are told apart by line, block and number.
 */
#ifndef VALIDATOR_GATES_COVER_H
#define VALIDATOR_GATES_COVER_H

#include "core/arena.h"
#include "validator/gates/exclude.h"
#include "validator/gates/read/read.h"

#include <stdbool.h>

#define GATES_COVER_LINE_MAX     UINT32_C(16777215) /* of one file */
#define GATES_COVER_FILES_MAX    1000000
#define GATES_COVER_BRANCHES_MAX 20000000 /* of one file */

struct gates_cover_page; /* some lines that stand together */

struct gates_cover_file {
    struct gates_cover_file *next; /* by path, once sorted */
    const char *path;
    bool sure;     /* what is known of it comes from GATES_PATH_SURE */
    uint64_t last; /* line */
    struct gates_cover_page **pages;
    size_t pages_len;
    uint64_t *branches; /* open addressing; 0: free */
    size_t branches_cap;
    size_t branches_len;
};

/* What a report calls a file; NULL: it does not count. */
struct gates_cover_name {
    const char *raw;
    bool sure;
    struct gates_cover_file *file;
    const struct gates_excluded *excluded; /* NULL: none of it */
};

struct gates_cover {
    struct td_arena arena;
    struct gates_cover_file *files;
    size_t files_len;
    struct gates_cover_file **by_path; /* open addressing */
    size_t by_path_cap;
    struct gates_cover_name *names; /* open addressing */
    size_t names_cap;
    size_t names_len;
    struct gates_cover_name *last; /* that was asked for */
};

/* Nothing is known yet. */
struct gates_cover *gates_cover_new(void);
void gates_cover_free(struct gates_cover *cover);

/* The entry of a name, valid until the next call; *added: it was not there.
 * NULL: there are too many. */
struct gates_cover_name *gates_cover_name(struct gates_cover *cover,
                                          struct td_bytes raw, bool *added);

/* The file of a path, added if need be. */
struct gates_cover_file *gates_cover_file(struct gates_cover *cover,
                                          const char *path);
bool gates_cover_has(const struct gates_cover *cover, const char *path);

/* Forget what is known of it. */
void gates_cover_clear(struct gates_cover_file *file);

/* Add what is known of a line or branch. false: a limit was reached. */
bool gates_cover_line(struct gates_cover *cover, struct gates_cover_file *file,
                      uint64_t line, bool hit);
bool gates_cover_branch(struct gates_cover *cover,
                        struct gates_cover_file *file,
                        const struct read_branch *branch);

/* Files in the order of their paths. */
void gates_cover_sort(struct gates_cover *cover);

/* Each line that is there, in order; taken and total of the branches. */
void gates_cover_lines(const struct gates_cover_file *file,
                       void (*tell)(void *self, uint64_t line, bool hit),
                       void *self);
void gates_cover_branches(const struct gates_cover_file *file,
                          uint64_t taken_total[2]);

#endif

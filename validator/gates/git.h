/* validator/gates/git.h - what git knows of the project.
 *
 * Every path is relative to the project's root. Nothing here writes.
 */
#ifndef VALIDATOR_GATES_GIT_H
#define VALIDATOR_GATES_GIT_H

#include "core/arena.h"
#include "core/error.h"
#include "validator/verdict/document.h"

#define GATES_GIT_MAX ((size_t)256 << 20) /* bytes of one answer */

struct gates_facts {
    bool is_repository;
    bool shallow; /* then `first` is not known */
    bool dirty;
    const char *prefix;  /* the root in its repository, "sub/"; or NULL */
    const char *commit;  /* HEAD, or NULL */
    const char *first;   /* the root commit, or NULL */
    const char *missing; /* why nothing is known, or NULL */
};

/* Fill *facts; what is not known is told there. */
void gates_git_facts(struct gates_facts *facts, struct td_arena *arena,
                     const char *root);

/* As git writes it: a count of 0 is behind that line. */
struct gates_hunk {
    uint64_t old_from;
    uint64_t old_count;
    uint64_t from;
    uint64_t count;
};

struct gates_change {
    const char *path;
    const char *old; /* before it was renamed, or NULL */
    struct verdict_range *lines;
    size_t len;
    struct gates_hunk *hunks;
    size_t hunks_len;
    bool all; /* its lines: git does not know it yet, or shows none of it */
};

struct gates_changes {
    const char *base;          /* the commit compared with */
    struct gates_change *list; /* sorted by path */
    size_t len;
};

/* Lines that the worktree has and the merge base of HEAD and ref has not.
 * blanks: changes of white space count everywhere, not only where they mean
 * something. TD_TOOL: no git, no repository, an unknown revision, no merge base
 * (a shallow clone).
 */
TD_MUST_CHECK enum td_code gates_git_changes(struct gates_changes *changes,
                                             struct td_arena *arena,
                                             const char *root, const char *ref,
                                             bool blanks, struct td_error *err);

/* The same since a commit, all of it, blanks too. */
TD_MUST_CHECK enum td_code gates_git_since(struct gates_changes *changes,
                                           struct td_arena *arena,
                                           const char *root, const char *commit,
                                           struct td_error *err);

/* The change of a file, or NULL; whether a line is among them. */
const struct gates_change *gates_change_of(const struct gates_changes *changes,
                                           const char *path);
bool gates_change_has(const struct gates_change *change, uint64_t line);

/* Where a line of before stands: one line, or all those that its hunk has in
 * place of it; false: it is gone. Where a line was before; 0: it was not there.
 */
bool gates_change_forward(const struct gates_change *change, uint64_t line,
                          struct verdict_range *now);
uint64_t gates_change_back(const struct gates_change *change, uint64_t line);

/* Add what a diff says (git diff -U0 with prefixes a/ and b/) to *changes, in
 * its order. TD_TOOL: it is no such diff.
 */
TD_MUST_CHECK enum td_code gates_diff_read(struct gates_changes *changes,
                                           struct td_arena *arena,
                                           struct td_bytes diff,
                                           struct td_error *err);

/* Names of all files that git has or would take, sorted; none without git. */
struct verdict_words gates_git_files(struct td_arena *arena, const char *root);

#endif

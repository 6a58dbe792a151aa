/* console/store/store_internal.h - the parts of the store. */
#ifndef CONSOLE_STORE_STORE_INTERNAL_H
#define CONSOLE_STORE_STORE_INTERNAL_H

#include "console/store/store.h"

#include <sqlite3.h>

#define STORE_OWNER_SIZE 48 /* "4711 123456" */

struct store {
    sqlite3 *db;
    char *path;
    int lock;      /* of the file beside it, shared while this store is open */
    int log_pages; /* of the WAL, after the last commit */
    struct td_buf note;
    struct store_options options;
    char me[STORE_OWNER_SIZE]; /* as the owner of a session */
};

static inline int64_t store_now(const struct store *s)
{
    return (int64_t)(td_wall_ns(s->options.clock) / TD_NS_PER_MS);
}

/* ---- the folder ---- */

/* The path of the file, its folder made. Free it. */
TD_MUST_CHECK enum td_code store_place(char **path, const char *asked,
                                       struct td_error *err);
/* The file, made if it is missing; 0600 either way. */
TD_MUST_CHECK enum td_code store_touch(const char *path, struct td_error *err);
/* The lock beside the file. *alone: no other console has it; then it is held
 * alone until store_share(). */
TD_MUST_CHECK enum td_code store_lock(int *fd, const char *path, bool *alone,
                                      struct td_error *err);
void store_share(int fd);
/* Set the file and its log aside. */
TD_MUST_CHECK enum td_code store_set_aside(const char *path,
                                           struct td_error *err);

/* ---- statements ---- */

/* A result of SQLite as an error. */
enum td_code store_fail(const struct store *s, int result,
                        struct td_error *err);
TD_MUST_CHECK enum td_code store_exec(const struct store *s, const char *sql,
                                      struct td_error *err);

/* Prepare and bind: kinds has a letter for each argument: t const char * (NULL
 * and "" are NULL), i int64_t, b struct td_bytes as text. */
TD_MUST_CHECK enum td_code store_ask(const struct store *s, sqlite3_stmt **stmt,
                                     struct td_error *err, const char *sql,
                                     const char *kinds, ...);
/* The next row; TD_END: none, or an error. The statement has then gone. */
TD_MUST_CHECK enum td_code store_row(const struct store *s, sqlite3_stmt *stmt,
                                     struct td_error *err);
/* The same of a statement without rows. */
TD_MUST_CHECK enum td_code store_do(const struct store *s, struct td_error *err,
                                    const char *sql, const char *kinds, ...);
/* The number in the first row, or 0. */
TD_MUST_CHECK enum td_code store_number(const struct store *s, int64_t *n,
                                        struct td_error *err, const char *sql);
/* A column as a text, "" for NULL. */
const char *store_text(sqlite3_stmt *stmt, int column);

/* Begin to write, and end it: all of it, or with a code nothing. */
TD_MUST_CHECK enum td_code store_begin(const struct store *s,
                                       struct td_error *err);
enum td_code store_commit(const struct store *s, enum td_code code,
                          struct td_error *err);

/* ---- owners ---- */

void store_owner(char out[STORE_OWNER_SIZE], pid_t pid);
/* The process, if it is the one that was meant and lives; else 0. */
pid_t store_owner_alive(const char *owner);

/* What a dead owner has left behind. */
TD_MUST_CHECK enum td_code store_bury(const struct store *s, const char *id,
                                      struct td_error *err);

#endif

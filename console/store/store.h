/* console/store/store.h - what consoles remember: their sessions, the commands
 * of each, and how its execution stood.
 *
 * One SQLite file of the user for all consoles, in WAL mode:
 * $XDG_STATE_HOME/tapedeck/console.db, by default in ~/.local/state; its folder
 * is 0700, the file 0600. A session is written by one console at a time, its
 * owner: a process, which may be killed at any moment, and is then known to be
 * dead by its number and start time.
 *
 * A commit does not wait for the disk, but for the one that begins a log: a
 * power cut may lose the last of them, kill -9 none. Else the disk is waited
 * for in store_checkpoint() and store_close().
 * Another console that writes is waited for 200 ms. Times are milliseconds
 * since 1970.
 *
 * Errors are TD_IO: no folder, not writable, full, held by another console;
 * TD_FORMAT: broken, or of a version that is not known. `text` is then a
 * whole sentence, as "session store: the disk is full".
 */
#ifndef CONSOLE_STORE_STORE_H
#define CONSOLE_STORE_STORE_H

#include "core/clock.h"
#include "core/rand.h"

#include <stdbool.h>
#include <sys/types.h>

#define STORE_VERSION    1
#define STORE_ID_SIZE    25 /* "20261128_191730_4f2a9c01" and its NUL */
#define STORE_OUTPUT_MAX ((size_t)64 << 10) /* bytes kept of an answer */
#define STORE_NAME_MAX   64

struct store;

struct store_options {
    const char *path; /* of the file; NULL: as above */
    const struct td_clock *clock;
    struct td_rand *rand;
};

/* Open it, and make it if it is missing. A broken file that no other console
 * uses is kept under its name and ".broken", and a new one is made. */
TD_MUST_CHECK enum td_code store_open(struct store **out,
                                      const struct store_options *options,
                                      struct td_error *err);
/* What this process owns is free again. NULL is fine. */
void store_close(struct store *s);

/* What happened while it was opened, one sentence; or "". */
const char *store_note(const struct store *s);

/* ---- sessions ---- */

struct store_session {
    const char *id;
    const char *name; /* "" none */
    int64_t created_ms, used_ms;
    const char *dir;       /* where the console was */
    const char *source;    /* a server's URL, or a tape's path */
    const char *execution; /* "" none */
    uint64_t seq;          /* of its last event that was saved */
    const char *status;    /* of the execution; "" none */
    const char *state;     /* JSON of the fold's sums; "" none */
    pid_t owner;           /* that has it open; 0: none */
    bool ours;             /* this process does */
    uint64_t commands;     /* that are kept of it */
};

/* One row, valid in the call alone. */
typedef void store_session_fn(void *ctx, const struct store_session *row);

/* An id of this second that no other session has. */
void store_id(const struct store *s, char id[STORE_ID_SIZE]);

/* A session of this id, name (or NULL), folder and source, owned by this
 * process. Of a URL its user, password and query are left out. */
TD_MUST_CHECK enum td_code store_create(struct store *s,
                                        const struct store_session *as,
                                        struct td_error *err);

/* The session that a part of its id or its whole name means. TD_USAGE: none,
 * or more than one. */
TD_MUST_CHECK enum td_code store_find(struct store *s, const char *part,
                                      char id[STORE_ID_SIZE],
                                      struct td_error *err);

/* The newest of this folder and source that no console has open and whose
 * execution, if it has one, was still "running". TD_END: none. */
TD_MUST_CHECK enum td_code store_newest(struct store *s, const char *dir,
                                        const char *source,
                                        char id[STORE_ID_SIZE],
                                        struct td_error *err);

/* Own it. Commands of an owner that died become "lost". TD_FAILED: a living
 * process has it open. */
TD_MUST_CHECK enum td_code store_take(struct store *s, const char *id,
                                      struct td_error *err);
/* It is no longer ours. */
TD_MUST_CHECK enum td_code store_leave(struct store *s, const char *id,
                                       struct td_error *err);

/* Tell one session, by its whole id; TD_FAILED: there is none. */
TD_MUST_CHECK enum td_code store_look(struct store *s, const char *id,
                                      store_session_fn *tell, void *ctx,
                                      struct td_error *err);
/* Tell the newest, the last used first. */
TD_MUST_CHECK enum td_code store_list(struct store *s, uint64_t limit,
                                      store_session_fn *tell, void *ctx,
                                      struct td_error *err);

TD_MUST_CHECK enum td_code store_rename(struct store *s, const char *id,
                                        const char *name, struct td_error *err);
/* With its commands. TD_FAILED: a living process has it open. */
TD_MUST_CHECK enum td_code store_delete(struct store *s, const char *id,
                                        struct td_error *err);

/* How the execution of a session stands. */
struct store_progress {
    const char *execution;
    uint64_t seq;
    const char *status;
    const char *state; /* JSON */
};
TD_MUST_CHECK enum td_code store_save(struct store *s, const char *id,
                                      const struct store_progress *progress,
                                      struct td_error *err);

/* ---- commands ---- */

/* False for a line that is kept nowhere: it begins with a blank, or a word of
 * it names a token, a password or a secret. A file of one (--token-file) and
 * counts of tokens ("show tokens") name none. */
bool store_may_keep(struct td_bytes line);

/* A command has begun: its row says "running". args is JSON. *row is its
 * number, for store_ended(). The line must be one that may be kept. */
TD_MUST_CHECK enum td_code store_began(struct store *s, const char *session,
                                       struct td_bytes line, const char *args,
                                       int64_t *row, struct td_error *err);
/* status: "ok", "failed". What is beyond STORE_OUTPUT_MAX is cut. */
struct store_end {
    const char *status;
    int exit;
    int64_t took_ms;
    struct td_bytes output;
};
TD_MUST_CHECK enum td_code store_ended(struct store *s, int64_t row,
                                       const struct store_end *end,
                                       struct td_error *err);

struct store_command {
    int64_t at_ms;
    const char *line;
    const char *args;   /* JSON */
    const char *status; /* running, ok, failed, lost */
    int exit;
    int64_t took_ms; /* < 0: it has not ended */
    struct td_bytes output;
    uint64_t cut; /* bytes of the output that were not kept */
};
typedef void store_command_fn(void *ctx, const struct store_command *row);

/* The newest commands of a session (NULL: of all), the oldest of them first. */
TD_MUST_CHECK enum td_code store_commands(struct store *s, const char *session,
                                          uint64_t limit,
                                          store_command_fn *tell, void *ctx,
                                          struct td_error *err);

/* ---- housekeeping ---- */

/* Free what dead processes own, and delete at most `most` sessions that were
 * not used for keep_ms and that nobody has open. *gone counts them. */
TD_MUST_CHECK enum td_code store_tidy(struct store *s, int64_t keep_ms,
                                      uint64_t most, uint64_t *gone,
                                      struct td_error *err);

/* Bring a log of more than 4 MiB into the file. Waits for the disk. */
void store_checkpoint(struct store *s);

#endif

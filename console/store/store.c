#include "console/store/store_internal.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS   200
#define LOG_PAGES 1000 /* of 4 KiB */

static const char tables[] =
    "CREATE TABLE session(id TEXT PRIMARY KEY, name TEXT,"
    " created_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL, dir TEXT,"
    " server TEXT, execution TEXT, seq INTEGER NOT NULL DEFAULT 0,"
    " status TEXT, owner TEXT, data TEXT) STRICT;"
    "CREATE TABLE command(id INTEGER PRIMARY KEY, session TEXT NOT NULL"
    " REFERENCES session(id) ON DELETE CASCADE, at_ms INTEGER NOT NULL,"
    " line TEXT NOT NULL, args TEXT, status TEXT NOT NULL, exit INTEGER,"
    " duration_ms INTEGER, output TEXT, cut INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE pipeline(session TEXT NOT NULL REFERENCES session(id)"
    " ON DELETE CASCADE, execution TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, state TEXT, PRIMARY KEY(session, execution))"
    " STRICT;"
    "CREATE INDEX session_used ON session(used_ms);"
    "CREATE INDEX command_session ON command(session, id);"
    "CREATE INDEX command_line ON command(line);"
    "PRAGMA user_version = 1";

/* Only how long the log has become: to bring it into the file waits for the
 * disk, which no command is to do. */
static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *s = ctx;

    (void)db, (void)name;
    s->log_pages = pages;
    return SQLITE_OK;
}

static enum td_code make_tables(struct store *s, struct td_error *err)
{
    int64_t version = 0;
    enum td_code code = store_begin(s, err);

    /* Another console may have been quicker. */
    if (code == TD_OK)
        code = store_number(s, &version, err, "PRAGMA user_version");
    if (code == TD_OK && version == 0)
        code = store_exec(s, tables, err);
    return store_commit(s, code, err);
}

/* What stands in the file: nothing yet, our tables, or something else. */
static enum td_code check_version(struct store *s, bool *empty,
                                  struct td_error *err)
{
    int64_t version = 0;
    int64_t count = 0;
    enum td_code code = store_number(s, &version, err, "PRAGMA user_version");

    if (code == TD_OK)
        code =
            store_number(s, &count, err, "SELECT count(*) FROM sqlite_schema");
    if (code)
        return code;
    *empty = version == 0 && count == 0;
    if (version > STORE_VERSION)
        return td_error_set(err, TD_FORMAT, s->path, 0,
                            "session store is version %" PRId64
                            ", this console knows %d",
                            version, STORE_VERSION);
    if (version != STORE_VERSION && !*empty)
        return td_error_set(err, TD_FORMAT, s->path, 0,
                            "session store: the file is one of another "
                            "program");
    if (sqlite3_db_readonly(s->db, "main") == 1)
        return store_fail(s, SQLITE_READONLY, err);
    return TD_OK;
}

static enum td_code set_up(struct store *s, struct td_error *err)
{
    bool empty = false;
    enum td_code code;

    (void)sqlite3_busy_timeout(s->db, BUSY_MS);
    code = check_version(s, &empty, err);
    if (code == TD_OK)
        code = store_exec(s,
                          "PRAGMA foreign_keys = ON;"
                          "PRAGMA trusted_schema = OFF;"
                          "PRAGMA synchronous = OFF;"
                          "PRAGMA journal_mode = WAL",
                          err);
    /* A file that is made is worth no wait for the disk: a power cut takes it
     * as a whole. */
    if (code == TD_OK && empty)
        code = make_tables(s, err);
    if (code == TD_OK)
        code = store_exec(s, "PRAGMA synchronous = NORMAL", err);
    if (code == TD_OK)
        (void)sqlite3_wal_hook(s->db, on_commit, s);
    return code;
}

static enum td_code open_file(struct store *s, struct td_error *err)
{
    enum td_code code = store_touch(s->path, err);
    int result;

    if (code)
        return code;
    result = sqlite3_open_v2(s->path, &s->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                 SQLITE_OPEN_PRIVATECACHE,
                             NULL);
    (void)sqlite3_extended_result_codes(s->db, 1);
    code = result == SQLITE_OK ? set_up(s, err) : store_fail(s, result, err);
    if (code) {
        (void)sqlite3_close(s->db);
        s->db = NULL;
    }
    return code;
}

static bool is_broken(const struct td_error *err)
{
    return err->code == TD_FORMAT && strstr(err->text, "is broken");
}

static enum td_code open_locked(struct store *s, bool alone,
                                struct td_error *err)
{
    struct td_error why = {0};
    enum td_code code = open_file(s, &why);

    if (code && alone && is_broken(&why)) {
        code = store_set_aside(s->path, &why);
        if (code == TD_OK)
            code = open_file(s, &why);
        if (code == TD_OK)
            (void)td_buf_addf(&s->note,
                              "session store was broken: it is kept as "
                              "%s.broken, and a new one begins",
                              s->path);
    }
    if (code && err)
        *err = why;
    return code;
}

enum td_code store_open(struct store **out, const struct store_options *options,
                        struct td_error *err)
{
    struct store *s = td_calloc(1, sizeof(*s));
    bool alone = false;
    enum td_code code;

    s->options = *options;
    s->lock = -1;
    store_owner(s->me, getpid());
    code = store_place(&s->path, options->path, err);
    if (code == TD_OK)
        code = store_lock(&s->lock, s->path, &alone, err);
    if (code == TD_OK)
        code = open_locked(s, alone, err);
    if (code == TD_OK) {
        store_share(s->lock);
    } else {
        store_close(s);
        s = NULL;
    }
    *out = s;
    return code;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->db)
        (void)!store_do(s, NULL,
                        "UPDATE session SET owner = NULL WHERE owner = ?1", "t",
                        s->me);
    (void)sqlite3_close(s->db);
    if (s->lock >= 0)
        (void)close(s->lock);
    td_buf_release(&s->note);
    free(s->path);
    free(s);
}

const char *store_note(const struct store *s)
{
    return s->note.len ? (const char *)s->note.ptr : "";
}

void store_checkpoint(struct store *s)
{
    if (s->log_pages < LOG_PAGES)
        return;
    (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                    NULL, NULL);
    s->log_pages = 0;
}

enum td_code store_tidy(struct store *s, int64_t keep_ms, uint64_t most,
                        uint64_t *gone, struct td_error *err)
{
    static const char owned[] =
        "SELECT id, owner FROM session WHERE owner IS NOT NULL";
    static const char old[] =
        "DELETE FROM session WHERE id IN (SELECT id FROM session"
        " WHERE used_ms < ?1 AND owner IS NULL ORDER BY used_ms LIMIT ?2)";
    sqlite3_stmt *stmt = NULL;
    enum td_code code = store_begin(s, err);

    if (code)
        return code;
    code = store_ask(s, &stmt, err, owned, "");
    while (code == TD_OK && (code = store_row(s, stmt, err)) == TD_OK) {
        char *id = td_strdup(store_text(stmt, 0));

        if (!store_owner_alive(store_text(stmt, 1)))
            code = store_bury(s, id, err);
        if (code)
            (void)sqlite3_finalize(stmt);
        free(id);
    }
    if (code == TD_END)
        code =
            store_do(s, err, old, "ii", store_now(s) - keep_ms, (int64_t)most);
    *gone = code ? 0 : (uint64_t)sqlite3_changes64(s->db);
    return store_commit(s, code, err);
}

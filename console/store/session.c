/* Sessions: made, found, owned, told. */
#include "console/store/store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COLUMNS                                                                \
    "SELECT id, name, created_ms, used_ms, dir, server, execution, seq,"       \
    " status, owner, data,"                                                    \
    " (SELECT count(*) FROM command WHERE command.session = session.id)"       \
    " FROM session "

/* ---- ids ---- */

void store_id(const struct store *s, char id[STORE_ID_SIZE])
{
    time_t now = (time_t)(td_wall_ns(s->options.clock) / TD_NS_PER_S);
    uint32_t random = 0;
    struct tm tm;
    size_t len;

    (void)gmtime_r(&now, &tm);
    td_rand_bytes(s->options.rand, &random, sizeof(random));
    len = strftime(id, STORE_ID_SIZE, "%Y%m%d_%H%M%S_", &tm);
    (void)snprintf(id + len, STORE_ID_SIZE - len, "%08" PRIx32, random);
}

/* Without user, password and query: a token may stand there. */
static void put_source(struct td_buf *out, const char *source)
{
    const char *rest = strstr(source, "://");
    const char *at;

    if (!rest) {
        (void)td_buf_add_text(out, source);
        return;
    }
    rest += strlen("://");
    (void)td_buf_add(out, source, (size_t)(rest - source));
    at = memchr(rest, '@', strcspn(rest, "/?#"));
    rest = at ? at + 1 : rest;
    (void)td_buf_add(out, rest, strcspn(rest, "?#"));
}

enum td_code store_create(struct store *s, const struct store_session *as,
                          struct td_error *err)
{
    struct td_buf source = {0};
    int64_t now = store_now(s);
    enum td_code code;

    put_source(&source, as->source);
    code = store_do(s, err,
                    "INSERT INTO session(id, name, created_ms, used_ms, dir,"
                    " server, owner) VALUES(?1, ?2, ?3, ?3, ?4, ?5, ?6)",
                    "ttittt", as->id, as->name, now, as->dir,
                    td_buf_str(&source), s->me);
    td_buf_release(&source);
    return code;
}

/* ---- finding ---- */

/* The newest ids, for who has named none of them. */
static enum td_code no_such(struct store *s, const char *part,
                            struct td_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct td_buf newest = {0};
    enum td_code code =
        store_ask(s, &stmt, err,
                  "SELECT id FROM session ORDER BY used_ms DESC LIMIT 3", "");

    while (code == TD_OK && (code = store_row(s, stmt, err)) == TD_OK)
        (void)td_buf_addf(&newest, "%s%s", newest.len ? ", " : "",
                          store_text(stmt, 0));
    if (code == TD_END)
        code = td_error_set(err, TD_USAGE, "", 0, "no session \"%.64s\"%s%s",
                            part, newest.len ? "; newest: " : "; there is none",
                            td_buf_str(&newest));
    td_buf_release(&newest);
    return code;
}

enum td_code store_find(struct store *s, const char *part,
                        char id[STORE_ID_SIZE], struct td_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char second[STORE_ID_SIZE] = "";
    int count = 0;
    enum td_code code =
        *part ? store_ask(s, &stmt, err,
                          "SELECT id FROM session WHERE instr(id, ?1) OR"
                          " name = ?1 ORDER BY id = ?1 DESC, name = ?1 DESC,"
                          " used_ms DESC",
                          "t", part)
              : TD_END;

    while (code == TD_OK && (code = store_row(s, stmt, err)) == TD_OK)
        (void)snprintf(count++ ? second : id, STORE_ID_SIZE, "%s",
                       store_text(stmt, 0));
    if (code != TD_END)
        return code;
    if (count == 0)
        return no_such(s, part, err);
    if (count > 1 && strcmp(id, part) != 0)
        return td_error_set(err, TD_USAGE, "", 0,
                            "%d sessions are meant by \"%.64s\": %s, %s%s",
                            count, part, id, second, count > 2 ? ", ..." : "");
    return TD_OK;
}

enum td_code store_newest(struct store *s, const char *dir, const char *source,
                          char id[STORE_ID_SIZE], struct td_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct td_buf plain = {0};
    bool found = false;
    enum td_code code;

    put_source(&plain, source);
    code = store_ask(s, &stmt, err,
                     "SELECT id, owner FROM session WHERE dir = ?1 AND"
                     " server = ?2 AND coalesce(status, 'running') = 'running'"
                     " ORDER BY used_ms DESC",
                     "tt", dir, td_buf_str(&plain));
    td_buf_release(&plain);
    while (!found && code == TD_OK &&
           (code = store_row(s, stmt, err)) == TD_OK) {
        found = !store_owner_alive(store_text(stmt, 1));
        (void)snprintf(id, STORE_ID_SIZE, "%s", store_text(stmt, 0));
    }
    if (found)
        (void)sqlite3_finalize(stmt);
    return code;
}

/* ---- owning ---- */

/* The process that has it open, us as well; 0: none. TD_FAILED: there is no
 * such session. */
static enum td_code owner_of(struct store *s, const char *id, pid_t *owner,
                             bool *ours, struct td_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum td_code code = store_ask(
        s, &stmt, err, "SELECT owner FROM session WHERE id = ?1", "t", id);

    if (code == TD_OK)
        code = store_row(s, stmt, err);
    if (code == TD_END)
        return no_such(s, id, err);
    if (code)
        return code;
    *owner = store_owner_alive(store_text(stmt, 0));
    *ours = !strcmp(store_text(stmt, 0), s->me);
    (void)sqlite3_finalize(stmt);
    return TD_OK;
}

/* Within a transaction. */
static enum td_code must_be_free(struct store *s, const char *id, bool *ours,
                                 struct td_error *err)
{
    pid_t owner = 0;
    enum td_code code = owner_of(s, id, &owner, ours, err);

    if (code || *ours || !owner)
        return code;
    (void)td_error_set(err, TD_FAILED, "", 0,
                       "session %s is open in process %ld", id, (long)owner);
    return TD_FAILED;
}

enum td_code store_take(struct store *s, const char *id, struct td_error *err)
{
    bool ours = false;
    enum td_code code = store_begin(s, err);

    if (code)
        return code;
    code = must_be_free(s, id, &ours, err);
    if (code == TD_OK && !ours)
        code = store_bury(s, id, err);
    if (code == TD_OK)
        code =
            store_do(s, err,
                     "UPDATE session SET owner = ?2, used_ms = ?3 WHERE id = "
                     "?1",
                     "tti", id, s->me, store_now(s));
    return store_commit(s, code, err);
}

enum td_code store_leave(struct store *s, const char *id, struct td_error *err)
{
    return store_do(s, err,
                    "UPDATE session SET owner = NULL WHERE id = ?1 AND owner ="
                    " ?2",
                    "tt", id, s->me);
}

enum td_code store_delete(struct store *s, const char *id, struct td_error *err)
{
    bool ours = false;
    enum td_code code = store_begin(s, err);

    if (code)
        return code;
    code = must_be_free(s, id, &ours, err);
    if (code == TD_OK)
        code = store_do(s, err, "DELETE FROM session WHERE id = ?1", "t", id);
    return store_commit(s, code, err);
}

enum td_code store_rename(struct store *s, const char *id, const char *name,
                          struct td_error *err)
{
    return store_do(s, err, "UPDATE session SET name = ?2 WHERE id = ?1", "tt",
                    id, name);
}

/* ---- telling ---- */

static enum td_code tell_rows(struct store *s, sqlite3_stmt *stmt,
                              store_session_fn *tell, void *ctx,
                              struct td_error *err)
{
    enum td_code code;

    while ((code = store_row(s, stmt, err)) == TD_OK) {
        const char *owner = store_text(stmt, 9);
        const struct store_session row = {
            .id = store_text(stmt, 0),
            .name = store_text(stmt, 1),
            .created_ms = sqlite3_column_int64(stmt, 2),
            .used_ms = sqlite3_column_int64(stmt, 3),
            .dir = store_text(stmt, 4),
            .source = store_text(stmt, 5),
            .execution = store_text(stmt, 6),
            .seq = (uint64_t)sqlite3_column_int64(stmt, 7),
            .status = store_text(stmt, 8),
            .owner = store_owner_alive(owner),
            .ours = !strcmp(owner, s->me),
            .state = store_text(stmt, 10),
            .commands = (uint64_t)sqlite3_column_int64(stmt, 11),
        };

        tell(ctx, &row);
    }
    return code == TD_END ? TD_OK : code;
}

enum td_code store_look(struct store *s, const char *id, store_session_fn *tell,
                        void *ctx, struct td_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum td_code code = store_ask(
        s, &stmt, err, "SELECT count(*) FROM session WHERE id = ?1", "t", id);
    bool there;

    if (code == TD_OK)
        code = store_row(s, stmt, err);
    if (code)
        return code;
    there = sqlite3_column_int64(stmt, 0) > 0;
    (void)sqlite3_finalize(stmt);
    if (!there)
        return no_such(s, id, err);
    code = store_ask(s, &stmt, err, COLUMNS "WHERE id = ?1", "t", id);
    return code ? code : tell_rows(s, stmt, tell, ctx, err);
}

enum td_code store_list(struct store *s, uint64_t limit, store_session_fn *tell,
                        void *ctx, struct td_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum td_code code = store_ask(
        s, &stmt, err, COLUMNS "ORDER BY used_ms DESC, id DESC LIMIT ?1", "i",
        (int64_t)limit);

    return code ? code : tell_rows(s, stmt, tell, ctx, err);
}

/* ---- how it stands ---- */

static enum td_code put_pipeline(struct store *s, const char *id,
                                 const struct store_progress *p,
                                 struct td_error *err)
{
    return store_do(
        s, err,
        "INSERT INTO pipeline(session, execution, at_ms, seq, state)"
        " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(session, execution) DO"
        " UPDATE SET at_ms = ?3, seq = ?4, state = ?5",
        "ttiit", id, p->execution, store_now(s), (int64_t)p->seq, p->state);
}

enum td_code store_save(struct store *s, const char *id,
                        const struct store_progress *p, struct td_error *err)
{
    enum td_code code = store_begin(s, err);

    if (code)
        return code;
    code = store_do(s, err,
                    "UPDATE session SET used_ms = ?2, execution = ?3, seq = ?4,"
                    " status = ?5, data = ?6 WHERE id = ?1",
                    "tititt", id, store_now(s), p->execution, (int64_t)p->seq,
                    p->status, p->state);
    if (code == TD_OK && p->execution && *p->execution)
        code = put_pipeline(s, id, p, err);
    return store_commit(s, code, err);
}

/* Commands: the history of a session, and of all of them. */
#include "console/store/store_internal.h"

enum td_code store_began(struct store *s, const char *session,
                         struct td_bytes line, const char *args, int64_t *row,
                         struct td_error *err)
{
    int64_t now = store_now(s);
    enum td_code code = store_begin(s, err);

    if (code)
        return code;
    code = store_do(s, err,
                    "INSERT INTO command(session, at_ms, line, args, status)"
                    " VALUES(?1, ?2, ?3, ?4, 'running')",
                    "tibt", session, now, line, args);
    *row = sqlite3_last_insert_rowid(s->db);
    if (code == TD_OK)
        code = store_do(s, err, "UPDATE session SET used_ms = ?2 WHERE id = ?1",
                        "ti", session, now);
    return store_commit(s, code, err);
}

/* The end of a cut text does not part a character. */
static size_t whole(struct td_bytes text, size_t max)
{
    size_t len = text.len < max ? text.len : max;

    while (len > 0 && len < text.len && (text.ptr[len] & 0xc0) == 0x80)
        len--;
    return len;
}

enum td_code store_ended(struct store *s, int64_t row,
                         const struct store_end *end, struct td_error *err)
{
    size_t kept = whole(end->output, STORE_OUTPUT_MAX);

    return store_do(s, err,
                    "UPDATE command SET status = ?2, exit = ?3, duration_ms ="
                    " ?4, output = ?5, cut = ?6 WHERE id = ?1",
                    "itiibi", row, end->status, (int64_t)end->exit,
                    end->took_ms, td_bytes(end->output.ptr, kept),
                    (int64_t)(end->output.len - kept));
}

static struct store_command read_row(sqlite3_stmt *stmt)
{
    bool ended = sqlite3_column_type(stmt, 5) != SQLITE_NULL;
    const unsigned char *output = sqlite3_column_text(stmt, 6);

    return (struct store_command){
        .at_ms = sqlite3_column_int64(stmt, 0),
        .line = store_text(stmt, 1),
        .args = store_text(stmt, 2),
        .status = store_text(stmt, 3),
        .exit = sqlite3_column_int(stmt, 4),
        .took_ms = ended ? sqlite3_column_int64(stmt, 5) : -1,
        .output = td_bytes(output,
                           output ? (size_t)sqlite3_column_bytes(stmt, 6) : 0),
        .cut = (uint64_t)sqlite3_column_int64(stmt, 7),
    };
}

enum td_code store_commands(struct store *s, const char *session,
                            uint64_t limit, store_command_fn *tell, void *ctx,
                            struct td_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum td_code code = store_ask(
        s, &stmt, err,
        "SELECT at_ms, line, args, status, exit, duration_ms, output, cut"
        " FROM (SELECT * FROM command WHERE ?1 IS NULL OR session = ?1"
        " ORDER BY id DESC LIMIT ?2) ORDER BY id",
        "ti", session, (int64_t)limit);

    while (code == TD_OK && (code = store_row(s, stmt, err)) == TD_OK) {
        const struct store_command row = read_row(stmt);

        tell(ctx, &row);
    }
    return code == TD_END ? TD_OK : code;
}

/* Statements, and what SQLite says of them. */
#include "console/store/store_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* What went wrong for whoever reads it; a result is held against the row of its
 * primary code. */
static const struct {
    int result;
    enum td_code code;
    const char *text;
} failures[] = {
    {SQLITE_FULL, TD_IO, "the disk is full"},
    {SQLITE_BUSY, TD_IO, "another console holds it"},
    {SQLITE_LOCKED, TD_IO, "another console holds it"},
    {SQLITE_READONLY, TD_IO, "cannot be written"},
    {SQLITE_PERM, TD_IO, "cannot be written"},
    {SQLITE_CANTOPEN, TD_IO, "cannot be opened"},
    {SQLITE_IOERR, TD_IO, "cannot be read or written"},
    {SQLITE_TOOBIG, TD_LIMIT, "a text is too long"},
    {SQLITE_CORRUPT, TD_FORMAT, "the file is broken"},
    {SQLITE_NOTADB, TD_FORMAT, "the file is broken"},
};

enum td_code store_fail(const struct store *s, int result, struct td_error *err)
{
    int primary = result & 0xff;

    if (s->db && sqlite3_system_errno(s->db) == ENOSPC &&
        primary == SQLITE_IOERR)
        primary = SQLITE_FULL;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (failures[i].result == primary)
            return td_error_set(err, failures[i].code, s->path, 0,
                                "session store: %s", failures[i].text);
    return td_error_set(err, TD_FORMAT, s->path, 0, "session store: %s",
                        s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(result));
}

enum td_code store_exec(const struct store *s, const char *sql,
                        struct td_error *err)
{
    int result = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? TD_OK : store_fail(s, result, err);
}

static int bind_text(sqlite3_stmt *stmt, int place, struct td_bytes text)
{
    return text.len == 0
               ? sqlite3_bind_null(stmt, place)
               : sqlite3_bind_text64(stmt, place, (const char *)text.ptr,
                                     text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static enum td_code ask(const struct store *s, sqlite3_stmt **stmt,
                        struct td_error *err, const char *sql,
                        const char *kinds, va_list args)
{
    int result = sqlite3_prepare_v2(s->db, sql, -1, stmt, NULL);
    int place = 1;

    for (; result == SQLITE_OK && *kinds; kinds++, place++) {
        const char *text;

        if (*kinds == 'i') {
            result = sqlite3_bind_int64(*stmt, place, va_arg(args, int64_t));
        } else if (*kinds == 'b') {
            result = bind_text(*stmt, place, va_arg(args, struct td_bytes));
        } else {
            text = va_arg(args, const char *);
            result = bind_text(*stmt, place, td_text(text ? text : ""));
        }
    }
    if (result == SQLITE_OK)
        return TD_OK;
    (void)sqlite3_finalize(*stmt);
    *stmt = NULL;
    return store_fail(s, result, err);
}

enum td_code store_ask(const struct store *s, sqlite3_stmt **stmt,
                       struct td_error *err, const char *sql, const char *kinds,
                       ...)
{
    va_list args;
    enum td_code code;

    va_start(args, kinds);
    code = ask(s, stmt, err, sql, kinds, args);
    va_end(args);
    return code;
}

enum td_code store_row(const struct store *s, sqlite3_stmt *stmt,
                       struct td_error *err)
{
    int result = sqlite3_step(stmt);

    if (result == SQLITE_ROW)
        return TD_OK;
    if (result != SQLITE_DONE)
        (void)store_fail(s, result, err);
    (void)sqlite3_finalize(stmt);
    return result == SQLITE_DONE ? TD_END : err ? err->code : TD_IO;
}

enum td_code store_do(const struct store *s, struct td_error *err,
                      const char *sql, const char *kinds, ...)
{
    sqlite3_stmt *stmt = NULL;
    va_list args;
    enum td_code code;

    va_start(args, kinds);
    code = ask(s, &stmt, err, sql, kinds, args);
    va_end(args);
    while (code == TD_OK)
        code = store_row(s, stmt, err);
    return code == TD_END ? TD_OK : code;
}

enum td_code store_number(const struct store *s, int64_t *n,
                          struct td_error *err, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    enum td_code code = store_ask(s, &stmt, err, sql, "");

    *n = 0;
    if (code == TD_OK)
        code = store_row(s, stmt, err);
    if (code == TD_OK) {
        *n = sqlite3_column_int64(stmt, 0);
        (void)sqlite3_finalize(stmt);
    }
    return code == TD_END ? TD_OK : code;
}

const char *store_text(sqlite3_stmt *stmt, int column)
{
    const unsigned char *text = sqlite3_column_text(stmt, column);

    return text ? (const char *)text : "";
}

enum td_code store_begin(const struct store *s, struct td_error *err)
{
    return store_exec(s, "BEGIN IMMEDIATE", err);
}

enum td_code store_commit(const struct store *s, enum td_code code,
                          struct td_error *err)
{
    if (code == TD_OK)
        code = store_exec(s, "COMMIT", err);
    if (code)
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

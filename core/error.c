#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *text;
} codes[] = {
#define TD_CODE_ROW(name, status, text) [TD_##name] = {status, text},
    TD_CODES(TD_CODE_ROW)
#undef TD_CODE_ROW
};

const char *td_code_text(enum td_code code)
{
    return codes[code].text;
}

int td_code_exit_status(enum td_code code)
{
    return codes[code].status;
}

enum td_code td_code_of_status(int status)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].status == status)
            return (enum td_code)i;
    return TD_FAILED;
}

static void keep_tail(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);

    if (len < size)
        memcpy(to, from, len + 1);
    else
        (void)snprintf(to, size, "...%s", from + len - (size - 4));
}

enum td_code td_error_set(struct td_error *err, enum td_code code,
                          const char *where, uint64_t offset, const char *fmt,
                          ...)
{
    va_list ap;

    if (!err)
        return code;

    err->code = code;
    err->errnum = 0;
    err->offset = offset;
    err->hint[0] = '\0';
    keep_tail(err->where, sizeof(err->where), where ? where : "");
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    return code;
}

enum td_code td_error_hint(struct td_error *err, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return TD_USAGE;
    va_start(ap, fmt);
    (void)vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
    return err->code;
}

const char *td_errno_hint(int errnum)
{
    static const struct {
        int errnum;
        const char *hint;
    } rows[] = {
        {ENOSPC, "free some space"},
        {EDQUOT, "free some space, or get a larger quota"},
        {EFBIG, "raise the limit: ulimit -f"},
        {EMFILE, "raise the limit: ulimit -n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].errnum == errnum)
            return rows[i].hint;
    return "";
}

enum td_code td_error_errno(struct td_error *err, enum td_code code,
                            const char *where, int errnum, const char *what)
{
    char reason[96];

    td_error_set(err, code, where, 0, "%s: %s", what,
                 errnum == EBADF ? "it is closed"
                                 : strerror_r(errnum, reason, sizeof(reason)));
    if (err) {
        err->errnum = errnum;
        (void)td_error_hint(err, "%s", td_errno_hint(errnum));
    }
    return code;
}

/* core/error.h - the result type of every function here that can fail.
 *
 * Convention: a fallible function returns enum td_code (TD_OK is 0) and takes
 * a `struct td_error *err` as its last parameter. On failure it fills *err
 * once, at the place that knows most; callers pass the code up unchanged.
 * err may be NULL. On TD_OK, TD_AGAIN, TD_FULL and TD_END it is left untouched.
 * Running out of memory is not in the list: core/mem.h ends the process.
 *
 * Three codes are no failures. TD_AGAIN: not now. What was offered was not
 * taken, or what was asked for is not there yet: nothing has changed, and the
 * same call is made again later, when there is room or when more has come (the
 * header says how one hears of it). TD_FULL: it was taken, and there is no room
 * for more: wait before the next. TD_END: no more comes.
 */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <stdint.h>

/* X(name, exit status, text). The exit statuses are part of the command line
 * (docs/exit-status.md): never renumber.
 */
#define TD_CODES(X)                                                            \
    X(OK, 0, "ok")                                                             \
    X(FAILED, 1, "a check, comparison or gate failed")                         \
    X(USAGE, 2, "usage, configuration or contract is wrong")                   \
    X(LOSSY, 3, "done, but lossy")                                             \
    X(IO, 4, "cannot open, connect, read or write")                            \
    X(FORMAT, 4, "bytes do not follow their format")                           \
    X(PROTOCOL, 4, "the peer broke its protocol")                              \
    X(LIMIT, 4, "a limit was reached")                                         \
    X(TIMEOUT, 5, "timed out waiting")                                         \
    X(LATE, 6, "the timing gate was missed")                                   \
    X(TOOL, 7, "a gate could not run")                                         \
    X(FLAKY, 8, "passed, but only with flaky tests")                           \
    X(CANCELLED, 130, "cancelled")                                             \
    X(AGAIN, 0, "not now: try again when there is room")                       \
    X(END, 0, "no more items")                                                 \
    X(FULL, 0, "done: wait until there is room for more")

enum td_code {
#define TD_CODE_ENUM(name, status, text) TD_##name,
    TD_CODES(TD_CODE_ENUM)
#undef TD_CODE_ENUM
};

#define TD_MUST_CHECK   __attribute__((warn_unused_result))
#define TD_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Of a function that is rarely called: it stays apart, so that its caller does
 * not pay for its locals.
 */
#define TD_RARE __attribute__((noinline, cold))
/* The same of one that is called often enough to have to be fast itself. */
#define TD_APART __attribute__((noinline))

/* What went wrong, where, why, and the hint. Holds no pointers: copy it,
 * never free it.
 */
struct td_error {
    enum td_code code;
    int errnum;      /* of the system call that failed, or 0 */
    uint64_t offset; /* bytes from the start of `where`, or 0 */
    char where[256]; /* path, URL or option name; "" when there is none */
    char text[320];  /* what and why, one sentence, no newline */
    char hint[160];  /* what the user can do, or "" */
};

/* Static text for a code, e.g. "timed out waiting". Never NULL. */
const char *td_code_text(enum td_code code);

/* Exit status of a process that ends with this code (docs/exit-status.md). */
int td_code_exit_status(enum td_code code);

/* The first code with this exit status; TD_FAILED: no code has it. */
enum td_code td_code_of_status(int status);

/* Fill *err (if not NULL; the hint is cleared) and return code, so callers can
 * write `return td_error_set(err, TD_FORMAT, path, off, "magic is %08x", m);`.
 * A `where` too long keeps its tail, which names the file.
 */
enum td_code td_error_set(struct td_error *err, enum td_code code,
                          const char *where, uint64_t offset, const char *fmt,
                          ...) TD_PRINTF(5, 6);

/* Add the hint to an error that was set and return its code. What has a hint
 * has failed, so without err it is TD_USAGE, never TD_OK.
 */
enum td_code td_error_hint(struct td_error *err, const char *fmt, ...)
    TD_PRINTF(2, 3);

/* What the user can do about a failed system call: "free some space" for a full
 * disk, "" where nothing is known.
 */
const char *td_errno_hint(int errnum);

/* The same as td_error_set() for a failed system call: ": strerror(errnum)"
 * ends the text, and td_errno_hint() is the hint.
 */
enum td_code td_error_errno(struct td_error *err, enum td_code code,
                            const char *where, int errnum, const char *what);

#endif

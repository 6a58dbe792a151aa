/* cli/shared/marks.h - markers that somebody sets by a key. */
#ifndef CLI_SHARED_MARKS_H
#define CLI_SHARED_MARKS_H

#include "cli/options/command.h"
#include "core/buf.h"
#include "wire/net/transport.h"

#define CLI_MARKS_MAX 1000

/* True if this process may read keys: stdin is a terminal, and it is the one
 * that terminal listens to. */
bool cli_keys_are_ours(void);

struct cli_mark_key;

/* Call mark(ctx) for each m on the terminal of stdin, and help(ctx) for ? or h,
 * until it is closed. TD_IO. */
TD_MUST_CHECK enum td_code cli_mark_key_open(struct cli_mark_key **out,
                                             struct wire_net *net,
                                             void (*mark)(void *ctx),
                                             void (*help)(void *ctx), void *ctx,
                                             struct td_error *err);
void cli_mark_key_close(struct cli_mark_key *key); /* NULL is fine */

/* Append the name of a marker that was set by a key: when on the tape. */
void cli_mark_name(struct td_buf *out, uint64_t at_ns);

struct cli_mark {
    uint64_t dated_ns; /* as in struct tape_insert */
    uint64_t at_ns;    /* since the start of the tape */
};

/* Markers that belong on a tape when it is not read any more. All zeroes is
 * valid and empty. */
struct cli_marks {
    struct cli_mark list[CLI_MARKS_MAX];
    size_t len;
};

/* Keep one, and say so. */
void cli_marks_add(struct cli_marks *marks, const struct cli_args *args,
                   uint64_t dated_ns, uint64_t at_ns);

/* Write them into the tape at path, each before what came next, and say so.
 * Errors of tape_rewrite(). */
TD_MUST_CHECK enum td_code cli_marks_write(struct cli_marks *marks,
                                           const struct cli_args *args,
                                           const char *path,
                                           struct td_error *err);

#endif

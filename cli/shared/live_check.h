/* cli/shared/live_check.h - a check that runs beside a recording or a replay.
 *
 * Findings are told on stderr as they come, a line each, up to
 * CLI_LIVE_FINDINGS; the verdict at the end has them all.
 */
#ifndef CLI_SHARED_LIVE_CHECK_H
#define CLI_SHARED_LIVE_CHECK_H

#include "cli/shared/check_options.h"
#include "core/json_writer.h"

#define CLI_LIVE_FINDINGS 100 /* lines of one stream */

struct cli_live;

struct cli_live_options {
    const struct cli_check *check; /* outlives the live check, as args does */
    const struct cli_args *args;
    const char *input; /* what the verdict is about; copied */
    bool on_tape;      /* events have the numbers and times of a tape */
    void (*before_line)(void *ctx); /* clear the terminal's line; or NULL */
    void *ctx;
};

struct cli_live *cli_live_new(const struct cli_live_options *options);
/* NULL is fine. */
void cli_live_free(struct cli_live *live);

/* Judges what is put there. TD_FAILED when --fail-fast ends the check here or
 * before; err is left empty.
 */
struct td_sink cli_live_sink(struct cli_live *live);

/* The check itself, for who feeds it otherwise, and then tells findings that
 * had no line yet.
 */
struct check *cli_live_check(struct cli_live *live);
void cli_live_tell(struct cli_live *live);

/* Decide; say the verdict on stderr, not with -q or --json. The code is that of
 * check_verdict_code() with its line in *err.
 */
TD_MUST_CHECK enum td_code cli_live_end(struct cli_live *live,
                                        struct td_error *err);

/* TD_FAILED with its line, if there was nothing that any rule could apply to;
 * after cli_live_end().
 */
TD_MUST_CHECK enum td_code cli_live_vacuous(const struct cli_live *live,
                                            struct td_error *err);

/* Write the verdict as a value; after cli_live_end(). */
void cli_live_json(const struct cli_live *live, struct td_json_writer *w,
                   const char *key);

#endif

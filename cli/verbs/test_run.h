/* cli/verbs/test_run.h - the commands of golden tests, several at once.
 *
 * Each runs in its golden's folder, with a scratch folder of its own. What it
 * writes to standard output is recorded by `tapedeck record`; if a tape is
 * served to it, or answers it, `tapedeck replay` does that on a port of its
 * own, and if it hears requests of one, on its standard input.
 */
#ifndef CLI_VERBS_TEST_RUN_H
#define CLI_VERBS_TEST_RUN_H

#include "core/buf.h"
#include "core/proc.h"
#include "validator/golden/golden.h"

#define TEST_LOG_MAX                                                           \
    ((size_t)16 << 10) /* of what it said on stderr, the end                   \
                        */

enum test_run_state {
    TEST_RUN_WAITS,  /* to be started */
    TEST_RUN_GREETS, /* the server is to say where it is */
    TEST_RUN_RUNS,
    TEST_RUN_ENDED,
};

struct test_run {
    const struct golden *golden;
    const char *dir;     /* to start in */
    const char *scratch; /* folder that is there; absolute */
    enum test_run_state state;
    const char *stream;  /* what came out: a tape or NDJSON in scratch */
    struct td_error err; /* code TD_OK: it ended with status 0. TD_FAILED: with
                            another one; TD_TIMEOUT; TD_TOOL: not started */
    struct td_buf log;
    uint64_t ns; /* how long it took */
    struct td_arena arena;
    struct td_proc server;
    struct td_proc child;
    struct td_buf hello;
    const char *hears; /* file that is its standard input, or NULL */
    const char *url;
    const char *port;
    uint64_t began;
};

/* Run them, `jobs` at a time, until all have ended or *stop is not 0 (then
 * TD_CANCELLED: all were ended). program: the path of this binary.
 */
TD_MUST_CHECK enum td_code cli_test_run_all(struct test_run *runs, uint32_t len,
                                            uint32_t jobs, const char *program,
                                            const volatile int *stop);
void cli_test_run_release(struct test_run *run);

#endif

/* cli/shared/growth.h - waiting for a file that somebody writes.
 *
 *     struct cli_growth growth = cli_growth_open(path);
 *     while (...read to its end...)
 *         if (cli_growth_wait(&growth))   a signal came
 *             break;
 *     cli_growth_close(&growth);
 *
 * The kernel tells of writes (inotify(7)); where it cannot, as for files of
 * other machines, one looks again four times a second.
 */
#ifndef CLI_SHARED_GROWTH_H
#define CLI_SHARED_GROWTH_H

#include "core/error.h"

struct cli_growth {
    int changes; /* an inotify descriptor, or -1 */
};

#define CLI_GROWTH_NONE ((struct cli_growth){.changes = -1})

/* From now on, changes of the file are noticed. */
struct cli_growth cli_growth_open(const char *path);
void cli_growth_close(struct cli_growth *growth);

/* Wait until the file was written, or perhaps was: TD_OK; TD_CANCELLED as
 * cli_signals_wait().
 */
TD_MUST_CHECK enum td_code cli_growth_wait(struct cli_growth *growth);

#endif

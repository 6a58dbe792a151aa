#include "cli/shared/growth.h"

#include "wire/net/signals.h"

#include <sys/inotify.h>
#include <unistd.h>

#define LOOK_MS 250 /* between looks where the kernel may not tell */

struct cli_growth cli_growth_open(const char *path)
{
    struct cli_growth growth = {.changes =
                                    inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};

    if (growth.changes >= 0 &&
        inotify_add_watch(growth.changes, path, IN_MODIFY) < 0)
        cli_growth_close(&growth);
    return growth;
}

void cli_growth_close(struct cli_growth *growth)
{
    if (growth->changes >= 0)
        (void)close(growth->changes);
    growth->changes = -1;
}

enum td_code cli_growth_wait(struct cli_growth *growth)
{
    char told[4096];
    enum td_code code = cli_signals_wait(growth->changes, LOOK_MS);

    while (growth->changes >= 0 &&
           read(growth->changes, told, sizeof(told)) > 0)
        ;
    return code;
}

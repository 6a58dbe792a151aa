#include "cli/shared/around.h"

#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/proc_env.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_NS (2 * TD_NS_PER_S) /* to end by itself */

struct cli_around {
    char *const *argv;
    struct td_proc proc;
    struct wire_watch *watch;
    struct cli_around_options how;
};

enum td_code cli_around_check(const struct cli_args *args, struct td_error *err)
{
    const char *const *specs = cli_list(args, "env");

    if (*specs && !cli_child(args)) {
        (void)td_error_set(err, TD_USAGE, "--env", 0, "only with -- COMMAND");
        return td_error_hint(err, "write the command behind --");
    }
    return td_proc_env_check(specs, "--env", err);
}

static void on_ended(void *ctx, int fd)
{
    struct cli_around *around = ctx;

    (void)fd;
    if (td_proc_wait(&around->proc, 0, NULL))
        return;
    wire_watch_close(around->watch);
    around->watch = NULL;
    around->how.ended(around->how.ctx);
}

enum td_code cli_around_start(struct cli_around **out,
                              const struct cli_args *args, struct wire_net *net,
                              const struct cli_around_options *options,
                              struct td_error *err)
{
    struct cli_around *around = td_calloc(1, sizeof(*around));
    char **env = td_proc_env(cli_list(args, "env"), options->url);
    const struct td_proc_options how = {.argv = cli_child(args), .env = env};
    enum td_code code = td_proc_spawn(&around->proc, &how, err);
    bool runs = !code;

    around->argv = cli_child(args);
    around->how = *options;
    if (!code)
        code = wire_watch_fd(net, around->proc.pidfd, on_ended, around,
                             &around->watch, err);
    td_proc_env_free(env);
    if (code && runs)
        cli_around_free(around);
    else if (code)
        free(around);
    *out = code ? NULL : around;
    return code;
}

void cli_around_signal(struct cli_around *around, bool hard)
{
    td_proc_signal(&around->proc, hard ? SIGKILL : SIGTERM);
}

int cli_around_status(const struct cli_around *around)
{
    return td_proc_exit_status(&around->proc);
}

/* What a command may be called in a log: arguments hold secrets, a first plain
 * word ("npm test") does not.
 */
static void put_name(struct td_buf *out, char *const *argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *word = argv[1];

    (void)td_text_clean(out, td_text(slash ? slash + 1 : argv[0]));
    if (word && *word >= 'a' && *word <= 'z' && strlen(word) < 24 &&
        !word[strspn(word, "abcdefghijklmnopqrstuvwxyz-_.:")])
        (void)td_buf_addf(out, " %s", word);
}

void cli_around_text(const struct cli_around *around, struct td_buf *out)
{
    put_name(out, around->argv);
    (void)td_buf_add_text(out, ": ");
    (void)td_proc_exit_text(out, &around->proc);
}

void cli_around_free(struct cli_around *around)
{
    if (!around)
        return;
    if (around->watch)
        wire_watch_close(around->watch);
    td_proc_stop(&around->proc, GRACE_NS);
    free(around);
}

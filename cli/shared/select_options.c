#include "cli/shared/select_options.h"

#include "core/fs.h"

#include <string.h>
#include <unistd.h>

/* Of a piped tape that must be looked at twice. */
#define CLI_SPOOL_MAX (UINT64_C(16) << 30)

static enum play_dirs dirs(const char *dir)
{
    if (!strcmp(dir, "in"))
        return PLAY_DIRS_IN;
    return strcmp(dir, "out") != 0 ? PLAY_DIRS_BOTH : PLAY_DIRS_OUT;
}

struct play_select_options cli_choose(const struct cli_args *args)
{
    return (struct play_select_options){
        .events = cli_list(args, "event"),
        .excludes = cli_list(args, "exclude"),
        .regexes = cli_list(args, "regex"),
        .namespaces = cli_list(args, "ns"),
        .conns = cli_list(args, "conn"),
        .dirs = dirs(cli_text(args, "dir")),
    };
}

bool cli_chooses(const struct cli_args *args)
{
    return cli_given(args, "event") || cli_given(args, "exclude") ||
           cli_given(args, "regex") || cli_given(args, "ns") ||
           cli_given(args, "conn") || cli_given(args, "dir");
}

static bool names_stdin(const char *const *paths)
{
    for (; *paths; paths++)
        if (!strcmp(*paths, "-"))
            return true;
    return false;
}

enum td_code cli_choose_spool(const char *const *paths, struct td_error *err)
{
    return names_stdin(paths)
               ? td_fs_spool(STDIN_FILENO, "stdin", CLI_SPOOL_MAX, err)
               : TD_OK;
}

enum td_code cli_choose_window(const struct cli_args *args,
                               const char *const *paths,
                               struct play_window *window, struct td_error *err)
{
    struct play_bound start;
    struct play_bound end;
    enum td_code code =
        play_bound_parse(&start, "--start", cli_text(args, "start"), err);

    if (!code)
        code = play_bound_parse(&end, "--end", cli_text(args, "end"), err);
    if (!code && (play_bound_needs_tape(&start) || play_bound_needs_tape(&end)))
        code = cli_choose_spool(paths, err);
    return code ? code : play_window_find(window, &start, &end, paths, err);
}

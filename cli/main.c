/* tapedeck VERB ...: find the verb, read its options, run it. */
#include "cli/help/help.h"
#include "cli/options/args.h"
#include "cli/options/environment.h"
#include "cli/options/exit_status.h"
#include "cli/options/find_verb.h"
#include "cli/options/say.h"
#include "cli/verbs/verbs.h"
#include "core/fs.h"
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define KEEP_FREE (8 * 1024 * 1024) /* bytes at the end of the heap */
#define MAP_FROM  (4 * 1024 * 1024) /* bytes of one buffer */

static enum td_code print_version(bool json, struct td_error *err)
{
    const char *text = json ? "{\"version\":\"" TD_VERSION "\"}\n"
                            : "tapedeck " TD_VERSION "\n";

    return td_fs_write(1, td_text(text), "stdout", err);
}

static enum td_code print_help(const struct cli_command *command,
                               struct td_error *err)
{
    struct td_buf page = {0};
    enum td_code code;

    if (command)
        cli_help_verb(&page, command);
    else
        cli_help_overview(&page, cli_verbs);
    code = td_fs_write(1, td_buf_bytes(&page), "stdout", err);
    td_buf_release(&page);
    return code;
}

static void set_talk(const struct cli_args *args)
{
    bool color = cli_color(args, STDERR_FILENO);

    cli_say_color(color);
    td_log_set_color(color);
    if (cli_quiet(args))
        td_log_set_level(TD_LOG_ERROR);
    else if (cli_verbose(args))
        td_log_set_level(TD_LOG_DEBUG);
}

/* A warning is a line of each text. */
static void say_warnings(const struct cli_args *args, const char *text)
{
    for (; *text; text += strcspn(text, "\n") + 1)
        cli_say(args, "warning: %.*s", (int)strcspn(text, "\n"), text);
}

/* What the verb printed is only said once it has left the process. */
static enum td_code flush_stdout(enum td_code code, struct td_error *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    return code ? code
                : td_error_errno(err, TD_IO, "stdout", errno, "cannot write");
}

static enum td_code run_verb(const struct cli_command *command,
                             char *const *words, struct td_error *err)
{
    struct cli_config *config = NULL;
    struct cli_args *args = NULL;
    enum td_code code = TD_OK;

    /* Help is there also when a file is broken. */
    if (!cli_help_among(words))
        code = cli_config_open(&config, cli_verbs, err);
    if (!code)
        code = cli_args_parse(&args, command, config, words, err);
    if (!code && cli_wants_help(args)) {
        code = print_help(command, err);
    } else if (!code) {
        set_talk(args);
        if (command->forgives)
            say_warnings(args, cli_config_warnings(config));
        say_warnings(args, td_buf_str(&args->warnings));
        cli_environment_check(args, cli_verbs);
        code = flush_stdout(command->run(args, err), err);
    }
    cli_args_free(args);
    cli_config_close(config);
    return code;
}

static enum td_code run_words(char *const *words, struct td_error *err)
{
    const struct cli_command *command;
    enum td_code code;

    if (!words[0]) {
        (void)td_error_set(err, TD_USAGE, NULL, 0, "a verb is missing");
        return td_error_hint(err, "see: tapedeck help");
    }
    if (!strcmp(words[0], "--version") || !strcmp(words[0], "-V"))
        return print_version(words[1] && !strcmp(words[1], "--json"), err);
    if (!strcmp(words[0], "--help") || !strcmp(words[0], "-h"))
        return print_help(NULL, err);
    if (words[0][0] == '-') {
        (void)td_error_set(err, TD_USAGE, words[0], 0, "no such option");
        return td_error_hint(err, "the verb comes first: see tapedeck help");
    }
    code = cli_verb_find(&command, cli_verbs, words[0], err);
    if (code)
        return code;
    cli_say_verb(command->name);
    return run_verb(command, words + 1, err);
}

/* The batches of a stream are allocated and freed many times a second. Without
 * this each of them goes back to the kernel and comes again page by page.
 */
static void keep_pages(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_TRIM_THRESHOLD, KEEP_FREE);
    (void)mallopt(M_MMAP_THRESHOLD, MAP_FROM);
#endif
}

/* A closed standard descriptor must not become that of the next file which is
 * opened: a result would be written into a tape. What takes its place here
 * cannot be read or written either, and says so.
 */
static void keep_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            _exit(td_code_exit_status(TD_IO));
}

/* Who reads stdout may stop when it has enough. */
static bool reader_has_gone(const struct td_error *err)
{
    return err->errnum == EPIPE &&
           (!strcmp(err->where, "stdout") || !strcmp(err->where, "-"));
}

int main(int argc, char **argv)
{
    struct td_error err = {0};
    enum td_code code;

    keep_descriptors();
    keep_pages();
    /* A reader that went away and a file that may not grow are errors of the
     * write, which then says so and lets the tape be closed. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    code = run_words(argv + (argc > 0), &err);
    /* A verb that ends lossy or failed has told its story itself. */
    if (code && err.text[0] && !reader_has_gone(&err))
        cli_complain(&err);
    return cli_exit_status(code);
}

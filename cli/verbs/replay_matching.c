#include "cli/verbs/replay_matching.h"

#include "cli/options/args.h"
#include "core/fs.h"
#include "core/json_writer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What takes an option: --stdio, --answer, --dialogue, or playing to whoever
 * listens.
 */
enum mode { STDIO, ANSWER, DIALOGUE, PLAY, MODES };

#define BIT(mode) (1U << (mode))
#define TALKS     (BIT(STDIO) | BIT(ANSWER))
#define TELLS     (TALKS | BIT(DIALOGUE))
#define ALL       (TELLS | BIT(PLAY))
#define CALLS     (BIT(DIALOGUE) | BIT(PLAY))
#define REACHES   (CALLS | BIT(ANSWER))

/* Other options are for playing alone. */
static const struct {
    const char *name;
    unsigned modes;
} takers[] = {
    {"stdio", BIT(STDIO)},
    {"framing", BIT(STDIO)},
    {"answer", BIT(ANSWER)},
    {"env", BIT(ANSWER)},
    {"match", BIT(ANSWER)},
    {"dialogue", BIT(DIALOGUE)},
    {"bind", BIT(ANSWER) | BIT(DIALOGUE)},
    {"answer-timeout", BIT(DIALOGUE)},
    {"output", BIT(DIALOGUE)},
    {"overwrite", BIT(DIALOGUE)},
    {"report", BIT(DIALOGUE)},
    {"mode", BIT(ANSWER)},
    {"to", REACHES},
    {"expect", CALLS},
    {"fail-fast", CALLS},
    {"max-findings", CALLS},
    {"header", CALLS},
    {"auth", CALLS},
    {"connect-timeout", REACHES},
    {"ca", REACHES},
    {"server-name", REACHES},
    {"insecure", REACHES},
    {"json", ALL},
    {"ignore", TELLS},
    {"masks", TELLS},
    {"max-message", TELLS},
    {"repeat", TALKS},
    {"strict", ALL},
    {"speed", ALL},
    {"max-gap", ALL},
    {"quiet", ALL},
    {"verbose", ALL},
    {"color", ALL},
    {"no-keys", ALL},
    {"fault", TALKS | BIT(PLAY)},
    {"seed", TALKS | BIT(PLAY)},
    {"origin", BIT(ANSWER) | BIT(PLAY)},
    {"public", BIT(ANSWER) | BIT(PLAY)},
    {"tls-cert", BIT(ANSWER) | BIT(PLAY)},
    {"tls-key", BIT(ANSWER) | BIT(PLAY)},
    {"ready-file", BIT(ANSWER) | BIT(PLAY)},
};

static unsigned modes_of(const char *option)
{
    for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
        if (!strcmp(takers[i].name, option))
            return takers[i].modes;
    return BIT(PLAY);
}

static enum td_code refuse(struct td_error *err, const char *option,
                           enum mode mode, unsigned modes)
{
    static const char *const only[] = {
        [BIT(STDIO)] = "only with --stdio",
        [BIT(ANSWER)] = "only with --answer",
        [BIT(DIALOGUE)] = "only with --dialogue",
        [BIT(ANSWER) | BIT(DIALOGUE)] = "only with --answer or --dialogue",
        [TALKS] = "only with --answer or --stdio",
        [TELLS] = "only with --answer, --stdio or --dialogue",
    };
    char name[64];

    (void)snprintf(name, sizeof(name), "--%s", option);
    return td_error_set(err, TD_USAGE, name, 0, "%s",
                        mode == STDIO      ? "is not for --stdio"
                        : mode == ANSWER   ? "is not for --answer"
                        : mode == DIALOGUE ? "is not for --dialogue"
                                           : only[modes]);
}

enum td_code cli_replay_mode_check(const struct cli_args *args,
                                   struct td_error *err)
{
    bool answer = cli_typed(args, "answer");
    bool dialogue = cli_flag(args, "dialogue");
    enum mode mode = cli_flag(args, "stdio") ? STDIO
                     : answer                ? ANSWER
                     : dialogue              ? DIALOGUE
                                             : PLAY;

    if (cli_flag(args, "stdio") && answer)
        return td_error_set(err, TD_USAGE, "--answer", 0, "excludes --stdio");
    if (dialogue && !cli_given(args, "to")) {
        td_error_set(err, TD_USAGE, "--dialogue", 0,
                     "the server that it talks to is not named");
        return td_error_hint(err, "add --to http://HOST:PORT");
    }
    for (size_t i = 0; i < args->slot_count; i++) {
        const struct cli_slot *slot = &args->slots[i];
        unsigned modes = modes_of(slot->option->name);

        if (slot->from == CLI_FROM_FLAG && !(modes & BIT(mode)))
            return refuse(err, slot->option->name, mode, modes);
    }
    if (cli_child(args) && mode != ANSWER)
        return td_error_set(err, TD_USAGE, "--", 0,
                            "a command is only run with --answer");
    return TD_OK;
}

enum td_code cli_replay_one_tape(const struct cli_args *args,
                                 const char *option, struct td_error *err)
{
    if (cli_operands(args) == 1 && strcmp(cli_operand(args, 0), "-") != 0)
        return TD_OK;
    return td_error_set(err, TD_USAGE, option, 0, "plays one tape from a file");
}

/* --ignore as a masks file; of --bind what is in payloads. */
static enum td_code read_ignored(struct diff_masks *masks,
                                 const char *const *pointers,
                                 struct td_error *err)
{
    struct td_buf text = {0};
    struct td_json_writer w = td_json_writer(&text);
    struct td_jsonx doc = {0};
    enum td_code code;

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "masks", 1);
    td_json_object(&w, "fields");
    for (; *pointers; pointers++)
        if (strncmp(*pointers, "header:", 7) != 0)
            td_json_put_text(&w, *pointers, "ignore");
    td_json_object_end(&w);
    td_json_object_end(&w);
    code = td_jsonx_parse(&doc, "--ignore", TD_JSONX_JSON, td_buf_bytes(&text),
                          err);
    if (!code)
        code = diff_masks_read(masks, &doc, err);
    td_jsonx_release(&doc);
    td_buf_release(&text);
    return code;
}

enum td_code cli_replay_masks(struct diff_masks *masks,
                              const struct cli_args *args, struct td_error *err)
{
    const char *const *ignored = cli_list(args, "ignore");
    const char *file = cli_text(args, "masks");
    enum td_code code = TD_OK;

    if (*ignored)
        code = read_ignored(masks, ignored, err);
    if (!code && *cli_list(args, "bind"))
        code = read_ignored(masks, cli_list(args, "bind"), err);
    if (!code && file)
        code = diff_masks_load(masks, file, err);
    return code;
}

enum td_code cli_replay_json(const struct td_buf *line, bool foreign,
                             struct td_error *err)
{
    return td_fs_write(foreign ? STDERR_FILENO : STDOUT_FILENO,
                       td_buf_bytes(line), foreign ? "stderr" : "stdout", err);
}

void cli_replay_missed(void *ctx, struct td_bytes text)
{
    struct td_buf whole = {0};

    (void)ctx;
    (void)td_buf_add_text(&whole, "tapedeck replay: ");
    (void)td_buf_add_bytes(&whole, text);
    /* Where nobody reads it, the exit status still says so. */
    (void)!td_fs_write(STDERR_FILENO, td_buf_bytes(&whole), "stderr", NULL);
    td_buf_release(&whole);
}

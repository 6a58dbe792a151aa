/* tapedeck console: look at an execution, ask and steer. */
#include "cli/shared/listen.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/console_settings.h"
#include "cli/verbs/convert_cast.h"
#include "console/cast.h"
#include "console/follow.h"
#include "console/keep.h"
#include "console/terminal.h"
#include "console/words/words.h"
#include "core/fs.h"
#include "core/terminal.h"
#include "replayer/schedule.h"
#include "wire/net/signals.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct session {
    const struct cli_args *args;
    struct console_options options;
    struct console_server_options server;
    struct console *console;
    struct wire_net *net;
    struct td_buf lines; /* of -c and -f */
    struct td_buf token;
    struct console_setting setting;
    uint64_t speed;
};

static const struct cli_option options[] = {
    {.name = "connect",
     .type = CLI_TEXT,
     .not_of_project = true,
     .value = "URL",
     .help = "the server of a live run, as sio://127.0.0.1:4000"},
    {.name = "execution",
     .type = CLI_TEXT,
     .value = "ID",
     .help = "hear this execution of the server; else what the session "
             "begins"},
    {.name = "session",
     .type = CLI_TEXT,
     .value = "ID",
     .help = "go on with this session: a part of its id, or its name (help of "
             "the command session)"},
    {.name = "theme",
     .type = CLI_CHOICE,
     .value = "NAME",
     .choices = "auto|dark|light|high-contrast",
     .preset = "auto",
     .help = "colors for this ground; auto: what is readable on any",
     CLI_INTO(struct session, options.style.theme)},
    {.name = "bar",
     .type = CLI_CHOICE,
     .value = "HOW",
     .choices = "filled|minimal|detailed",
     .preset = "filled",
     .help = "how progress is drawn: blocks, a line, or blocks in eighths",
     CLI_INTO(struct session, options.style.bars)},
    {.name = "verbosity",
     .type = CLI_CHOICE,
     .value = "LEVEL",
     .choices = "info|debug|warn|error",
     .preset = "info",
     .help = "facts that are told: debug: beginnings and the log, too; warn: "
             "what goes wrong; error: failures, questions and the end",
     CLI_INTO(struct session, options.told)},
    {.name = "fps",
     .type = CLI_NUMBER,
     .value = "N",
     .preset = "15",
     .min = 1,
     .max = 30,
     .help = "on a terminal: draw at most so many times a second"},
    {.name = "width",
     .type = CLI_NUMBER,
     .value = "N",
     .preset = "0",
     .max = 1000,
     .help = "columns that are used of the terminal; 0: all"},
    {.name = "reconnect",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "1s",
     .min = TD_NS_PER_MS,
     .max = 30 * TD_NS_PER_S,
     .help = "how long after a lost connection it is first tried again; then "
             "twice as long each time, to 30s"},
    {.name = "tips",
     .type = CLI_FLAG,
     .preset = "true",
     .help = "on a terminal: say at the start how to get help"},
    {.name = "autoload",
     .type = CLI_FLAG,
     .preset = "true",
     .help = "on a terminal without --session: go on with the newest session "
             "of this folder and server whose run has not ended"},
    {.name = "autosave",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "30s",
     .help = "save how the run stands this often; 0: only at the end"},
    {.name = "retention",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "30d",
     .help = "sessions that were not used for longer are deleted"},
    {.name = "history",
     .type = CLI_NUMBER,
     .value = "N",
     .preset = "1000",
     .max = 1000,
     .help = "lines of earlier sessions that are remembered"},
    {.name = "log-lines",
     .type = CLI_NUMBER,
     .value = "N",
     .preset = "10000",
     .min = 100,
     .max = SEEN_LOGS_MAX,
     .help = "lines of the log that are kept",
     CLI_INTO(struct session, options.log_lines)},
    {.name = "log-file",
     .type = CLI_TEXT,
     .not_of_project = true,
     .value = "FILE",
     .help = "add each line of the log to FILE as it comes",
     CLI_INTO(struct session, options.log_file)},
    {.name = "pager",
     .type = CLI_TEXT,
     .not_of_project = true,
     .may_be_empty = true,
     .value = "COMMAND",
     .help = "on a terminal: show answers that are longer than the screen with "
             "it, as 'less -R'"},
    {.name = "timeout",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "30s",
     .help = "give a command up when no answer came for so long; 0: never",
     CLI_INTO(struct session, server.answer_ns)},
    {.name = "model",
     .type = CLI_TEXT,
     .value = "NAME",
     .help = "of execute and run: of tasks that name no model",
     CLI_INTO(struct session, options.wants.model)},
    {.name = "budget-tokens",
     .type = CLI_NUMBER,
     .value = "N",
     .min = 1,
     .max = UINT64_C(1000000000000),
     .help = "of execute and run: what models may use",
     CLI_INTO(struct session, options.wants.tokens)},
    {.name = "budget-cost",
     .type = CLI_MONEY,
     .value = "USD",
     .help = "of execute and run: what models may cost",
     CLI_INTO(struct session, options.wants.micro_usd)},
    {.name = "budget-time",
     .type = CLI_DURATION,
     .value = "TIME",
     .min = TD_NS_PER_MS,
     .help = "of execute and run: how long they may take",
     CLI_INTO(struct session, options.wants.time_ns)},
    {.name = "on-limit",
     .type = CLI_CHOICE,
     .value = "WHAT",
     .choices = "pause|stop|warn",
     .help = "of execute and run: what follows when a budget is used up; else "
             "the plan says it"},
    {.name = "budget-warn",
     .type = CLI_NUMBER,
     .value = "PERCENT",
     .min = 1,
     .max = 99,
     .help = "of execute and run: so much of a budget is told, and yellow; "
             "else as the plan says, or 75",
     CLI_INTO(struct session, options.wants.warn)},
    {.name = "budget-critical",
     .type = CLI_NUMBER,
     .value = "PERCENT",
     .min = 1,
     .max = 99,
     .help = "the same again, and red; else 90",
     CLI_INTO(struct session, options.wants.critical)},
    {.name = "token-file",
     .type = CLI_TEXT,
     .not_of_project = true,
     .value = "FILE",
     .help = "one line, the token that the server asks for"},
    {.name = "command",
     .letter = 'c',
     .type = CLI_LIST,
     .value = "LINE",
     .help = "do this command and leave; may be given several times"},
    {.name = "file",
     .letter = 'f',
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "do the commands of the lines of FILE (- is stdin) and leave"},
    {.name = "speed",
     .letter = 's',
     .type = CLI_TEXT,
     .value = "X",
     .preset = "1",
     .help = "of a tape on a terminal: times as fast, or max"},
    {.name = "loop",
     .type = CLI_FLAG,
     .help = "of a tape on a terminal: again from its start, for ever"},
    {.name = "export",
     .type = CLI_TEXT,
     .value = "FILE.cast",
     .help =
         "write the tape as an asciicast, which asciinema plays, and leave"},
    CLI_CAST_OPTIONS,
    CLI_OVERWRITE_OPTION,
    {.name = "plain",
     .type = CLI_FLAG,
     .help = "one line for each fact, as where stdout is no terminal"},
    {.name = NULL},
};

static struct text_style style_of(const struct cli_args *args)
{
    (void)setlocale(LC_CTYPE, "");
    return (struct text_style){
        .utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
        .color = cli_color(args, STDOUT_FILENO),
        .links = cli_color(args, STDOUT_FILENO),
    };
}

/* ---- what was asked for ---- */

/* Comments of the lines behind `from` become blanks. */
static void blank_comments(struct td_buf *lines, size_t from)
{
    while (from < lines->len) {
        const uint8_t *lf = memchr(lines->ptr + from, '\n', lines->len - from);
        size_t len = lf ? (size_t)(lf - lines->ptr) - from : lines->len - from;
        size_t at = words_comment(td_bytes(lines->ptr + from, len));

        memset(lines->ptr + from + at, ' ', len - at);
        from += len + 1;
    }
}

static enum td_code read_lines(struct session *s, struct td_error *err)
{
    const char *const *list = cli_list(s->args, "command");
    const char *file = cli_text(s->args, "file");
    enum td_code code;
    size_t from;

    for (; *list; list++)
        (void)td_buf_addf(&s->lines, "%s\n", *list);
    if (!file && !*cli_list(s->args, "command") && !isatty(STDIN_FILENO) &&
        !cli_given(s->args, "export"))
        file = "-";
    if (!file)
        return TD_OK;
    from = s->lines.len;
    code = td_fs_read(&s->lines, file, err);
    blank_comments(&s->lines, from);
    return code;
}

static bool has_lines(const struct session *s)
{
    return cli_given(s->args, "command") || cli_given(s->args, "file") ||
           s->lines.len > 0;
}

/* The files of a server of this machine can be looked at. */
static bool is_near(const char *url)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
    const char *host = url ? strstr(url, "://") : NULL;

    for (size_t i = 0; host && i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        size_t len = strlen(hosts[i]);

        if (!strncmp(host + 3, hosts[i], len) &&
            (!host[len + 3] || strchr(":/", host[len + 3])))
            return true;
    }
    return false;
}

static enum td_code read_server(struct session *s, struct td_error *err)
{
    const char *token = cli_text(s->args, "token-file");

    s->server.url = s->options.tape && !cli_typed(s->args, "connect")
                        ? NULL /* of a file of settings: a tape is meant */
                        : cli_text(s->args, "connect");
    s->server.execution = cli_text(s->args, "execution");
    s->server.retry_ns = cli_number(s->args, "reconnect");
    s->options.near = is_near(s->server.url);
    return token ? cli_token_read(&s->token, token, &s->server.token, err)
                 : TD_OK;
}

/* Options that another one is missing for. */
static enum td_code check_needs(const struct session *s, struct td_error *err)
{
    static const char *const of_export[] = {"size", "asciicast"};

    for (size_t i = 0; i < sizeof(of_export) / sizeof(of_export[0]); i++)
        if (cli_typed(s->args, of_export[i]) && !cli_given(s->args, "export"))
            return td_error_set(err, TD_USAGE, "", 0,
                                "--%s is of --export FILE, which is not there",
                                of_export[i]);
    if (cli_typed(s->args, "execution") && s->options.tape)
        return td_error_set(err, TD_USAGE, "--execution", 0,
                            "is of a server; a tape has one execution");
    return TD_OK;
}

/* A tape or a server; lines alone may ask what is kept and what is set. */
static enum td_code check(const struct session *s, struct td_error *err)
{
    bool server = s->options.tape ? cli_typed(s->args, "connect")
                                  : cli_given(s->args, "connect");
    bool alone = !server && !s->options.tape && has_lines(s);

    if (server && cli_given(s->args, "export"))
        return td_error_set(err, TD_USAGE, "--export", 0, "wants a tape");
    if (!alone && server == (s->options.tape != NULL))
        return td_error_set(err, TD_USAGE, "", 0,
                            server ? "a tape and --connect: one of them"
                                   : "name a tape, or a server with --connect "
                                     "URL");
    return check_needs(s, err);
}

/* ---- running ---- */

/* Of what is still written to, what is there is all that can be told. */
static enum td_code verdict(const struct session *s,
                            const struct tape_state *state,
                            struct td_error *err)
{
    if (state->growing)
        return TD_OK;
    return cli_tape_verdict(s->options.tape, NULL, state, err);
}

/* A tape without an event of an execution or of gates: what is wrong with it,
 * if anything.
 */
static enum td_code judge_empty(const struct session *s, enum td_code code,
                                const struct tape_state *state,
                                struct td_error *err)
{
    struct td_error damage;

    if ((code == TD_FORMAT || code == TD_LOSSY) &&
        verdict(s, state, &damage) == TD_LOSSY) {
        *err = damage;
        (void)snprintf(err->text, sizeof(err->text),
                       "no event of an execution, or of gates; %.200s",
                       damage.text);
        return TD_LOSSY;
    }
    return code;
}

/* The first that fails ends them. */
static enum td_code do_lines(struct session *s, struct td_error *err)
{
    struct td_bytes text = td_buf_bytes(&s->lines);
    struct tape_state state = {0};
    enum td_code code =
        s->options.tape ? console_fold(s->console, false, &state, err) : TD_OK;

    code = judge_empty(s, code, &state, err);
    while (text.len && code == TD_OK) {
        const uint8_t *lf = memchr(text.ptr, '\n', text.len);
        size_t len = lf ? (size_t)(lf - text.ptr) : text.len;

        code = console_do(s->console, td_bytes(text.ptr, len), err);
        len += lf != NULL;
        text = td_bytes(text.ptr + len, text.len - len);
    }
    if (code && code != TD_END)
        return code;
    return s->options.tape ? verdict(s, &state, err) : TD_OK;
}

static enum td_code tell_tape(struct session *s, struct td_error *err)
{
    struct tape_state state = {0};
    enum td_code code = console_fold(s->console, true, &state, err);

    return code ? judge_empty(s, code, &state, err) : verdict(s, &state, err);
}

static void on_signal(void *ctx, unsigned times)
{
    struct session *s = ctx;

    (void)times;
    console_terminal_stop(s->console);
}

static enum td_code run_terminal(struct session *s, struct td_error *err)
{
    const struct wire_signals signals = {.end = on_signal, .ctx = s};
    struct console_terminal_options how = {
        .speed = s->speed,
        .loop = cli_flag(s->args, "loop"),
        .save_ns = cli_number(s->args, "autosave"),
        .frame_ns = TD_NS_PER_S / cli_number(s->args, "fps"),
        .width = (size_t)cli_number(s->args, "width"),
        .tips = cli_flag(s->args, "tips"),
        .pager = cli_text(s->args, "pager"),
        .server = s->server.url ? &s->server : NULL,
    };
    enum td_code code = wire_signals_open(s->net, &signals, err);

    if (code == TD_OK)
        code = console_terminal(s->console, s->net, &how, err);
    wire_signals_close();
    return code;
}

static bool is_terminal(const struct session *s)
{
    const char *term = getenv("TERM");

    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
           !cli_flag(s->args, "plain") && !cli_json(s->args) && !has_lines(s) &&
           !(term && !strcmp(term, "dumb")) && !getenv("CI");
}

/* Lines are kept of who types them, and of a session that was asked for. */
static enum td_code open_keep(struct session *s, struct td_error *err)
{
    const struct console_keep_options how = {
        .session = cli_text(s->args, "session"),
        .newest = cli_flag(s->args, "autoload") && s->server.url,
        .record = is_terminal(s) || cli_given(s->args, "session"),
        .source = s->server.url     ? s->server.url
                  : s->options.tape ? s->options.tape
                                    : "",
        .keep_ns = cli_number(s->args, "retention"),
        .history = cli_number(s->args, "history"),
    };
    enum td_code code = console_keep_open(s->console, &how, err);

    if (code)
        return code;
    s->server.session = console_keep_id(s->console);
    if (!s->server.execution && *console_keep_execution(s->console))
        s->server.execution = console_keep_execution(s->console);
    return TD_OK;
}

/* What was not kept, and how to come back. */
static void say_kept(const struct session *s)
{
    const char *back = console_keep_back(s->console);
    struct td_buf note = {0};

    if (console_keep_note(s->console, &note))
        cli_say(s->args, "%s", td_buf_str(&note));
    td_buf_release(&note);
    if (is_terminal(s) && back)
        cli_say(s->args, "saved. Back: tapedeck console %s%s --session %s",
                s->server.url ? "--connect " : "",
                s->server.url ? s->server.url : s->options.tape, back);
}

/* As on a terminal that has colors and UTF-8, unless they are declined. */
static enum td_code export_tape(struct session *s, struct td_error *err)
{
    struct console_cast_options how = {
        .path = cli_text(s->args, "export"),
        .version = cli_cast_version(s->args),
        .speed = s->speed,
    };
    struct tape_state state = {0};
    enum td_code code = cli_may_write(s->args, how.path, err);

    if (code == TD_OK)
        code = console_cast(s->console, &how, &state, err);
    return code ? code : verdict(s, &state, err);
}

/* A file of settings that cannot be written to ends nothing. */
static enum td_code open_log(const struct session *s, struct td_error *err)
{
    enum td_code code = console_open_log(s->console, err);

    if (!code || cli_typed(s->args, "log-file"))
        return code;
    cli_say(s->args, "warning: --log-file: %s: %s", err->where, err->text);
    return TD_OK;
}

static enum td_code run_session(struct session *s, struct td_error *err)
{
    if (cli_given(s->args, "export"))
        return export_tape(s, err);
    if (is_terminal(s))
        return run_terminal(s, err);
    s->server.once = has_lines(s);
    if (s->server.url)
        return console_follow(s->console, s->net, &s->server,
                              td_buf_bytes(&s->lines), err);
    return has_lines(s) ? do_lines(s, err) : tell_tape(s, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct session s = {
        .args = args,
        .options = {.tape = cli_operands(args) ? cli_operand(args, 0) : NULL,
                    .style = style_of(args),
                    .json = cli_json(args),
                    .out = STDOUT_FILENO}};
    struct td_term_size size = td_term_size(STDOUT_FILENO);
    enum td_code code = read_lines(&s, err);

    cli_store(args, &s);
    s.options.wants.on_limit = cli_text(args, "on-limit");
    cli_console_setting_init(&s.setting, args);
    s.options.settings = &s.setting.settings;
    s.options.columns = size.columns;
    s.options.rows = size.rows;
    if (code == TD_OK)
        code = check(&s, err);
    if (code == TD_OK)
        code = play_speed_parse(cli_text(args, "speed"), &s.speed, err);
    if (code == TD_OK)
        code = read_server(&s, err);
    if (code == TD_OK)
        code = wire_lws_open(&s.net, td_clock_real(), err);
    if (code == TD_OK && cli_given(args, "export")) {
        s.options.style.utf8 = true;
        s.options.style.color = cli_cast_color(args);
        code = cli_cast_size(args, &s.options, err);
    }
    s.console = console_new(&s.options);
    if (code == TD_OK)
        code = open_log(&s, err);
    if (code == TD_OK)
        code = open_keep(&s, err);
    if (code == TD_OK) {
        code = run_session(&s, err);
        say_kept(&s);
    }
    console_free(s.console);
    if (s.net)
        wire_net_close(s.net);
    td_buf_release(&s.lines);
    td_buf_release(&s.token);
    cli_console_setting_release(&s.setting);
    return code;
}

const struct cli_command cli_cmd_console = {
    .name = "console",
    .summary = "Look at an execution, live or on a tape, ask and steer.",
    .usage = "[TAPE]",
    .details =
        "On a terminal: the run at the bottom, what happened above it, and a "
        "prompt that can be used all the while; help lists its commands. A "
        "tape is played at its times: with an empty line space pauses, the "
        "arrows seek by 5 s, . plays one event, + and - change the speed, 0 "
        "goes to the start, End to the end, @50% and Enter to the middle; "
        "help keys has all.\n"
        "\n"
        "Elsewhere, or with --plain, each fact is one line. With -c or -f, "
        "or where stdin is no terminal and has lines, commands are done one "
        "after another; of a tape when all of it was read. Without a tape and "
        "a server they may ask for sessions and "
        "settings.",
    .examples =
        "tapedeck console .tapedeck/x1.tape.gz --speed 4 --loop\n"
        "tapedeck console .tapedeck/x1.tape.gz --speed 4 --export demo.cast\n"
        "tapedeck console run.tape.gz -c 'show status' -c 'logs --level warn'\n"
        "tapedeck console --connect sio://127.0.0.1:4000 -c 'execute "
        "plan.yaml'",
    .options = options,
    .min_operands = 0,
    .max_operands = 1,
    .forgives = true,
    .run = run,
};

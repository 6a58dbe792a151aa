#include "cli/verbs/record_options.h"

#include "cli/shared/listen.h"
#include "cli/verbs/option_applicability.h"
#include "cli/verbs/record_call.h"
#include "cli/verbs/record_listen.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/proc_env.h"
#include "recorder/event_name.h"
#include "tape/line.h"
#include "tape/member.h"
#include "wire/http/url.h"
#include "wire/server/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct cli_option cli_record_options[] = {
    {.name = "output",
     .letter = 'o',
     .type = CLI_TEXT,
     .value = "FILE",
     CLI_INTO(struct cli_record_setup, recorder.output.path),
     .help = "the tape to write; - is standard output"},
    {.name = "overwrite",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_record_setup, recorder.output.tape.overwrite),
     .help = "replace FILE if it is there"},
    {.name = "append",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_record_setup, recorder.output.tape.append),
     .help = "record behind what is in FILE"},
    {.name = "meta",
     .type = CLI_LIST,
     .value = "KEY=VALUE",
     CLI_INTO(struct cli_record_setup, recorder.output.tape.meta),
     .help = "a fact for the tape's header"},
    {.name = "until",
     .type = CLI_LIST,
     .value = "EVENT",
     CLI_INTO(struct cli_record_setup, recorder.limits.until),
     .help = "end with the first event of that name"},
    {.name = "max-events",
     .type = CLI_NUMBER,
     .min = 1,
     .value = "N",
     CLI_INTO(struct cli_record_setup, recorder.limits.max_events),
     .help = "end after N events"},
    {.name = "max-size",
     .type = CLI_SIZE,
     .min = 1,
     .value = "SIZE",
     CLI_INTO(struct cli_record_setup, recorder.limits.max_bytes),
     .help = "end when the tape has reached SIZE"},
    {.name = "max-duration",
     .type = CLI_DURATION,
     .min = 1,
     .value = "TIME",
     CLI_INTO(struct cli_record_setup, recorder.limits.max_ns),
     .help = "end after TIME"},
    {.name = "idle-timeout",
     .type = CLI_DURATION,
     .min = 1,
     .value = "TIME",
     CLI_INTO(struct cli_record_setup, recorder.limits.idle_ns),
     .help = "end when no event came for TIME"},
    {.name = "require-events",
     .type = CLI_FLAG,
     .help = "exit 1 if no event was recorded"},
    {.name = "child-status",
     .type = CLI_FLAG,
     .help = "exit 1 if the command of -- did not end with status 0"},
    {.name = "min-free",
     .type = CLI_SIZE,
     .value = "SIZE",
     CLI_INTO(struct cli_record_setup, recorder.output.min_free),
     .help = "end when the disk has less than SIZE left"},
    {.name = "split",
     .type = CLI_TEXT,
     .value = "SIZE|TIME",
     .help = "begin a new file (FILE.0001, ...) at SIZE (100M) or TIME (1h)"},
    {.name = "max-files",
     .type = CLI_NUMBER,
     .min = 1,
     .max = UINT32_MAX,
     .value = "N",
     CLI_INTO(struct cli_record_setup, recorder.output.max_files),
     .help = "with --split: keep the last N files"},
    {.name = "snapshot",
     .type = CLI_DURATION,
     .min = 1,
     .value = "TIME",
     CLI_INTO(struct cli_record_setup, recorder.snapshot_ns),
     .help = "keep the last TIME in memory; write it at the end and, to a "
             "numbered file, on SIGUSR1"},
    {.name = "on-overload",
     .type = CLI_CHOICE,
     .value = "POLICY",
     .choices = REC_POLICIES,
     .preset = "block",
     CLI_INTO(struct cli_record_setup, recorder.policy),
     .help = "what to do when the tape cannot keep up"},
    {.name = "queue",
     .type = CLI_SIZE,
     .min = 1,
     .value = "SIZE",
     .preset = "64M",
     CLI_INTO(struct cli_record_setup, recorder.queue_bytes),
     .help = "memory for events that wait for the tape"},
    {.name = "stdio",
     .type = CLI_FLAG,
     .help =
         "stand between standard input and output and those of the command "
         "of --, which all pass at once and unchanged; end with its status"},
    {.name = "framing",
     .type = CLI_CHOICE,
     .value = "HOW",
     .choices = WIRE_FRAMINGS,
     .preset = "auto",
     CLI_INTO(struct cli_record_setup, framing),
     .help = "with --stdio: a message is a line, or has headers as in LSP"},
    {.name = "listen",
     .type = CLI_TEXT,
     .value = "HOST:PORT",
     .not_of_project = true,
     .help = "stand between HTTP clients that come there and the server of "
             "--to; port 0 = any that is free"},
    {.name = "to",
     .type = CLI_LIST,
     .value = "[/PATH=]URL",
     .not_of_project = true,
     .help = "with --listen: the server, http:// or https://; with /PATH= "
             "that of requests at and below it"},
    {.name = "env",
     .type = CLI_LIST,
     .value = "NAME[=/PATH]",
     .not_of_project = true,
     CLI_INTO(struct cli_record_setup, proxy.env),
     .help = "with --listen: a variable that tells the command of -- where it "
             "listens, with PATH behind it"},
    {.name = "public",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_record_setup, everybody),
     .help = "with --listen: everybody who reaches the port may ask, also "
             "from other machines"},
    {.name = "keep-extensions",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_record_setup, proxy.proxy.keep_extensions),
     .help = "with --listen: extensions of WebSocket pass, and their frames "
             "are kept as bytes that nobody can read or redact"},
    CLI_TLS_OPTIONS,
    CLI_READY_OPTION,
    {.name = "name",
     .type = CLI_TEXT,
     .value = "POINTER",
     .may_be_empty = true,
     .preset = REC_NAME_POINTER,
     CLI_INTO(struct cli_record_setup, recorder.name_pointer),
     .help = "where JSON messages have their event name; with --stdio "
             "/method if not given"},
    {.name = "no-names",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_record_setup, recorder.no_names),
     .help = "do not look for names in messages"},
    {.name = "redact",
     .type = CLI_TEXT,
     .value = "FILE",
     CLI_INTO(struct cli_record_setup, recorder.redact_path),
     .help = "rules for what must not reach the tape"},
    CLI_CHECK_OPTIONS,
    {.name = "send",
     .type = CLI_LIST,
     .value = "MESSAGE",
     .may_be_empty = true,
     CLI_INTO(struct cli_record_setup, url.send),
     .serves = CLI_WS | CLI_SIO,
     .help = "send this after connecting (Socket.IO: [\"NAME\",...])"},
    CLI_RECORD_CALL_OPTIONS,
    CLI_DIAL_OPTIONS,
    {.name = "ns",
     .type = CLI_LIST,
     .value = "NAMESPACE",
     CLI_INTO(struct cli_record_setup, url.client.namespaces),
     .serves = CLI_SIO,
     .help = "Socket.IO: join this namespace too"},
    {.name = "ack",
     .type = CLI_FLAG,
     CLI_INTO(struct cli_record_setup, url.client.answer_acks),
     .serves = CLI_SIO,
     .help = "Socket.IO: answer events that ask for an ack"},
    {.name = "protocol",
     .type = CLI_LIST,
     .value = "NAME",
     CLI_INTO(struct cli_record_setup, url.client.protocols),
     .serves = CLI_WS,
     .help = "WebSocket: offer this subprotocol"},
    {.name = "last-event-id",
     .type = CLI_TEXT,
     .value = "ID",
     .may_be_empty = true,
     CLI_INTO(struct cli_record_setup, url.client.last_event_id),
     .serves = CLI_SSE,
     .help = "SSE: resume behind this id"},
    {.name = "reconnect",
     .type = CLI_NUMBER,
     .max = UINT32_MAX,
     .value = "N",
     CLI_INTO(struct cli_record_setup, url.client.reconnect.attempts),
     .serves = CLI_CALLED,
     .help = "connect again when the connection is lost, N times in a row"},
    {.name = "reconnect-max",
     .type = CLI_DURATION,
     .min = 1,
     .value = "TIME",
     .preset = "30s",
     CLI_INTO(struct cli_record_setup, url.client.reconnect.max_ns),
     .serves = CLI_CALLED,
     .help = "longest wait between two attempts"},
    {.name = "max-message",
     .type = CLI_SIZE,
     .min = 1,
     .max = TAPE_PAYLOAD_MAX,
     .value = "SIZE",
     .preset = "128M",
     CLI_INTO(struct cli_record_setup, max_message),
     .help = "largest message or line that is taken; a tape holds 128M"},
    {.name = "chunk-size",
     .type = CLI_SIZE,
     .min = 1,
     .max = TAPE_TEXT_MAX,
     .value = "SIZE",
     .preset = "256k",
     CLI_INTO(struct cli_record_setup, recorder.output.tape.member_text),
     .help = "text of one member of the tape, up to 4M"},
    {.name = "flush-interval",
     .type = CLI_DURATION,
     .value = "TIME",
     .preset = "250ms",
     CLI_INTO(struct cli_record_setup, recorder.output.tape.flush_ns),
     .help = "what a crash may cost"},
    {.name = "fsync",
     .type = CLI_CHOICE,
     .value = "WHEN",
     .choices = "never|member|flush",
     .preset = "never",
     CLI_INTO(struct cli_record_setup, recorder.output.tape.fsync),
     .help = "when to wait for the disk"},
    {.name = NULL},
};

/* A time if it ends like one ("90s", "10m"), else a size ("100M"). */
static enum td_code read_split(struct rec_output_options *output,
                               const char *text, struct td_error *err)
{
    enum td_code code;

    if (!text)
        return TD_OK;
    if (*text && strchr("smhd", text[strlen(text) - 1]))
        code = td_duration_parse(text, &output->split_ns);
    else
        code = td_size_parse(text, &output->split_bytes);
    if (!code && (output->split_ns || output->split_bytes))
        return TD_OK;
    td_error_set(err, TD_USAGE, "--split", 0,
                 code == TD_LIMIT ? "%.100s is too much"
                                  : "%.100s is no size and no time",
                 text);
    return td_error_hint(err, "write --split 100M or --split 10m");
}

/* The sources without their secrets, for the header. */
static void name_sources(struct td_buf *out, const struct cli_args *args)
{
    char *const *child = cli_child(args);

    for (int i = 0; i < cli_operands(args); i++) {
        if (i)
            td_buf_add_byte(out, ' ');
        wire_url_public(out, cli_operand(args, i));
    }
    if (child) {
        const char *slash = strrchr(child[0], '/');

        td_buf_addf(out, "%sexec:%s", out->len ? " " : "",
                    slash ? slash + 1 : child[0]);
    }
    if (cli_given(args, "listen")) {
        td_buf_add_text(out, out->len ? " proxy:" : "proxy:");
        cli_record_put_servers(out, args);
    }
}

/* What shaped the tape beside its sources, for the header. */
static void name_options(struct td_buf *out, const struct cli_args *args,
                         const char *pointer)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text_or_null(&w, "name",
                             cli_flag(args, "no-names") ? NULL : pointer);
    td_json_put_text(&w, "on_overload", cli_text(args, "on-overload"));
    td_json_object_end(&w);
}

static int count_stdin(const struct cli_args *args)
{
    int n = 0;

    for (int i = 0; i < cli_operands(args); i++)
        n += !strcmp(cli_operand(args, i), "-");
    return n;
}

/* Each fact has a name, and no other has the same. */
static enum td_code check_meta(const char *const *meta, struct td_error *err)
{
    for (size_t i = 0; meta[i]; i++) {
        size_t len = strcspn(meta[i], "=");

        if (len == 0)
            return td_error_set(err, TD_USAGE, "--meta", 0,
                                "%.100s has no name before the =", meta[i]);
        for (size_t j = 0; j < i; j++)
            if (strcspn(meta[j], "=") == len && !strncmp(meta[i], meta[j], len))
                return td_error_set(err, TD_USAGE, "--meta", 0,
                                    "%.*s is given twice",
                                    len < 100 ? (int)len : 100, meta[i]);
    }
    return TD_OK;
}

/* What only means something between clients and a server. */
static enum td_code check_no_proxy(const struct cli_args *args,
                                   struct td_error *err)
{
    static const char *const names[] = {
        "to",      "env",        "public",         "tls-cert",
        "tls-key", "ready-file", "keep-extensions"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[32];

        if (!cli_typed(args, names[i]))
            continue;
        (void)snprintf(name, sizeof(name), "--%s", names[i]);
        td_error_set(err, TD_USAGE, name, 0,
                     "is for a recording between clients and a server");
        return td_error_hint(err, "add --listen HOST:PORT --to URL");
    }
    return TD_OK;
}

static enum td_code check_proxy(const struct cli_args *args, const char *output,
                                struct td_error *err)
{
    bool child = cli_child(args) != NULL;

    if (!cli_given(args, "to")) {
        td_error_set(err, TD_USAGE, "--listen", 0,
                     "the server behind it is not named");
        return td_error_hint(err, "add --to http://HOST:PORT");
    }
    if (cli_operands(args)) {
        td_error_set(err, TD_USAGE, cli_operand(args, 0), 0,
                     "--listen records what passes and nothing else");
        return td_error_hint(err, "the server is named with --to, a command "
                                  "stands behind --");
    }
    if (cli_typed(args, "env") && !child) {
        td_error_set(err, TD_USAGE, "--env", 0, "no command is named");
        return td_error_hint(err, "write it behind --");
    }
    if (child && !strcmp(output, "-")) {
        td_error_set(err, TD_USAGE, "-o -", 0,
                     "standard output belongs to the command");
        return td_error_hint(err, "write -o FILE; what tapedeck says is on "
                                  "standard error");
    }
    if (td_proc_env_check(cli_list(args, "env"), "--env", err))
        return TD_USAGE;
    return check_meta(cli_list(args, "meta"), err);
}

/* Both standard streams belong to the client and its program. */
static enum td_code check_stdio(const struct cli_args *args, const char *output,
                                struct td_error *err)
{
    if (!cli_child(args)) {
        td_error_set(err, TD_USAGE, "--stdio", 0, "no command is named");
        return td_error_hint(
            err, "write tapedeck record --stdio -o FILE -- COMMAND");
    }
    if (cli_operands(args)) {
        td_error_set(err, TD_USAGE, cli_operand(args, 0), 0,
                     "--stdio records its command and nothing else");
        return td_error_hint(err, "the command stands behind --");
    }
    if (!strcmp(output, "-")) {
        td_error_set(err, TD_USAGE, "-o -", 0,
                     "standard output belongs to the command");
        return td_error_hint(err, "write -o FILE; what tapedeck says is on "
                                  "standard error");
    }
    return check_meta(cli_list(args, "meta"), err);
}

/* Where the events come from, one way of several. */
static enum td_code check_sources(const struct cli_args *args,
                                  const char *output, struct td_error *err)
{
    if (cli_given(args, "listen") && cli_flag(args, "stdio"))
        return td_error_set(err, TD_USAGE, "", 0,
                            "--stdio and --listen exclude each other");
    if (cli_given(args, "listen"))
        return check_proxy(args, output, err);
    if (check_no_proxy(args, err) || cli_record_call_check(args, err))
        return TD_USAGE;
    if (cli_flag(args, "stdio"))
        return check_stdio(args, output, err);
    if (cli_typed(args, "framing")) {
        td_error_set(err, TD_USAGE, "--framing", 0,
                     "is for messages over standard input and output");
        return td_error_hint(err, "add --stdio");
    }
    if (count_stdin(args) > 1)
        return td_error_set(err, TD_USAGE, "-", 0,
                            "standard input can be recorded only once");
    return check_meta(cli_list(args, "meta"), err);
}

static enum td_code check(const struct cli_args *args, struct td_error *err)
{
    const char *output = cli_text(args, "output");

    if (!output) {
        td_error_set(err, TD_USAGE, "", 0, "no tape is named");
        return td_error_hint(err, "add -o NAME.tape.gz, or -o - for a pipe");
    }
    if (!strcmp(output, "-") && isatty(STDOUT_FILENO))
        return td_error_set(err, TD_USAGE, "-o -", 0,
                            "a terminal is no place for a tape");
    if (cli_flag(args, "append") && cli_flag(args, "overwrite"))
        return td_error_set(err, TD_USAGE, "", 0,
                            "--append and --overwrite exclude each other");
    if (!strcmp(output, "-") && cli_json(args))
        return td_error_set(err, TD_USAGE, "--json", 0,
                            "standard output is the tape already");
    if (cli_given(args, "snapshot") &&
        (!strcmp(output, "-") || cli_given(args, "split")))
        return td_error_set(err, TD_USAGE, "--snapshot", 0,
                            "a snapshot goes to one file by itself");
    if (cli_given(args, "snapshot") &&
        (cli_given(args, "contract") || cli_given(args, "schema"))) {
        td_error_set(err, TD_USAGE, "--snapshot", 0,
                     "keeps the end of a stream, but a check needs all of it");
        return td_error_hint(err, "check the tape with tapedeck validate");
    }
    if (cli_args_slot(args, "no-names")->from == CLI_FROM_FLAG &&
        cli_flag(args, "no-names") &&
        cli_args_slot(args, "name")->from == CLI_FROM_FLAG)
        return td_error_set(err, TD_USAGE, "", 0,
                            "--name and --no-names exclude each other");
    return check_sources(args, output, err);
}

/* What to check, and its digest for the header. */
static enum td_code read_check(struct cli_record_setup *setup,
                               const struct cli_args *args,
                               struct td_error *err)
{
    const char *schema = cli_text(args, "schema");
    const char *contract = cli_text(args, "contract");
    enum td_code code =
        cli_check_read(&setup->check, args, schema, contract, err);

    if (code || (!schema && !contract))
        return code;
    code = cli_check_hash(&setup->contract_hash, &setup->check,
                          contract ? contract : schema, err);
    setup->recorder.output.tape.contract = td_buf_str(&setup->contract_hash);
    return code;
}

enum td_code cli_record_setup(struct cli_record_setup *setup,
                              const struct cli_args *args, struct td_error *err)
{
    struct rec_options *rec = &setup->recorder;
    enum td_code code = check(args, err);

    if (!code)
        code = cli_serves_check(
            args, cli_given(args, "listen") ? cli_record_server(args) : NULL,
            err);
    if (code)
        return code;
    cli_store(args, setup);
    if (cli_flag(args, "stdio") && !cli_given(args, "name"))
        rec->name_pointer = "/method";
    setup->url.client.max_message = setup->max_message;
    rec->output.tape.recorder = "tapedeck " TD_VERSION;
    name_sources(&setup->source, args);
    name_options(&setup->options, args, rec->name_pointer);
    rec->output.tape.source = td_buf_str(&setup->source);
    rec->output.tape.recorder_options = td_buf_str(&setup->options);
    code = read_split(&rec->output, cli_text(args, "split"), err);
    if (!code)
        code = cli_dial_read(&setup->dial, &setup->url.client, args, err);
    if (!code)
        code = cli_record_listen(setup, args, err);
    if (!code)
        code = read_check(setup, args, err);
    return code;
}

void cli_record_setup_release(struct cli_record_setup *setup)
{
    td_buf_release(&setup->source);
    td_buf_release(&setup->options);
    td_buf_release(&setup->contract_hash);
    free(setup->listen_host);
    free(setup->listen_path);
    cli_check_release(&setup->check);
    cli_dial_release(&setup->dial);
}

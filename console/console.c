#include "console/console_internal.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "tape/reader.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 << 20)
#define TOLD_MAX   200  /* lines of facts a second on a terminal */
#define SLOW_MAX   1024 /* bytes of them that wait for a slow one */

struct seen *console_fresh(const struct console *c)
{
    struct seen *s = seen_new();

    if (c->options.log_lines)
        seen_keep_logs(s, c->options.log_lines);
    return s;
}

struct console *console_new(const struct console_options *options)
{
    struct console *c = td_calloc(1, sizeof(*c));

    c->options = *options;
    c->seen = console_fresh(c);
    td_buf_init(&c->text, ANSWER_MAX);
    return c;
}

enum td_code console_open_log(struct console *c, struct td_error *err)
{
    return c->options.log_file
               ? console_log_file_open(&c->log_file, c->options.log_file, err)
               : TD_OK;
}

void console_free(struct console *c)
{
    if (!c)
        return;
    console_keep_close(c);
    seen_free(c->seen);
    td_buf_release(&c->text);
    console_asked_clear(&c->asked);
    console_talk_end(&c->talk);
    console_unfollow(c);
    console_log_file_close(c->log_file);
    free(c->workspace);
    free(c->url);
    free(c->replayed);
    free(c);
}

struct panel console_view(const struct console *c)
{
    struct panel v = {
        .seen = c->seen,
        .style = &c->options.style,
        .columns = c->options.columns,
        .rows = c->options.rows,
        .now_ns = c->now_ns,
        .mode = c->options.tape ? PANEL_TAPE : c->mode,
        .told = c->options.told,
        .server = c->url,
        .lost_ns = c->lost_ns,
        .workspace = c->workspace,
        .warn = c->options.wants.warn,
        .critical = c->options.wants.critical,
    };

    if (c->server && !console_server_is_up(c->server)) {
        struct console_server_wait wait = console_server_waits(c->server);

        v.lost_tries = wait.tries;
        v.lost_in_ns = wait.in_ns;
    }
    return v;
}

enum td_code console_print(struct console *c, struct td_error *err)
{
    enum td_code code = TD_OK;

    if (c->above)
        (void)td_buf_add_bytes(c->above, td_buf_bytes(&c->text));
    else if (c->text.len)
        code =
            td_fs_write(c->options.out, td_buf_bytes(&c->text), "stdout", err);
    td_buf_clear(&c->text);
    return code;
}

enum td_code console_print_answer(struct console *c, struct td_error *err)
{
    if (c->pages && c->pages(c, td_buf_bytes(&c->text)))
        td_buf_clear(&c->text);
    return console_print(c, err);
}

/* ---- events ---- */

/* The text is a fact for the scrollback, if it has room for one. */
static void hide_flood(struct console *c)
{
    size_t lines = text_lines(td_buf_bytes(&c->text));

    if (lines + c->told > TOLD_MAX || (c->slow && c->above->len > SLOW_MAX)) {
        c->hidden += lines;
        td_buf_clear(&c->text);
    } else {
        c->told += lines;
    }
}

void console_tell_hidden(struct console *c, uint64_t now_ns)
{
    char count[PANEL_SHORT];

    if (now_ns - c->second_ns < TD_NS_PER_S)
        return;
    if (c->hidden)
        (void)td_buf_addf(c->above, "%s %s lines, logs shows them\n",
                          text_sign(&c->options.style, TEXT_CUT),
                          panel_count(count, c->hidden));
    c->second_ns = now_ns;
    c->told = 0;
    c->hidden = 0;
}

/* As JSON what came is what is printed. */
static enum td_code tell(struct console *c, const struct td_event *ev,
                         const struct seen_fact *fact, struct td_error *err)
{
    struct panel v = console_view(c);

    if (c->above) {
        panel_fact(&c->text, &v, fact);
        hide_flood(c);
    } else if (!c->options.json) {
        panel_plain(&c->text, &v, fact);
    } else if (fact->kind != SEEN_NOTHING) {
        (void)td_buf_add_bytes(&c->text, ev->payload);
        (void)td_buf_add_byte(&c->text, '\n');
    }
    return console_print(c, err);
}

/* On a terminal what cannot be written is said once, and the console works
 * without; elsewhere it ends it. */
static enum td_code write_log(struct console *c, struct td_error *err)
{
    enum td_code code =
        c->log_file
            ? console_log_file_write(c->log_file, c->seen, c->logged, err)
            : TD_OK;

    if (!code || !c->above)
        return code;
    console_log_file_close(c->log_file);
    c->log_file = NULL;
    (void)td_buf_addf(c->above, "! log file: %s\n", err->text);
    return TD_OK;
}

/* Lines of the log that came with this event, where they are followed. */
static enum td_code tell_log(struct console *c, bool told, struct td_error *err)
{
    struct panel v = console_view(c);
    enum td_code code = told ? write_log(c, err) : TD_OK;

    if (c->following)
        panel_logs_from(&c->text, &v, &c->follow, c->logged);
    if (c->following && c->above)
        hide_flood(c);
    c->logged = seen_logged(c->seen);
    return code;
}

void console_planned(struct console *c, const struct td_json_doc *doc,
                     uint32_t data)
{
    struct td_buf root = {0};

    seen_put_plan(c->seen, doc, data);
    console_member(doc, data, "workspace", &root);
    free(c->workspace);
    c->workspace =
        c->options.near && root.len ? realpath(td_buf_str(&root), NULL) : NULL;
    td_buf_release(&root);
}

enum td_code console_take(struct console *c, const struct td_event *ev,
                          bool told, struct td_error *err)
{
    struct seen_fact fact;

    if (ev->form != TD_FORM_JSON)
        return TD_OK;
    if (td_event_is_plain(ev) && seen_is_gate(ev->name))
        fact = seen_put_gate(c->seen, ev->name, ev->payload,
                             c->start_wall_ns + ev->at_ns + 1);
    else if (td_event_is_plain(ev))
        fact = seen_put(c->seen, ev->payload);
    else if (td_bytes_is(ev->kind, "run"))
        fact = seen_put_line(c->seen, ev->name, ev->payload);
    else
        return TD_OK;
    c->now_ns = c->seen->last_ns;
    if (fact.kind == SEEN_BEGAN && c->server)
        console_server_plan(c->server, c->seen->execution);
    if (tell_log(c, told, err))
        return err->code;
    return told && !c->following ? tell(c, ev, &fact, err)
                                 : console_print(c, err);
}

enum td_code console_has_seen(const struct console *c,
                              const struct tape_state *state,
                              struct td_error *err)
{
    if (c->seen->events > 0)
        return TD_OK;
    if (state->torn)
        return td_error_set(
            err, TD_LOSSY, c->options.tape, 0,
            "torn before the first event of an execution, or of gates");
    return td_error_set(err, TD_FORMAT, c->options.tape, 0,
                        "has no event of an execution, or of gates");
}

enum td_code console_fold(struct console *c, bool told,
                          struct tape_state *state, struct td_error *err)
{
    const struct tape_read_options how = {.threads = 1};
    struct tape_reader *reader = NULL;
    struct td_event ev;
    enum td_code code = tape_reader_open(&reader, c->options.tape, &how, err);

    while (code == TD_OK) {
        code = tape_reader_next(reader, &ev, err);
        c->start_wall_ns = tape_reader_header(reader)->start_wall_ns;
        if (code == TD_OK)
            code = console_take(c, &ev, told, err);
    }
    if (reader)
        *state = tape_reader_state(reader);
    tape_reader_close(reader);
    return code == TD_END ? console_has_seen(c, state, err) : code;
}

/* ---- commands ---- */

static enum td_code help(struct console *c, const struct words_call *call,
                         struct td_error *err)
{
    const struct words_command *command = NULL;

    if (call->arg_count == 0) {
        words_help(&c->text);
        return TD_OK;
    }
    if (words_help_topic(&c->text, call->args[0]))
        return TD_OK;
    command = words_find(call->args[0], err);
    if (!command)
        return TD_USAGE;
    words_help_one(&c->text, command);
    return TD_OK;
}

static enum td_code leave(struct console *c, const struct words_call *call,
                          struct td_error *err)
{
    (void)c, (void)call, (void)err;
    return TD_END;
}

static const struct {
    const char *name;
    console_action act;
} actions[] = {
    {"help", help},
    {"plan", console_plan},
    {"show", console_show},
    {"logs", console_logs},
    {"approve", console_approve},
    {"replay", console_replay},
    {"session", console_session},
    {"context", console_context},
    {"config", console_config},
    {"exit", leave},
};

static console_action action_of(const struct words_command *command)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (!strcmp(actions[i].name, command->name))
            return actions[i].act;
    return console_order;
}

void console_put_failure(struct td_json_writer *w, const char *error,
                         enum td_code code)
{
    td_json_put_text(w, "error", error);
    td_json_put_u64(w, "exit", (uint64_t)td_code_exit_status(code));
}

/* {"command":"..","success":true,"output":".."}, or with "error", "exit". */
static enum td_code answer_json(struct console *c, struct td_bytes line,
                                enum td_code done, const struct td_error *why,
                                struct td_error *err)
{
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    td_json_object(&w, NULL);
    td_json_put_string(&w, "command", line);
    td_json_put_bool(&w, "success", done == TD_OK || done == TD_END);
    td_json_put_string(&w, "output", td_buf_bytes(&c->text));
    if (done != TD_OK && done != TD_END)
        console_put_failure(&w, why->text, done);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    td_buf_clear(&c->text);
    (void)td_buf_add_bytes(&c->text, td_buf_bytes(&out));
    td_buf_release(&out);
    return console_print(c, err);
}

/* {"args":[..],"options":{..}} of what was understood. */
static void keep(struct console *c, struct td_bytes line,
                 const struct words_call *call)
{
    struct td_buf args = {0};
    struct td_json_writer w = td_json_writer(&args);

    td_json_object(&w, NULL);
    td_json_array(&w, "args");
    for (size_t i = 0; call && i < call->arg_count; i++)
        td_json_put_text(&w, NULL, call->args[i]);
    td_json_array_end(&w);
    td_json_object(&w, "options");
    for (size_t i = 0; call && call->command->options[i].name; i++)
        if (call->options[i])
            td_json_put_text(&w, call->command->options[i].name,
                             call->options[i]);
    td_json_object_end(&w);
    td_json_object_end(&w);
    console_keep_began(c, line, td_buf_str(&args));
    td_buf_release(&args);
}

static enum td_code act(struct console *c, struct td_bytes line,
                        struct td_error *err)
{
    struct words_list list;
    struct words_call call;
    enum td_code code = words_split(&list, line, err);

    if (code == TD_OK && list.len) {
        code = words_read(&call, &list, err);
        keep(c, line, code ? NULL : &call);
        if (code == TD_OK)
            code = action_of(call.command)(c, &call, err);
        if (code == TD_AGAIN && c->asked.command)
            c->asked.line = td_strndup(line.ptr, line.len);
    }
    words_release(&list);
    return code;
}

enum td_code console_do(struct console *c, struct td_bytes line,
                        struct td_error *err)
{
    struct td_error why = {0};
    enum td_code code;
    enum td_code printed;
    bool done;

    while (line.len && line.ptr[line.len - 1] == ' ' &&
           (line.len == 1 || line.ptr[line.len - 2] != '\\'))
        line.len--; /* where a comment stood */
    if (c->options.json && line.len == 0)
        return TD_OK; /* nothing was asked, so there is no answer */
    code = act(c, line, &why);
    done = code == TD_OK || code == TD_END || code == TD_AGAIN;
    console_keep_ended(c, code,
                       done ? td_buf_bytes(&c->text) : td_text(why.text));
    printed = c->options.json && code != TD_AGAIN
                  ? answer_json(c, line, code, &why, err)
                  : console_print_answer(c, err);
    if (printed)
        return printed;
    if (code && code != TD_END && code != TD_AGAIN && err)
        *err = why;
    return code;
}

/* session: what consoles of this user have kept. */
#include "console/keep_internal.h"
#include "core/fs.h"
#include "core/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPORT_MAX ((size_t)64 << 20)

struct asked {
    struct console *c;
    struct store *store;
    const char *name; /* an id, a part of one, a name or a new name; or NULL */
    const char *file;
    uint64_t limit;
    bool read_only;
    struct td_error *err;
};

/* ---- as lines ---- */

static void put_clean(struct console *c, const char *before, const char *text)
{
    if (!*text)
        return;
    (void)td_buf_add_text(&c->text, before);
    text_clean(&c->text, td_text(text), &c->options.style);
}

static void put_state(struct console *c, const char *before,
                      const struct store_session *row)
{
    struct td_buf state = {0};

    if (!*row->execution)
        return;
    console_keep_put_state(&state, row);
    put_clean(c, before, td_buf_str(&state));
    td_buf_release(&state);
}

static void put_open(struct console *c, const struct store_session *row)
{
    if (row->owner && !row->ours)
        (void)td_buf_addf(&c->text, "  open in process %ld", (long)row->owner);
}

static void on_listed(void *ctx, const struct store_session *row)
{
    struct console *c = ctx;
    bool here = c->keep->there && !strcmp(row->id, c->keep->id);

    (void)td_buf_addf(&c->text, "%c %s  ", here ? '*' : ' ', row->id);
    console_keep_put_time(&c->text, row->used_ms);
    (void)td_buf_addf(&c->text, "  %" PRIu64 " command%s", row->commands,
                      row->commands == 1 ? "" : "s");
    put_clean(c, "  ", row->name);
    put_state(c, "  ", row);
    put_open(c, row);
    (void)td_buf_add_byte(&c->text, '\n');
}

static void on_info(void *ctx, const struct store_session *row)
{
    struct console *c = ctx;

    (void)td_buf_addf(&c->text, "session  %s", row->id);
    put_clean(c, "  ", row->name);
    put_open(c, row);
    (void)td_buf_add_text(&c->text, "\nbegan    ");
    console_keep_put_time(&c->text, row->created_ms);
    (void)td_buf_add_text(&c->text, "\nused     ");
    console_keep_put_time(&c->text, row->used_ms);
    put_clean(c, "\nfolder   ", row->dir);
    put_clean(c, "\nof       ", row->source);
    put_state(c, "\nrun      ", row);
    (void)td_buf_addf(&c->text, "\ncommands %" PRIu64 "\n", row->commands);
}

static void on_line(void *ctx, const struct store_command *row)
{
    struct console *c = ctx;

    (void)td_buf_add_text(&c->text, "  ");
    console_keep_put_time(&c->text, row->at_ms);
    (void)td_buf_addf(&c->text, "  %-7s  ", row->status);
    put_clean(c, "", row->line);
    (void)td_buf_add_byte(&c->text, '\n');
}

/* ---- which one ---- */

/* The one that is named, or the one of this console. */
static enum td_code which(const struct asked *a, char id[STORE_ID_SIZE])
{
    const struct console_keep *k = a->c->keep;

    if (a->name)
        return store_find(a->store, a->name, id, a->err);
    if (!k->there)
        return td_error_set(a->err, TD_FAILED, "", 0,
                            "nothing of this session is kept yet");
    (void)snprintf(id, STORE_ID_SIZE, "%s", k->id);
    return TD_OK;
}

/* ---- actions ---- */

static enum td_code list(const struct asked *a)
{
    size_t before = a->c->text.len;
    enum td_code code = store_list(a->store, a->limit, on_listed, a->c, a->err);

    if (code == TD_OK && a->c->text.len == before)
        (void)td_buf_add_text(&a->c->text, "no session is kept yet\n");
    return code;
}

static enum td_code info(const struct asked *a)
{
    char id[STORE_ID_SIZE];
    enum td_code code = which(a, id);

    if (code == TD_OK)
        code = store_look(a->store, id, on_info, a->c, a->err);
    return code ? code
                : store_commands(a->store, id, a->limit, on_line, a->c, a->err);
}

struct sums {
    uint64_t count, failed, lost;
    int64_t took_ms;
};

static void on_sum(void *ctx, const struct store_command *row)
{
    struct sums *s = ctx;

    s->count++;
    s->failed += !strcmp(row->status, "failed");
    s->lost += !strcmp(row->status, "lost");
    s->took_ms += row->took_ms > 0 ? row->took_ms : 0;
}

static void on_count(void *ctx, const struct store_session *row)
{
    uint64_t *count = ctx;

    (void)row;
    (*count)++;
}

/* Of one session; of all where none is named. */
static enum td_code stats(const struct asked *a)
{
    char id[STORE_ID_SIZE];
    struct sums s = {0};
    uint64_t sessions = 0;
    enum td_code code = a->name ? which(a, id) : TD_OK;

    if (code == TD_OK && !a->name)
        code = store_list(a->store, INT64_MAX, on_count, &sessions, a->err);
    if (code == TD_OK)
        code = store_commands(a->store, a->name ? id : NULL, INT64_MAX, on_sum,
                              &s, a->err);
    if (code)
        return code;
    if (!a->name)
        (void)td_buf_addf(&a->c->text, "%" PRIu64 " session%s, ", sessions,
                          sessions == 1 ? "" : "s");
    (void)td_buf_addf(&a->c->text,
                      "%" PRIu64 " command%s, %" PRIu64 " failed, %" PRIu64
                      " lost, ",
                      s.count, s.count == 1 ? "" : "s", s.failed, s.lost);
    (void)td_duration_format(&a->c->text, (uint64_t)s.took_ms * TD_NS_PER_MS);
    (void)td_buf_add_text(&a->c->text, " in all\n");
    return TD_OK;
}

static enum td_code check_name(const struct asked *a)
{
    if (!a->name || strlen(a->name) <= STORE_NAME_MAX)
        return TD_OK;
    return td_error_set(a->err, TD_USAGE, "", 0, "a name of more than %d bytes",
                        STORE_NAME_MAX);
}

static enum td_code create(const struct asked *a)
{
    enum td_code code = check_name(a);

    if (code == TD_OK)
        code = console_keep_create(a->c, a->name, a->err);
    if (code == TD_OK)
        (void)td_buf_addf(&a->c->text, "session %s\n", a->c->keep->id);
    return code;
}

static enum td_code save(const struct asked *a)
{
    enum td_code code = check_name(a);

    if (code == TD_OK && a->c->keep->read_only)
        code = td_error_set(a->err, TD_FAILED, "", 0,
                            "another console has this session open");
    if (code == TD_OK)
        code = console_keep_row(a->c, a->err);
    if (code == TD_OK && a->name)
        code = store_rename(a->store, a->c->keep->id, a->name, a->err);
    if (code)
        return code;
    console_keep_save(a->c);
    (void)td_buf_addf(&a->c->text, "saved as %s\n", a->c->keep->id);
    return TD_OK;
}

static enum td_code load(const struct asked *a)
{
    char id[STORE_ID_SIZE];
    struct td_buf hello = {0};
    enum td_code code = TD_OK;

    if (!a->name)
        code = td_error_set(a->err, TD_USAGE, "", 0,
                            "load wants a part of an id, or a name");
    if (code == TD_OK)
        code = which(a, id);
    if (code == TD_OK)
        code = console_keep_load(a->c, id, a->read_only, a->err);
    if (code)
        return code;
    console_keep_hello(a->c, &hello);
    put_clean(a->c, "", td_buf_str(&hello));
    (void)td_buf_add_byte(&a->c->text, '\n');
    td_buf_release(&hello);
    return TD_OK;
}

static enum td_code delete (const struct asked *a) {
    char id[STORE_ID_SIZE]; enum td_code code = TD_OK;

    if (!a->name)
        code = td_error_set(a->err, TD_USAGE, "", 0,
                            "delete wants a part of an id, or a name");
    if (code == TD_OK) code = which(a, id);
    if (code == TD_OK && a->c->keep->there && !strcmp(id, a->c->keep->id))
        code = td_error_set(a->err, TD_FAILED, "", 0,
                            "this session is open here; begin another first: "
                            "session create");
    if (code == TD_OK) code = store_delete(a->store, id, a->err);
    if (code == TD_OK)(void) td_buf_addf(&a->c->text, "%s is deleted\n", id);
    return code;
}

/* ---- export ---- */

static void put_session(void *ctx, const struct store_session *row)
{
    struct td_json_writer *w = ctx;

    td_json_put_text(w, "session", row->id);
    td_json_put_text(w, "name", row->name);
    td_json_put_i64(w, "created_ms", row->created_ms);
    td_json_put_i64(w, "used_ms", row->used_ms);
    td_json_put_text(w, "folder", row->dir);
    td_json_put_text(w, "source", row->source);
    td_json_put_text(w, "execution", row->execution);
    td_json_put_u64(w, "seq", row->seq);
    td_json_put_text(w, "status", row->status);
    td_json_put_raw(w, "state", td_text(*row->state ? row->state : "{}"));
}

static void put_command(void *ctx, const struct store_command *row)
{
    struct td_json_writer *w = ctx;

    td_json_object(w, NULL);
    td_json_put_i64(w, "at_ms", row->at_ms);
    td_json_put_text(w, "line", row->line);
    td_json_put_raw(w, "call", td_text(*row->args ? row->args : "{}"));
    td_json_put_text(w, "status", row->status);
    if (row->took_ms >= 0) {
        td_json_put_i64(w, "exit", row->exit);
        td_json_put_i64(w, "duration_ms", row->took_ms);
    }
    td_json_put_string(w, "output", row->output);
    if (row->cut)
        td_json_put_u64(w, "cut_bytes", row->cut);
    td_json_object_end(w);
}

/* One object, to a file or as the answer. */
static enum td_code export_session(const struct asked *a)
{
    char id[STORE_ID_SIZE];
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);
    enum td_code code = which(a, id);

    td_buf_init(&out, EXPORT_MAX);
    td_json_object(&w, NULL);
    if (code == TD_OK)
        code = store_look(a->store, id, put_session, &w, a->err);
    td_json_array(&w, "commands");
    if (code == TD_OK)
        code = store_commands(a->store, id, INT64_MAX, put_command, &w, a->err);
    td_json_array_end(&w);
    td_json_object_end(&w);
    if (code == TD_OK && td_json_line(&w))
        code = td_error_set(a->err, TD_LIMIT, "", 0,
                            "the session is longer than 64 MiB");
    if (code == TD_OK && a->file)
        code = td_fs_vacant(a->file, a->err);
    if (code == TD_OK && a->file)
        code = td_fs_replace(a->file, td_buf_bytes(&out), a->err);
    else if (code == TD_OK)
        (void)td_buf_add_bytes(&a->c->text, td_buf_bytes(&out));
    if (code == TD_OK && a->file) {
        (void)td_buf_addf(&a->c->text, "%s is in ", id);
        put_clean(a->c, "", a->file);
        (void)td_buf_add_byte(&a->c->text, '\n');
    }
    td_buf_release(&out);
    return code;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    size_t most; /* words behind it */
    enum td_code (*act)(const struct asked *a);
} actions[] = {
    {"list", 0, list},     {"info", 1, info},
    {"stats", 1, stats},   {"save", 1, save},
    {"create", 1, create}, {"load", 1, load},
    {"delete", 1, delete}, {"export", 2, export_session},
};

static enum td_code act(const struct words_call *call, struct asked *a)
{
    const char *name = call->arg_count ? call->args[0] : "list";

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(actions[i].name, name) != 0)
            continue;
        if (call->arg_count > actions[i].most + 1)
            return td_error_set(a->err, TD_USAGE, "", 0,
                                "%s takes no \"%.64s\"", name,
                                call->args[actions[i].most + 1]);
        return actions[i].act(a);
    }
    return td_error_set(a->err, TD_USAGE, "", 0,
                        "no action \"%.64s\" (help session lists them)", name);
}

enum td_code console_session(struct console *c, const struct words_call *call,
                             struct td_error *err)
{
    struct td_error why = {0};
    struct asked a = {
        .c = c,
        .name = call->arg_count > 1 ? call->args[1] : NULL,
        .file = call->arg_count > 2 ? call->args[2] : NULL,
        .limit = words_number(call, "limit"),
        .read_only = words_flag(call, "read-only"),
        .err = &why,
    };
    enum td_code code =
        c->keep ? console_keep_store(c, &a.store, &why)
                : td_error_set(&why, TD_FAILED, "", 0, "nothing is kept here");

    if (code == TD_OK)
        code = act(call, &a);
    if (code)
        return td_error_set(err, code, why.where, 0, "session: %s%s%s",
                            why.text, *why.hint ? "; " : "", why.hint);
    return TD_OK;
}

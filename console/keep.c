/* The session of a console. */
#include "console/keep_internal.h"
#include "core/json_writer.h"
#include "core/mem.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TIDY_MOST 100 /* sessions that go in one turn */

/* ---- texts ---- */

/* The last part of an id. */
static const char *short_id(const char *id)
{
    const char *last = strrchr(id, '_');

    return last ? last + 1 : id;
}

void console_keep_put_time(struct td_buf *out, int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    char text[32];
    struct tm tm;

    (void)localtime_r(&s, &tm);
    (void)td_buf_add(out, text,
                     strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm));
}

static json_int_t number_of(const json_t *state, const char *name)
{
    return json_integer_value(json_object_get(state, name));
}

void console_keep_put_state(struct td_buf *out, const struct store_session *row)
{
    json_t *state = json_loads(row->state, 0, NULL);
    const char *plan = json_string_value(json_object_get(state, "plan"));

    (void)td_buf_add_text(out, row->execution);
    if (plan && *plan)
        (void)td_buf_addf(out, " %s", plan);
    if (json_is_object(state))
        (void)td_buf_addf(out, ": %s, %lld of %lld tasks", row->status,
                          number_of(state, "completed") +
                              number_of(state, "failed") +
                              number_of(state, "skipped"),
                          number_of(state, "total"));
    if (row->seq)
        (void)td_buf_addf(out, ", seq %" PRIu64, row->seq);
    json_decref(state);
}

/* ---- trouble ---- */

/* Said where there is a place for it, once until it works again. */
static void trouble(struct console *c, enum td_code code,
                    const struct td_error *why)
{
    struct console_keep *k = c->keep;
    bool was = k->troubled;

    k->troubled = code != TD_OK;
    if (was == k->troubled)
        return;
    if (code)
        (void)td_buf_addf(&k->note, "! %s: working without it", why->text);
    else
        (void)td_buf_add_text(&k->note, "session store: works again");
    if (!c->above)
        return;
    (void)td_buf_addf(c->above, "%s\n", td_buf_str(&k->note));
    td_buf_clear(&k->note);
}

bool console_keep_note(struct console *c, struct td_buf *out)
{
    struct console_keep *k = c->keep;

    if (!k || k->note.len == 0)
        return false;
    (void)td_buf_add_bytes(out, td_buf_bytes(&k->note));
    td_buf_clear(&k->note);
    return true;
}

/* ---- open ---- */

enum td_code console_keep_store(struct console *c, struct store **store,
                                struct td_error *err)
{
    const struct store_options how = {.clock = td_clock_real(),
                                      .rand = td_rand_real()};
    struct console_keep *k = c->keep;
    enum td_code code = TD_OK;

    if (!k->store)
        code = store_open(&k->store, &how, err);
    if (!k->tried && k->store && *store_note(k->store))
        (void)td_buf_add_text(&k->note, store_note(k->store));
    k->tried = true;
    *store = k->store;
    return code;
}

static void set_execution(struct console_keep *k, const char *execution)
{
    free(k->execution);
    k->execution = td_strdup(execution);
}

static void on_found(void *ctx, const struct store_session *row)
{
    struct console_keep *k = ctx;

    td_buf_clear(&k->hello);
    (void)td_buf_addf(&k->hello, "session %s%s%s, last used ", row->id,
                      *row->name ? " " : "", row->name);
    console_keep_put_time(&k->hello, row->used_ms);
    if (*row->execution) {
        (void)td_buf_add_text(&k->hello, "; ");
        console_keep_put_state(&k->hello, row);
    }
    set_execution(k, row->execution);
}

/* Go on with a session, of its whole id. */
static enum td_code go_on(struct console_keep *k, const char *id,
                          bool read_only, struct td_error *err)
{
    enum td_code code = read_only ? TD_OK : store_take(k->store, id, err);

    if (code == TD_FAILED)
        (void)td_error_hint(err,
                            "end it there, or look: session load %s "
                            "--read-only",
                            short_id(id));
    if (code == TD_OK)
        code = store_look(k->store, id, on_found, k, err);
    if (code)
        return code;
    free(k->id);
    k->id = td_strdup(id);
    k->there = true;
    k->read_only = read_only;
    return TD_OK;
}

/* A new one; without a store it only has an id. */
static void begin_new(struct console_keep *k, const char *name)
{
    char id[STORE_ID_SIZE];
    char uuid[TD_UUID_SIZE];

    td_uuid4(td_rand_real(), uuid);
    if (k->store)
        store_id(k->store, id);
    free(k->id);
    free(k->name);
    k->id = td_strdup(k->store ? id : uuid);
    k->name = name ? td_strdup(name) : NULL;
    k->there = false;
    k->read_only = false;
    td_buf_clear(&k->hello);
    set_execution(k, "");
}

static enum td_code choose(struct console *c, struct td_error *err)
{
    struct console_keep *k = c->keep;
    char *dir = get_current_dir_name();
    char id[STORE_ID_SIZE];
    struct td_error why = {0};
    enum td_code code = TD_END;

    if (k->options.session) {
        code = store_find(k->store, k->options.session, id, &why);
        if (code == TD_OK)
            code = go_on(k, id, false, &why);
    } else if (k->options.newest && dir) {
        code = store_newest(k->store, dir, k->options.source, id, &why);
        if (code == TD_OK)
            code = go_on(k, id, false, &why);
        if (code == TD_FAILED) /* another console was quicker */
            code = TD_END;
    }
    free(dir);
    if ((code == TD_FAILED || code == TD_USAGE) && err)
        *err = why;
    if (code == TD_FAILED || code == TD_USAGE)
        return code;
    if (code && code != TD_END)
        trouble(c, code, &why);
    if (code)
        begin_new(k, NULL);
    return TD_OK;
}

enum td_code console_keep_open(struct console *c,
                               const struct console_keep_options *options,
                               struct td_error *err)
{
    struct console_keep *k = td_calloc(1, sizeof(*k));
    struct store *store = NULL;
    struct td_error why = {0};
    enum td_code code = TD_OK;

    c->keep = k;
    k->options = *options;
    k->record = options->record;
    set_execution(k, "");
    if (k->record || options->session)
        code = console_keep_store(c, &store, &why);
    if (code)
        trouble(c, code, &why);
    if (store)
        return choose(c, err);
    k->record = false;
    begin_new(k, NULL);
    if (options->session) { /* the server may know it */
        free(k->id);
        k->id = td_strdup(options->session);
    }
    return TD_OK;
}

void console_keep_close(struct console *c)
{
    struct console_keep *k = c->keep;

    if (!k)
        return;
    console_keep_save(c);
    store_close(k->store);
    td_buf_release(&k->hello);
    td_buf_release(&k->note);
    free(k->execution);
    free(k->name);
    free(k->id);
    free(k);
    c->keep = NULL;
}

/* ---- what it is ---- */

const char *console_keep_id(const struct console *c)
{
    return c->keep->id;
}

const char *console_keep_short(const struct console *c)
{
    return c->keep ? short_id(c->keep->id) : NULL;
}

const char *console_keep_execution(const struct console *c)
{
    return c->keep->execution;
}

void console_keep_hello(const struct console *c, struct td_buf *out)
{
    const struct console_keep *k = c->keep;

    if (k->hello.len)
        (void)td_buf_add_bytes(out, td_buf_bytes(&k->hello));
    else
        (void)td_buf_addf(out, "session %s (new)", k->id);
}

const char *console_keep_back(const struct console *c)
{
    return c->keep && c->keep->there ? console_keep_short(c) : NULL;
}

/* ---- lines ---- */

struct telling {
    console_line_fn *tell;
    void *ctx;
};

static void on_command(void *ctx, const struct store_command *row)
{
    const struct telling *t = ctx;

    t->tell(t->ctx, td_text(row->line));
}

void console_keep_lines(struct console *c, console_line_fn *tell, void *ctx)
{
    struct console_keep *k = c->keep;
    struct telling t = {tell, ctx};
    struct td_error why = {0};
    enum td_code code = TD_OK;

    if (k && k->store)
        code = store_commands(k->store, NULL, k->options.history, on_command,
                              &t, &why);
    if (code)
        trouble(c, code, &why);
}

enum td_code console_keep_row(struct console *c, struct td_error *err)
{
    struct console_keep *k = c->keep;
    char *dir;
    struct store_session as;
    enum td_code code;

    if (k->there)
        return TD_OK;
    dir = get_current_dir_name();
    as = (struct store_session){
        .id = k->id, .name = k->name, .dir = dir, .source = k->options.source};
    code = store_create(k->store, &as, err);
    k->there = code == TD_OK;
    free(dir);
    return code;
}

static bool is_kept(const struct console_keep *k)
{
    return k && k->store && k->record && !k->read_only;
}

void console_keep_began(struct console *c, struct td_bytes line,
                        const char *args)
{
    struct console_keep *k = c->keep;
    struct td_error why = {0};
    enum td_code code;

    if (!is_kept(k) || !store_may_keep(line))
        return;
    k->row = 0;
    k->began_ns = td_mono_ns(td_clock_real());
    code = console_keep_row(c, &why);
    if (code == TD_OK)
        code = store_began(k->store, k->id, line, args, &k->row, &why);
    if (code)
        k->row = 0;
    trouble(c, code, &why);
}

static void ended(struct console *c, int64_t row, uint64_t began_ns,
                  enum td_code done, struct td_bytes output)
{
    struct console_keep *k = c->keep;
    bool good = done == TD_OK || done == TD_END;
    const struct store_end end = {
        .status = good ? "ok" : "failed",
        .exit = td_code_exit_status(done),
        .took_ms =
            (int64_t)((td_mono_ns(td_clock_real()) - began_ns) / TD_NS_PER_MS),
        .output = output,
    };
    struct td_error why = {0};
    enum td_code code = TD_OK;

    if (row && k->store)
        code = store_ended(k->store, row, &end, &why);
    if (row)
        trouble(c, code, &why);
}

void console_keep_ended(struct console *c, enum td_code done,
                        struct td_bytes output)
{
    struct console_keep *k = c->keep;

    if (!k)
        return;
    if (done == TD_AGAIN) { /* the server ends it */
        k->waiting = k->row;
        k->waited_ns = k->began_ns;
    } else {
        ended(c, k->row, k->began_ns, done, output);
    }
    k->row = 0;
}

void console_keep_answered(struct console *c, enum td_code done,
                           struct td_bytes output)
{
    struct console_keep *k = c->keep;

    if (!k)
        return;
    ended(c, k->waiting, k->waited_ns, done, output);
    k->waiting = 0;
}

/* ---- how it stands ---- */

static void put_sums(struct td_buf *out, const struct seen *s)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "plan", s->plan);
    td_json_put_u64(&w, "total", s->total);
    td_json_put_u64(&w, "completed", s->completed);
    td_json_put_u64(&w, "failed", s->failed);
    td_json_put_u64(&w, "skipped", s->skipped);
    td_json_put_u64(&w, "retries", s->retries);
    td_json_put_u64(&w, "errors", s->errors);
    td_json_put_u64(&w, "artifacts", s->artifact_count);
    td_json_put_u64(&w, "tokens", s->tokens);
    if (s->cost_known)
        td_json_put_fixed(&w, "cost_usd", s->cost, 6);
    td_json_object_end(&w);
}

void console_keep_save(struct console *c)
{
    struct console_keep *k = c->keep;
    const struct seen *s = c->seen;
    struct td_buf state = {0};
    struct td_error why = {0};
    enum td_code code;
    struct store_progress p = {.execution = s->execution, .seq = s->seq};

    if (!is_kept(k) || !*s->execution || k->saved_events == s->events)
        return;
    put_sums(&state, s);
    p.state = td_buf_str(&state);
    p.status = !s->ended ? "running" : *s->status ? s->status : "ended";
    code = console_keep_row(c, &why);
    if (code == TD_OK)
        code = store_save(k->store, k->id, &p, &why);
    if (code == TD_OK)
        k->saved_events = s->events;
    trouble(c, code, &why);
    td_buf_release(&state);
}

void console_keep_turn(struct console *c)
{
    struct console_keep *k = c->keep;
    struct td_error why = {0};
    uint64_t gone = 0;

    console_keep_save(c);
    if (!k || !k->store)
        return;
    if (!k->tidied) {
        int64_t keep_ms = (int64_t)(k->options.keep_ns / TD_NS_PER_MS);
        enum td_code code =
            store_tidy(k->store, keep_ms, TIDY_MOST, &gone, &why);

        k->tidied = code == TD_OK && gone < TIDY_MOST;
        trouble(c, code, &why);
    }
    store_checkpoint(k->store);
}

/* ---- another session ---- */

/* What was seen belongs to the one before. */
static enum td_code join(struct console *c, struct td_error *err)
{
    if (!c->rejoin)
        return TD_OK;
    seen_clear(c->seen);
    c->keep->saved_events = 0;
    return c->rejoin(c, err);
}

enum td_code console_keep_create(struct console *c, const char *name,
                                 struct td_error *err)
{
    struct console_keep *k = c->keep;
    enum td_code code;

    console_keep_save(c);
    code =
        k->there && !k->read_only ? store_leave(k->store, k->id, err) : TD_OK;
    if (code)
        return code;
    begin_new(k, name);
    k->record = k->store != NULL; /* it was asked for */
    code = console_keep_row(c, err);
    return code ? code : join(c, err);
}

enum td_code console_keep_load(struct console *c, const char *id,
                               bool read_only, struct td_error *err)
{
    struct console_keep *k = c->keep;
    char *before = k->there && !k->read_only && strcmp(k->id, id) != 0
                       ? td_strdup(k->id)
                       : NULL;
    enum td_code code;

    console_keep_save(c);
    code = go_on(k, id, read_only, err);
    if (code == TD_OK)
        k->record = true; /* it was asked for */
    if (code == TD_OK && before)
        code = store_leave(k->store, before, err);
    free(before);
    return code ? code : join(c, err);
}

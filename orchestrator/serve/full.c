/* The flow with extras: a hub of its own for each execution, whose history is
 * all lines of the journal that make an event.
 */
#include "orchestrator/serve/serve_internal.h"

#include "core/mem.h"
#include "orchestrator/serve/history.h"
#include "tape/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reader {
    const struct serve_exec *exec;
    struct run_exec *looked;  /* where it does not run; NULL: not needed yet */
    struct tape_reader *tape; /* NULL until it is needed, as in history.c */
    struct serve_flow flow;
    uint64_t from;
    uint64_t seen; /* the last event that was given */
};

/* ---- its plan ---- */

const struct plan *serve_full_plan(void *ctx)
{
    const struct serve_exec *exec = ctx;

    return exec->run ? run_plan(exec->run) : NULL;
}

/* Of an execution that does not run here the journal has it. */
static const struct plan *plan_of_past(void *ctx)
{
    struct reader *reader = ctx;
    const struct serve_exec *exec = reader->exec;
    const struct serve *serve = exec->serve;
    struct td_error err;

    if (exec->run)
        return run_plan(exec->run);
    if (!reader->looked &&
        run_peek(&reader->looked, serve->net, exec->id, serve->options.root,
                 &serve->options.run, &err))
        return NULL;
    return run_plan(reader->looked);
}

/* ---- its history ---- */

static enum td_code open_reader(void *self, uint64_t from, void **out,
                                struct td_error *err)
{
    struct serve_exec *exec = self;
    struct reader *reader;

    if (access(exec->journal, R_OK) != 0)
        return td_error_errno(err, TD_IO, exec->journal, errno,
                              "cannot be read");
    reader = td_calloc(1, sizeof(*reader));
    reader->exec = exec;
    reader->flow = (struct serve_flow){
        .execution = exec->id, .plan = plan_of_past, .ctx = reader};
    reader->from = from;
    *out = reader;
    return TD_OK;
}

static enum td_code next_event(void *ctx, uint64_t last, struct td_event *ev,
                               struct td_error *err)
{
    struct reader *reader = ctx;
    enum td_code code;

    if (reader->seen >= last || reader->from > last)
        return TD_END;
    if (!reader->tape &&
        serve_history_open(&reader->tape, reader->exec->journal,
                           reader->from >> SERVE_SUB_BITS, err))
        return err->code;
    code = tape_reader_next(reader->tape, ev, err);
    if (code == TD_END)
        return td_error_set(err, TD_LOSSY, "", 0,
                            "the journal ends before what was said last");
    if (code)
        return code;
    if (serve_flow_take(&reader->flow, ev))
        reader->seen = ev->seq;
    else
        ev->seq = 0;
    if (ev->seq < reader->from)
        ev->seq = 0;
    return TD_OK;
}

static void close_reader(void *ctx)
{
    struct reader *reader = ctx;
    struct td_error err;

    if (!reader)
        return;
    tape_reader_close(reader->tape);
    (void)run_close(reader->looked, &err);
    td_buf_release(&reader->flow.text);
    free(reader);
}

static void on_fetched(void *ctx, struct wire_peer *peer, struct td_event *ev)
{
    const struct serve_exec *exec = ctx;

    (void)peer;
    serve_translate(exec->serve, ev, ev->seq);
}

/* ---- the hub ---- */

static void open_hub(struct serve_exec *exec)
{
    static const struct play_hub_events events = {.fetched = on_fetched};
    struct play_hub_options options = {.history = {.open = open_reader,
                                                   .next = next_event,
                                                   .close = close_reader,
                                                   .self = exec}};
    struct td_buf name = {0};

    if (exec->full)
        return;
    (void)td_buf_addf(&name, "%s+", exec->id);
    exec->full_name = td_strdup(td_buf_str(&name));
    td_buf_release(&name);
    options.group = exec->full_name;
    exec->full = play_hub_new(exec->serve->net, exec->serve->server, &options,
                              &events, exec);
    play_hub_begin_after(exec->full, serve_flow_number(&exec->known.flow));
}

enum td_code serve_full_watch(struct serve_exec *exec, struct wire_peer *peer,
                              struct serve_from from, struct td_error *err)
{
    uint64_t number = from.from <= 1 ? 1
                      : from.from >= UINT32_MAX
                          ? SERVE_NUMBER(UINT32_MAX, 0)
                          : SERVE_NUMBER(from.from - 1, from.sub + 1);

    open_hub(exec);
    return play_hub_catch_up(exec->full, peer, number, err);
}

void serve_full_line(struct serve_exec *exec, const struct td_event *ev)
{
    struct td_event said = *ev;

    if (!exec->full) {
        serve_flow_count(&exec->known.flow, ev);
        return;
    }
    if (!serve_flow_take(&exec->known.flow, &said))
        return;
    serve_translate(exec->serve, &said, said.seq);
    serve_put(exec->serve, exec->full, &said);
}

void serve_full_close(struct serve_exec *exec)
{
    play_hub_free(exec->full);
    td_buf_release(&exec->known.flow.text);
    free(exec->full_name);
}

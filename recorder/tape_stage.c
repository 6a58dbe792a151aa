#include "recorder/tape_stage.h"

#include <stdio.h>

/* The event is on the tape: its number there, and its time, which the writer
 * does not let go back.
 */
static void note_written(struct rec_tape_stage *stage,
                         const struct td_event *ev)
{
    stage->written++;
    if (ev->at_ns > stage->written_ns)
        stage->written_ns = ev->at_ns;
}

static TD_APART void tell_watch(struct rec_tape_stage *stage,
                                const struct td_event *ev)
{
    struct td_event own = *ev;

    own.seq = stage->written;
    own.at_ns = stage->written_ns;
    if (td_sink_put(stage->watch, &own, NULL) == TD_FAILED)
        stage->refused = true; /* the event is taken all the same */
}

static enum td_code write_event(struct rec_tape_stage *stage,
                                const struct td_event *ev, struct td_error *err)
{
    enum td_code code = rec_output_put(stage->output, ev, err);

    if (code)
        return code;
    note_written(stage, ev);
    if (stage->watch.put)
        tell_watch(stage, ev);
    return TD_OK;
}

static TD_RARE enum td_code lose_long(struct rec_tape_stage *stage,
                                      const struct td_event *ev,
                                      struct td_error *err)
{
    char text[160];
    int len = snprintf(text, sizeof(text),
                       "{\"count\":1,\"why\":\"a message of %zu bytes does not "
                       "fit on a tape line\"}",
                       ev->payload.len);
    struct td_event lost = {.at_ns = ev->at_ns,
                            .conn = ev->conn,
                            .dir = ev->dir,
                            .form = TD_FORM_JSON,
                            .kind = td_text(TD_KIND_LOST),
                            .payload = td_bytes(text, (size_t)len)};

    stage->lost++;
    rec_output_lost(stage->output, 1);
    return write_event(stage, &lost, err);
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct rec_tape_stage *stage = self;
    enum td_code code;

    if (!stage->waits && !rec_output_ready(stage->output))
        return TD_AGAIN;
    code = write_event(stage, ev, err);
    return code == TD_LIMIT ? lose_long(stage, ev, err) : code;
}

struct td_sink rec_tape_stage_sink(struct rec_tape_stage *stage)
{
    return (struct td_sink){.put = put, .self = stage};
}

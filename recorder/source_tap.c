/* What sources of exchanges share. */
#include "core/json_writer.h"
#include "recorder/source.h"

static void on_lost(void *ctx, const char *why)
{
    rec_source_lost(ctx, 1, why);
}

static uint64_t now(void *ctx)
{
    return rec_source_now(ctx);
}

struct rec_tap rec_source_tap(struct rec_source *source, size_t max_message)
{
    return (struct rec_tap){.sink = source->sink,
                            .now = now,
                            .lost = on_lost,
                            .ctx = source,
                            .max_message = max_message};
}

void rec_source_tell(struct rec_source *source, uint32_t conn, const char *kind,
                     const char *name, const char *text)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    struct td_event ev = {.conn = conn,
                          .dir = TD_DIR_OUT,
                          .kind = td_text(kind),
                          .form = TD_FORM_JSON};

    td_json_object(&w, NULL);
    td_json_put_text(&w, name, text);
    td_json_object_end(&w);
    ev.payload = td_buf_bytes(&json);
    if (td_sink_put(source->sink, &ev, NULL)) {
        /* the recorder knows */
    }
    td_buf_release(&json);
}

#include "tape/header.h"

#include "core/json.h"
#include "core/json_writer.h"
#include "core/rand.h"

#include <inttypes.h>

static const char *const endings[] = {
    [TAPE_END_CLEAN] = "clean",
    [TAPE_END_SIGNAL] = "signal",
    [TAPE_END_LIMIT] = "limit",
    [TAPE_END_ERROR] = "error",
};

static void add_text(struct td_json_writer *w, const char *key,
                     const char *text)
{
    if (text)
        td_json_put_text(w, key, text);
}

static void add_json(struct td_json_writer *w, const char *key,
                     const char *json)
{
    if (json)
        td_json_put_raw(w, key, td_text(json));
}

static enum td_code add_meta(struct td_json_writer *w, const char *const *meta,
                             struct td_error *err)
{
    td_json_object(w, "meta");
    for (size_t i = 0; meta[i]; i++) {
        const char *equals = strchr(meta[i], '=');

        if (!equals)
            return td_error_set(err, TD_USAGE, "--meta", 0,
                                "\"%s\" is not key=value", meta[i]);
        td_json_put_key(w, td_bytes(meta[i], (size_t)(equals - meta[i])));
        td_json_put_text(w, NULL, equals + 1);
    }
    td_json_object_end(w);
    return TD_OK;
}

void tape_header_begin(struct td_json_writer *w, const char *id,
                       uint64_t start_wall_ns)
{
    char uuid[TD_UUID_SIZE];

    if (!id)
        td_uuid4(td_rand_real(), uuid);
    td_json_object(w, NULL);
    td_json_put_u64(w, "tape", 1);
    td_json_put_text(w, "id", id ? id : uuid);
    td_json_put_time(w, "start", start_wall_ns);
    td_json_put_text(w, "clock", "monotonic");
}

enum td_code tape_header_write(struct td_buf *out,
                               const struct tape_options *options,
                               struct td_error *err)
{
    struct td_json_writer w = td_json_writer(out);
    enum td_code code = TD_OK;

    tape_header_begin(&w, options->id, options->start_wall_ns);
    add_text(&w, "source", options->source);
    add_text(&w, "recorder", options->recorder);
    add_text(&w, "contract", options->contract);
    add_json(&w, "redaction", options->redaction);
    add_json(&w, "options", options->recorder_options);
    if (options->meta && options->meta[0])
        code = add_meta(&w, options->meta, err);
    if (code)
        return code;
    td_json_object_end(&w);
    return td_json_line(&w);
}

enum td_code tape_end_write(struct td_buf *out, const struct tape_end *end)
{
    const struct tape_totals *totals = end->totals;
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_object(&w, "end");
    td_json_put_text(&w, "how", endings[end->ending]);
    td_json_put_u64(&w, "events", totals->events);
    td_json_put_u64(&w, "last", totals->last_ns);
    td_json_put_u64(&w, "lost", totals->lost);
    td_json_put_u64(&w, "text", totals->text_bytes);
    tape_counts_write(end->names, &w, "names");
    tape_counts_write(end->kinds, &w, "kinds");
    add_text(&w, "why", end->why);
    td_json_object_end(&w);
    td_json_object_end(&w);
    return td_json_line(&w);
}

#include "tape/header.h"

#include "core/json.h"
#include "core/rand.h"

#include <inttypes.h>

static const char *const endings[] = {
    [TAPE_END_CLEAN] = "clean",
    [TAPE_END_SIGNAL] = "signal",
    [TAPE_END_LIMIT] = "limit",
    [TAPE_END_ERROR] = "error",
};

static enum td_code add_string(struct td_buf *out, const char *key,
                               struct td_bytes text)
{
    enum td_code code = td_buf_addf(out, ",\"%s\":\"", key);

    if (!code)
        code = td_json_escape(out, text);
    return code ? code : td_buf_add_byte(out, '"');
}

static enum td_code add_text(struct td_buf *out, const char *key,
                             const char *text)
{
    return text ? add_string(out, key, td_text(text)) : TD_OK;
}

static enum td_code add_json(struct td_buf *out, const char *key,
                             const char *json)
{
    return json ? td_buf_addf(out, ",\"%s\":%s", key, json) : TD_OK;
}

static enum td_code add_meta(struct td_buf *out, const char *const *meta,
                             struct td_error *err)
{
    enum td_code code = td_buf_add_text(out, ",\"meta\":{");

    for (size_t i = 0; meta[i] && !code; i++) {
        const char *equals = strchr(meta[i], '=');

        if (!equals)
            return td_error_set(err, TD_USAGE, "--meta", 0,
                                "\"%s\" is not key=value", meta[i]);
        code = td_buf_add_text(out, i > 0 ? ",\"" : "\"");
        if (!code)
            code = td_json_escape(
                out, td_bytes(meta[i], (size_t)(equals - meta[i])));
        if (!code)
            code = td_buf_add_text(out, "\":\"");
        if (!code)
            code = td_json_escape(out, td_text(equals + 1));
        if (!code)
            code = td_buf_add_byte(out, '"');
    }
    return code ? code : td_buf_add_byte(out, '}');
}

static enum td_code add_id(struct td_buf *out, const char *id)
{
    char uuid[TD_UUID_SIZE];

    if (!id)
        td_uuid4(td_rand_real(), uuid);
    return add_text(out, "id", id ? id : uuid);
}

enum td_code tape_header_write(struct td_buf *out,
                               const struct tape_options *options,
                               struct td_error *err)
{
    enum td_code code = td_buf_add_text(out, "{\"tape\":1");

    if (!code)
        code = add_id(out, options->id);
    if (!code)
        code = td_buf_add_text(out, ",\"start\":\"");
    if (!code)
        code = td_time_format(out, options->start_wall_ns);
    if (!code)
        code = td_buf_add_text(out, "\",\"clock\":\"monotonic\"");
    if (!code)
        code = add_text(out, "source", options->source);
    if (!code)
        code = add_text(out, "recorder", options->recorder);
    if (!code)
        code = add_text(out, "contract", options->contract);
    if (!code)
        code = add_json(out, "redaction", options->redaction);
    if (!code)
        code = add_json(out, "options", options->recorder_options);
    if (!code && options->meta && options->meta[0])
        code = add_meta(out, options->meta, err);
    return code ? code : td_buf_add_text(out, "}\n");
}

enum td_code tape_end_write(struct td_buf *out, const struct tape_end *end)
{
    const struct tape_totals *totals = end->totals;
    enum td_code code = td_buf_addf(
        out,
        "{\"end\":{\"how\":\"%s\",\"events\":%" PRIu64 ",\"last\":%" PRIu64
        ",\"lost\":%" PRIu64 ",\"text\":%" PRIu64 ",\"names\":",
        endings[end->ending], totals->events, totals->last_ns, totals->lost,
        totals->text_bytes);

    if (!code)
        code = tape_counts_write(end->names, out);
    if (!code)
        code = td_buf_add_text(out, ",\"kinds\":");
    if (!code)
        code = tape_counts_write(end->kinds, out);
    if (!code)
        code = add_text(out, "why", end->why);
    return code ? code : td_buf_add_text(out, "}}\n");
}

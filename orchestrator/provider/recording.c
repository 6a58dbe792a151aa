#include "orchestrator/provider/recording.h"

#include "core/digest.h"
#include "core/json.h"
#include "core/utf8.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#define HALF (TD_SHA256_LEN / 2)

static const char *const names[PROV_PARTS] = {"with.model", "with.prompt",
                                              "with.prompt_file", "with.system",
                                              "with.max_tokens"};

static void part(char out[PROV_PART], const char *value)
{
    uint8_t sha[TD_SHA256_LEN];

    *out = '\0';
    if (!value)
        return;
    td_sha256(sha, td_text(value));
    for (size_t i = 0; i < HALF; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", sha[i]);
}

void prov_parts_of(struct prov_parts *parts, const struct plan_ask *ask)
{
    char tokens[24];

    (void)snprintf(tokens, sizeof(tokens), "%" PRIu64, ask->max_tokens);
    part(parts->hex[0], ask->model);
    part(parts->hex[1], ask->prompt_file ? NULL : ask->prompt);
    part(parts->hex[2], ask->prompt_file ? ask->prompt : NULL);
    part(parts->hex[3], ask->system);
    part(parts->hex[4], ask->max_tokens ? tokens : NULL);
}

const char *prov_part_name(unsigned part)
{
    return names[part];
}

unsigned prov_parts_differ(const struct prov_parts *a,
                           const struct prov_parts *b)
{
    unsigned differ = 0;

    for (unsigned i = 0; i < PROV_PARTS; i++)
        differ += strcmp(a->hex[i], b->hex[i]) != 0;
    return differ;
}

enum td_code prov_recording_put(struct td_buf *out, const struct prov_job *job,
                                const struct prov_parts *parts)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "task", job->task->id);
    td_json_put_u64(&w, "attempt", job->attempt);
    td_json_put_text(&w, "key", job->key ? job->key : "");
    td_json_object(&w, "asked");
    for (unsigned i = 0; i < PROV_PARTS; i++)
        if (*parts->hex[i])
            td_json_put_text(&w, names[i], parts->hex[i]);
    td_json_object_end(&w);
    td_json_object_end(&w);
    return td_json_done(&w);
}

/* The text of a member, in the arena; NULL: it is none. */
static const char *text_of(const json_t *object, const char *name,
                           struct td_arena *arena)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? td_arena_copy(arena, text) : NULL;
}

bool prov_recording_read(struct prov_recording *out, struct td_bytes payload,
                         struct td_arena *arena)
{
    json_t *said = json_loadb((const char *)payload.ptr, payload.len, 0, NULL);
    const json_t *asked = json_object_get(said, "asked");

    *out = (struct prov_recording){.task = text_of(said, "task", arena),
                                   .key = text_of(said, "key", arena)};
    for (unsigned i = 0; i < PROV_PARTS; i++) {
        const char *hex = json_string_value(json_object_get(asked, names[i]));

        (void)snprintf(out->parts.hex[i], PROV_PART, "%s", hex ? hex : "");
    }
    json_decref(said);
    return out->task && out->key && asked;
}

static enum td_form form_of(struct td_bytes payload)
{
    if (td_json_suits_line(payload))
        return TD_FORM_JSON;
    return td_utf8_valid(payload) ? TD_FORM_TEXT : TD_FORM_BYTES;
}

void prov_tell(const struct prov_events *events, void *ctx,
               const struct plan_task *task, const char *name,
               struct td_bytes payload)
{
    const struct td_event ev = {.conn = task->place,
                                .dir = TD_DIR_IN,
                                .form = form_of(payload),
                                .kind = td_text(PROV_STREAM_KIND),
                                .name = td_text(name),
                                .payload = payload};

    if (events->streamed)
        events->streamed(ctx, &ev);
}

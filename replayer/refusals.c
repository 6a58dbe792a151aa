#include "replayer/refusals.h"

#include <inttypes.h>
#include <string.h>

void play_refusals_add(struct play_refusals *r, int status, const char *why)
{
    size_t i = 0;

    while (i < r->len &&
           (r->kinds[i].status != status || strcmp(r->kinds[i].why, why) != 0))
        i++;
    if (i == PLAY_REFUSALS_KINDS)
        i--;
    if (i == r->len) {
        r->kinds[i].status = status;
        r->kinds[i].why = why;
        r->len++;
    }
    r->kinds[i].count++;
    r->count++;
}

void play_refusals_text(const struct play_refusals *r, struct td_buf *out)
{
    if (r->count == 0)
        return;
    (void)td_buf_addf(out, "refused %" PRIu64 " times", r->count);
    for (size_t i = 0; i < r->len; i++) {
        (void)td_buf_addf(out, "%s %" PRIu64, i > 0 ? ";" : ":",
                          r->kinds[i].count);
        if (r->kinds[i].status)
            (void)td_buf_addf(out, " with %d", r->kinds[i].status);
        (void)td_buf_addf(out, ": %s", r->kinds[i].why);
    }
    (void)td_buf_add_byte(out, '\n');
}

void play_refusals_json(const struct play_refusals *r, struct td_json_writer *w,
                        const char *key)
{
    td_json_array(w, key);
    for (size_t i = 0; i < r->len; i++) {
        td_json_object(w, NULL);
        if (r->kinds[i].status)
            td_json_put_u64(w, "status", (uint64_t)r->kinds[i].status);
        else
            td_json_put_null(w, "status");
        td_json_put_text(w, "why", r->kinds[i].why);
        td_json_put_u64(w, "count", r->kinds[i].count);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

#include "orchestrator/view/way.h"

#include <string.h>

#define ENDS 8 /* of a long row, at each end */

void way_wrap(struct td_buf *out, size_t from, const char *text,
              unsigned indent, const struct view_style *style)
{
    unsigned used = draw_columns(td_bytes(out->ptr + from, out->len - from));
    const char *comma = "";

    while (*text) {
        size_t len = strcspn(text, " ");
        unsigned columns = draw_columns(td_bytes(text, len));

        if (used > indent && used + strlen(comma) + columns > style->width) {
            (void)td_buf_addf(out, "\n%*s", (int)indent, "");
            used = indent;
            comma = "";
        }
        (void)td_buf_addf(out, "%s%.*s", comma, (int)len, text);
        used += (unsigned)strlen(comma) + columns;
        comma = " ";
        text += len;
        text += strspn(text, " ");
    }
    (void)td_buf_add_byte(out, '\n');
}

void way_text(const struct view *v, const uint32_t *tasks, uint32_t count,
              struct td_buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i == ENDS && count > 2 * ENDS + 1) {
            (void)td_buf_addf(out, " > ... %u more ...", count - 2 * ENDS);
            i = count - ENDS;
        }
        (void)td_buf_addf(out, "%s%s ", i ? " > " : "",
                          v->of.plan->tasks[tasks[i]].id);
        draw_time(out, v->measure.tasks[tasks[i]].takes_ns);
    }
}

void way_json(const struct view *v, const char *key, const uint32_t *tasks,
              uint32_t count, struct td_json_writer *w)
{
    td_json_array(w, key);
    for (uint32_t i = 0; i < count; i++) {
        td_json_object(w, NULL);
        td_json_put_text(w, "id", v->of.plan->tasks[tasks[i]].id);
        view_put_ms(w, "takes_ms", v->measure.tasks[tasks[i]].takes_ns);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

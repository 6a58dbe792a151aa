/* What the console makes of events from a server or a tape, and how it shows
 * them. Lines of a name, a tab and a payload: an event of a run of gates, a
 * line of a journal (behind a "-"), or else an envelope. No control byte and
 * no line that is too wide may come of them, and a copy shows the same.
 */
#include "console/panel/panel.h"
#include "core/width.h"

#include <stdlib.h>

#define COLUMNS 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct td_bytes cut(struct td_bytes *rest, uint8_t at)
{
    const uint8_t *found = rest->len ? memchr(rest->ptr, at, rest->len) : NULL;
    size_t len = found ? (size_t)(found - rest->ptr) : rest->len;
    struct td_bytes part = td_bytes(rest->ptr, len);

    len += found != NULL;
    *rest = td_bytes(rest->ptr + len, rest->len - len);
    return part;
}

static struct seen_fact put(struct seen *s, struct td_bytes line, uint64_t at)
{
    struct td_bytes name = cut(&line, '\t');

    if (seen_is_gate(name))
        return seen_put_gate(s, name, line, at);
    if (name.len > 0 && name.ptr[0] == '-')
        return seen_put_line(s, td_bytes(name.ptr + 1, name.len - 1), line);
    return seen_put(s, line);
}

static void check(struct td_buf *out)
{
    struct td_bytes rest = td_buf_bytes(out);

    while (rest.len > 0) {
        struct td_bytes line = cut(&rest, '\n');

        if (td_width(line) >= COLUMNS)
            abort();
        for (size_t i = 0; i < line.len; i++)
            if (line.ptr[i] < ' ' || line.ptr[i] == 0x7f)
                abort();
    }
}

static void show(struct td_buf *out, const struct panel *v)
{
    panel_status(out, v);
    panel_results(out, v);
    panel_timeline(out, v);
    panel_stats(out, v);
    panel_block(out, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct text_style style = {.utf8 = true};
    struct td_bytes rest = td_bytes(data, size);
    struct seen *s = seen_new();
    struct td_buf out = {0};
    struct td_buf again = {0};
    struct seen *copy;
    struct panel v = {.seen = s,
                      .style = &style,
                      .columns = COLUMNS,
                      .rows = 24,
                      .mode = PANEL_TAPE,
                      .told = PANEL_TOLD_DEBUG};

    for (uint64_t at = 1; rest.len > 0; at++) {
        struct seen_fact fact = put(s, cut(&rest, '\n'), at);

        v.now_ns = s->last_ns;
        panel_fact(&out, &v, &fact);
        panel_plain(&again, &v, &fact);
    }
    check(&out);
    td_buf_clear(&out);
    td_buf_clear(&again);
    show(&out, &v);
    check(&out);
    copy = seen_copy(s);
    v.seen = copy;
    show(&again, &v);
    if (!td_bytes_equal(td_buf_bytes(&out), td_buf_bytes(&again)))
        abort();
    seen_free(copy);
    seen_free(s);
    td_buf_release(&out);
    td_buf_release(&again);
    return 0;
}

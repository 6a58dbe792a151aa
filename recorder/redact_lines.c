/* A stream of server-sent events that is taken up again on another connection
 * goes on: so do its texts, however the first one ended.
 */
#include "core/hash.h"
#include "recorder/redact_pieces.h"

bool redact_says(const struct td_json_doc *doc, const char *name,
                 const char *raw)
{
    uint32_t at = td_json_member(doc, 0, td_text(name));

    return at && td_bytes_is(td_json_raw(doc, at), raw);
}

struct redact_line *redact_line_of(struct redact_lines *lines, uint32_t conn)
{
    for (size_t i = 0; i < lines->len; i++)
        if (lines->list[i].conn == conn)
            return &lines->list[i];
    return NULL;
}

/* What goes on there; or room for another one. */
static struct redact_line *line_for(struct redact_lines *lines, uint64_t url,
                                    bool again)
{
    for (size_t i = 0; again && i < lines->len; i++)
        if (lines->list[i].closed && lines->list[i].url == url)
            return &lines->list[i];
    if (lines->len < REDACT_LINES)
        return &lines->list[lines->len++];
    lines->next = (lines->next + 1) % REDACT_LINES;
    return &lines->list[lines->next];
}

void redact_line_opens(struct rec_redact *redact, struct redact_lines *lines,
                       const struct td_event *ev)
{
    struct td_json_doc *doc = &redact->doc;
    struct redact_line *line;
    uint64_t url;
    uint32_t at;
    bool again;

    if (ev->exchange || ev->ns.len || !td_bytes_is(ev->kind, TD_KIND_OPEN) ||
        td_json_parse(doc, ev->payload, TD_JSON_DEPTH, NULL) ||
        doc->values[0].kind != TD_JSON_OBJECT ||
        !redact_says(doc, "transport", "\"sse\""))
        return;
    at = td_json_member(doc, 0, td_text("url"));
    url = at ? td_hash(td_json_raw(doc, at)) : 0;
    again = !redact_says(doc, "attempt", "1");
    line = line_for(lines, url, again);
    if (!again || !line->closed || line->url != url)
        *line = (struct redact_line){.first = ev->conn, .url = url};
    line->conn = ev->conn;
    line->closed = false;
}

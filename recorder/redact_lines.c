/* A stream of server-sent events that is taken up again on another connection,
 * or by another request, goes on: so do its texts, however the first one ended.
 * So do those of a session of Engine.IO, whose messages come in one poll after
 * the other.
 */
#include "core/hash.h"
#include "recorder/redact_pieces.h"
#include "wire/eio/eio.h"
#include "wire/http/http.h"

bool redact_says(const struct td_json_doc *doc, const char *name,
                 const char *raw)
{
    uint32_t at = td_json_member(doc, 0, td_text(name));

    return at && td_bytes_is(td_json_raw(doc, at), raw);
}

struct redact_line *redact_line_of(struct redact_lines *lines,
                                   const struct td_event *ev)
{
    for (size_t i = 0; i < lines->len; i++)
        if (lines->list[i].exchange == ev->exchange &&
            (ev->exchange || lines->list[i].conn == ev->conn))
            return &lines->list[i];
    return NULL;
}

struct redact_line *redact_line_of_text(struct redact_lines *lines,
                                        uint32_t conn, uint64_t exchange)
{
    for (size_t i = 0; i < lines->len; i++)
        if (lines->list[i].first == conn &&
            lines->list[i].first_exchange == exchange)
            return &lines->list[i];
    return NULL;
}

/* What begins: it goes on with a line of that key, if there is one that may be
 * taken up, or is one of its own.
 */
static void begin(struct redact_lines *lines, const struct redact_line *line,
                  bool again)
{
    struct redact_line *at = NULL;

    for (size_t i = 0; again && !at && i < lines->len; i++)
        if (lines->list[i].key == line->key &&
            (lines->list[i].closed || line->session))
            at = &lines->list[i];
    if (at) {
        at->conn = line->conn;
        at->exchange = line->exchange;
        at->closed = false;
        return;
    }
    if (lines->len < REDACT_LINES)
        at = &lines->list[lines->len++];
    else
        at = &lines->list[lines->next = (lines->next + 1) % REDACT_LINES];
    *at = *line;
    at->first = line->conn;
    at->first_exchange = line->exchange;
}

/* A connection of the recorder's own. */
static void connection_opens(struct redact_lines *lines,
                             const struct td_json_doc *doc,
                             const struct td_event *ev)
{
    uint32_t at = td_json_member(doc, 0, td_text("url"));
    const struct redact_line line = {
        .conn = ev->conn, .key = at ? td_hash(td_json_raw(doc, at)) : 0};

    if (redact_says(doc, "transport", "\"sse\""))
        begin(lines, &line, !redact_says(doc, "attempt", "1"));
}

/* The value of a field of a head, ptr NULL: there is none. */
static struct td_bytes field(const struct td_json_doc *doc, const char *name)
{
    const struct td_json_value *v = doc->values;
    uint32_t list = td_json_member(doc, 0, td_text("headers"));
    uint32_t end = list && v[list].kind == TD_JSON_ARRAY ? v[list].next : 0;

    for (uint32_t i = list + 1; i < end; i = v[i].next)
        if (v[i].kind == TD_JSON_ARRAY && v[i].count == 2 &&
            v[i + 1].kind == TD_JSON_STRING &&
            v[i + 2].kind == TD_JSON_STRING &&
            http_same(td_json_inner(doc, i + 1), name))
            return td_json_inner(doc, i + 2);
    return td_bytes(NULL, 0);
}

/* A request of an event stream, or of a session of Engine.IO. */
static void exchange_opens(struct redact_lines *lines,
                           const struct td_json_doc *doc,
                           const struct td_event *ev)
{
    static const char events[] = "text/event-stream";
    uint32_t at = td_json_member(doc, 0, td_text("target"));
    struct td_bytes target = at ? td_json_inner(doc, at) : td_text("");
    const uint8_t *mark =
        target.len ? memchr(target.ptr, '?', target.len) : NULL;
    struct td_bytes accept = field(doc, "accept");
    struct redact_line line = {.conn = ev->conn, .exchange = ev->exchange};
    struct eio_query query = {.version = td_text("")};

    if (mark)
        query = eio_query_parse(
            td_bytes(mark + 1, (size_t)(target.ptr + target.len - mark - 1)));
    line.session = query.version.len && query.sid.len;
    if (line.session) /* polls and what is posted are under way side by side */
        line.key = td_hash(query.sid) + redact_says(doc, "method", "\"POST\"");
    else if (accept.len &&
             memmem(accept.ptr, accept.len, events, sizeof(events) - 1))
        line.key = td_hash(target);
    else
        return;
    begin(lines, &line, line.session || field(doc, "last-event-id").len > 0);
}

void redact_line_opens(struct rec_redact *redact, struct redact_lines *lines,
                       const struct td_event *ev)
{
    struct td_json_doc *doc = &redact->doc;
    bool request = ev->exchange && td_bytes_is(ev->kind, TD_KIND_REQUEST);

    if (!request &&
        (ev->exchange || ev->ns.len || !td_bytes_is(ev->kind, TD_KIND_OPEN)))
        return;
    if (td_json_parse(doc, ev->payload, TD_JSON_DEPTH, NULL) ||
        doc->values[0].kind != TD_JSON_OBJECT)
        return;
    if (request)
        exchange_opens(lines, doc, ev);
    else
        connection_opens(lines, doc, ev);
}

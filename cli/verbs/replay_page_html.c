#include "cli/verbs/replay_page_html.h"

#include "core/clock.h"
#include "core/json.h"

#include <inttypes.h>
#include <stdlib.h>

#define EVENT_PAYLOAD_DEPTH 16 /* header and end lines are flat */

static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>tapedeck replay</title>\n"
    "<style>:root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;max-width:48em;"
    "padding:0 1em}th{text-align:left;font-weight:normal;opacity:.7;"
    "padding-right:2em}td{word-break:break-word}"
    "td.n{text-align:right;padding-right:2em}</style>\n"
    "<h1>A tape is played here</h1>\n<table>\n";

static const char page_tail[] =
    "<h2>Take part</h2>\n<p>WebSocket on any path of this port, Socket.IO on "
    "<code>/socket.io/</code>, server-sent events on <a href=\"/events\">"
    "<code>/events</code></a>. These facts as JSON: "
    "<code>Accept: application/json</code>.</p>\n</html>\n";

static void add_escaped(struct td_buf *out, struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '<')
            (void)td_buf_add_text(out, "&lt;");
        else if (text.ptr[i] == '>')
            (void)td_buf_add_text(out, "&gt;");
        else if (text.ptr[i] == '&')
            (void)td_buf_add_text(out, "&amp;");
        else if (text.ptr[i] == '"')
            (void)td_buf_add_text(out, "&quot;");
        else
            (void)td_buf_add_byte(out, text.ptr[i]);
    }
}

static void add_row(struct td_buf *out, const char *name, struct td_bytes value)
{
    if (value.len == 0)
        return;
    (void)td_buf_addf(out, "<tr><th>%s</th><td>", name);
    add_escaped(out, value);
    (void)td_buf_add_text(out, "</td></tr>\n");
}

/* A value of the document as a row: strings without their quotes. */
static void add_fact(struct td_buf *out, const char *name,
                     const struct td_json_doc *doc, const char *pointer)
{
    uint32_t at = td_json_pointer(doc, 0, pointer);
    struct td_buf text = {0};

    if (at == UINT32_MAX)
        return;
    if (doc->values[at].kind != TD_JSON_STRING)
        add_row(out, name, td_json_raw(doc, at));
    else if (!td_json_unescape(&text, td_json_inner(doc, at)))
        add_row(out, name, td_buf_bytes(&text));
    td_buf_release(&text);
}

static void add_span(struct td_buf *out, const struct td_json_doc *doc)
{
    uint32_t at = td_json_pointer(doc, 0, "/end/last");
    struct td_buf text = {0};
    struct td_bytes raw;
    char digits[24];

    if (at == UINT32_MAX)
        return;
    raw = td_json_raw(doc, at);
    if (raw.len >= sizeof(digits))
        return;
    memcpy(digits, raw.ptr, raw.len);
    digits[raw.len] = '\0';
    (void)td_duration_format(&text, strtoull(digits, NULL, 10));
    add_row(out, "span", td_buf_bytes(&text));
    td_buf_release(&text);
}

/* How many events there are of each name. */
static void add_names(struct td_buf *out, const struct td_json_doc *doc)
{
    uint32_t names = td_json_pointer(doc, 0, "/end/names");
    uint32_t at;

    if (names == UINT32_MAX || doc->values[names].kind != TD_JSON_OBJECT ||
        doc->values[names].count == 0)
        return;
    (void)td_buf_add_text(out, "<h2>Events</h2>\n<table>\n");
    for (at = names + 1; at < doc->values[names].next;
         at = doc->values[at + 1].next) {
        (void)td_buf_add_text(out, "<tr><td class=\"n\">");
        add_escaped(out, td_json_raw(doc, at + 1));
        (void)td_buf_add_text(out, "</td><td>");
        add_escaped(out, td_json_inner(doc, at).len > 0 ? td_json_inner(doc, at)
                                                        : td_text("(none)"));
        (void)td_buf_add_text(out, "</td></tr>\n");
    }
    (void)td_buf_add_text(out, "</table>\n");
}

static void add_recording(struct td_buf *out, struct td_bytes header,
                          const struct td_json_doc *end)
{
    struct td_json_doc doc = {0};

    if (!td_json_parse(&doc, header, EVENT_PAYLOAD_DEPTH, NULL)) {
        add_fact(out, "source", &doc, "/source");
        add_fact(out, "recorded", &doc, "/start");
        add_fact(out, "by", &doc, "/recorder");
    }
    td_json_release(&doc);
    if (end->len == 0)
        return;
    add_span(out, end);
    add_fact(out, "events", end, "/end/events");
    add_fact(out, "lost", end, "/end/lost");
    add_fact(out, "ended", end, "/end/how");
}

void cli_page_html(struct td_buf *out, const struct play_source *source,
                   const struct play_player *player, unsigned consumers)
{
    struct td_json_doc end = {0};
    struct td_buf text = {0};
    const char *path;

    if (td_json_parse(&end, play_source_end(source), EVENT_PAYLOAD_DEPTH, NULL))
        end.len = 0; /* a torn tape has none */
    (void)td_buf_add_text(out, page_head);
    for (uint32_t i = 0; (path = play_source_path(source, i)); i++)
        add_row(out, "tape", td_text(cli_page_name(path)));
    add_recording(out, play_source_header(source, 0), &end);
    (void)td_buf_addf(&text, "%s, %" PRIu64 " messages so far, %u consumer%s",
                      cli_page_state(player), play_player_view(player).events,
                      consumers, consumers == 1 ? "" : "s");
    add_row(out, "now", td_buf_bytes(&text));
    td_buf_clear(&text);
    if (play_source_damage(source, &text))
        add_row(out, "damage", td_buf_bytes(&text));
    td_buf_release(&text);
    (void)td_buf_add_text(out, "</table>\n");
    if (end.len > 0)
        add_names(out, &end);
    td_json_release(&end);
    (void)td_buf_add_text(out, page_tail);
}

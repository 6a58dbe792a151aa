#include "replayer/status_page.h"

#include "core/json.h"
#include "core/utf8.h"
#include "replayer/status_page_html.h"

#include <inttypes.h>

const char *play_status_state(const struct play_player *player)
{
    if (!play_player_started(player))
        return "waiting";
    if (play_player_done(player))
        return "played";
    return play_player_view(player).paused ? "paused" : "playing";
}

const char *play_status_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void add_string(struct td_buf *out, const char *text)
{
    (void)td_buf_add_byte(out, '"');
    (void)td_json_escape_any(out, td_text(text));
    (void)td_buf_add_byte(out, '"');
}

static void add_object(struct td_buf *out, const char *key,
                       struct td_bytes json)
{
    (void)td_buf_addf(out, ",\"%s\":", key);
    if (json.len)
        (void)td_buf_add_bytes(out, json);
    else
        (void)td_buf_add_text(out, "null");
}

/* What {"end":{...}} holds. */
static struct td_bytes end_facts(struct td_bytes line)
{
    size_t head = strlen("{\"end\":");

    return line.len > head ? td_bytes(line.ptr + head, line.len - head - 1)
                           : td_bytes(NULL, 0);
}

static void add_damage(struct td_buf *out, const struct play_source *source)
{
    struct td_buf damage = {0};

    (void)td_buf_add_text(out, ",\"damage\":");
    if (play_source_damage(source, &damage))
        add_string(out, td_buf_str(&damage));
    else
        (void)td_buf_add_text(out, "null");
    td_buf_release(&damage);
}

static void event_payload_json(struct td_buf *out,
                               const struct play_source *source,
                               const struct play_player *player,
                               unsigned consumers)
{
    struct play_view view = play_player_view(player);
    const char *path;

    (void)td_buf_add_text(out, "{\"tapes\":[");
    for (uint32_t i = 0; (path = play_source_path(source, i)); i++) {
        if (i)
            (void)td_buf_add_byte(out, ',');
        add_string(out, play_status_name(path));
    }
    (void)td_buf_add_byte(out, ']');
    add_object(out, "header", play_source_header(source, 0));
    add_object(out, "end", end_facts(play_source_end(source)));
    (void)td_buf_addf(out,
                      ",\"state\":\"%s\",\"at_ns\":%" PRIu64
                      ",\"events\":%" PRIu64 ",\"consumers\":%u",
                      play_status_state(player), view.at_ns, view.events,
                      consumers);
    add_damage(out, source);
    (void)td_buf_add_text(out, "}\n");
}

void play_status_page(const struct play_source *source,
                      const struct play_player *player,
                      const struct play_serve *serve, const char *path,
                      struct wire_page *page)
{
    unsigned consumers = play_serve_consumers(serve);

    if (strcmp(path, "/") != 0) {
        page->status = 404;
        page->content_type = "text/plain; charset=utf-8";
        (void)td_buf_add_text(&page->body, "There is nothing here; see /\n");
        return;
    }
    page->status = 200;
    page->content_type =
        page->html ? "text/html; charset=utf-8" : "application/json";
    if (page->html)
        play_status_html(&page->body, source, player, consumers);
    else
        event_payload_json(&page->body, source, player, consumers);
}

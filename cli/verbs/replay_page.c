#include "cli/verbs/replay_page.h"

#include "cli/verbs/replay_page_html.h"
#include "core/json_writer.h"

#include <inttypes.h>

const char *cli_page_state(const struct play_player *player)
{
    if (!play_player_started(player))
        return "waiting";
    if (play_player_done(player))
        return "played";
    return play_player_view(player).paused ? "paused" : "playing";
}

const char *cli_page_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* What {"end":{...}} holds. */
static struct td_bytes end_facts(struct td_bytes line)
{
    size_t head = strlen("{\"end\":");

    return line.len > head ? td_bytes(line.ptr + head, line.len - head - 1)
                           : td_bytes(NULL, 0);
}

static void add_damage(struct td_json_writer *w,
                       const struct play_source *source)
{
    struct td_buf damage = {0};
    bool damaged = play_source_damage(source, &damage);

    td_json_put_text_or_null(w, "damage", damaged ? td_buf_str(&damage) : NULL);
    td_buf_release(&damage);
}

static void page_json(struct td_buf *out, const struct play_source *source,
                      const struct play_player *player, unsigned consumers)
{
    struct play_view view = play_player_view(player);
    struct td_json_writer w = td_json_writer(out);
    const char *path;

    td_json_object(&w, NULL);
    td_json_array(&w, "tapes");
    for (uint32_t i = 0; (path = play_source_path(source, i)); i++)
        td_json_put_text(&w, NULL, cli_page_name(path));
    td_json_array_end(&w);
    td_json_put_raw(&w, "header", play_source_header(source, 0));
    td_json_put_raw(&w, "end", end_facts(play_source_end(source)));
    td_json_put_text(&w, "state", cli_page_state(player));
    td_json_put_u64(&w, "at_ns", view.at_ns);
    td_json_put_u64(&w, "events", view.events);
    td_json_put_u64(&w, "consumers", consumers);
    add_damage(&w, source);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

void cli_replay_page(void *ctx, const struct play_run *run, const char *path,
                     struct wire_page *page)
{
    const struct play_source *source = play_run_source(run);
    const struct play_player *player = play_run_player(run);
    unsigned consumers = play_serve_consumers(play_run_serve(run));

    (void)ctx;
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
        cli_page_html(&page->body, source, player, consumers);
    else
        page_json(&page->body, source, player, consumers);
}

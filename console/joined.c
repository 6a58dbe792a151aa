/* The server of a console on a terminal: what it tells, and that it is lost and
 * comes back.
 */
#include "console/keep.h"
#include "console/terminal_internal.h"
#include "core/mem.h"
#include "wire/http/url.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the connection ---- */

/* "! 02:14 ": by the clock of the run, once it has one. */
static void begin_notice(struct console_terminal *t)
{
    struct panel v = console_view(t->c);

    panel_notice(&t->above, &v, td_wall_ns(td_clock_real()));
}

/* What was missed has come, or there was nothing. */
static void say_caught_up(struct console_terminal *t)
{
    uint64_t all = t->gap_to >= t->gap_from ? t->gap_to - t->gap_from + 1 : 0;

    begin_notice(t);
    if (all == 0)
        (void)td_buf_add_text(&t->above, "connected again: nothing was missed");
    else
        (void)td_buf_addf(&t->above,
                          "connected again: %" PRIu64 " event%s caught up (seq "
                          "%" PRIu64 "-%" PRIu64 "), ",
                          t->gap_came, t->gap_came == 1 ? "" : "s", t->gap_from,
                          t->gap_to);
    if (all && t->gap_came == all)
        (void)td_buf_add_text(&t->above, "none lost");
    else if (all)
        (void)td_buf_addf(&t->above, "%" PRIu64 " lost", all - t->gap_came);
    t->gap_from = 0;
    t->gap_to = 0;
    console_terminal_say(t, "");
}

static void on_event(void *ctx, const struct td_event *ev)
{
    struct console_terminal *t = ctx;
    const struct seen *s = t->c->seen;
    uint64_t seq = s->seq;
    struct td_error err = {0};

    if (console_take(t->c, ev, true, &err) == TD_OK && s->seq)
        console_server_follow(t->server, s->execution, s->seq);
    t->gap_came += s->seq == seq + 1;
    if (t->gap_to && s->seq >= t->gap_to)
        say_caught_up(t);
    console_terminal_soon(t);
}

static void on_caught_up(void *ctx, uint64_t to_seq)
{
    struct console_terminal *t = ctx;

    if (!t->gap_from)
        return;
    t->gap_to = to_seq;
    if (t->c->seen->seq >= to_seq)
        say_caught_up(t);
}

static void on_changed(void *ctx, bool up, const struct td_error *why)
{
    struct console_terminal *t = ctx;
    struct console *c = t->c;
    bool was_lost = c->mode == PANEL_LOST;

    c->mode = up ? PANEL_LIVE : PANEL_LOST;
    c->seen->again = true;
    if (up && was_lost && c->seen->seq) { /* caught_up says the rest */
        t->gap_from = c->seen->seq + 1;
        t->gap_to = 0;
        t->gap_came = 0;
    } else if (up) {
        console_terminal_say(t, was_lost ? "! connected again" : "connected");
    } else if (!was_lost) {
        c->lost_ns = td_wall_ns(td_clock_real());
        begin_notice(t);
        (void)td_buf_addf(&t->above, "%s; the run does not need this console\n",
                          why->text);
    }
    console_terminal_soon(t);
}

static void on_refused(void *ctx, const struct console_answer *answer)
{
    struct console_terminal *t = ctx;
    struct td_buf text = {0};

    if (t->gap_from) {
        begin_notice(t);
        (void)td_buf_add_text(&t->above, "connected again, but ");
    }
    (void)td_json_unescape(&text, answer->error);
    text_clean(&t->above, td_buf_bytes(&text), &t->c->options.style);
    td_buf_release(&text);
    console_terminal_say(t, "");
    if (t->gap_from)
        console_terminal_say(t, "  what came so far is kept: show results, "
                                "show artifacts");
    t->gap_from = 0;
}

/* ---- answers ---- */

static void on_answered(void *ctx, const struct console_answer *answer)
{
    struct console_terminal *t = ctx;
    struct td_error err = {0};
    enum td_code code = console_answered(t->c, answer, &err);

    (void)console_print_answer(t->c, &t->why);
    if (code)
        console_terminal_say(t, err.text);
    console_terminal_soon(t);
}

/* What there is to look at, for who has begun nothing here yet. */
static void on_listed(void *ctx, const struct td_json_doc *doc, uint32_t data)
{
    static const char *const lists[] = {"executions", "others"};
    struct console_terminal *t = ctx;
    unsigned all = 0;
    unsigned run = 0;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        uint32_t list = console_inner(doc, data, lists[i]);
        uint32_t end = list ? doc->values[list].next : 0;

        for (uint32_t at = list + 1; at < end; at = doc->values[at].next) {
            uint32_t state = td_json_member(doc, at, td_text("state"));

            all++;
            run += state && td_json_string_is(doc, state, td_text("running"));
        }
    }
    if (all == 0 || t->c->seen->events)
        return;
    (void)td_buf_addf(&t->above,
                      "  %u execution%s, %u running: show executions --all, "
                      "console --execution ID",
                      all, all == 1 ? "" : "s", run);
    console_terminal_say(t, "");
}

static void on_planned(void *ctx, const struct td_json_doc *doc, uint32_t data)
{
    struct console_terminal *t = ctx;

    console_planned(t->c, doc, data);
    console_terminal_soon(t);
}

/* ---- joining ---- */

static enum td_code rejoin(struct console *c, struct td_error *err);

/* Without what is secret in it. */
static void note_url(struct console *c, const char *url)
{
    struct td_buf shown = {0};

    if (wire_url_public(&shown, url) == TD_OK) {
        free(c->url);
        c->url = td_strdup(td_buf_str(&shown));
    }
    td_buf_release(&shown);
}

enum td_code console_terminal_join(struct console_terminal *t,
                                   const struct console_server_options *server,
                                   struct td_error *err)
{
    static const struct console_server_events events = {
        .event = on_event,
        .answered = on_answered,
        .planned = on_planned,
        .caught_up = on_caught_up,
        .listed = on_listed,
        .refused = on_refused,
        .changed = on_changed,
    };
    enum td_code code =
        console_server_open(&t->server, t->net, server, &events, t, err);

    t->c->server = t->server;
    note_url(t->c, server->url);
    t->c->rejoin = rejoin;
    return code;
}

/* In the session that is kept now. */
static enum td_code rejoin(struct console *c, struct td_error *err)
{
    struct console_terminal *t = c->terminal;
    struct console_server_options server = *t->options->server;
    const char *execution = console_keep_execution(c);

    console_server_close(t->server);
    t->server = NULL;
    server.session = console_keep_id(c);
    server.execution = *execution ? execution : NULL;
    return console_terminal_join(t, &server, err);
}

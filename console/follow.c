#include "console/follow.h"

#include "console/console_internal.h"
#include "console/keep.h"
#include "core/json_value.h"
#include "core/json_writer.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define JUDGED_S 10 /* from the last event to what it all came to */

struct follow {
    struct console *c;
    struct wire_net *net;
    struct console_server *server;
    struct td_bytes lines; /* that are not done yet */
    bool asked;            /* there were lines */
    const struct console_server_options *options;
    struct wire_timer joining; /* the server is joined in another session */
    struct wire_timer judged;  /* what it came to is not told */
    bool judged_late;          /* it has fired */
    bool joins;
    bool was_up;
    bool weighing; /* the server is asked what it came to, */
    bool telling;  /* and then which of its gates are why */
    enum td_code came;
    char *verdict;
    bool holding;   /* lines wait for events of the execution */
    bool staying;   /* until it has ended: a line has begun it */
    uint64_t until; /* up to this one */
    uint64_t until_least;
    enum td_code code;
    struct td_error why;
};

static void stop(struct follow *f, enum td_code code)
{
    f->code = code;
    wire_stop(f->net);
}

/* Lines up to the first that waits for the server's answer. */
static void go_on(struct follow *f)
{
    enum td_code code = TD_OK;

    while (code == TD_OK && f->lines.len && !f->joins) {
        const uint8_t *lf = memchr(f->lines.ptr, '\n', f->lines.len);
        size_t len = lf ? (size_t)(lf - f->lines.ptr) : f->lines.len;
        struct td_bytes line = td_bytes(f->lines.ptr, len);

        len += lf != NULL;
        f->lines = td_bytes(f->lines.ptr + len, f->lines.len - len);
        code = console_do(f->c, line, &f->why);
    }
    if (f->joins && code == TD_OK && f->lines.len)
        return;
    if (code != TD_AGAIN && f->asked)
        stop(f, code == TD_END ? TD_OK : code);
}

/* logs --follow has come to its end, and what stands behind it is done. */
static void go_on_after_log(struct follow *f)
{
    console_unfollow(f->c);
    go_on(f);
}

/* Nothing of this execution has been asked for before: the server says up to
 * where there are events, and lines that ask what was seen wait for those. */
static void hold(struct follow *f, uint64_t least)
{
    f->holding = true;
    f->until = UINT64_MAX;
    f->until_least = least;
}

/* Nothing of it goes on before somebody answers. */
static bool stands_still(const struct seen *s)
{
    return s->counts[SEEN_ASKING] &&
           !(s->counts[SEEN_READY] + s->counts[SEEN_RUNNING] +
             s->counts[SEEN_RETRYING]);
}

/* Its events are all there, and its gates, if it has any, have been judged. */
static bool is_over(const struct seen *s)
{
    return s->ended && !s->judging;
}

/* ---- what it came to ---- */

static void wait_for_verdict(struct follow *f)
{
    if (!wire_timer_is_set(&f->judged))
        wire_timer_set(f->net, &f->judged,
                       wire_now(f->net) + JUDGED_S * TD_NS_PER_S);
}

static bool is_completed(const struct seen *s)
{
    return !strcmp(s->status, "completed");
}

/* The last line of --json, as `run` has it. */
static enum td_code put_result(struct follow *f, enum td_code came,
                               const char *verdict)
{
    const struct seen *s = f->c->seen;
    struct td_json_writer w = td_json_writer(&f->c->text);

    td_json_object(&w, NULL);
    td_json_object(&w, "result");
    td_json_put_text(&w, "execution_id", s->execution);
    td_json_put_text(&w, "status", s->status);
    td_json_put_u64(&w, "exit", (uint64_t)td_code_exit_status(came));
    if (*verdict)
        td_json_put_text(&w, "verdict", verdict);
    td_json_put_u64(&w, "completed", s->completed);
    td_json_put_u64(&w, "failed", s->failed);
    td_json_put_u64(&w, "skipped", s->skipped);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    return console_print(f->c, &f->why);
}

static void set_why(struct follow *f, enum td_code came, const char *verdict)
{
    const struct seen *s = f->c->seen;

    if (is_completed(s) && *verdict)
        (void)td_error_set(&f->why, came, s->execution, 0,
                           "all tasks completed; its verdict is %s", verdict);
    else
        (void)td_error_set(&f->why, came, s->execution, 0,
                           "%u of %u tasks completed", s->completed, s->total);
}

/* The execution has ended: so do the lines, unless it has gone well. */
static void end(struct follow *f, enum td_code came)
{
    const char *verdict = f->verdict ? f->verdict : "";
    enum td_code code = came;

    f->holding = false;
    f->judged_late = false;
    wire_timer_cancel(f->net, &f->judged);
    if (came)
        set_why(f, came, verdict);
    if (f->c->options.json && put_result(f, came, verdict) && !came)
        code = f->why.code;
    if (code || !f->staying) {
        stop(f, code);
        return;
    }
    f->staying = false;
    go_on(f);
}

/* Ask of the execution; false: not connected. */
static bool ask(struct follow *f, const char *command)
{
    struct td_buf args = {0};
    struct td_json_writer w = td_json_writer(&args);
    struct td_error ignored;
    enum td_code code;

    td_json_object(&w, NULL);
    td_json_put_text(&w, "execution_id", f->c->seen->execution);
    td_json_object_end(&w);
    code =
        console_server_call(f->server, command, td_buf_bytes(&args), &ignored);
    td_buf_release(&args);
    return code == TD_OK;
}

/* Its events do not say how a command line would have ended with it. */
static void weigh(struct follow *f)
{
    if (!f->weighing && !f->telling) /* not connected: asked when it is back */
        f->weighing = ask(f, "show");
}

/* Tasks have told why they failed; of gates it is asked. */
static void end_with_gates(struct follow *f)
{
    f->telling = f->came && is_completed(f->c->seen) && !f->c->options.json &&
                 ask(f, "validate");
    if (!f->telling)
        end(f, f->came);
}

static void on_told(struct follow *f, const struct console_answer *answer)
{
    f->telling = false;
    if (answer->done && answer->doc) {
        f->c->asked.kind = td_strdup("all");
        console_render_verdict(f->c, answer);
        console_asked_clear(&f->c->asked);
    }
    if (console_print(f->c, &f->why))
        stop(f, f->why.code);
    else
        end(f, f->came);
}

static void on_weighed(struct follow *f, const struct console_answer *answer)
{
    bool tells = answer->done && answer->doc && answer->data;
    uint64_t exit = tells ? td_json_member_u64(answer->doc, answer->data,
                                               "exit", UINT64_MAX)
                          : UINT64_MAX;
    struct td_buf verdict = {0};

    f->weighing = false;
    if (tells && exit > UINT8_MAX && !f->judged_late) {
        wait_for_verdict(f); /* the next event asks again */
        return;
    }
    if (answer->code == TD_IO && !answer->done && !f->options->once)
        return; /* it is asked again when it is back */
    if (tells)
        console_member(answer->doc, answer->data, "verdict", &verdict);
    free(f->verdict);
    f->verdict = td_strdup(td_buf_str(&verdict));
    td_buf_release(&verdict);
    f->came = exit <= UINT8_MAX          ? td_code_of_status((int)exit)
              : is_completed(f->c->seen) ? TD_OK
                                         : TD_FAILED;
    end_with_gates(f);
}

static void go_on_if_seen(struct follow *f)
{
    const struct seen *s = f->c->seen;
    bool here = f->until == 0 ||
                (s->seq >= f->until &&
                 !strcmp(s->execution, console_server_execution(f->server)));
    bool over = is_over(s);

    if (!f->holding || !here)
        return;
    if (f->staying && over) {
        weigh(f);
        return;
    }
    if (f->staying && !(f->lines.len && stands_still(s)))
        return;
    f->holding = false;
    f->staying = false;
    go_on(f);
}

static void on_caught_up(void *ctx, uint64_t to_seq)
{
    struct follow *f = ctx;

    f->until = to_seq > f->until_least ? to_seq : f->until_least;
    go_on_if_seen(f);
}

/* An execution has begun, or goes on after it was cut short: true if its end is
 * waited for, or if there are lines behind the one that began it, which wait
 * for its events. */
static bool holds_for(struct follow *f, bool stays,
                      const struct console_answer *answer)
{
    struct td_buf id = {0};
    bool other;
    bool holds;

    if (!(f->lines.len || stays) || !answer->done || !answer->doc ||
        !answer->data)
        return false;
    console_member(answer->doc, answer->data, "execution_id", &id);
    other = strcmp(td_buf_str(&id), console_server_execution(f->server)) != 0;
    holds = id.len && (other || stays);
    if (holds) {
        hold(f, 1);
        f->staying = stays;
    }
    if (holds && other) {
        console_server_follow(f->server, td_buf_str(&id), 0);
    } else if (holds) { /* what there was of it has come */
        f->until = 0;
        go_on_if_seen(f);
    }
    td_buf_release(&id);
    return holds;
}

/* The execution that is held for stays the one that is followed. */
static void keep_up(struct follow *f)
{
    const struct seen *s = f->c->seen;

    if (s->seq && (!f->holding ||
                   !strcmp(s->execution, console_server_execution(f->server))))
        console_server_follow(f->server, s->execution, s->seq);
}

/* What became of an execution whose events have all come. */
static void go_on_if_over(struct follow *f)
{
    if (f->holding)
        go_on_if_seen(f);
    else if (is_over(f->c->seen) && !f->asked)
        weigh(f);
}

/* A server that never says how its gates came out holds nobody up. */
static void on_not_judged(void *ctx)
{
    struct follow *f = ctx;

    f->judged_late = true;
    f->c->seen->judging = false;
    go_on_if_over(f);
}

static void on_event(void *ctx, const struct td_event *ev)
{
    struct follow *f = ctx;
    const struct seen *s = f->c->seen;
    bool told = !f->asked || (f->staying && !f->c->options.json);
    enum td_code code = console_take(f->c, ev, told, &f->why);

    keep_up(f);
    if (code)
        stop(f, code);
    else if (!f->holding && s->ended && f->c->following && f->asked)
        go_on_after_log(f);
    else
        go_on_if_over(f);
    if (s->ended && s->judging)
        wait_for_verdict(f);
}

static bool begins_one(const char *command)
{
    static const char *const all[] = {"execute", "run", "resume", "retry"};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (!strcmp(command, all[i]))
            return true;
    return false;
}

static void on_answered(void *ctx, const struct console_answer *answer)
{
    struct follow *f = ctx;
    struct td_error ignored;
    bool begins = f->c->asked.command && begins_one(f->c->asked.command);
    bool stays = f->c->asked.stays;
    enum td_code code;

    if (f->weighing || f->telling) {
        if (f->weighing)
            on_weighed(f, answer);
        else
            on_told(f, answer);
        return;
    }
    code = console_answered(f->c, answer, &f->why);
    if (console_print(f->c, code ? &ignored : &f->why) && !code)
        code = f->why.code;
    if (code)
        stop(f, code);
    else if (!begins || !holds_for(f, stays, answer))
        go_on(f);
}

static void on_planned(void *ctx, const struct td_json_doc *doc, uint32_t data)
{
    console_planned(((struct follow *)ctx)->c, doc, data);
}

static void on_refused(void *ctx, const struct console_answer *answer)
{
    struct follow *f = ctx;
    struct td_buf text = {0};

    (void)td_json_unescape(&text, answer->error);
    stop(f,
         td_error_set(&f->why, answer->code, "", 0, "%s", td_buf_str(&text)));
    td_buf_release(&text);
}

static void on_changed(void *ctx, bool up, const struct td_error *why)
{
    struct follow *f = ctx;

    f->c->seen->again = true;
    if (!up && (!f->was_up || f->asked)) {
        f->why = *why;
        stop(f, why->code);
    } else if (up && !f->was_up) {
        f->was_up = true;
        if (*console_server_execution(f->server) && f->asked)
            hold(f, 0);
        else
            go_on(f);
    } else if (up) {
        go_on_if_over(f);
    }
}

static const struct console_server_events heard = {
    .event = on_event,
    .answered = on_answered,
    .planned = on_planned,
    .caught_up = on_caught_up,
    .refused = on_refused,
    .changed = on_changed,
};

/* From the loop: a server is not closed by one of its own calls. */
static void on_join(void *ctx)
{
    struct follow *f = ctx;
    struct console_server_options options = *f->options;
    const char *execution = console_keep_execution(f->c);
    enum td_code code;

    f->joins = false;
    f->was_up = false;
    f->holding = false;
    f->staying = false;
    f->weighing = false;
    f->telling = false;
    console_server_close(f->server);
    f->server = NULL;
    options.session = console_keep_id(f->c);
    options.execution = *execution ? execution : NULL;
    code =
        console_server_open(&f->server, f->net, &options, &heard, f, &f->why);
    f->c->server = f->server;
    if (code)
        stop(f, code);
}

static enum td_code rejoin(struct console *c, struct td_error *err)
{
    struct follow *f = c->batch;

    (void)err;
    f->joins = true;
    wire_timer_set(f->net, &f->joining, wire_now(f->net));
    return TD_OK;
}

enum td_code console_follow(struct console *c, struct wire_net *net,
                            const struct console_server_options *server,
                            struct td_bytes lines, struct td_error *err)
{
    struct follow f = {.c = c,
                       .net = net,
                       .lines = lines,
                       .asked = lines.len > 0,
                       .options = server};
    enum td_code code =
        console_server_open(&f.server, net, server, &heard, &f, err);

    f.joining = (struct wire_timer){.fire = on_join, .ctx = &f};
    f.judged = (struct wire_timer){.fire = on_not_judged, .ctx = &f};
    c->server = f.server;
    c->batch = &f;
    c->rejoin = rejoin;
    if (code == TD_OK)
        code = wire_run(net, err);
    if (code == TD_OK && f.code) {
        code = f.code;
        *err = f.why;
    }
    wire_timer_cancel(net, &f.joining);
    wire_timer_cancel(net, &f.judged);
    free(f.verdict);
    console_server_close(f.server);
    c->server = NULL;
    c->batch = NULL;
    c->rejoin = NULL;
    return code;
}

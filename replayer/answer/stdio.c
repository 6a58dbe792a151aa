#include "replayer/answer/stdio.h"

#include "core/mem.h"
#include "replayer/answer/miss.h"
#include "replayer/answer/stdio_out.h"
#include "replayer/answer/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_MAX ((size_t)64 * 1024)

/* A script that is being played. */
struct running {
    struct play_stdio *stdio;
    struct running *next;
    const struct play_turn *turn;
    uint32_t at;      /* lines of the script that were sent */
    uint64_t base_ns; /* when the one before was due */
    struct play_rpc_ids ids;
    struct td_buf tokens; /* the bytes of ids */
    struct wire_timer timer;
};

struct play_stdio {
    struct play_stdio_options how;
    struct wire_net *net;
    struct play_match *match;
    struct wire_frames *frames;
    struct play_stdio_out *out;
    struct wire_watch *watch;
    struct wire_timer pump; /* reads what cannot be watched: a plain file */
    bool regular;
    uint8_t *room;
    struct td_json_doc doc;
    struct td_buf text;
    struct td_buf compared;
    struct running *running; /* the oldest first */
    struct running *newest;
    struct running *refused; /* its line is to be put before all others */
    uint64_t *replied_ns;    /* of each line that is a question; 0: not yet */
    uint32_t *open; /* lines that are questions and wait for the client */
    uint32_t open_len;
    uint32_t said; /* requests by now */
    bool input_over;
    bool done;
    struct play_stdio_stats stats;
};

/* ---- out ---- */

static bool has_headers(const void *ctx)
{
    const struct play_stdio *stdio = ctx;
    enum wire_framing framing = wire_frames_framing(stdio->frames);

    return framing == WIRE_FRAMING_HEADERS ||
           (framing == WIRE_FRAMING_AUTO && stdio->how.talk->headers);
}

/* Who says more than is read is not heard for a while. */
static void look_for_room(struct play_stdio *stdio)
{
    if (stdio->watch && play_stdio_out_full(stdio->out))
        wire_watch_pause(stdio->watch, true);
}

static void finish(void *ctx)
{
    struct play_stdio *stdio = ctx;

    if (stdio->done)
        return;
    stdio->done = true;
    stdio->how.done(stdio->how.ctx);
}

/* ---- scripts ---- */

/* False: it is not taken yet. */
static bool send_line(struct running *run, uint32_t number)
{
    struct play_stdio *stdio = run->stdio;
    const struct play_line *line = &stdio->how.talk->lines[number];
    struct td_event ev = {.seq = line->seq,
                          .at_ns = line->at_ns,
                          .exchange = run->turn->exchange,
                          .dir = TD_DIR_OUT,
                          .name = line->is_answer && !line->name.len
                                      ? run->turn->method
                                      : line->name};

    td_buf_clear(&stdio->text);
    play_rpc_send(&stdio->text, &stdio->doc, line->payload, &run->ids);
    ev.payload = td_buf_bytes(&stdio->text);
    ev.form = td_json_suits_line(ev.payload) ? TD_FORM_JSON : TD_FORM_TEXT;
    stdio->refused = play_stdio_out_put(stdio->out, &ev) ? NULL : run;
    if (stdio->refused)
        return false;
    if (line->id.len) {
        stdio->open =
            td_list_room(stdio->open, stdio->open_len, sizeof(*stdio->open));
        stdio->open[stdio->open_len++] = number;
        stdio->replied_ns[number] = 0;
    }
    look_for_room(stdio);
    return true;
}

static void free_running(struct running *run)
{
    wire_timer_cancel(run->stdio->net, &run->timer);
    td_buf_release(&run->tokens);
    free(run);
}

static void take_out(struct running *run)
{
    struct play_stdio *stdio = run->stdio;
    struct running **at = &stdio->running;
    struct running *before = NULL;

    while (*at != run) {
        before = *at;
        at = &before->next;
    }
    *at = run->next;
    if (stdio->newest == run)
        stdio->newest = before;
    free_running(run);
}

/* Nothing more can come of it: the client will not answer any more. */
static bool is_stuck(const struct running *run, const struct play_line *line)
{
    return run->stdio->input_over && line->gate != PLAY_NONE &&
           !run->stdio->replied_ns[line->gate];
}

static void end_if_over(struct play_stdio *stdio)
{
    if (stdio->input_over && !stdio->running && !stdio->done)
        play_stdio_out_finish(stdio->out);
}

/* When what stands next in a script is due; TD_NEVER: when the client has
 * answered.
 */
static uint64_t due_next(struct running *run)
{
    const struct play_stdio *stdio = run->stdio;
    const struct play_talk *talk = stdio->how.talk;
    const struct play_line *line;

    if (run->at == run->turn->len)
        return run->base_ns +
               play_pace_gap(&stdio->how.pace, run->turn->end_gap_ns);
    line = &talk->lines[run->turn->first + run->at];
    if (line->gate != PLAY_NONE && !stdio->replied_ns[line->gate])
        return TD_NEVER;
    if (line->gate != PLAY_NONE && stdio->replied_ns[line->gate] > run->base_ns)
        run->base_ns = stdio->replied_ns[line->gate];
    return run->base_ns + play_pace_gap(&stdio->how.pace, line->gap_ns);
}

/* The script is played to its end. */
static void end_script(struct running *run)
{
    struct play_stdio *stdio = run->stdio;
    bool last = run->turn->last;

    take_out(run);
    stdio->stats.program_ended |= last;
    if (last)
        play_stdio_out_finish(stdio->out);
    else
        end_if_over(stdio);
}

static void go_on(void *ctx)
{
    struct running *run = ctx;
    struct play_stdio *stdio = run->stdio;
    const struct play_turn *turn = run->turn;
    uint64_t now = wire_now(stdio->net);
    uint64_t due = 0;

    if (stdio->done || (stdio->refused && stdio->refused != run))
        return;
    while (run->at < turn->len || turn->last) {
        due = due_next(run);
        if (due > now || run->at == turn->len)
            break;
        if (!send_line(run, turn->first + run->at))
            return;
        run->at++;
        run->base_ns = due;
    }
    if (run->at == turn->len && (!turn->last || due <= now))
        end_script(run);
    else if (due != TD_NEVER)
        wire_timer_set(stdio->net, &run->timer, due);
    else if (is_stuck(run, &stdio->how.talk->lines[turn->first + run->at]))
        end_script(run);
}

static struct td_bytes keep(struct running *run, struct td_bytes token,
                            size_t *at)
{
    struct td_bytes kept = td_bytes(run->tokens.ptr + *at, token.len);

    *at += token.len;
    return kept;
}

/* Ids of the live message; their bytes are the caller's. */
static void take_ids(struct running *run, const struct play_rpc *live)
{
    size_t at = 0;

    (void)td_buf_add_bytes(&run->tokens, live->id);
    for (size_t i = 0; i < PLAY_TOKENS; i++)
        (void)td_buf_add_bytes(&run->tokens, live->tokens[i]);
    run->ids.id = keep(run, live->id, &at);
    for (size_t i = 0; i < PLAY_TOKENS; i++) {
        run->ids.live[i] = keep(run, live->tokens[i], &at);
        run->ids.recorded[i] = run->turn->tokens[i];
    }
}

/* live NULL: nobody has said it, it begins by itself. */
static void start(struct play_stdio *stdio, uint32_t turn,
                  const struct play_rpc *live)
{
    struct running *run = td_calloc(1, sizeof(*run));

    run->stdio = stdio;
    run->turn = &stdio->how.talk->turns[turn];
    run->base_ns = wire_now(stdio->net);
    run->timer = (struct wire_timer){.fire = go_on, .ctx = run};
    if (live)
        take_ids(run, live);
    if (stdio->newest)
        stdio->newest->next = run;
    else
        stdio->running = run;
    stdio->newest = run;
    go_on(run);
}

static void go_on_all(struct play_stdio *stdio)
{
    struct running *next;

    for (struct running *run = stdio->running; run; run = next) {
        next = run->next;
        go_on(run);
    }
}

/* ---- in ---- */

static void client_answered(struct play_stdio *stdio, struct td_bytes id)
{
    const struct play_talk *talk = stdio->how.talk;

    for (uint32_t i = 0; i < stdio->open_len; i++) {
        uint32_t line = stdio->open[i];

        if (!td_bytes_equal(talk->lines[line].id, id))
            continue;
        stdio->open_len--;
        memmove(stdio->open + i, stdio->open + i + 1,
                (stdio->open_len - i) * sizeof(*stdio->open));
        stdio->replied_ns[line] = wire_now(stdio->net);
        go_on_all(stdio);
        return;
    }
}

static void refuse(struct play_stdio *stdio, struct td_bytes id,
                   const struct play_miss *miss)
{
    struct td_buf json = {0};

    play_miss_error(&json, miss, id);
    play_stdio_out_say(stdio->out, td_buf_bytes(&json));
    look_for_room(stdio);
    td_buf_release(&json);
}

/* The recorded message that is nearest. */
static void find_near(struct play_stdio *stdio, const struct play_said *said,
                      struct play_miss *miss, struct diff_tree *tree)
{
    const struct play_turn *near;
    uint32_t turn;

    if (!play_match_nearest(stdio->match, said, &turn, tree))
        return;
    near = &stdio->how.talk->turns[turn];
    miss->tree = tree;
    miss->near_exchange = near->exchange;
    miss->near_seq = near->seq;
}

static void miss(struct play_stdio *stdio, const struct play_rpc *rpc,
                 const struct play_said *said, bool used_up)
{
    struct diff_tree tree = {0};
    struct td_buf text = {0};
    struct play_miss miss = {.kind = rpc->method.len ? "request" : "message",
                             .number = stdio->said,
                             .what = rpc->method,
                             .used_up = used_up};

    if (!used_up)
        find_near(stdio, said, &miss, &tree);
    stdio->stats.unknown++;
    play_miss_text(&text, &miss);
    stdio->how.missed(stdio->how.ctx, td_buf_bytes(&text));
    if (rpc->kind == PLAY_RPC_REQUEST)
        refuse(stdio, rpc->id, &miss);
    td_buf_release(&text);
    diff_tree_release(&tree);
}

static void client_said(struct play_stdio *stdio, const struct play_rpc *rpc)
{
    struct play_said said = {.name = rpc->method};
    enum play_found found;
    uint32_t turn = 0;

    td_buf_clear(&stdio->compared);
    play_rpc_compared(&stdio->compared, rpc, &stdio->doc);
    said.text = td_buf_bytes(&stdio->compared);
    stdio->said += rpc->kind != PLAY_RPC_NOTE;
    found = play_match_take(stdio->match, &said, stdio->how.repeat, &turn);
    if (found == PLAY_FOUND)
        start(stdio, turn, rpc);
    else if (rpc->kind == PLAY_RPC_NOTE)
        stdio->stats.notes++;
    else
        miss(stdio, rpc, &said, found == PLAY_USED_UP);
}

static void on_message(void *ctx, struct td_bytes message, bool whole)
{
    struct play_stdio *stdio = ctx;
    struct play_rpc rpc;

    if (stdio->done)
        return;
    if (!whole && wire_frames_framing(stdio->frames) == WIRE_FRAMING_HEADERS) {
        stdio->stats.bad++;
        return;
    }
    play_rpc_read(&rpc, &stdio->doc, message);
    if (rpc.kind == PLAY_RPC_ANSWER)
        client_answered(stdio, rpc.id);
    else
        client_said(stdio, &rpc);
}

static void on_bad(void *ctx, struct td_bytes bytes, const char *why)
{
    struct play_stdio *stdio = ctx;
    struct td_buf text = {0};

    (void)bytes;
    stdio->stats.bad++;
    (void)td_buf_addf(&text, "what the client sends is no message: %s\n", why);
    stdio->how.missed(stdio->how.ctx, td_buf_bytes(&text));
    td_buf_release(&text);
}

static void on_long(void *ctx)
{
    on_bad(ctx, td_bytes("", 0), "it is longer than --max-message");
}

/* ---- reading ---- */

static void end_input(struct play_stdio *stdio)
{
    if (stdio->watch)
        wire_watch_close(stdio->watch);
    stdio->watch = NULL;
    wire_timer_cancel(stdio->net, &stdio->pump);
    wire_frames_end(stdio->frames);
    stdio->input_over = true;
    go_on_all(stdio);
    end_if_over(stdio);
}

static void read_some(struct play_stdio *stdio)
{
    ssize_t n = read(stdio->how.in, stdio->room, READ_MAX);

    if (n > 0)
        wire_frames_came(stdio->frames, td_bytes(stdio->room, (size_t)n));
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        end_input(stdio);
    if (stdio->regular && !stdio->input_over && !stdio->done)
        wire_timer_set(stdio->net, &stdio->pump, wire_now(stdio->net));
}

static void on_readable(void *ctx, int fd)
{
    (void)fd;
    read_some(ctx);
}

static void on_pump(void *ctx)
{
    read_some(ctx);
}

static void on_room(void *ctx)
{
    struct play_stdio *stdio = ctx;

    if (stdio->refused)
        go_on(stdio->refused);
    if (!stdio->refused)
        go_on_all(stdio);
}

static void on_out_changed(void *ctx)
{
    struct play_stdio *stdio = ctx;

    if (play_stdio_out_failed(stdio->out)) {
        stdio->stats.client_gone = true;
        finish(stdio);
    } else if (stdio->watch && !play_stdio_out_full(stdio->out)) {
        wire_watch_pause(stdio->watch, false);
    }
}

/* The first script begins when the loop does, and reading with it. */
static void on_begin(void *ctx)
{
    struct play_stdio *stdio = ctx;

    stdio->pump = (struct wire_timer){.fire = on_pump, .ctx = stdio};
    start(stdio, 0, NULL);
    if (stdio->regular)
        read_some(stdio);
}

/* ---- what came of it ---- */

struct unused {
    const struct play_talk *talk;
    struct play_tally tally;
};

static void on_unused(void *ctx, uint32_t turn)
{
    struct unused *unused = ctx;
    uint32_t exchange = unused->talk->turns[turn].exchange;

    if (exchange)
        play_tally_add(&unused->tally, exchange);
}

uint32_t play_stdio_summary(const struct play_stdio *stdio, struct td_buf *out)
{
    const struct play_stdio_stats *stats = &stdio->stats;
    struct unused unused = {.talk = stdio->how.talk};
    uint32_t all = stdio->how.talk->exchanges;
    uint32_t count;

    play_match_unused(stdio->match, on_unused, &unused);
    count = unused.tally.count;
    play_tally_head(out, all - count, all);
    play_tally_count(out, stats->unknown, "request unknown",
                     "requests unknown");
    play_tally_count(out, stats->notes, "notification unknown",
                     "notifications unknown");
    play_tally_count(out, stats->bad, "piece of input is no message",
                     "pieces of input are no messages");
    play_tally_end(&unused.tally, out);
    return count;
}

void play_stdio_json(const struct play_stdio *stdio, struct td_json_writer *w)
{
    const struct play_stdio_stats *stats = &stdio->stats;
    struct unused unused = {.talk = stdio->how.talk};

    play_match_unused(stdio->match, on_unused, &unused);
    play_tally_json(&unused.tally, stdio->how.talk->exchanges, w);
    td_json_put_u64(w, "requests_unknown", stats->unknown);
    td_json_put_u64(w, "notifications_unknown", stats->notes);
    td_json_put_u64(w, "bad_input", stats->bad);
}

struct play_stdio_stats play_stdio_stats(const struct play_stdio *stdio)
{
    return stdio->stats;
}

/* ---- life ---- */

static enum td_code fill(struct play_stdio *stdio, struct td_error *err)
{
    const struct play_talk *talk = stdio->how.talk;
    enum td_code code = TD_OK;

    for (uint32_t i = 1; i < talk->turns_len && !code; i++) {
        const struct play_turn *turn = &talk->turns[i];
        const struct play_said said = {.name = turn->method,
                                       .text = turn->compared};

        code = play_match_add(stdio->match, &said, i, err);
    }
    return code;
}

static enum td_code open_input(struct play_stdio *stdio, struct td_error *err)
{
    struct stat st;

    stdio->regular = !fstat(stdio->how.in, &st) &&
                     (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
    stdio->pump = (struct wire_timer){.fire = on_begin, .ctx = stdio};
    wire_timer_set(stdio->net, &stdio->pump, wire_now(stdio->net));
    if (stdio->regular)
        return TD_OK;
    return wire_watch_fd(stdio->net, stdio->how.in, on_readable, stdio,
                         &stdio->watch, err);
}

enum td_code play_stdio_open(struct play_stdio **out, struct wire_net *net,
                             const struct play_stdio_options *options,
                             struct td_error *err)
{
    struct play_stdio *stdio = td_calloc(1, sizeof(*stdio));
    const struct wire_frames_events events = {.message = on_message,
                                              .bad = on_bad,
                                              .too_long = on_long,
                                              .ctx = stdio};
    const struct play_stdio_place place = {.fd = options->out,
                                           .faults = options->faults,
                                           .headers = has_headers,
                                           .changed = on_out_changed,
                                           .room = on_room,
                                           .ended = finish,
                                           .ctx = stdio};
    enum td_code code;

    stdio->how = *options;
    stdio->net = net;
    stdio->room = td_calloc(1, READ_MAX);
    stdio->match = play_match_new(options->masks);
    stdio->frames =
        wire_frames_new(options->framing, options->max_message, &events);
    stdio->replied_ns =
        td_calloc(options->talk->lines_len + 1, sizeof(*stdio->replied_ns));
    code = fill(stdio, err);
    if (!code)
        code = play_stdio_out_open(&stdio->out, net, &place, err);
    if (!code)
        code = open_input(stdio, err);
    if (code)
        play_stdio_close(stdio, true);
    *out = code ? NULL : stdio;
    return code;
}

void play_stdio_close(struct play_stdio *stdio, bool at_once)
{
    if (!stdio)
        return;
    if (stdio->watch)
        wire_watch_close(stdio->watch);
    wire_timer_cancel(stdio->net, &stdio->pump);
    while (stdio->running) {
        struct running *run = stdio->running;

        stdio->running = run->next;
        free_running(run);
    }
    play_stdio_out_close(stdio->out, at_once);
    wire_frames_free(stdio->frames);
    play_match_free(stdio->match);
    td_json_release(&stdio->doc);
    td_buf_release(&stdio->text);
    td_buf_release(&stdio->compared);
    free(stdio->replied_ns);
    free(stdio->open);
    free(stdio->room);
    free(stdio);
}

#include "replayer/answer/talk.h"

#include "core/mem.h"
#include "replayer/answer/each.h"

#include <stdlib.h>

/* While a tape is read. */
struct loading {
    struct play_talk *talk;
    struct td_json_doc doc;
    struct td_buf text;
    uint32_t conn;
    uint32_t *open; /* turns that are requests without an answer, by age */
    uint32_t open_len;
    uint32_t *asked; /* lines that are questions without an answer, by age */
    uint32_t asked_len;
    uint32_t latest;  /* turn that was said or answered last */
    uint32_t pending; /* the first line that belongs to nobody yet */
    size_t bytes;
};

static struct td_bytes keep(struct loading *in, struct td_bytes bytes)
{
    in->bytes += bytes.len;
    return td_bytes(td_arena_text(&in->talk->arena, bytes), bytes.len);
}

static enum td_code check_room(const struct loading *in, struct td_error *err)
{
    const struct play_talk *talk = in->talk;

    if (in->bytes <= PLAY_TALK_BYTES && talk->lines_len < PLAY_TALK_LINES &&
        talk->turns_len < PLAY_TALK_LINES)
        return TD_OK;
    td_error_set(err, TD_LIMIT, "", 0,
                 "the talk is longer than 1 GiB or 10 million messages");
    return td_error_hint(err, "cut the tape: tapedeck cut");
}

static void push(uint32_t **list, uint32_t *len, uint32_t value)
{
    *list = td_list_room(*list, *len, sizeof(**list));
    (*list)[(*len)++] = value;
}

static void take_out(uint32_t *list, uint32_t *len, uint32_t i)
{
    memmove(list + i, list + i + 1, (--*len - i) * sizeof(*list));
}

static struct play_turn *add_turn(struct loading *in, const struct td_event *ev)
{
    struct play_talk *talk = in->talk;
    struct play_turn *turn;

    talk->turns =
        td_list_room(talk->turns, talk->turns_len, sizeof(*talk->turns));
    turn = &talk->turns[talk->turns_len++];
    *turn = (struct play_turn){.kind = PLAY_RPC_OTHER};
    if (ev) {
        turn->seq = ev->seq;
        turn->at_ns = ev->at_ns;
    }
    return turn;
}

/* ---- what the client said ---- */

/* An answer to a question of the program. Ids count up from anywhere on each
 * side: they are looked for among those that are open.
 */
static void client_answered(struct loading *in, const struct td_event *ev,
                            struct td_bytes id)
{
    for (uint32_t i = 0; i < in->asked_len; i++) {
        struct play_line *line = &in->talk->lines[in->asked[i]];

        if (!td_bytes_equal(line->id, id))
            continue;
        line->replied_seq = ev->seq;
        line->replied_at_ns = ev->at_ns;
        take_out(in->asked, &in->asked_len, i);
        return;
    }
}

static void client_said(struct loading *in, const struct td_event *ev)
{
    struct play_rpc rpc;
    struct play_turn *turn;

    play_rpc_read(&rpc, &in->doc, ev->payload);
    if (rpc.kind == PLAY_RPC_ANSWER) {
        client_answered(in, ev, rpc.id);
        return;
    }
    turn = add_turn(in, ev);
    in->latest = in->talk->turns_len - 1;
    turn->kind = rpc.kind;
    turn->payload = keep(in, ev->payload);
    turn->id = keep(in, rpc.id);
    turn->method = keep(in, rpc.method);
    for (size_t i = 0; rpc.kind == PLAY_RPC_REQUEST && i < PLAY_TOKENS; i++)
        turn->tokens[i] = keep(in, rpc.tokens[i]);
    td_buf_clear(&in->text);
    play_rpc_compared(&in->text, &rpc, &in->doc);
    turn->compared = keep(in, td_buf_bytes(&in->text));
    if (rpc.kind != PLAY_RPC_REQUEST)
        return;
    turn->exchange = ++in->talk->exchanges;
    push(&in->open, &in->open_len, in->talk->turns_len - 1);
}

/* ---- what the program said ---- */

/* Lines that waited to be somebody's are the turn's. */
static void settle(struct loading *in, uint32_t turn)
{
    struct play_talk *talk = in->talk;

    for (; in->pending < talk->lines_len; in->pending++)
        if (talk->lines[in->pending].turn == PLAY_NONE)
            talk->lines[in->pending].turn = turn;
}

static uint32_t answered_turn(struct loading *in, struct td_bytes id)
{
    for (uint32_t i = 0; i < in->open_len; i++) {
        uint32_t turn = in->open[i];

        if (!td_bytes_equal(in->talk->turns[turn].id, id))
            continue;
        take_out(in->open, &in->open_len, i);
        in->talk->turns[turn].answered = true;
        return turn;
    }
    return PLAY_NONE;
}

/* The request whose token a note bears. */
static uint32_t token_turn(const struct loading *in, const struct play_rpc *rpc)
{
    for (uint32_t i = in->open_len; rpc->tokens[0].len && i > 0; i--)
        for (size_t t = 0; t < PLAY_TOKENS; t++)
            if (td_bytes_equal(in->talk->turns[in->open[i - 1]].tokens[t],
                               rpc->tokens[0]))
                return in->open[i - 1];
    return PLAY_NONE;
}

static void program_said(struct loading *in, const struct td_event *ev)
{
    struct play_talk *talk = in->talk;
    struct play_rpc rpc;
    struct play_line line = {.turn = PLAY_NONE, .gate = PLAY_NONE};

    play_rpc_read(&rpc, &in->doc, ev->payload);
    line.seq = ev->seq;
    line.at_ns = ev->at_ns;
    line.name = keep(in, ev->name);
    line.payload = keep(in, ev->payload);
    if (rpc.kind == PLAY_RPC_ANSWER) {
        line.turn = answered_turn(in, rpc.id);
        line.is_answer = line.turn != PLAY_NONE;
    } else if (rpc.kind == PLAY_RPC_NOTE) {
        line.turn = token_turn(in, &rpc);
    } else if (rpc.kind == PLAY_RPC_REQUEST) {
        line.id = keep(in, rpc.id);
        push(&in->asked, &in->asked_len, talk->lines_len);
    }
    talk->lines =
        td_list_room(talk->lines, talk->lines_len, sizeof(*talk->lines));
    talk->lines[talk->lines_len++] = line;
    if (line.is_answer)
        in->latest = line.turn;
    if (line.is_answer || in->open_len == 0)
        settle(in, in->latest);
}

/* ---- the tape ---- */

static void see_close(struct loading *in, const struct td_event *ev)
{
    struct play_talk *talk = in->talk;
    uint32_t status;
    uint32_t framing;

    if (td_json_parse(&in->doc, ev->payload, TD_JSON_DEPTH, NULL))
        return;
    status = td_json_member(&in->doc, 0, td_text("status"));
    framing = td_json_member(&in->doc, 0, td_text("framing"));
    talk->headers =
        framing && td_json_string_is(&in->doc, framing, td_text("headers"));
    talk->ended = status && in->doc.values[status].kind == TD_JSON_NUMBER;
    talk->end_ns = ev->at_ns;
    if (talk->ended)
        talk->end_status = (int)strtol(
            (const char *)td_json_raw(&in->doc, status).ptr, NULL, 10);
}

/* A talk is one connection; what was asked before it ended stays unanswered.
 */
static void next_talk(struct loading *in, uint32_t conn)
{
    settle(in, in->latest);
    in->conn = conn;
    in->open_len = 0;
    in->asked_len = 0;
}

static void see(struct loading *in, const struct td_event *ev)
{
    if (ev->conn != in->conn)
        next_talk(in, ev->conn);
    if (td_bytes_is(ev->kind, TD_KIND_CLOSE))
        see_close(in, ev);
    else if (td_event_is_plain(ev) && ev->dir == TD_DIR_IN)
        client_said(in, ev);
    else if (td_event_is_plain(ev))
        program_said(in, ev);
}

static enum td_code see_event(void *self, const struct td_event *ev,
                              struct td_error *err)
{
    struct loading *in = (struct loading *)self;

    see(in, ev);
    return check_room(in, err);
}

/* ---- scripts ---- */

static int by_turn(const void *a, const void *b)
{
    const struct play_line *x = a;
    const struct play_line *y = b;

    if (x->turn != y->turn)
        return x->turn < y->turn ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The question in a script that was answered last before a line was sent. */
static uint32_t gate_of(const struct play_talk *talk, uint32_t line,
                        const uint32_t *asked, uint32_t asked_len)
{
    uint32_t gate = PLAY_NONE;
    uint64_t latest = 0;

    for (uint32_t i = 0; i < asked_len; i++) {
        const struct play_line *question = &talk->lines[asked[i]];

        if (question->replied_seq > latest &&
            question->replied_seq < talk->lines[line].seq) {
            latest = question->replied_seq;
            gate = asked[i];
        }
    }
    return gate;
}

/* The program ended because of it: instead of an answer, or as it was told to
 * (LSP 3.17, "Exit Notification").
 */
static bool is_last_word(const struct play_talk *talk,
                         const struct play_turn *turn)
{
    return turn == &talk->turns[talk->turns_len - 1] &&
           ((turn->kind == PLAY_RPC_REQUEST && !turn->answered) ||
            (turn->kind == PLAY_RPC_NOTE && td_bytes_is(turn->method, "exit")));
}

static void time_script(struct loading *in, struct play_turn *turn)
{
    struct play_talk *talk = in->talk;
    uint64_t before = turn->at_ns;

    in->asked_len = 0;
    for (uint32_t i = turn->first; i < turn->first + turn->len; i++) {
        struct play_line *line = &talk->lines[i];

        line->gate = gate_of(talk, i, in->asked, in->asked_len);
        if (line->gate != PLAY_NONE &&
            talk->lines[line->gate].replied_at_ns > before)
            before = talk->lines[line->gate].replied_at_ns;
        line->gap_ns = line->at_ns > before ? line->at_ns - before : 0;
        before = line->at_ns;
        if (line->id.len)
            push(&in->asked, &in->asked_len, i);
    }
    turn->last = talk->ended && is_last_word(talk, turn);
    turn->end_gap_ns = talk->end_ns > before ? talk->end_ns - before : 0;
}

static void make_scripts(struct loading *in)
{
    struct play_talk *talk = in->talk;
    uint32_t line = 0;

    if (talk->lines_len > 1)
        qsort(talk->lines, talk->lines_len, sizeof(*talk->lines), by_turn);
    for (uint32_t i = 0; i < talk->turns_len; i++) {
        struct play_turn *turn = &talk->turns[i];

        turn->first = line;
        while (line < talk->lines_len && talk->lines[line].turn == i)
            line++;
        turn->len = line - turn->first;
        time_script(in, turn);
    }
}

enum td_code play_talk_load(struct play_talk *talk, const char *path,
                            struct td_error *err)
{
    struct loading in = {.talk = talk};
    const struct play_each each = {.event = see_event, .self = &in};
    enum td_code code;

    add_turn(&in, NULL);
    code = play_each_event(path, each, &talk->state, err);
    settle(&in, in.latest);
    if (!code)
        make_scripts(&in);
    if (!code && talk->turns_len == 1)
        code = play_each_none(path, &talk->state, "nobody says anything on it",
                              "--stdio plays what tapedeck record --stdio has "
                              "recorded",
                              err);
    td_json_release(&in.doc);
    td_buf_release(&in.text);
    free(in.open);
    free(in.asked);
    return code;
}

void play_talk_release(struct play_talk *talk)
{
    td_arena_release(&talk->arena);
    free(talk->turns);
    free(talk->lines);
    *talk = (struct play_talk){0};
}

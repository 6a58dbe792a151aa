#include "console/play_internal.h"
#include "core/width.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/take.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FASTER 200 /* percent */
#define SLOWER 50
#define FAR    INT64_C(1000000000000000)

static void on_turn(void *ctx);

static enum td_code take(struct console_play *play, const struct td_event *ev,
                         bool told, struct td_error *err)
{
    enum td_code code = console_take(play->c, ev, told, err);

    play->seq = ev->seq;
    play->at_ns = ev->at_ns;
    console_marks_note(play->marks, play->c->seen, ev->at_ns, ev->seq);
    return code;
}

static enum td_code on_put(void *self, const struct td_event *ev,
                           struct td_error *err)
{
    struct console_play *play = self;
    enum td_code code = take(play, ev, true, err);

    if (play->c->played)
        play->c->played(play->c->terminal);
    return code;
}

/* What is missing of the tape is said once, where it would have come. */
static void tell_damage(struct console_play *play)
{
    struct td_buf *above = play->c->above;
    struct td_buf text = {0};

    if (!play->damage_told && above && play_source_damage(play->source, &text))
        (void)td_buf_addf(above, "! %s\n", td_buf_str(&text));
    play->damage_told = true;
    td_buf_release(&text);
}

static void on_end(void *ctx, const struct td_error *why)
{
    struct console_play *play = ctx;

    play->ended = true;
    play->why = *why;
    tell_damage(play);
}

/* From the start. */
static void start(struct console_play *play)
{
    const struct td_sink sink = {.put = on_put, .self = play};

    play->ended = false;
    play->player = play_player_new(play->net, td_clock_real(), play->source,
                                   sink, &play->how);
    play_player_on_end(play->player, on_end, play);
    play_player_start(play->player);
}

/* As the end line says, where it can be found without reading the tape. */
static uint64_t events_of(const struct play_source *source)
{
    struct td_json_doc doc = {0};
    struct td_bytes end = play_source_end(source);
    uint64_t events = 0;

    if (end.len && td_json_parse(&doc, end, TD_JSON_DEPTH_ALL, NULL) == TD_OK) {
        uint32_t root = td_json_member(&doc, 0, td_text("end"));
        uint32_t at = root && doc.values[root].kind == TD_JSON_OBJECT
                          ? td_json_member(&doc, root, td_text("events"))
                          : 0;
        struct td_bytes digits = at ? td_json_raw(&doc, at) : td_text("");

        if (!td_take_number(&digits, &events) || digits.len)
            events = 0;
    }
    td_json_release(&doc);
    return events;
}

enum td_code console_play_open(struct console_play **out, struct console *c,
                               struct wire_net *net, uint64_t speed, bool loop,
                               struct td_error *err)
{
    struct console_play *play = td_calloc(1, sizeof(*play));
    const struct play_source_options from = {.paths = play->paths,
                                             .window = PLAY_WINDOW_ALL};
    enum td_code code;

    play->paths[0] = c->options.tape;
    code = play_source_open(&play->source, &from, err);
    play->c = c;
    play->net = net;
    play->marks = console_marks_new();
    play->turn = (struct wire_timer){.fire = on_turn, .ctx = play};
    play->how =
        (struct play_options){.pace = {.speed = speed}, .passes = loop ? 0 : 1};
    *out = play;
    if (code)
        return code;
    c->start_wall_ns = play_source_start_wall(play->source);
    play->last_ns = play_source_last(play->source);
    play->events = events_of(play->source);
    console_play_prove(play);
    start(play);
    return TD_OK;
}

static void stop_moving(struct console_play *play)
{
    if (play->moving != STILL)
        play_player_pause(play->player, play->paused);
    wire_timer_cancel(play->net, &play->turn);
    console_places_end(&play->look);
    play_source_close(play->copy);
    play->copy = NULL;
    play->moving = STILL;
}

void console_play_close(struct console_play *play)
{
    if (!play)
        return;
    if (play->net)
        stop_moving(play);
    console_play_unprove(play);
    play_player_free(play->player);
    play_source_close(play->source);
    console_marks_free(play->marks);
    free(play);
}

const struct td_error *console_play_why(const struct console_play *play)
{
    return &play->why;
}

/* ---- moving ---- */

static bool is_behind(const struct play_target *target, struct play_place at)
{
    return target->known
               ? at.seq == target->place.seq && at.at_ns == target->place.at_ns
               : at.at_ns > target->at_ns;
}

/* The fold as it stood somewhere in front of the target: where it is, at a
 * mark, or at the start. */
static void go_back(struct console_play *play, const struct play_target *target)
{
    uint64_t at_ns = target->known ? target->place.at_ns : target->at_ns;
    const struct console_mark *mark = console_marks_before(play->marks, at_ns);

    if (play->seq && play->at_ns < at_ns &&
        (!mark || mark->at_ns <= play->at_ns))
        return;
    play->seq = mark ? mark->seq : 0;
    play->at_ns = mark ? mark->at_ns : 0;
    seen_free(play->c->seen);
    play->c->seen = mark ? seen_copy(mark->seen) : console_fresh(play->c);
    play->c->now_ns = play->c->seen->last_ns;
}

/* Some events of those in front of the target. TD_AGAIN: it is not there yet.
 */
static enum td_code fold_some(struct console_play *play)
{
    struct td_event ev;

    for (unsigned i = 0; i < PLACES_TURN; i++) {
        enum td_code code = play_source_next(play->copy, &ev, &play->why);
        struct play_place at;

        if (code)
            return code;
        at = play_source_place(play->copy);
        if (is_behind(&play->target, at))
            return TD_OK;
        if (at.at_ns > play->from.at_ns || at.seq > play->from.seq)
            code = take(play, &ev, false, &play->why);
        if (code)
            return code;
    }
    return TD_AGAIN;
}

static void begin_moving(struct console_play *play, enum play_moving how)
{
    play->moving = how;
    play->paused = play_player_view(play->player).paused;
    play_player_pause(play->player, true);
}

/* What was folded to the end of the tape is followed by the player. */
static void folded(struct console_play *play)
{
    bool to_end = play->target.at_ns == UINT64_MAX;

    stop_moving(play);
    if (to_end)
        play_player_seek(
            play->player,
            (int64_t)(play->at_ns + 1 - play_player_view(play->player).at_ns));
}

static void fold_turn(struct console_play *play)
{
    if (fold_some(play) == TD_AGAIN)
        wire_timer_set(play->net, &play->turn, wire_now(play->net));
    else
        folded(play);
}

/* Everything in front of it, from the last place that is known. The first turn
 * is now: a short way is gone at once. */
static void fold_to(struct console_play *play, const struct play_target *target)
{
    enum td_code code =
        play_source_again(&play->copy, play->source, &play->why);

    play->target = *target;
    go_back(play, target);
    play->from = (struct play_place){.seq = play->seq, .at_ns = play->at_ns};
    if (code == TD_OK && play->seq)
        code = play_source_seek(play->copy, play->at_ns, &play->why);
    if (code == TD_OK) {
        begin_moving(play, FOLDING);
        fold_turn(play);
    } else {
        stop_moving(play);
    }
}

/* What has been played to its end can be moved in all the same: it stands at
 * its end again, and by the next key it is somewhere else. */
static bool revive(struct console_play *play)
{
    uint64_t end_ns = play_player_view(play->player).at_ns;

    play_player_free(play->player);
    play->player = NULL;
    if (play_source_rewind(play->source, &play->why))
        return false;
    start(play);
    play_player_seek(play->player, (int64_t)end_ns);
    return true;
}

void console_play_move(struct console_play *play, int64_t by_ns)
{
    struct play_target target = {0};

    stop_moving(play);
    if (play->ended && !revive(play))
        return;
    play_player_seek(play->player, by_ns);
    target.known = play_player_next_place(play->player, &target.place);
    target.at_ns = play_player_view(play->player).at_ns;
    fold_to(play, &target);
}

void console_play_to_end(struct console_play *play)
{
    const struct play_target end = {.at_ns = UINT64_MAX};

    stop_moving(play);
    if (!play->ended)
        fold_to(play, &end);
}

/* There it stands still; what happened at that time has happened. */
static void stand_at(struct console_play *play, uint64_t at_ns)
{
    stop_moving(play);
    if (play->ended && !revive(play))
        return;
    play_player_pause(play->player, true);
    console_play_move(play, (int64_t)at_ns -
                                (int64_t)play_player_view(play->player).at_ns);
}

static void say(struct console_play *play, const char *text)
{
    (void)td_buf_addf(play->c->above, "%s\n", text);
}

/* Of a tape whose end is known by now. */
static enum td_code goto_time(struct console_play *play, uint64_t last_ns,
                              struct td_error *err)
{
    uint64_t seq;
    uint64_t at_ns;
    enum td_code code =
        console_places_parse(play->sought, play_player_view(play->player).at_ns,
                             last_ns, &seq, &at_ns, err);

    if (code == TD_OK)
        stand_at(play, at_ns);
    return code;
}

static void not_found(struct console_play *play)
{
    if (*play->sought == '[')
        stand_at(play, 0);
    else if (*play->sought == '!')
        say(play, "no error follows");
    else if (*play->sought == ']')
        say(play, "no end of a wave follows");
    else
        (void)td_buf_addf(play->c->above, "@: there is no seq %" PRIu64 "\n",
                          play->look.wanted.seq);
}

static void looked(struct console_play *play, enum td_code code,
                   const struct td_error *why)
{
    struct td_error err = {0};
    uint64_t at_ns = play->look.at_ns;

    stop_moving(play);
    if (code == TD_END)
        not_found(play);
    else if (code)
        say(play, why->text);
    else if (!strchr(play->sought, '%'))
        stand_at(play, at_ns + 1);
    else if (goto_time(play, at_ns, &err))
        say(play, err.text);
}

static void look_turn(struct console_play *play)
{
    struct td_error err = {0};
    enum td_code code = console_places_go_on(&play->look, &err);

    if (code == TD_AGAIN)
        wire_timer_set(play->net, &play->turn, wire_now(play->net));
    else
        looked(play, code, &err);
}

static void look_for(struct console_play *play,
                     const struct console_wanted *wanted)
{
    struct td_error err = {0};

    stop_moving(play);
    if (console_places_begin(&play->look, play->source, wanted, &err) ==
        TD_OK) {
        begin_moving(play, LOOKING);
        look_turn(play);
        return;
    }
    stop_moving(play);
    say(play, err.text);
}

static void on_turn(void *ctx)
{
    struct console_play *play = ctx;

    if (play->moving == LOOKING)
        look_turn(play);
    else
        fold_turn(play);
    if (play->c->played)
        play->c->played(play->c->terminal);
}

/* An event back, a wave back or on, the next error. */
static bool jump_key(struct console_play *play, char key)
{
    struct console_wanted wanted = {.name = "wave_completed",
                                    .after_ns = play->at_ns};

    if (key == ',') {
        stand_at(play, play->at_ns ? play->at_ns - 1 : 0);
        return true;
    }
    if (key == '[')
        wanted = (struct console_wanted){
            .name = wanted.name,
            .last = true,
            .before_ns = play->at_ns ? play->at_ns : 1,
        };
    else if (key == '!')
        wanted.name = "error";
    else if (key != ']')
        return false;
    (void)snprintf(play->sought, CONSOLE_PLAY_SHORT, "%c", key);
    look_for(play, &wanted);
    return true;
}

enum td_code console_play_goto(struct console_play *play, const char *text,
                               struct td_error *err)
{
    struct console_wanted wanted = {0};
    bool ask = strchr(text, '%') && play->last_ns == 0;
    uint64_t at_ns;
    enum td_code code = console_places_parse(
        text, 0, ask ? UINT64_MAX : play->last_ns, &wanted.seq, &at_ns, err);

    if (code)
        return code;
    (void)snprintf(play->sought, CONSOLE_PLAY_SHORT, "%s", text);
    if (!wanted.seq && !ask)
        return goto_time(play, play->last_ns, err);
    wanted.last = ask; /* where it ends */
    look_for(play, &wanted);
    return TD_OK;
}

/* While it moves the player stands, whatever it does afterwards. */
static bool moving_key(struct console_play *play, char key)
{
    if (play->moving == STILL || (key != ' ' && key != '.'))
        return false;
    play->paused = key == '.' || !play->paused;
    return true;
}

bool console_play_key(struct console_play *play, char key)
{
    if (jump_key(play, key) || moving_key(play, key))
        return true;
    if (play->ended && key != '0')
        return true; /* there is nothing to play; the arrows lead back */
    if (key == ' ')
        play_player_pause(play->player, !play_player_view(play->player).paused);
    else if (key == '.')
        play_player_step(play->player);
    else if (key == '+')
        play_player_faster(play->player, FASTER);
    else if (key == '-')
        play_player_faster(play->player, SLOWER);
    else if (key == '0')
        console_play_move(play, -FAR);
    else
        return false;
    return true;
}

/* ---- what is said of it ---- */

static void put_speed(struct text_line *line, const struct play_view *now)
{
    if (now->speed == PLAY_SPEED_MAX)
        text_put(line, TEXT_PLAIN, " max");
    else if (now->speed % PLAY_SPEED_ONE)
        text_putf(line, TEXT_PLAIN, " %.2fx", (double)now->speed / 1e6);
    else
        text_putf(line, TEXT_PLAIN, " %" PRIu64 "x",
                  now->speed / PLAY_SPEED_ONE);
}

/* The keys that do something now, as many as there is room for. */
static void put_keys(struct text_line *line, const struct console_play *play,
                     const struct panel *v)
{
    const char *const keys[] = {"space pause",
                                v->style->utf8 ? "\xe2\x86\x90\xe2\x86\x92 5s"
                                               : "arrows 5s",
                                ",. step", "+- speed"};
    size_t count = play->ended ? 1 : sizeof(keys) / sizeof(keys[0]);

    for (size_t i = 0; i < count; i++) {
        const char *key = play->ended ? "Home from start" : keys[i];
        const char *gap = i ? "  " : "     ";

        if (line->used + strlen(gap) + td_width(td_text(key)) > line->max)
            return;
        text_put(line, TEXT_PLAIN, gap);
        text_put(line, TEXT_DIM, key);
    }
}

void console_play_line(const struct console_play *play, struct td_buf *out,
                       const struct panel *v)
{
    struct play_view now = play_player_view(play->player);
    struct text_line line = {
        .out = out, .style = v->style, .max = v->columns - 1};
    char text[CONSOLE_PLAY_SHORT];
    char count[PANEL_SHORT];

    text_put(&line, TEXT_PLAIN, " ");
    text_put_sign(&line, play->ended ? TEXT_DIM : TEXT_RUN,
                  play->ended  ? TEXT_END
                  : now.paused ? TEXT_PAUSED
                               : TEXT_RUNS);
    put_speed(&line, &now);
    if (play->last_ns && now.at_ns > play->last_ns)
        now.at_ns = play->last_ns;
    text_putf(&line, TEXT_PLAIN, "  %s", console_play_clock(text, now.at_ns));
    if (play->last_ns)
        text_putf(&line, TEXT_PLAIN, "/%s",
                  console_play_clock(text, play->last_ns));
    text_putf(&line, TEXT_PLAIN, "  seq %s", panel_count(count, play->seq));
    if (play->events)
        text_putf(&line, TEXT_PLAIN, "/%s", panel_count(count, play->events));
    if (play->moving == LOOKING)
        text_putf(&line, TEXT_DIM, "     looking for %s, at seq %s",
                  play->sought, panel_count(count, play->look.at.seq));
    else
        put_keys(&line, play, v);
    (void)td_buf_add_byte(out, '\n');
}

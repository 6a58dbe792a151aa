/* What a player has played so far, as a history. */
#include "core/mem.h"
#include "replayer/serve_internal.h"

#include <stdlib.h>

struct timeline {
    const struct play_serve *serve;
    struct play_source *source;
    struct td_event ev; /* the next one, if have */
    uint64_t passes;    /* of the tape that it has behind it */
    bool have;
};

/* A timeline has no numbers: it is always read from its start. */
static enum td_code begin(void *self, uint64_t from, void **reader,
                          struct td_error *err)
{
    struct play_serve *s = self;
    struct timeline *t = td_calloc(1, sizeof(*t));
    enum td_code code = play_source_again(&t->source, s->source, err);

    (void)from;
    if (code) {
        free(t);
        return code;
    }
    t->serve = s;
    t->passes = play_player_stats(s->player)->passes;
    if (play_player_done(s->player) && t->passes)
        t->passes--;
    *reader = t;
    return TD_OK;
}

/* True if t->ev is what the player offers next. */
static bool has_all(const struct timeline *t)
{
    const struct play_player *player = t->serve->player;
    struct play_place own = play_source_place(t->source);
    struct play_place next;

    return play_player_next_place(player, &next) &&
           play_player_stats(player)->passes == t->passes &&
           own.tape == next.tape && own.seq == next.seq &&
           own.at_ns == next.at_ns;
}

/* See that t->ev is the next event. TD_END: there is none. */
static enum td_code fetch(struct timeline *t, struct td_error *err)
{
    const struct play_player *player = t->serve->player;
    enum td_code code = TD_OK;

    while (!t->have && !code) {
        code = play_source_next(t->source, &t->ev, err);
        t->have = !code;
        if (code != TD_END || play_player_done(player) ||
            play_player_stats(player)->passes <= t->passes)
            continue;
        t->passes++;
        code = play_source_rewind(t->source, err);
    }
    return code;
}

static enum td_code next(void *reader, uint64_t last_seq, struct td_event *ev,
                         struct td_error *err)
{
    struct timeline *t = reader;
    enum td_code code = fetch(t, err);

    (void)last_seq; /* a timeline may go back */
    if (code)
        return code;
    if (has_all(t))
        return TD_END;
    *ev = t->ev;
    t->have = false;
    return TD_OK;
}

static void end(void *reader)
{
    struct timeline *t = reader;

    if (t)
        play_source_close(t->source);
    free(t);
}

struct play_history play_serve_history(struct play_serve *s)
{
    return (struct play_history){
        .open = begin, .next = next, .close = end, .self = s};
}

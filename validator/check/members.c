/* The members of a tape, looked at by several threads and judged in order. */
#include "core/mem.h"
#include "core/payload.h"
#include "tape/walk.h"
#include "validator/check/check_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define AHEAD 2 /* members at hand beyond one a thread */

/* A member from when it is taken until it is judged. */
struct piece {
    struct tape_part *part;
    struct check_looks looks;
    uint64_t number; /* its turn */
    uint32_t looked; /* lines that looks is about; the rest when judged */
    bool ready;      /* it was looked at, and waits for its turn */
};

/* Threads take members in the order of the tape, and read and look at them by
 * themselves. Members are judged in that order, one at a time, by whichever
 * thread is free when the turn comes to one that was looked at: reader and
 * check are its own then. A thread that has looked at a member whose turn is
 * still to come takes another one, so that none of them waits for the others
 * but where all members that may be at hand are.
 */
struct team {
    struct check *c;
    struct tape_reader *reader;

    pthread_mutex_t lock;   /* of all that follows */
    pthread_cond_t changed; /* a member may be taken, or it is over */
    pthread_cond_t took;    /* nobody takes one now */
    struct tape_walk *walk; /* of the one who takes; moved in a turn only */
    bool taking;            /* somebody takes a member */
    struct piece *pieces;   /* a ring, by number */
    unsigned pieces_len;
    uint64_t taken;        /* turns that were given out */
    _Atomic uint64_t turn; /* also read without it */
    bool judging;          /* somebody has the turn */
    bool over;
    enum td_code code;
    struct td_error err;
};

struct hand {
    struct team *team;
    struct check_inspector inspector;
};

/* The event of a Socket.IO packet is its JSON: *own then, else the event. */
static const struct td_event *judged(const struct td_event *ev,
                                     struct td_event *own)
{
    struct td_bytes json = td_payload_json(ev);

    if (json.ptr == ev->payload.ptr)
        return ev;
    *own = *ev;
    own->payload = json;
    return own;
}

/* Look ahead of the turn, and no longer: then nothing has to be kept. */
static void look(struct hand *hand, struct piece *piece)
{
    const struct team *team = hand->team;
    uint32_t len = tape_part_lines(piece->part);
    uint32_t i;

    check_looks_begin(&piece->looks, len);
    for (i = 0; i < len && team->turn != piece->number; i++) {
        const struct td_event *ev = tape_part_event(piece->part, i);
        struct td_event own;

        if (!ev)
            continue;
        ev = judged(ev, &own);
        if (check_is_looked_at(team->c, ev))
            check_looks_add(&piece->looks, i, &hand->inspector, ev->payload,
                            ev->name, check_way_of(ev));
    }
    piece->looked = i;
    check_looks_settle(&piece->looks, i);
}

/* ---- in turn ---- */

/* What was seen of the event on a line, or is seen now, in *own. */
static const struct check_view *
view_of(struct hand *hand, const struct piece *piece, uint32_t line,
        const struct td_event *ev, struct check_view *own)
{
    if (line < piece->looked && tape_part_event(piece->part, line))
        return &piece->looks.views[line];
    if (check_is_looked_at(hand->team->c, ev))
        check_inspect(&hand->inspector, ev->payload, ev->name, check_way_of(ev),
                      own);
    return own;
}

/* All events of the part; TD_END behind the last. */
static enum td_code judge_part(struct hand *hand, struct piece *piece,
                               struct td_error *err)
{
    struct team *team = hand->team;
    const struct td_event *ev;
    struct check_view own;
    struct td_event packet;
    enum td_code code;
    uint32_t line;

    while (
        !(code = tape_part_next(team->reader, piece->part, &ev, &line, err))) {
        ev = judged(ev, &packet);
        code = check_take_read(team->c, team->reader, ev,
                               view_of(hand, piece, line, ev, &own));
        if (code)
            return code;
    }
    return code;
}

/* Where the walk halted the reader reads, up to the end of the lines it gets.
 */
static enum td_code read_on(struct team *team, struct td_error *err)
{
    struct td_event packet;
    struct td_event ev;
    enum td_code code;

    do {
        code = tape_reader_next(team->reader, &ev, err);
        if (code)
            return code;
        code =
            check_take_read(team->c, team->reader, judged(&ev, &packet), NULL);
    } while (!code && tape_reader_has_rest(team->reader));
    return code;
}

static void end(struct team *team, enum td_code code,
                const struct td_error *err)
{
    team->over = true;
    team->code = code;
    team->err = *err;
}

/* Called with the lock, in the turn; lets it go in between. */
static void read_where_halted(struct team *team)
{
    struct td_error err = {0};
    enum td_code code;

    pthread_mutex_unlock(&team->lock);
    code = read_on(team, &err);
    pthread_mutex_lock(&team->lock);
    while (team->taking)
        pthread_cond_wait(&team->took, &team->lock);
    if (code || !tape_walk_follow(team->walk, team->reader))
        end(team, code, &err);
}

static void judge(struct hand *hand, struct piece *piece)
{
    struct team *team = hand->team;
    struct td_error err = {0};
    enum td_code code;

    if (tape_part_is_stale(team->walk, piece->part))
        return;
    if (!tape_reader_give(team->reader, team->walk, piece->part)) {
        read_where_halted(team);
        return;
    }
    pthread_mutex_unlock(&team->lock);
    code = judge_part(hand, piece, &err);
    pthread_mutex_lock(&team->lock);
    if (code != TD_END)
        end(team, code, &err);
}

/* ---- threads: all with the lock, which is let go in between ---- */

static struct piece *piece_at(const struct team *team, uint64_t number)
{
    return &team->pieces[number % team->pieces_len];
}

static void begin_turn(struct team *team)
{
    team->judging = true;
}

static void end_turn(struct team *team)
{
    team->judging = false;
    team->turn++;
    pthread_cond_signal(&team->changed);
}

/* Judge the member whose turn it is, if that can be done now. */
static bool judge_next(struct hand *hand)
{
    struct team *team = hand->team;
    struct piece *piece = piece_at(team, team->turn);

    if (team->judging || team->turn == team->taken || !piece->ready)
        return false;
    piece->ready = false;
    begin_turn(team);
    judge(hand, piece);
    end_turn(team);
    return true;
}

static bool may_take(const struct team *team)
{
    return !team->taking && team->taken - team->turn < team->pieces_len &&
           !tape_walk_has_halted(team->walk);
}

/* The next member, if there is room for it and the walk has one; else NULL. */
static struct piece *take_next(struct team *team)
{
    struct piece *piece = piece_at(team, team->taken);
    bool taken;

    if (!may_take(team))
        return NULL;
    team->taking = true;
    pthread_mutex_unlock(&team->lock);
    if (!piece->part)
        piece->part = tape_part_new();
    taken = tape_walk_take(team->walk, piece->part);
    pthread_mutex_lock(&team->lock);
    team->taking = false;
    pthread_cond_signal(&team->took);
    if (!taken)
        return NULL;
    piece->number = team->taken++;
    if (may_take(team))
        pthread_cond_signal(&team->changed);
    return piece;
}

/* Read and look at the next member, if there is one to take. */
static bool look_at_next(struct hand *hand)
{
    struct team *team = hand->team;
    struct piece *piece = take_next(team);

    if (!piece)
        return false;
    pthread_mutex_unlock(&team->lock);
    tape_part_read(piece->part);
    look(hand, piece);
    pthread_mutex_lock(&team->lock);
    piece->ready = true;
    return true;
}

/* All members were judged, and the walk has none. */
static bool read_next(struct team *team)
{
    if (team->judging || team->taking || team->turn != team->taken)
        return false;
    team->taken++;
    begin_turn(team);
    read_where_halted(team);
    end_turn(team);
    return true;
}

/* Who did something looks for more to do, so that those who wait are called
 * only where there is a member to take.
 */
static void *run(void *arg)
{
    struct team *team = (struct team *)arg;
    struct hand hand = {.team = team};

    check_inspector_init(&hand.inspector, &team->c->how);
    pthread_mutex_lock(&team->lock);
    while (!team->over)
        if (!judge_next(&hand) && !look_at_next(&hand) && !read_next(team))
            pthread_cond_wait(&team->changed, &team->lock);
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->lock);
    check_inspector_release(&hand.inspector);
    return NULL;
}

/* The caller is one of them; without a thread it does everything. */
static void run_all(struct team *team)
{
    pthread_t threads[CHECK_JOBS_MAX];
    unsigned wanted = team->c->how.jobs;
    unsigned len = 0;

    wanted = wanted < CHECK_JOBS_MAX ? wanted : CHECK_JOBS_MAX;
    team->pieces_len = wanted + AHEAD;
    team->pieces =
        (struct piece *)td_calloc(team->pieces_len, sizeof(*team->pieces));
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->changed, NULL);
    pthread_cond_init(&team->took, NULL);
    while (len + 1 < wanted &&
           pthread_create(&threads[len], NULL, run, team) == 0)
        len++;
    (void)run(team);
    while (len > 0)
        pthread_join(threads[--len], NULL);
    pthread_cond_destroy(&team->took);
    pthread_cond_destroy(&team->changed);
    pthread_mutex_destroy(&team->lock);
    for (unsigned i = 0; i < team->pieces_len; i++) {
        check_looks_release(&team->pieces[i].looks);
        tape_part_free(team->pieces[i].part);
    }
    free(team->pieces);
}

enum td_code check_members(struct check *c, struct tape_reader *reader,
                           struct td_error *err)
{
    struct team team = {.c = c, .reader = reader};

    team.walk = tape_walk_new(reader);
    if (!team.walk)
        return TD_OK;
    check_drain(c);
    run_all(&team);
    tape_walk_free(team.walk);
    if (team.code && err)
        *err = team.err;
    return team.code;
}

/* The members of a tape, looked at by several threads and judged in order. */
#include "core/mem.h"
#include "core/payload.h"
#include "tape/walk.h"
#include "validator/check/check_internal.h"

#include <pthread.h>
#include <stdatomic.h>

/* Threads take members in the order of the tape. What a thread took it reads
 * and looks at by itself; when those before it are judged it has the turn, in
 * which reader and check are its own.
 */
struct team {
    struct check *c;
    struct tape_reader *reader;

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    struct tape_walk *walk; /* it is moved in a turn only */
    uint64_t taken;         /* turns that were given out */
    _Atomic uint64_t turn;  /* also read without it */
    bool over;
    enum td_code code;
    struct td_error err;
};

struct hand {
    struct team *team;
    struct tape_part *part;
    struct check_inspector inspector;
    struct check_looks looks;
    uint64_t number; /* its turn */
    uint32_t looked; /* lines that looks is about; the rest when judged */
};

/* The event of a Socket.IO packet is its JSON. */
static struct td_event judged(const struct td_event *ev)
{
    struct td_event own = *ev;

    own.payload = td_payload_json(ev);
    return own;
}

/* Look ahead of the turn, and no longer: then nothing has to be kept. */
static void look(struct hand *hand)
{
    uint32_t len = tape_part_lines(hand->part);
    uint32_t i;

    check_looks_begin(&hand->looks, len);
    for (i = 0; i < len && hand->team->turn != hand->number; i++) {
        const struct td_event *ev = tape_part_event(hand->part, i);
        struct td_event own;

        if (!ev)
            continue;
        own = judged(ev);
        if (check_is_looked_at(hand->team->c, &own))
            check_looks_add(&hand->looks, i, &hand->inspector, own.payload,
                            own.name);
    }
    hand->looked = i;
    check_looks_settle(&hand->looks, i);
}

/* ---- in turn ---- */

/* What was seen of the event on a line, or is seen now, in *own. */
static const struct check_view *view_of(struct hand *hand, uint32_t line,
                                        const struct td_event *ev,
                                        struct check_view *own)
{
    if (line < hand->looked && tape_part_event(hand->part, line))
        return &hand->looks.views[line];
    if (check_is_looked_at(hand->team->c, ev))
        check_inspect(&hand->inspector, ev->payload, ev->name, own);
    return own;
}

/* All events of the part; TD_END behind the last. */
static enum td_code judge_part(struct hand *hand, struct td_error *err)
{
    struct team *team = hand->team;
    struct check_view own;
    struct td_event ev;
    enum td_code code;
    uint32_t line;

    while (
        !(code = tape_part_next(team->reader, hand->part, &ev, &line, err))) {
        ev = judged(&ev);
        code = check_take_read(team->c, team->reader, &ev,
                               view_of(hand, line, &ev, &own));
        if (code)
            return code;
    }
    return code;
}

/* Where the walk halted the reader reads, up to the end of the lines it gets.
 */
static enum td_code read_on(struct team *team, struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    do {
        code = tape_reader_next(team->reader, &ev, err);
        if (code)
            return code;
        ev = judged(&ev);
        code = check_take_read(team->c, team->reader, &ev, NULL);
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
    if (code || !tape_walk_follow(team->walk, team->reader))
        end(team, code, &err);
}

static void judge(struct hand *hand)
{
    struct team *team = hand->team;
    struct td_error err = {0};
    enum td_code code;

    if (tape_part_is_stale(team->walk, hand->part))
        return;
    if (!tape_reader_give(team->reader, team->walk, hand->part)) {
        read_where_halted(team);
        return;
    }
    pthread_mutex_unlock(&team->lock);
    code = judge_part(hand, &err);
    pthread_mutex_lock(&team->lock);
    if (code != TD_END)
        end(team, code, &err);
}

/* ---- threads ---- */

static void pass_turn(struct team *team)
{
    team->turn++;
    pthread_cond_broadcast(&team->changed);
}

/* With the lock, which is let go in between. */
static void work_on_part(struct hand *hand)
{
    struct team *team = hand->team;

    hand->number = team->taken++;
    pthread_mutex_unlock(&team->lock);
    tape_part_read(hand->part);
    look(hand);
    pthread_mutex_lock(&team->lock);
    while (!team->over && team->turn != hand->number)
        pthread_cond_wait(&team->changed, &team->lock);
    if (team->over)
        return;
    judge(hand);
    pass_turn(team);
}

static void work(struct hand *hand)
{
    struct team *team = hand->team;

    pthread_mutex_lock(&team->lock);
    while (!team->over) {
        if (tape_walk_take(team->walk, hand->part)) {
            work_on_part(hand);
        } else if (team->turn == team->taken) {
            team->taken++;
            read_where_halted(team);
            pass_turn(team);
        } else {
            pthread_cond_wait(&team->changed, &team->lock);
        }
    }
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->lock);
}

static void *run(void *arg)
{
    struct team *team = (struct team *)arg;
    struct hand hand = {.team = team, .part = tape_part_new()};

    check_inspector_init(&hand.inspector, &team->c->how);
    work(&hand);
    check_inspector_release(&hand.inspector);
    check_looks_release(&hand.looks);
    tape_part_free(hand.part);
    return NULL;
}

/* The caller is one of them; without a thread it does everything. */
static void run_all(struct team *team)
{
    pthread_t threads[CHECK_JOBS_MAX];
    unsigned wanted = team->c->how.jobs;
    unsigned len = 0;

    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->changed, NULL);
    wanted = wanted < CHECK_JOBS_MAX ? wanted : CHECK_JOBS_MAX;
    while (len + 1 < wanted &&
           pthread_create(&threads[len], NULL, run, team) == 0)
        len++;
    (void)run(team);
    while (len > 0)
        pthread_join(threads[--len], NULL);
    pthread_cond_destroy(&team->changed);
    pthread_mutex_destroy(&team->lock);
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

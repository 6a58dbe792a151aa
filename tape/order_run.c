#include "tape/order_run.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define NONE     TAPE_RUN_NONE
#define SAME_MAX 64 /* runs that claim one place, of which one is chosen */
#define SEGMENTS_MAX                                                           \
    256 /* recordings that are asked whether a run is theirs                   \
         */
#define NEAR_NS 1000000000u

/* How sure a run must be the next one before it is taken. */
enum how_far {
    OF_THE_TIME,    /* its recording began when this one did */
    OF_THE_SEGMENT, /* it stands behind the same header */
    ANYWHERE
};

/* A recording: runs that are linked. */
struct thread {
    size_t first;
    size_t last;
    size_t longest; /* the run of most members, which says where all of it is */
    uint64_t expect;
};

struct orderer {
    struct tape_run *runs;
    size_t len;
    size_t *begin; /* runs that may follow another, by where they begin */
    size_t begin_len;
    struct thread *threads;
    size_t threads_len;
    size_t *loose; /* first runs of what has no place */
    size_t loose_len;
    struct thread *bare; /* those of them that may be parts without a header */
    size_t bare_len;
};

bool tape_run_near(uint64_t began, uint64_t other)
{
    return (began > other ? began - other : other - began) <= NEAR_NS;
}

/* The longer one first: what is there twice may go on behind one of the two. */
static int by_begin(const void *a, const void *b, void *ctx)
{
    const struct tape_run *runs = (const struct tape_run *)ctx;
    size_t i = *(const size_t *)a;
    size_t k = *(const size_t *)b;

    if (runs[i].self != runs[k].self)
        return runs[i].self < runs[k].self ? -1 : 1;
    if (runs[i].members != runs[k].members)
        return runs[i].members > runs[k].members ? -1 : 1;
    return i < k ? -1 : i > k;
}

static void sort_begin(struct orderer *o)
{
    for (size_t i = 0; i < o->len; i++)
        if (!o->runs[i].header && o->runs[i].self != UINT64_MAX)
            o->begin[o->begin_len++] = i;
    qsort_r(o->begin, o->begin_len, sizeof(size_t), by_begin, o->runs);
}

/* The first of them that begins at `at` or behind it. */
static size_t lower(const struct orderer *o, uint64_t at)
{
    size_t low = 0;
    size_t high = o->begin_len;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (o->runs[o->begin[mid]].self < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Numbers of the run may follow those up to `expect`. */
static bool counts_on(const struct tape_run *run, uint64_t expect)
{
    return run->first == 0 || run->first >= expect;
}

/* How well the run goes on behind another; 0: it does not. */
static unsigned rank(const struct tape_run *run, const struct tape_run *last,
                     uint64_t expect, enum how_far far)
{
    bool near = tape_run_near(run->began, last->ended_began);
    bool same = run->segment == last->segment;
    bool exact = run->first == 0 || run->first == expect;

    if (run->taken || !counts_on(run, expect) || (run->bare && !near) ||
        (far == OF_THE_TIME && !near) || (far == OF_THE_SEGMENT && !same))
        return 0;
    return 1u + (near ? 4u : 0) + (exact ? 2u : 0) + (same ? 1u : 0);
}

/* What stands behind the last run of the thread in the file goes on with it,
 * but for members that are gone between them, and `run`, which may begin a
 * recording whose header is gone, is not these.
 */
static bool has_own_rest(const struct orderer *o, const struct thread *t,
                         const struct tape_run *run)
{
    const struct tape_run *last = &o->runs[t->last];
    const struct tape_run *next = last + 1;

    if (t->last + 1 == o->len || next->self == UINT64_MAX || next->taken ||
        next->header || next->bare || next->self <= last->end ||
        (next->first == 0 && !next->ends) || !counts_on(next, t->expect) ||
        !tape_run_near(next->began, last->ended_began))
        return false;
    return run->end > next->self || run->ends ||
           (next->first > 0 && run->expect > next->first);
}

/* The run that is the next one of the thread, or NONE. */
static size_t following(const struct orderer *o, const struct thread *t,
                        enum how_far far)
{
    const struct tape_run *last = &o->runs[t->last];
    size_t i = lower(o, last->end);
    size_t best = NONE;
    unsigned most = 0;

    for (size_t n = 0; i < o->begin_len && n < SAME_MAX; i++, n++) {
        const struct tape_run *run = &o->runs[o->begin[i]];
        unsigned now;

        if (run->self != last->end)
            break;
        now = run->bare && has_own_rest(o, t, run)
                  ? 0
                  : rank(run, last, t->expect, far);
        if (now > most) {
            most = now;
            best = o->begin[i];
        }
    }
    return best;
}

static void take(struct orderer *o, struct thread *t, size_t i)
{
    struct tape_run *run = &o->runs[i];

    run->taken = true;
    o->runs[t->last].next = i;
    t->last = i;
    if (run->expect > t->expect)
        t->expect = run->expect;
    if (run->members > o->runs[t->longest].members)
        t->longest = i;
}

static void follow(struct orderer *o, struct thread *t, enum how_far far)
{
    size_t i;

    while ((i = following(o, t, far)) != NONE)
        take(o, t, i);
}

static struct thread start(struct orderer *o, size_t i)
{
    o->runs[i].taken = true;
    return (struct thread){
        .first = i, .last = i, .longest = i, .expect = o->runs[i].expect};
}

/* What is surest is taken first, of all recordings. */
static void follow_headers(struct orderer *o)
{
    for (size_t i = 0; i < o->len; i++)
        if (o->runs[i].header)
            o->threads[o->threads_len++] = start(o, i);
    for (int far = OF_THE_TIME; far <= ANYWHERE; far++)
        for (size_t i = 0; i < o->threads_len; i++)
            follow(o, &o->threads[i], (enum how_far)far);
}

/* How well runs from `run` on go on behind a thread with a gap between them. */
static unsigned rank_of_gap(const struct orderer *o, const struct thread *t,
                            const struct tape_run *run)
{
    const struct tape_run *last = &o->runs[t->last];
    bool near = tape_run_near(run->began, last->ended_began);
    bool same = run->segment == o->runs[t->first].segment;

    if (last->end > run->self || !counts_on(run, t->expect) ||
        (last->ends && run->first > 0) ||
        (run->bare && (!near || has_own_rest(o, t, run))))
        return 0;
    return (near ? 2u : 0) + (same ? 1u : 0);
}

/* The best of the threads for the run, if it is better than *most. */
static struct thread *best_of(const struct orderer *o, struct thread *threads,
                              size_t len, const struct tape_run *run,
                              unsigned *most)
{
    struct thread *best = NULL;

    for (size_t i = 0; i < len && i < SEGMENTS_MAX; i++) {
        unsigned now = rank_of_gap(o, &threads[i], run);

        if (now > *most) {
            *most = now;
            best = &threads[i];
        }
    }
    return best;
}

static struct thread *home_of(const struct orderer *o,
                              const struct tape_run *run)
{
    unsigned most = 0;
    struct thread *home = best_of(o, o->threads, o->threads_len, run, &most);
    struct thread *bare;

    most = most > 1 ? most : 1; /* of one without a header it is the time */
    bare = best_of(o, o->bare, o->bare_len, run, &most);
    return bare ? bare : home;
}

/* Runs that nothing leads to, by where they begin: members before them are
 * gone, or they are there twice, or of another tape. Before the first header
 * they are of a recording whose header is gone.
 */
static void place_rest(struct orderer *o)
{
    for (size_t k = 0; k < o->begin_len; k++) {
        size_t i = o->begin[k];
        struct thread *home;
        struct thread t;

        if (o->runs[i].taken)
            continue;
        home = home_of(o, &o->runs[i]);
        if (home) {
            take(o, home, i);
            follow(o, home, ANYWHERE);
            continue;
        }
        t = start(o, i);
        follow(o, &t, ANYWHERE);
        if (o->runs[i].segment == 0) {
            o->threads[o->threads_len++] = t;
            continue;
        }
        o->loose[o->loose_len++] = i;
        if (o->runs[i].bare)
            o->bare[o->bare_len++] = t;
    }
}

static int by_place(const void *a, const void *b)
{
    size_t i = ((const struct thread *)a)->longest;
    size_t k = ((const struct thread *)b)->longest;

    return i < k ? -1 : i > k;
}

static int by_number(const void *a, const void *b)
{
    size_t i = *(const size_t *)a;
    size_t k = *(const size_t *)b;

    return i < k ? -1 : i > k;
}

/* What of `loose` stands behind a run that has a place, and before the next
 * that has, goes on standing there.
 */
struct hung {
    size_t from; /* of o->loose */
    size_t to;
};

static void mark_placed(const struct orderer *o, bool *placed)
{
    for (size_t t = 0; t < o->threads_len; t++)
        for (size_t i = o->threads[t].first; i != NONE; i = o->runs[i].next)
            placed[i] = true;
}

/* hung[i + 1]: behind run i; hung[0]: before all that have a place. */
static void hang_loose(struct orderer *o, struct hung *hung)
{
    bool *placed = (bool *)td_calloc(o->len + 1, sizeof(*placed));
    size_t at = 0;
    size_t k = 0;

    mark_placed(o, placed);
    for (size_t i = 0; i < o->len; i++)
        if (o->runs[i].self == UINT64_MAX)
            o->loose[o->loose_len++] = i;
    qsort(o->loose, o->loose_len, sizeof(size_t), by_number);
    for (size_t i = 0; i < o->len; i++) {
        if (placed[i]) {
            at = i + 1;
            hung[at].from = hung[at].to = k;
        } else if (k < o->loose_len && o->loose[k] == i) {
            hung[at].to = ++k;
        }
    }
    free(placed);
}

static size_t write_runs(const struct orderer *o, size_t first, size_t *order,
                         size_t len)
{
    for (size_t i = first; i != NONE; i = o->runs[i].next)
        order[len++] = i;
    return len;
}

static size_t write_hung(const struct orderer *o, const struct hung *hung,
                         size_t *order, size_t len)
{
    for (size_t k = hung->from; k < hung->to; k++)
        len = write_runs(o, o->loose[k], order, len);
    return len;
}

static void write_order(struct orderer *o, size_t *order)
{
    struct hung *hung =
        (struct hung *)td_calloc(o->len + 1, sizeof(struct hung));
    size_t len;

    hang_loose(o, hung);
    qsort(o->threads, o->threads_len, sizeof(*o->threads), by_place);
    len = write_hung(o, &hung[0], order, 0);
    for (size_t t = 0; t < o->threads_len; t++)
        for (size_t i = o->threads[t].first; i != NONE; i = o->runs[i].next) {
            order[len++] = i;
            len = write_hung(o, &hung[i + 1], order, len);
        }
    free(hung);
}

void tape_runs_order(struct tape_run *runs, size_t len, size_t *order)
{
    struct orderer o = {.runs = runs, .len = len};

    o.begin = (size_t *)td_calloc(len + 1, sizeof(size_t));
    o.loose = (size_t *)td_calloc(len + 1, sizeof(size_t));
    o.threads = (struct thread *)td_calloc(len + 1, sizeof(struct thread));
    o.bare = (struct thread *)td_calloc(len + 1, sizeof(struct thread));
    for (size_t i = 0; i < len; i++)
        runs[i].next = NONE;
    sort_begin(&o);
    follow_headers(&o);
    place_rest(&o);
    write_order(&o, order);
    free(o.begin);
    free(o.loose);
    free(o.threads);
    free(o.bare);
}

/* The best that ends with a run up to some place of the file. */
struct kept {
    uint64_t weight;
    size_t at; /* in order[] */
};

static uint64_t weight_of(const struct tape_run *run)
{
    return (run->members << 40) + run->events;
}

/* A Fenwick tree over places of the file: the heaviest up to run i. */
static struct kept heaviest(const struct kept *tree, size_t i)
{
    struct kept best = {0, NONE};

    for (i++; i > 0; i -= i & -i)
        if (tree[i].weight > best.weight)
            best = tree[i];
    return best;
}

static void weigh_in(struct kept *tree, size_t len, size_t i, struct kept kept)
{
    for (i++; i <= len; i += i & -i)
        if (kept.weight > tree[i].weight)
            tree[i] = kept;
}

/* All but a heaviest sequence of runs that are in the order of the file. */
void tape_runs_moved(const struct tape_run *runs, const size_t *order,
                     size_t len, bool *moved)
{
    struct kept *tree = (struct kept *)td_calloc(len + 1, sizeof(*tree));
    size_t *before = (size_t *)td_calloc(len + 1, sizeof(size_t));
    struct kept best;

    for (size_t i = 0; i < len; i++) {
        struct kept kept = heaviest(tree, order[i]);

        before[i] = kept.at;
        kept.weight += weight_of(&runs[order[i]]);
        kept.at = i;
        weigh_in(tree, len, order[i], kept);
        moved[i] = true;
    }
    best = len ? heaviest(tree, len - 1) : (struct kept){0, NONE};
    for (size_t i = best.at; i != NONE; i = before[i])
        moved[i] = false;
    free(tree);
    free(before);
}

/* The verbs about order, number and values. */
#include "tests/support/naive.h"

void naive_first(const struct naive_part *p)
{
    if (p->len > 0)
        naive_say(p, naive_picks(&p->rule->a, naive_at(p, 0)));
}

void naive_last(const struct naive_part *p)
{
    if (p->len > 0 && p->cut)
        p->out->open = true;
    else if (p->len > 0)
        naive_say(p, naive_picks(&p->rule->a, naive_at(p, p->len - 1)));
}

static int count(const struct naive_part *p)
{
    int n = 0;

    for (unsigned i = 0; i < p->len; i++)
        n += naive_picks(&p->rule->a, naive_at(p, i));
    return n;
}

/* What was said up to the end of the part. */
struct said {
    int first_d_v; /* NAIVE_NONE: there was no d */
    int last_d_n;
    int b_of_v1;
    int a_or_b;
    int c;
    int sum_c;
    int a;
    bool a_v[3];
};

static void listen(struct said *said, const struct naive_item *item)
{
    if (item->name == 'd' && said->first_d_v == NAIVE_NONE)
        said->first_d_v = item->v;
    if (item->name == 'd' && item->n != NAIVE_NONE)
        said->last_d_n = item->n;
    said->b_of_v1 += item->name == 'b' && item->v == 1;
    said->a_or_b += item->name == 'a' || item->name == 'b';
    said->c += item->name == 'c';
    said->sum_c += item->name == 'c' ? item->v : 0;
    said->a += item->name == 'a';
    said->a_v[item->v] = said->a_v[item->v] || item->name == 'a';
}

/* By the key, thing by thing, and what it has not said by those without one. */
static struct said said_by(const struct naive_part *p)
{
    struct said all = {.first_d_v = NAIVE_NONE, .last_d_n = NAIVE_NONE};
    struct said own = all;

    for (unsigned i = 0; i < p->stream_len && i <= p->end; i++) {
        if (!p->rule->by || p->items[i].k == NAIVE_NONE)
            listen(&all, &p->items[i]);
    }
    if (!p->rule->by)
        return all;
    for (unsigned k = 0; k < p->heard_len && p->heard[k] <= p->end; k++)
        listen(&own, &p->items[p->heard[k]]);
    if (own.first_d_v == NAIVE_NONE)
        own.first_d_v = all.first_d_v;
    if (own.last_d_n == NAIVE_NONE)
        own.last_d_n = all.last_d_n;
    own.b_of_v1 = own.b_of_v1 ? own.b_of_v1 : all.b_of_v1;
    own.a_or_b = own.a_or_b ? own.a_or_b : all.a_or_b;
    own.sum_c = own.c ? own.sum_c : all.sum_c;
    for (int v = 0; v < 3 && own.a == 0; v++)
        own.a_v[v] = all.a_v[v];
    return own;
}

static void count_said(const struct naive_part *p)
{
    struct said said = said_by(p);
    int n = count(p);

    if (p->cut)
        p->out->open = true;
    else if (p->rule->mode == 1 && naive_told(p, p->end, true) != NAIVE_NONE)
        naive_say(p, n == naive_told(p, p->end, true));
    else if (p->rule->mode == 2 && said.last_d_n != NAIVE_NONE)
        naive_say(p, n == said.last_d_n + 1);
    else if (p->rule->mode == 3)
        naive_say(p, n <= said.b_of_v1 + 1);
    else if (p->rule->mode == 4)
        naive_say(p, 2 * n >= said.sum_c);
    else if (p->rule->mode == 5 && said.first_d_v != NAIVE_NONE)
        naive_say(p, n >= said.first_d_v - 1 && n <= said.a_or_b);
    else if (p->rule->mode == 6)
        naive_say(p, n == said.a_v[0] + said.a_v[1] + said.a_v[2]);
}

void naive_count(const struct naive_part *p)
{
    const struct naive_rule *r = p->rule;
    int n = count(p);

    if (r->mode > 0) {
        count_said(p);
        return;
    }
    for (int i = r->high; r->has_high && i < n; i++)
        naive_say(p, false);
    if (r->has_high && n > r->high)
        return;
    if (p->cut && (r->has_high || n < r->low))
        p->out->open = true;
    else
        naive_say(p, !r->has_low || n >= r->low);
}

void naive_absent(const struct naive_part *p)
{
    int n = count(p);

    for (int i = 0; i < n; i++)
        naive_say(p, false);
    if (n == 0 && p->cut)
        p->out->open = true;
    else if (n == 0)
        naive_say(p, true);
}

static const struct naive_pick *link_of(const struct naive_part *p, int link)
{
    return link == 0 ? &p->rule->a : link == 1 ? &p->rule->b : &p->rule->c;
}

/* A message of the link that stands on all links before it. */
static bool stands(const struct naive_part *p, int link, unsigned i);

/* Something of `link` that stands came before message i; pair: after the last
 * one that needed it.
 */
static bool has_before(const struct naive_part *p, int link, unsigned i)
{
    unsigned from = 0;

    for (unsigned j = 0; p->rule->mode == 2 && j < i; j++) {
        if (naive_picks(link_of(p, link + 1), naive_at(p, j)))
            from = j;
    }
    for (unsigned j = from; j < i; j++) {
        if (stands(p, link, j))
            return true;
    }
    return false;
}

static bool stands(const struct naive_part *p, int link, unsigned i)
{
    return naive_picks(link_of(p, link), naive_at(p, i)) &&
           (link == 0 || has_before(p, link - 1, i));
}

void naive_before(const struct naive_part *p)
{
    for (int link = 1; link <= (p->rule->flag ? 2 : 1); link++) {
        bool judged = false;

        for (unsigned i = 0; i < p->len; i++) {
            if (!naive_picks(link_of(p, link), naive_at(p, i)) ||
                (judged && p->rule->mode == 1))
                continue;
            judged = true;
            naive_say(p, has_before(p, link - 1, i));
        }
    }
}

/* The first n; false: the field is missing, which is said. */
static bool has_n(const struct naive_part *p, unsigned i)
{
    if (naive_at(p, i)->n != NAIVE_NONE)
        return true;
    if (!p->rule->skip)
        naive_say(p, false);
    return false;
}

static bool is_first_pick(const struct naive_part *p,
                          const struct naive_pick *pick, unsigned i)
{
    struct naive_pick one = {pick->name, pick->filter, 0};

    return naive_picks(&one, naive_at(p, i));
}

/* What is open of each n, or all together, and whether that was told. */
struct opened {
    unsigned times[4];
    bool told[4];
};

/* Something is open that was not told, and is from now on. */
static bool tell_open(struct opened *o)
{
    bool any = false;

    for (int n = 0; n < 4; n++) {
        any |= o->times[n] > 0 && !o->told[n];
        o->told[n] = o->times[n] > 0;
    }
    return any;
}

static void close_one(const struct naive_part *p, struct opened *o, int n)
{
    if (o->times[n] == 0)
        naive_say(p, false);
    else if (!o->told[n])
        naive_say(p, true);
    o->times[n] -= o->times[n] > 0;
    o->told[n] = o->told[n] && o->times[n] > 0;
}

void naive_balanced(const struct naive_part *p)
{
    const struct naive_rule *r = p->rule;
    struct opened o = {.times = {0}};

    for (unsigned i = 0; i < p->len; i++) {
        bool opens = naive_picks(&r->a, naive_at(p, i));
        bool closes = naive_picks(&r->b, naive_at(p, i));
        bool known = (opens || closes) && (!r->flag2 || has_n(p, i));
        int n = r->flag2 && known ? naive_at(p, i)->n : 0;

        if (known && closes)
            close_one(p, &o, n);
        if (r->flag && naive_picks(&r->c, naive_at(p, i)))
            naive_say(p, !tell_open(&o));
        o.times[n] += known && opens;
    }
    if (r->flag || !tell_open(&o))
        return;
    if (p->cut)
        p->out->open = true;
    else
        naive_say(p, false);
}

void naive_unique(const struct naive_part *p)
{
    for (unsigned i = 0; i < p->len; i++) {
        const struct naive_item *now = naive_at(p, i);
        bool again = false;

        if (!naive_picks(&p->rule->a, now) || !has_n(p, i))
            continue;
        for (unsigned j = 0; j < i; j++) {
            const struct naive_item *then = naive_at(p, j);

            again |= naive_picks(&p->rule->a, then) && then->n == now->n &&
                     (p->rule->flag || then->v == now->v);
        }
        naive_say(p, !again);
    }
}

void naive_no_duplicate(const struct naive_part *p)
{
    const struct naive_rule *r = p->rule;

    for (unsigned i = 0; i < p->len; i++) {
        const struct naive_item *now = naive_at(p, i);
        bool again = false;

        if (!naive_picks(&r->a, now))
            continue;
        for (unsigned j = 0; j < i; j++) {
            const struct naive_item *then = naive_at(p, j);

            again |=
                naive_picks(&r->a, then) &&
                (r->flag2 ? then->name == now->name && then->v == now->v
                          : then->n == now->n) &&
                (!r->flag || naive_time(p, i) - naive_time(p, j) <= r->limit);
        }
        naive_say(p, !again);
    }
}

void naive_requires(const struct naive_part *p)
{
    for (unsigned i = 0; i < p->len; i++) {
        bool before = false;
        bool after = false;

        if (!naive_picks(&p->rule->a, naive_at(p, i)) || !has_n(p, i))
            continue;
        for (unsigned j = 0; j < p->len; j++) {
            bool known = is_first_pick(p, &p->rule->b, j) &&
                         naive_at(p, j)->v == naive_at(p, i)->n;

            before |= known && j < i;
            after |= known && j >= i;
        }
        if (before || !p->rule->flag)
            naive_say(p, before);
        else if (!after && p->cut)
            p->out->open = true;
        else
            naive_say(p, after);
    }
}

/* The last message before i with a number; NAIVE_NONE: none. */
static int number_before(const struct naive_part *p, unsigned i)
{
    while (i-- > 0) {
        if (is_first_pick(p, &p->rule->a, i) && naive_at(p, i)->n != NAIVE_NONE)
            return naive_at(p, i)->n;
    }
    return NAIVE_NONE;
}

typedef bool (*step_judge)(const struct naive_rule *rule, int from, int to);

static void judge_steps(const struct naive_part *p, step_judge judge)
{
    for (unsigned i = 0; i < p->len; i++) {
        int before = number_before(p, i);

        if (!is_first_pick(p, &p->rule->a, i) || !has_n(p, i))
            continue;
        if (before != NAIVE_NONE)
            naive_say(p, judge(p->rule, before, naive_at(p, i)->n));
        else if (p->rule->verb == NAIVE_contiguous && p->rule->flag)
            naive_say(p, naive_at(p, i)->n == p->rule->low);
    }
}

static bool is_monotonic(const struct naive_rule *r, int from, int to)
{
    static const bool wanted[4][3] = {{false, true, true},
                                      {false, false, true},
                                      {true, true, false},
                                      {true, false, false}};

    return wanted[r->mode][(to > from) - (to < from) + 1];
}

static bool is_step(const struct naive_rule *r, int from, int to)
{
    return (!r->has_low || to - from >= r->low - 1) &&
           (!r->has_high || to - from <= r->high - 1);
}

static bool is_next(const struct naive_rule *r, int from, int to)
{
    (void)r;
    return to == from + 1;
}

void naive_monotonic(const struct naive_part *p)
{
    judge_steps(p, is_monotonic);
}

void naive_step(const struct naive_part *p)
{
    judge_steps(p, is_step);
}

void naive_contiguous(const struct naive_part *p)
{
    judge_steps(p, is_next);
}

/* What the last d before message i of the part says. */
static int other_before(const struct naive_part *p, unsigned i)
{
    return p->rule->flag ? naive_told(p, p->list[i], false) : NAIVE_NONE;
}

void naive_constant(const struct naive_part *p)
{
    int first = NAIVE_NONE;

    for (unsigned i = 0; i < p->len; i++) {
        int other = other_before(p, i);
        int n = naive_at(p, i)->n;

        if (!is_first_pick(p, &p->rule->a, i) || !has_n(p, i))
            continue;
        if (other != NAIVE_NONE || first != NAIVE_NONE)
            naive_say(p, (other == NAIVE_NONE || other == n) &&
                             (first == NAIVE_NONE || first == n));
        if (first == NAIVE_NONE)
            first = n;
    }
}

#include "validator/learn/grammar.h"

#include <string.h>

#define TEXT_MOST  400  /* bytes that a person reads */
#define PARTS_MOST 2000 /* that are tried */

/* A part of a graph: its own starts and ends. */
struct part {
    uint32_t all;
    uint32_t starts;
    uint32_t ends;
    uint32_t next[LEARN_ALPHABET];
};

struct writing {
    struct td_buf *out;
    const char *const *names;
    struct learn_grammar made;
    size_t from; /* where it begins in out */
    uint32_t parts;
};

/* How often a part comes: once, or none; again and again. */
struct times {
    bool optional;
    bool again;
};

static uint32_t bit(uint32_t event)
{
    return UINT32_C(1) << event;
}

static uint32_t lowest(uint32_t set)
{
    return (uint32_t)__builtin_ctz(set);
}

/* All that can be reached from a set by one step and more, within `all`. */
static uint32_t reach(const uint32_t *next, uint32_t from, uint32_t all)
{
    uint32_t seen = 0;

    for (uint32_t new = from; new;) {
        uint32_t found = 0;

        for (uint32_t left = new; left; left &= left - 1)
            found |= next[lowest(left)];
        new = found &all & ~seen;
        seen |= new;
    }
    return seen;
}

/* Events in both directions of each: in[i] are those that reach i. */
struct ways {
    uint32_t to[LEARN_ALPHABET];
    uint32_t in[LEARN_ALPHABET];
};

static struct ways ways_of(const struct part *p)
{
    struct ways ways = {{0}, {0}};

    for (uint32_t left = p->all; left; left &= left - 1) {
        uint32_t i = lowest(left);

        ways.to[i] = reach(p->next, bit(i), p->all);
        for (uint32_t to = ways.to[i]; to; to &= to - 1)
            ways.in[lowest(to)] |= bit(i);
    }
    return ways;
}

static bool is_one_knot(const struct part *p)
{
    struct ways ways = ways_of(p);

    for (uint32_t left = p->all; left; left &= left - 1) {
        if (ways.to[lowest(left)] != p->all)
            return false;
    }
    return true;
}

/* The events of a set with their steps among each other; what comes from
 * outside begins it, what leads out ends it.
 */
static struct part part_of(const struct part *whole, uint32_t set)
{
    struct part p = {
        .all = set, .starts = whole->starts & set, .ends = whole->ends & set};

    for (uint32_t left = whole->all; left; left &= left - 1) {
        uint32_t i = lowest(left);

        if (!(set & bit(i))) {
            p.starts |= whole->next[i] & set;
            continue;
        }
        p.next[i] = whole->next[i] & set;
        if (whole->next[i] & whole->all & ~set)
            p.ends |= bit(i);
    }
    return p;
}

static void add(struct writing *w, const char *text)
{
    (void)td_buf_add_text(w->out, text);
    if (w->out->len - w->from > TEXT_MOST)
        w->made.too_long = true;
}

static void add_times(struct writing *w, struct times times)
{
    if (times.again)
        add(w, times.optional ? "*" : "+");
    else if (times.optional)
        add(w, "?");
}

/* In any order. */
static void write_mixed(struct writing *w, const struct part *p, bool optional)
{
    w->made.mixed += (uint32_t)__builtin_popcount(p->all);
    add(w, "(");
    for (uint32_t left = p->all; left; left &= left - 1) {
        add(w, w->names[lowest(left)]);
        add(w, left & (left - 1) ? "|" : ")");
    }
    add_times(w, (struct times){optional, true});
}

static void write_part(struct writing *w, const struct part *p,
                       struct times times);

/* Parts that are bound together: by steps if `linked`, else by having no way
 * to each other. All that belong to the first of `left`.
 */
static uint32_t bound_to(const struct ways *ways, uint32_t left, bool linked)
{
    uint32_t set = bit(lowest(left));

    for (uint32_t new = set; new;) {
        uint32_t found = 0;

        for (uint32_t n = new; n; n &= n - 1) {
            uint32_t i = lowest(n);
            uint32_t ring = ways->to[i] & ways->in[i];
            uint32_t near = ways->to[i] | ways->in[i];

            found |= linked ? near : (left & ~near) | ring;
        }
        new = found &left & ~set;
        set |= new;
    }
    return set;
}

/* Something goes past a part: from before it, or the start, to behind it. */
static bool is_passed(const struct part *p, uint32_t before, uint32_t set)
{
    uint32_t behind = p->all & ~before & ~set;

    if ((p->starts & behind) || (p->ends & before))
        return true;
    for (uint32_t left = before; left; left &= left - 1) {
        if (p->next[lowest(left)] & behind)
            return true;
    }
    return false;
}

/* One of `left` that none of the others leads to, with all that has no way to
 * or from it.
 */
static uint32_t first_group(const struct ways *ways, uint32_t left)
{
    for (uint32_t rest = left; rest;) {
        uint32_t set = bound_to(ways, rest, false);
        uint32_t led = 0;

        for (uint32_t n = set; n; n &= n - 1)
            led |= ways->in[lowest(n)];
        if (!(led & left & ~set))
            return set;
        rest &= ~set;
    }
    return left;
}

/* NOLINTBEGIN(misc-no-recursion): each part is smaller, or a loop without the
 * steps that made it one; LEARN_ALPHABET bounds it
 */

static void write_chain(struct writing *w, const struct part *p,
                        const struct ways *ways, struct times times)
{
    uint32_t before = 0;
    bool wrapped = times.optional || times.again;

    add(w, wrapped ? "(" : "");
    for (uint32_t left = p->all; left;) {
        uint32_t set = first_group(ways, left);
        struct part inner = part_of(p, set);
        struct times one = {is_passed(p, before, set), false};

        add(w, before ? " " : "");
        write_part(w, &inner, one);
        before |= set;
        left &= ~set;
    }
    add(w, wrapped ? ")" : "");
    add_times(w, times);
}

static void write_choice(struct writing *w, const struct part *p,
                         const struct ways *ways, struct times times)
{
    add(w, "(");
    for (uint32_t left = p->all; left;) {
        uint32_t set = bound_to(ways, left, true);
        struct part inner = part_of(p, set);

        write_part(w, &inner, (struct times){false, false});
        left &= ~set;
        add(w, left ? "|" : ")");
    }
    add_times(w, times);
}

/* Events that come only between an end and the next start. */
static uint32_t find_between(const struct part *p)
{
    uint32_t rest = p->all & ~p->starts & ~p->ends;
    bool changed = true;

    while (changed) {
        uint32_t body = p->all & ~rest;

        changed = false;
        for (uint32_t left = p->all; left; left &= left - 1) {
            uint32_t i = lowest(left);
            uint32_t bad = 0;

            if (rest & bit(i))
                bad = p->next[i] & body & ~p->starts ? bit(i) : 0;
            else if (!(p->ends & bit(i)))
                bad = p->next[i] & rest;
            changed = changed || bad;
            rest &= ~bad;
        }
    }
    return rest;
}

/* body (between body)* */
static bool write_redo(struct writing *w, const struct part *p, bool optional)
{
    uint32_t between = find_between(p);
    struct part body = part_of(p, p->all & ~between);
    struct part inner = part_of(p, between);
    bool direct = false;

    if (!between || body.all == p->all)
        return false;
    for (uint32_t left = p->ends; left; left &= left - 1) {
        direct = direct || (p->next[lowest(left)] & p->starts);
        body.next[lowest(left)] &= ~p->starts;
    }
    if (is_one_knot(&body) && body.all & (body.all - 1))
        return false;
    add(w, optional ? "(" : "");
    write_part(w, &body, (struct times){false, false});
    add(w, " (");
    write_part(w, &inner, (struct times){direct, false});
    add(w, " ");
    write_part(w, &body, (struct times){false, false});
    add(w, optional ? ")*)?" : ")*");
    return true;
}

/* The ways from some events to others past one that is not among them. */
static struct part past(const struct part *p, uint32_t without, uint32_t starts,
                        uint32_t ends)
{
    struct part inner = {.all = 0};
    struct part rest = part_of(p, p->all & ~bit(without));
    struct ways ways = ways_of(&rest);

    starts &= rest.all;
    ends &= rest.all;
    for (uint32_t left = rest.all; left; left &= left - 1) {
        uint32_t i = lowest(left);

        if (((ways.in[i] | bit(i)) & starts) && ((ways.to[i] | bit(i)) & ends))
            inner.all |= bit(i);
    }
    inner.starts = starts & inner.all;
    inner.ends = ends & inner.all;
    for (uint32_t left = inner.all; left; left &= left - 1)
        inner.next[lowest(left)] = rest.next[lowest(left)] & inner.all;
    return inner;
}

/* With the one event h that begins a knot: (h around)* h out; with the one that
 * ends it: in h (around h)*.
 */
static void write_around(struct writing *w, const struct part *p, uint32_t h,
                         bool begins)
{
    bool again = p->next[h] & bit(h);
    uint32_t back = 0;
    struct part around;
    struct part rest;
    bool bare;

    for (uint32_t left = p->all; left; left &= left - 1)
        back |= p->next[lowest(left)] & bit(h) ? bit(lowest(left)) : 0;
    around = past(p, h, p->next[h], back);
    rest =
        begins ? past(p, h, p->next[h], p->ends) : past(p, h, p->starts, back);
    bare = (begins ? p->ends : p->starts) & bit(h);
    if (!begins && rest.all) {
        write_part(w, &rest, (struct times){bare, false});
        add(w, " ");
    }
    if (!begins) {
        add(w, w->names[h]);
        add(w, " ");
    }
    add(w, "(");
    if (begins) {
        add(w, w->names[h]);
        add(w, " ");
    }
    write_part(w, &around, (struct times){again, false});
    if (!begins) {
        add(w, " ");
        add(w, w->names[h]);
    }
    add(w, ")*");
    if (begins) {
        add(w, " ");
        add(w, w->names[h]);
    }
    if (begins && rest.all) {
        add(w, " ");
        write_part(w, &rest, (struct times){bare, false});
    }
}

/* Exact, but events stand in it several times: only if that is short. */
static bool write_headed(struct writing *w, const struct part *p, bool optional)
{
    bool begins = !(p->starts & (p->starts - 1));
    uint32_t ends = begins ? p->starts : p->ends;
    struct learn_grammar made = w->made;
    size_t len = w->out->len;

    if (ends & (ends - 1))
        return false;
    add(w, optional ? "(" : "");
    write_around(w, p, lowest(ends), begins);
    add(w, optional ? ")?" : "");
    w->made.ordered++;
    if (!w->made.too_long && w->made.mixed == made.mixed)
        return true;
    w->out->len = len;
    w->made = made;
    return false;
}

/* Everything leads to everything. */
static void write_knot(struct writing *w, const struct part *p, bool optional)
{
    struct part body = *p;

    for (uint32_t left = p->ends; left; left &= left - 1)
        body.next[lowest(left)] &= ~p->starts;
    if ((p->starts & p->ends) == p->all)
        write_mixed(w, p, optional);
    else if (!is_one_knot(&body))
        write_part(w, &body, (struct times){optional, true});
    else if (!write_redo(w, p, optional) && !write_headed(w, p, optional))
        write_mixed(w, p, optional);
}

static void write_part(struct writing *w, const struct part *p,
                       struct times times)
{
    struct ways ways = ways_of(p);

    if (w->parts++ == PARTS_MOST)
        w->made.too_long = true;
    if (w->made.too_long)
        return;
    if (!(p->all & (p->all - 1))) {
        uint32_t i = lowest(p->all);

        w->made.ordered++;
        times.again = times.again || (p->next[i] & bit(i));
        add(w, w->names[i]);
        add_times(w, times);
    } else if (is_one_knot(p)) {
        write_knot(w, p, times.optional);
    } else if (bound_to(&ways, p->all, true) != p->all) {
        write_choice(w, p, &ways, times);
    } else if (first_group(&ways, p->all) != p->all) {
        write_chain(w, p, &ways, times);
    } else {
        write_mixed(w, p, times.optional);
    }
}

/* NOLINTEND(misc-no-recursion) */

struct learn_grammar learn_grammar_write(struct td_buf *out,
                                         const struct learn_graph *graph)
{
    struct writing w = {.out = out, .names = graph->names, .from = out->len};
    struct part p = {
        .all = graph->all, .starts = graph->starts, .ends = graph->ends};

    memcpy(p.next, graph->next, sizeof(p.next));
    if (p.all)
        write_part(&w, &p, (struct times){false, false});
    return w.made;
}

bool learn_graph_is_single(const struct learn_graph *graph, uint32_t event)
{
    return !(reach(graph->next, bit(event), graph->all) & bit(event));
}

/* What comes without an event. */
static uint32_t without(const struct learn_graph *graph, uint32_t event)
{
    uint32_t all = graph->all & ~bit(event);
    uint32_t starts = graph->starts & all;

    return starts | reach(graph->next, starts, all);
}

bool learn_graph_needs(const struct learn_graph *graph, uint32_t event,
                       uint32_t before)
{
    return !(without(graph, before) & bit(event));
}

bool learn_graph_answers(const struct learn_graph *graph, uint32_t event,
                         uint32_t behind)
{
    uint32_t all = graph->all & ~bit(behind);
    uint32_t seen = bit(event) | reach(graph->next, bit(event), all);

    return !(seen & graph->ends);
}

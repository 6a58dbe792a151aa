/* Rules of two events and more, whatever their fields: which one comes before
 * another, which behind, and which take turns.
 */
#include "validator/learn/rules_internal.h"

#include <inttypes.h>

static uint64_t bit(uint32_t event)
{
    return UINT64_C(1) << event;
}

static const struct learn_turns *turns_of(const struct learn_rules *r)
{
    return &r->mine->turns;
}

/* All of one came before all of the other; enough of chance that they had not.
 */
static bool are_apart(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    const struct learn_turns *t = turns_of(r);

    return a != b && !(t->behind[a] & bit(b)) && t->apart[a][b] > 0 &&
           t->apart[a][b] >= r->least.order;
}

/* No b came without an a before. */
static bool leads(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    return are_apart(r, a, b) && !(turns_of(r)->before[b] & bit(a));
}

/* No a was left with no b behind it. */
static bool answers(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    return are_apart(r, a, b) && !(turns_of(r)->left[a] & bit(b));
}

/* a b a b, on each tape. */
static bool take_turns(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    const struct learn_turns *t = turns_of(r);

    return !(t->before[b] & bit(a)) && !(t->left[a] & bit(b)) &&
           !(t->again[a] & bit(b)) && !(t->again[b] & bit(a)) &&
           t->all[a] == t->all[b] &&
           t->all[a] >= r->mine->events[a].tapes + (uint64_t)r->least.steps;
}

/* Events each two of which take turns, in the order in which they do. */
struct round {
    uint32_t list[LEARN_TURNS];
    uint32_t len;
};

static bool insert(const struct learn_rules *r, struct round *round,
                   uint32_t event)
{
    uint32_t at = round->len;

    for (uint32_t i = round->len; i-- > 0;) {
        if (take_turns(r, event, round->list[i]))
            at = i;
        else if (!take_turns(r, round->list[i], event))
            return false;
    }
    for (uint32_t i = round->len; i > at; i--)
        round->list[i] = round->list[i - 1];
    round->list[at] = event;
    round->len++;
    return true;
}

static const char *name_of(const struct learn_rules *r, uint32_t event)
{
    return r->mine->events[event].said;
}

static void write_round(struct learn_rules *r, const struct round *round)
{
    const struct learn_turns *t = turns_of(r);
    uint32_t first = round->list[0];
    uint32_t last = round->list[round->len - 1];
    struct td_buf text = {0};

    learn_rule_begin(r, name_of(r, first), name_of(r, last), "turns");
    for (uint32_t i = 0; i < round->len; i++)
        (void)td_buf_addf(&text, "%s%s", i ? " " : "(",
                          name_of(r, round->list[i]));
    (void)td_buf_add_text(&text, ")+");
    learn_put(r, "sequence: ", td_buf_str(&text));
    (void)td_buf_add_text(r->out, ", anchored: true");
    td_buf_release(&text);
    learn_rule_end(r, "%" PRIu64 " times", t->all[first]);
    learn_write_within(r, NULL,
                       (const char *[]){name_of(r, first), name_of(r, last)},
                       &t->took[first][last]);
}

/* All rounds; the events that are in one. */
static uint64_t write_rounds(struct learn_rules *r)
{
    uint32_t len = turns_of(r)->len;
    uint64_t used = 0;

    for (uint32_t a = 0; a < len; a++) {
        struct round round = {.list = {a}, .len = 1};
        uint64_t set = bit(a);

        for (uint32_t b = a + 1; b < len && !(used & bit(a)); b++) {
            if (!(used & bit(b)) && insert(r, &round, b))
                set |= bit(b);
        }
        if (round.len < 2)
            continue;
        if (learn_told_whole(r))
            r->left.implied++;
        else
            write_round(r, &round);
        used |= set;
    }
    return used;
}

/* A value of one event was in another before, as another rule has it. */
static bool is_known(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        const struct learn_pair *pair = &r->mine->pairs[i];

        if (pair->before && !r->mine->fields[pair->a].is_number &&
            r->mine->fields[pair->a].event == b &&
            r->mine->fields[pair->b].event == a && !r->mine->events[a].once)
            return true;
    }
    return false;
}

static bool is_closed(const struct learn_rules *r, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < r->mine->pairs_len; i++) {
        const struct learn_pair *pair = &r->mine->pairs[i];

        if (r->mine->fields[pair->b].event == a &&
            r->mine->fields[pair->a].event == b &&
            learn_rules_balance(r, pair->b, pair->a))
            return true;
    }
    return false;
}

typedef bool relation_fn(const struct learn_rules *r, uint32_t a, uint32_t b);

/* a to c and c to b say a to b. */
static bool is_between(const struct learn_rules *r, relation_fn *holds,
                       uint32_t a, uint32_t b)
{
    for (uint32_t c = 0; c < turns_of(r)->len; c++) {
        if (holds(r, a, c) && holds(r, c, b))
            return true;
    }
    return false;
}

static void write_before(struct learn_rules *r, uint32_t a, uint32_t b)
{
    const struct learn_event *x = &r->mine->events[a];
    const struct learn_event *y = &r->mine->events[b];

    if (x->first || y->last || is_known(r, a, b) ||
        learn_told_before(r, a, b) || is_between(r, leads, a, b)) {
        r->left.implied++;
        return;
    }
    learn_rule_begin(r, x->name, "before", y->name);
    learn_put(r, "before: [", x->said);
    learn_put(r, ", ", y->said);
    (void)td_buf_add_byte(r->out, ']');
    learn_rule_end(r, "%" PRIu32 " of %" PRIu32 " tapes", y->tapes,
                   r->mine->tapes);
}

static void write_response(struct learn_rules *r, uint32_t a, uint32_t b)
{
    const struct learn_event *x = &r->mine->events[a];
    const struct learn_event *y = &r->mine->events[b];

    if (x->first || y->last || (x->once && y->once) || is_closed(r, a, b) ||
        learn_told_answers(r, a, b) || is_between(r, answers, a, b)) {
        r->left.implied++;
        return;
    }
    learn_rule_begin(r, x->name, "then", y->name);
    learn_put(r, "response: {trigger: ", x->said);
    learn_put(r, ", expect: ", y->said);
    (void)td_buf_add_byte(r->out, '}');
    learn_rule_end(r, "%" PRIu64 " times, on %" PRIu32 " of %" PRIu32 " tapes",
                   turns_of(r)->all[a], x->tapes, r->mine->tapes);
}

void learn_write_turns(struct learn_rules *r)
{
    uint64_t used = write_rounds(r);
    uint32_t len = turns_of(r)->len;

    for (uint32_t a = 0; a < len; a++) {
        for (uint32_t b = 0; b < len; b++) {
            bool turns = (used & bit(a)) && (used & bit(b)) &&
                         (take_turns(r, a, b) || take_turns(r, b, a));

            if (turns)
                continue;
            if (leads(r, a, b))
                write_before(r, a, b);
            if (answers(r, a, b))
                write_response(r, a, b);
        }
    }
}

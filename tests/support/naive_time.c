/* The verbs about time, automata and expressions. */
#include "tests/support/naive.h"

static bool is_a(const struct naive_part *p, unsigned i)
{
    return naive_picks(&p->rule->a, naive_at(p, i));
}

static bool is_b(const struct naive_part *p, unsigned i)
{
    return naive_picks(&p->rule->b, naive_at(p, i));
}

void naive_response(const struct naive_part *p)
{
    const struct naive_rule *r = p->rule;

    for (unsigned i = 0; i < p->len; i++) {
        unsigned j = i + 1;

        if (!is_a(p, i))
            continue;
        while (j < p->len && !is_b(p, j))
            j++;
        if (j < p->len)
            naive_say(p, !r->flag ||
                             naive_time(p, j) - naive_time(p, i) <= r->limit);
        else if (!p->cut ||
                 (r->flag && naive_end_time(p) - naive_time(p, i) > r->limit))
            naive_say(p, false);
        else
            p->out->open = true;
    }
}

static void judge_duration(const struct naive_part *p, int64_t duration)
{
    const struct naive_rule *r = p->rule;

    if (r->percent)
        p->durations->list[p->durations->len++] = duration;
    if (!r->percent || r->flag)
        naive_say(p, r->flag2 ? duration >= r->limit : duration <= r->limit);
}

void naive_gap(const struct naive_part *p)
{
    for (unsigned i = 0; i < p->len; i++) {
        unsigned j = i + 1;

        while (j < p->len && !is_a(p, j))
            j++;
        if (is_a(p, i) && j < p->len)
            judge_duration(p, naive_time(p, j) - naive_time(p, i));
    }
}

void naive_latency(const struct naive_part *p)
{
    unsigned i = 0;

    while (i < p->len) {
        unsigned j = i + 1;

        if (!is_a(p, i)) {
            i++;
            continue;
        }
        while (j < p->len && !is_b(p, j))
            j++;
        if (j < p->len)
            judge_duration(p, naive_time(p, j) - naive_time(p, i));
        i = j; /* which may begin the next one */
    }
}

void naive_rate(const struct naive_part *p)
{
    const struct naive_rule *r = p->rule;
    int64_t times[NAIVE_LONGEST];
    int len = 0;

    for (unsigned i = 0; i < p->len; i++) {
        if (is_a(p, i))
            times[len++] = naive_time(p, i);
    }
    for (int i = 0; r->has_high && i < len; i++)
        naive_say(p, i < r->high || times[i] - times[i - r->high] >= r->limit);
    for (int i = 0; r->has_low && i < len; i++) {
        if (i + r->low < len)
            naive_say(p, times[i + r->low] - times[i] <= r->limit);
        else if (naive_end_time(p) - times[i] >= r->limit)
            naive_say(p, false);
        else
            p->out->open |= p->cut;
    }
}

/* --- sequence --- */

/* Where a reading may be, a bit for each number of events that were read, and
 * whether it could have gone on past the last one.
 */
struct reading {
    const char *letters;
    unsigned len;
    bool could_go_on;
};

static unsigned read_choice(struct reading *r, const char **text,
                            unsigned from);

static unsigned read_letter(struct reading *r, char letter, unsigned from)
{
    unsigned to = 0;

    for (unsigned i = 0; i <= r->len; i++) {
        if (!(from >> i & 1))
            continue;
        if (i == r->len)
            r->could_go_on = true;
        else if (letter == '.' || letter == r->letters[i])
            to |= 2u << i;
    }
    return to;
}

static unsigned read_atom(struct reading *r, const char **text, unsigned from)
{
    unsigned to;

    if (**text != '(')
        return read_letter(r, *(*text)++, from);
    ++*text;
    to = read_choice(r, text, from);
    ++*text;
    return to;
}

/* How often what is before *text is repeated; -1: without end. */
static void read_times(const char **text, int *least, int *most)
{
    char c = **text;

    *least = c == '?' || c == '*' ? 0 : 1;
    *most = c == '+' || c == '*' ? -1 : 1;
    if (c == '?' || c == '*' || c == '+')
        ++*text;
    if (c != '{')
        return;
    *least = *most = (*text)[1] - '0';
    *text += 2;
    if (**text == ',') {
        ++*text;
        *most = **text == '}' ? -1 : *(*text)++ - '0';
    }
    ++*text;
}

static unsigned read_repeat(struct reading *r, const char **text, unsigned from)
{
    const char *atom = *text;
    struct reading dry = {.letters = "", .len = 0};
    unsigned all;
    int least;
    int most;

    (void)read_atom(&dry, text, 0); /* only to find its end */
    read_times(text, &least, &most);
    all = least == 0 ? from : 0;
    for (int i = 1; i <= (most < 0 ? least + (int)r->len + 1 : most); i++) {
        const char *again = atom;

        from = read_atom(r, &again, from);
        if (i >= least)
            all |= from;
    }
    return all;
}

static unsigned read_chain(struct reading *r, const char **text, unsigned from)
{
    while (**text && **text != '|' && **text != ')') {
        if (**text == ' ')
            ++*text;
        else
            from = read_repeat(r, text, from);
    }
    return from;
}

static unsigned read_choice(struct reading *r, const char **text, unsigned from)
{
    unsigned to = read_chain(r, text, from);

    while (**text == '|') {
        ++*text;
        to |= read_chain(r, text, from);
    }
    return to;
}

/* True if the letters are one of the sequence; *prefix: or begin one. */
static bool reads(const char *sequence, const char *letters, unsigned len,
                  bool *prefix)
{
    struct reading r = {.letters = letters, .len = len};
    bool whole = read_choice(&r, &sequence, 1) >> len & 1;

    *prefix = whole || r.could_go_on;
    return whole;
}

static void judge_anchored(const struct naive_part *p, const char *letters,
                           unsigned len)
{
    const char *sequence = naive_sequences[p->rule->mode];
    bool prefix;

    for (unsigned i = 1; i <= len; i++) {
        (void)reads(sequence, letters, i, &prefix);
        if (!prefix) {
            naive_say(p, false);
            return;
        }
    }
    if (len > 0 && p->cut)
        p->out->open = true;
    else if (len > 0)
        naive_say(p, reads(sequence, letters, len, &prefix));
}

static void judge_anywhere(const struct naive_part *p, const char *letters,
                           unsigned len)
{
    bool found = false;
    bool prefix;

    for (unsigned from = 0; from < len; from++) {
        for (unsigned n = 0; from + n <= len; n++)
            found |= reads(naive_sequences[p->rule->mode], letters + from, n,
                           &prefix);
    }
    if (len > 0 && !found && p->cut)
        p->out->open = true;
    else if (len > 0)
        naive_say(p, found);
}

void naive_sequence(const struct naive_part *p)
{
    const char *sequence = naive_sequences[p->rule->mode];
    char letters[NAIVE_LONGEST];
    unsigned len = 0;

    for (unsigned i = 0; i < p->len; i++) {
        char name = naive_at(p, i)->name;

        if (p->rule->flag2 || strchr(sequence, name) || strchr(sequence, '.'))
            letters[len++] = name;
    }
    if (p->rule->flag)
        judge_anchored(p, letters, len);
    else
        judge_anywhere(p, letters, len);
}

/* --- states --- */

/* The machines of naive_machines, again by hand. */
static bool may_follow(int machine, char from, char to)
{
    static const char *const pairs[] = {"pq qr qp", "pp pq qq", "pr qr rq"};
    const char pair[] = {from, to, '\0'};

    return from == to || strstr(pairs[machine], pair);
}

static bool may_begin(int machine, char state)
{
    static const char *const begins[] = {"pq", "pqr", "pqr"};

    return strchr(begins[machine], state);
}

void naive_states(const struct naive_part *p)
{
    int machine = p->rule->mode;
    char before = '\0';

    for (unsigned i = 0; i < p->len; i++) {
        char s = naive_at(p, i)->s;

        if (p->rule->flag && !is_a(p, i))
            continue;
        if (!s && p->rule->flag && !p->rule->skip)
            naive_say(p, false);
        if (!s)
            continue;
        if (s == 'z') {
            naive_say(p, false);
            continue;
        }
        naive_say(p, before ? may_follow(machine, before, s)
                            : may_begin(machine, s));
        before = s;
    }
    if (machine != 0 || !before)
        return;
    if (before != 'r' && p->cut)
        p->out->open = true;
    else
        naive_say(p, before == 'r');
}

/* --- on --- */

enum answer { NO, YES, UNKNOWN };

/* Where the past is looked for: the part up to message i; then the messages
 * that are of no key, or before the scope.
 */
struct past {
    const struct naive_item *list[NAIVE_LONGEST];
    unsigned len;
    const struct naive_item *others[NAIVE_LONGEST];
    unsigned others_len;
};

static struct past past_of(const struct naive_part *p, unsigned i)
{
    struct past past = {.len = 0};

    for (unsigned j = 0; j <= i; j++)
        past.list[past.len++] = naive_at(p, j);
    for (unsigned j = 0; j <= p->list[i]; j++) {
        if (p->rule->by ? p->items[j].k == NAIVE_NONE
                        : p->rule->scope != NAIVE_GLOBALLY)
            past.others[past.others_len++] = &p->items[j];
    }
    return past;
}

/* The last (or first) b that satisfies; else among the others; NULL: none. */
static const struct naive_item *find_b(const struct past *past, bool last,
                                       bool with_n)
{
    const struct naive_item *const *lists[] = {past->list, past->others};
    const unsigned lens[] = {past->len, past->others_len};

    for (int l = 0; l < 2; l++) {
        for (unsigned i = 0; i < lens[l]; i++) {
            const struct naive_item *item =
                lists[l][last ? lens[l] - 1 - i : i];

            if (item->name == 'b' && (!with_n || item->n != NAIVE_NONE))
                return item;
        }
    }
    return NULL;
}

static enum answer of(bool truth)
{
    return truth ? YES : NO;
}

static enum answer compare_b(const struct past *past, bool field_n)
{
    const struct naive_item *b = find_b(past, field_n, field_n);
    const struct naive_item *now = past->list[past->len - 1];

    if (!b || (field_n && now->n == NAIVE_NONE))
        return UNKNOWN;
    return of(field_n ? b->n == now->n : b->v == now->v);
}

/* n against the n before it, or the first one, of the rule's own events. */
static enum answer compare_own(const struct naive_part *p, unsigned i,
                               bool first)
{
    int other = NAIVE_NONE;
    int now = naive_at(p, i)->n;

    for (unsigned j = 0; j < i + first; j++) {
        if (is_a(p, j) && naive_at(p, j)->n != NAIVE_NONE &&
            (!first || other == NAIVE_NONE))
            other = naive_at(p, j)->n;
    }
    if (other == NAIVE_NONE || now == NAIVE_NONE)
        return UNKNOWN;
    return of(first ? other == now : now >= other);
}

static enum answer count_past(const struct past *past, char what)
{
    int number = 0;
    bool seen[3] = {false, false, false};

    for (unsigned i = 0; i < past->len; i++) {
        const struct naive_item *item = past->list[i];

        if (item->name != what)
            continue;
        if (what == 'b')
            number++;
        else if (what == 'a')
            number += item->v;
        else
            number += !seen[item->v];
        seen[item->v] = true;
    }
    return of(what == 'a' ? number < 4 : number <= 1);
}

/* elapsed(b) < 2: the last b is less than 2 ms, or messages, away. */
static enum answer near_b(const struct naive_part *p, unsigned i,
                          const struct past *past)
{
    const struct naive_item *b = find_b(past, true, false);
    int64_t then;

    if (!b)
        return UNKNOWN;
    then = p->rule->sequence ? b - p->items + 1 : b->t;
    return of(naive_time(p, i) - then < 2);
}

static enum answer evaluate(const struct naive_part *p, unsigned i)
{
    const struct naive_item *now = naive_at(p, i);
    struct past past = past_of(p, i);

    switch (p->rule->mode) {
    case 0:
        return now->n == NAIVE_NONE ? UNKNOWN : of(now->n <= 2);
    case 1:
        return compare_own(p, i, false);
    case 2:
        return count_past(&past, 'b');
    case 3:
        return compare_b(&past, true);
    case 4:
        return count_past(&past, 'a');
    case 5:
        return compare_own(p, i, true);
    case 6:
        return near_b(p, i, &past);
    case 7:
        return count_past(&past, 'c');
    case 8:
        return compare_b(&past, false);
    case 9:
        return of(now->n != NAIVE_NONE && now->n + now->v != 3);
    default:
        if (now->s == 'p' ||
            (now->n != NAIVE_NONE && (now->n == 0 || now->n == now->v)))
            return YES;
        return now->n == NAIVE_NONE || !now->s ? UNKNOWN : NO;
    }
}

void naive_on(const struct naive_part *p)
{
    for (unsigned i = 0; i < p->len; i++) {
        enum answer answer = is_a(p, i) ? evaluate(p, i) : UNKNOWN;

        if (is_a(p, i) && (answer != UNKNOWN || !p->rule->skip))
            naive_say(p, answer == YES);
    }
}

#include "validator/coverage/mutants.h"

#include "core/arena.h"
#include "core/mem.h"
#include "core/rand.h"
#include "validator/check/check.h"
#include "validator/contract/contract.h"

#include <stdlib.h>
#include <string.h>

#define SEED     1
#define TRIES    20 /* messages that are looked at for a change */
#define LATE_NS  (UINT64_C(86400) * 1000000000)
#define NO_VALUE UINT32_MAX

/* What is changed. */
enum change {
    DROP,
    TWICE,
    SWAP,
    LATE,
    NUMBER,
    TEXT,
    KIND,
    GONE,
    RENAME,
    CHANGES
};

struct message {
    struct td_bytes name;
    struct td_bytes payload;
    uint64_t seq;
    uint64_t at_ns; /* UINT64_MAX: a line */
};

struct run {
    struct message *list;
    uint32_t len;
};

struct mutating {
    const struct check_options *how;
    bool *can_fail;
    const bool *wanted;
    struct td_arena arena;
    struct run *runs;
    uint32_t runs_len;
    bool *fails; /* of the run as it is: by run and rule */
    struct td_rand rand;
    struct td_json_doc doc;
    struct td_buf text; /* the message that is another one */
    struct run *reading;
    uint64_t work;
    size_t bytes; /* of the messages that are kept */
};

/* One change of a run. */
struct mutant {
    enum change change;
    uint32_t at;
    uint32_t other;
};

static uint32_t draw(struct mutating *m, uint32_t below)
{
    uint64_t n;

    td_rand_bytes(&m->rand, &n, sizeof(n));
    return (uint32_t)(n % below);
}

static void keep(void *self, const struct audit_message *m)
{
    struct mutating *all = (struct mutating *)self;
    struct run *run = all->reading;

    all->bytes += sizeof(*run->list) + m->name.len + m->payload.len;
    if (run->len == COVERAGE_RUN_MAX || all->bytes > COVERAGE_BYTES_MAX)
        return;
    run->list =
        (struct message *)td_list_room(run->list, run->len, sizeof(*run->list));
    run->list[run->len++] = (struct message){
        td_bytes(td_arena_text(&all->arena, m->name), m->name.len),
        td_bytes(td_arena_text(&all->arena, m->payload), m->payload.len),
        m->place.seq, m->at_ns};
}

/* Judging. */

static void put(struct check *check, const struct message *m,
                struct td_bytes payload, uint64_t late)
{
    const struct td_event ev = {.seq = m->seq,
                                .at_ns = m->at_ns + late,
                                .conn = 1,
                                .dir = TD_DIR_OUT,
                                .form = TD_FORM_JSON,
                                .name = m->name,
                                .payload = payload};
    /* Nothing ends it: the check was not told to. */
    enum td_code code = m->at_ns == UINT64_MAX
                            ? check_line(check, m->seq, payload)
                            : check_received(check, &ev);

    (void)code;
}

/* Which message stands at a place. */
static uint32_t place_of(const struct mutant *mutant, uint32_t i)
{
    if (!mutant || mutant->change != SWAP)
        return i;
    if (i == mutant->at)
        return mutant->other;
    return i == mutant->other ? mutant->at : i;
}

/* NULL: the run as it is. */
static struct check *judge(struct mutating *m, const struct run *run,
                           const struct mutant *mutant)
{
    struct check *check = check_new(m->how, "mutant");
    uint64_t late = 0;

    for (uint32_t i = 0; i < run->len; i++) {
        const struct message *message = &run->list[place_of(mutant, i)];
        bool here = mutant && i == mutant->at;

        if (here && mutant->change == DROP)
            continue;
        if (here && mutant->change == LATE)
            late = LATE_NS;
        put(check, message,
            here && mutant->change >= NUMBER ? td_buf_bytes(&m->text)
                                             : message->payload,
            late);
        if (here && mutant->change == TWICE)
            put(check, message, message->payload, late);
    }
    m->work += run->len;
    return check;
}

static void take(struct mutating *m, struct check *check, bool *fails)
{
    const struct check_ruleset *set = &m->how->contract->set;
    const struct check_verdict *v = check_end(check);

    for (uint32_t i = 0; i < set->rules_len; i++) {
        for (uint32_t j = 0; j < v->rules_len; j++) {
            if (v->rules[j].outcome == CHECK_FAIL &&
                !strcmp(set->rules[i].id, v->rules[j].id))
                fails[i] = true;
        }
    }
    check_free(check);
}

/* Changes. */

static bool fits(const struct mutating *m, enum change change, uint32_t at)
{
    const struct td_json_value *v = &m->doc.values[at];

    if (change == NUMBER)
        return v->kind == TD_JSON_NUMBER;
    if (change == TEXT)
        return v->kind == TD_JSON_STRING;
    if (change == KIND)
        return at > 0;
    return v->kind == TD_JSON_OBJECT && v->count > 0;
}

/* A name stands before a colon. */
static bool is_key(const struct mutating *m, uint32_t at, const uint8_t *end)
{
    struct td_bytes raw = td_json_raw(&m->doc, at);
    const uint8_t *c = raw.ptr + raw.len;

    while (c < end && (*c == ' ' || *c == '\t' || *c == '\r' || *c == '\n'))
        c++;
    return c < end && *c == ':';
}

/* One of the values that the change is for. */
static uint32_t pick(struct mutating *m, enum change change, const uint8_t *end)
{
    uint32_t found = NO_VALUE;
    uint32_t seen = 0;

    for (uint32_t i = 0; i < m->doc.len; i++) {
        if (fits(m, change, i) && !is_key(m, i, end) && draw(m, ++seen) == 0)
            found = i;
    }
    return found;
}

/* One of the keys of an object. */
static uint32_t pick_key(struct mutating *m, uint32_t object)
{
    const struct td_json_value *v = m->doc.values;
    uint32_t left = draw(m, v[object].count);
    uint32_t key = object + 1;

    while (left--)
        key = v[key + 1].next;
    return key;
}

/* The message with text in the place of some of its bytes. */
static void splice(struct mutating *m, struct td_bytes whole,
                   struct td_bytes old, const char *text, size_t len)
{
    size_t at = (size_t)(old.ptr - whole.ptr);

    td_buf_clear(&m->text);
    (void)td_buf_add(&m->text, whole.ptr, at);
    (void)td_buf_add(&m->text, text, len);
    (void)td_buf_add(&m->text, old.ptr + old.len, whole.len - at - old.len);
}

/* Without a member and the comma beside it. */
static void cut_member(struct mutating *m, struct td_bytes whole, uint32_t key)
{
    struct td_bytes first = td_json_raw(&m->doc, key);
    struct td_bytes last = td_json_raw(&m->doc, key + 1);
    const uint8_t *from = first.ptr;
    const uint8_t *to = last.ptr + last.len;
    const uint8_t *end = whole.ptr + whole.len;

    while (to < end && *to != ',' && *to != '}')
        to++;
    if (to < end && *to == ',') {
        to++;
    } else {
        while (from > whole.ptr && *from != ',' && *from != '{')
            from--;
        from += *from == '{';
    }
    splice(m, whole, td_bytes(from, (size_t)(to - from)), "", 0);
}

/* Another number: ten times as much and one, or with a digit before it. */
static void add_number(struct td_buf *out, struct td_bytes raw, bool before)
{
    bool less = raw.ptr[0] == '-';
    bool power = memchr(raw.ptr, 'e', raw.len) || memchr(raw.ptr, 'E', raw.len);

    before = before || power || raw.ptr[less] == '0';
    (void)td_buf_addf(out, "%s%s%.*s%s", less ? "-" : "", before ? "9" : "",
                      (int)(raw.len - less), (const char *)raw.ptr + less,
                      power ? "" : "1");
}

static void change_value(struct mutating *m, struct td_bytes whole,
                         enum change change, uint32_t at)
{
    static const char *const kinds[] = {"null",  "true", "-7",
                                        "\"x\"", "[]",   "{}"};
    struct td_bytes raw = td_json_raw(&m->doc, at);
    struct td_buf text = {0};

    if (change == NUMBER) {
        add_number(&text, raw, draw(m, 3) == 0);
    } else if (change == KIND) {
        (void)td_buf_add_text(&text, kinds[draw(m, 6)]);
    } else if (draw(m, 2)) {
        (void)td_buf_addf(&text, "%.*s7\"", (int)raw.len - 1,
                          (const char *)raw.ptr);
    } else {
        (void)td_buf_addf(&text, "\"other-%u\"", draw(m, 3));
    }
    splice(m, whole, raw, (const char *)text.ptr, text.len);
    td_buf_release(&text);
}

/* The changed message is in m->text. */
static bool change(struct mutating *m, const struct run *run,
                   const struct mutant *mutant)
{
    struct td_bytes whole = run->list[mutant->at].payload;
    uint32_t at;

    if (td_json_parse(&m->doc, whole, TD_JSON_DEPTH, NULL))
        return false;
    at = pick(m, mutant->change, whole.ptr + whole.len);
    if (at == NO_VALUE)
        return false;
    if (mutant->change == GONE) {
        cut_member(m, whole, pick_key(m, at));
    } else if (mutant->change == RENAME) {
        struct td_bytes key = td_json_raw(&m->doc, pick_key(m, at));

        splice(m, whole, td_bytes(key.ptr, 1), "\"other_", 7);
    } else {
        change_value(m, whole, mutant->change, at);
    }
    return true;
}

static bool make(struct mutating *m, const struct run *run,
                 struct mutant *mutant)
{
    for (int i = 0; i < TRIES; i++) {
        mutant->at = draw(m, run->len);
        mutant->other = draw(m, run->len);
        if (mutant->change == SWAP && mutant->at == mutant->other)
            continue;
        if (mutant->change < NUMBER || change(m, run, mutant))
            return true;
    }
    return false;
}

/* All of it. */

static enum td_code read_runs(struct mutating *m, struct audit_tapes *tapes,
                              struct td_error *err)
{
    const struct audit_outlet out = {.put = keep, .self = m};
    enum td_code code = TD_OK;

    m->runs = (struct run *)td_calloc(tapes->len + 1, sizeof(*m->runs));
    for (uint32_t i = 0; i < tapes->len && !code; i++) {
        m->reading = &m->runs[m->runs_len];
        code = audit_read(i, &tapes->list[i], &out, err);
        m->runs_len += m->reading->len > 0;
    }
    return code;
}

static bool any_left(const struct mutating *m)
{
    for (uint32_t i = 0; i < m->how->contract->set.rules_len; i++) {
        if (m->wanted[i] && !m->can_fail[i])
            return true;
    }
    return false;
}

static void try_one(struct mutating *m, uint32_t number, bool *found)
{
    uint32_t rules = m->how->contract->set.rules_len;
    uint32_t r = draw(m, m->runs_len);
    struct mutant mutant = {.change = (enum change)(number % CHANGES)};

    if (!make(m, &m->runs[r], &mutant))
        return;
    memset(found, 0, rules * sizeof(*found));
    take(m, judge(m, &m->runs[r], &mutant), found);
    for (uint32_t i = 0; i < rules; i++)
        m->can_fail[i] =
            m->can_fail[i] || (found[i] && !m->fails[(size_t)r * rules + i]);
}

/* How many were too few for all that is wanted, or 0. */
static uint32_t try_all(struct mutating *m)
{
    uint32_t i = 0;
    uint32_t rules = m->how->contract->set.rules_len;
    bool *found = (bool *)td_calloc(rules + 1, sizeof(*found));

    m->fails =
        (bool *)td_calloc((size_t)m->runs_len * rules + 1, sizeof(*m->fails));
    for (uint32_t r = 0; r < m->runs_len; r++)
        take(m, judge(m, &m->runs[r], NULL), &m->fails[(size_t)r * rules]);
    m->work = 0;
    for (; i < COVERAGE_MUTANTS_MAX && m->runs_len &&
           m->work < COVERAGE_WORK_MAX && any_left(m);
         i++)
        try_one(m, i, found);
    free(found);
    return m->runs_len && i < COVERAGE_MUTANTS_MAX && any_left(m) ? i : 0;
}

enum td_code coverage_mutants(bool *can_fail, const bool *wanted, uint32_t *few,
                              const struct check_options *how,
                              struct audit_tapes *tapes, struct td_error *err)
{
    struct mutating m = {.how = how, .can_fail = can_fail, .wanted = wanted};
    enum td_code code = read_runs(&m, tapes, err);

    td_rand_seeded(&m.rand, SEED);
    if (!code)
        *few = try_all(&m);
    for (uint32_t i = 0; i <= tapes->len; i++)
        free(m.runs[i].list);
    free(m.runs);
    free(m.fails);
    td_json_release(&m.doc);
    td_buf_release(&m.text);
    td_arena_release(&m.arena);
    return code;
}

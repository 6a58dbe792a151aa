#include "replayer/faults.h"

#include "core/mem.h"
#include "replayer/fault_bytes.h"

#include <stdlib.h>

#define RETRY_NS                                                               \
    (5 * TD_NS_PER_MS) /* until what was refused is offered again */

#define JOINED_MAX ((size_t)1 << 20) /* bytes to which no more is joined */

/* A copy of an event that waits. */
struct held {
    struct held *next;
    struct td_event ev;
    struct td_buf bytes; /* of all its members */
    uint64_t due_ns;     /* TD_NEVER: not by time */
    uint64_t others;     /* events that are to pass it yet */
};

/* In the order that they came; all zeroes is empty. */
struct list {
    struct held *first;
    struct held *last;
};

struct play_faults {
    struct play_fault_rule *rules;
    size_t count;
    struct play_fault_rule *branches; /* are the rules; or NULL */
    struct play_fault_place place;
    struct wire_timer timer;
    struct list waiting; /* for their time, or for others to pass */
    struct list ready;   /* in order, to be handed on before all else */
    struct held *joined; /* the next event is added to it */
    uint64_t next_ns;    /* nothing in waiting is due before */
    size_t passing;      /* of waiting: for others to pass */
    size_t held;         /* events */
    size_t held_bytes;   /* of them */
    uint64_t quiet_ns;   /* nothing comes before */
    bool cut;
    bool finished;
    bool told; /* that it is drained */
    /* The event at hand, judged already. */
    bool judged;
    uint64_t seq;
    uint64_t at_ns;
    struct td_event ev; /* as it is to go out */
    struct td_buf payload;
    bool drop;
    bool last; /* cut behind it */
    unsigned copies;
    uint64_t delay_ns;
    uint64_t reorder;
    bool join;
};

static void on_timer(void *ctx);

struct play_faults *play_faults_new(struct play_fault_rules *rules,
                                    uint64_t exchange)
{
    struct play_faults *f = td_calloc(1, sizeof(*f));

    f->next_ns = TD_NEVER;
    f->timer = (struct wire_timer){.fire = on_timer, .ctx = f};
    f->rules = play_fault_rules_list(rules, &f->count);
    if (!exchange)
        return f;
    f->branches = td_calloc(f->count + 1, sizeof(*f->branches));
    for (size_t i = 0; i < f->count; i++)
        f->branches[i] = play_fault_branch(&f->rules[i], exchange);
    f->rules = f->branches;
    return f;
}

static void free_held(struct held *h)
{
    if (!h)
        return;
    td_buf_release(&h->bytes);
    free(h);
}

static void free_list(struct list *list)
{
    while (list->first) {
        struct held *next = list->first->next;

        free_held(list->first);
        list->first = next;
    }
    list->last = NULL;
}

void play_faults_free(struct play_faults *faults)
{
    if (!faults)
        return;
    if (faults->place.net)
        wire_timer_cancel(faults->place.net, &faults->timer);
    free_list(&faults->waiting);
    free_list(&faults->ready);
    free_held(faults->joined);
    td_buf_release(&faults->payload);
    free(faults->branches);
    free(faults);
}

/* ---- what is held ---- */

static struct held *hold(struct play_faults *f, const struct td_event *ev)
{
    struct held *h = td_calloc(1, sizeof(*h));
    struct td_bytes *members[] = {&h->ev.kind,   &h->ev.ns,   &h->ev.id,
                                  &h->ev.ack,    &h->ev.name, &h->ev.att,
                                  &h->ev.payload};
    size_t at = 0;

    h->ev = *ev;
    h->due_ns = TD_NEVER;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        (void)td_buf_add_bytes(&h->bytes, *members[i]);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        members[i]->ptr = h->bytes.ptr + at;
        at += members[i]->len;
    }
    f->held++;
    f->held_bytes += h->bytes.len;
    return h;
}

static void append(struct list *list, struct held *h)
{
    h->next = NULL;
    if (list->last)
        list->last->next = h;
    else
        list->first = h;
    list->last = h;
}

static bool is_ripe(const struct held *h, uint64_t now_ns)
{
    return h->due_ns == TD_NEVER ? h->others == 0 : h->due_ns <= now_ns;
}

/* What waits no more, in the order it began to. */
static void ripen(struct play_faults *f, uint64_t now_ns)
{
    struct list all = f->waiting;

    f->waiting = (struct list){.first = NULL};
    f->next_ns = TD_NEVER;
    f->passing = 0;
    while (all.first) {
        struct held *h = all.first;

        all.first = h->next;
        if (is_ripe(h, now_ns)) {
            append(&f->ready, h);
            continue;
        }
        append(&f->waiting, h);
        f->passing += h->due_ns == TD_NEVER;
        f->next_ns = h->due_ns < f->next_ns ? h->due_ns : f->next_ns;
    }
}

static void wait_for(struct play_faults *f, struct held *h)
{
    append(&f->waiting, h);
    f->passing += h->due_ns == TD_NEVER;
    f->next_ns = h->due_ns < f->next_ns ? h->due_ns : f->next_ns;
}

/* It is no longer held. */
static void let_go(struct play_faults *f, struct held *h)
{
    f->held--;
    f->held_bytes -= h->bytes.len;
    free_held(h);
}

static bool holds_too_much(const struct play_faults *f)
{
    return f->held > PLAY_FAULT_EVENTS || f->held_bytes > PLAY_FAULT_HELD;
}

/* Hand on what is ready. TD_AGAIN: not all of it is taken. */
static enum td_code drain(struct play_faults *f, struct td_error *err)
{
    enum td_code code = TD_OK;

    while (!code && f->ready.first && !f->cut) {
        struct held *h = f->ready.first;

        code = td_sink_put(f->place.next, &h->ev, err);
        if (code)
            break;
        f->ready.first = h->next;
        if (!h->next)
            f->ready.last = NULL;
        let_go(f, h);
    }
    return code;
}

/* The next moment at which something is to be done. */
static void arm(struct play_faults *f, bool refused)
{
    uint64_t now_ns = wire_now(f->place.net);
    uint64_t due = f->next_ns;

    if (f->quiet_ns > now_ns && f->quiet_ns < due)
        due = f->quiet_ns;
    if (refused && now_ns + RETRY_NS < due)
        due = now_ns + RETRY_NS;
    wire_timer_set(f->place.net, &f->timer, due);
}

static bool is_empty(const struct play_faults *f)
{
    return f->cut || f->held == 0;
}

static void tell_drained(struct play_faults *f, const struct td_error *why)
{
    if (f->told)
        return;
    f->told = true;
    wire_timer_cancel(f->place.net, &f->timer);
    f->place.drained(f->place.ctx, why);
}

static void on_timer(void *ctx)
{
    struct play_faults *f = ctx;
    struct td_error err = {.code = TD_OK};
    enum td_code code;

    ripen(f, wire_now(f->place.net));
    code = drain(f, &err);
    if (!code)
        code = td_sink_flush(f->place.next, &err);
    if (code && code != TD_AGAIN) {
        if (!err.code)
            err.code = code;
        tell_drained(f, &err);
        return;
    }
    arm(f, code == TD_AGAIN);
    if (f->finished && is_empty(f) && !code)
        tell_drained(f, &err);
    else if (wire_now(f->place.net) >= f->quiet_ns)
        f->place.go_on(f->place.ctx);
}

/* ---- the event at hand ---- */

static void begin(struct play_faults *f, const struct td_event *ev)
{
    f->judged = true;
    f->seq = ev->seq;
    f->at_ns = ev->at_ns;
    f->ev = *ev;
    f->drop = f->last = f->join = false;
    f->copies = 0;
    f->delay_ns = f->reorder = 0;
}

/* What a rule does to it; false: it cannot be done. */
static bool apply(struct play_faults *f, struct play_fault_rule *rule)
{
    uint64_t now_ns = wire_now(f->place.net);

    switch (rule->kind) {
    case PLAY_FAULT_DROP:
        f->drop = true;
        return true;
    case PLAY_FAULT_DUPLICATE:
        f->copies = (unsigned)rule->amount;
        return true;
    case PLAY_FAULT_DELAY:
        f->delay_ns = rule->amount;
        return true;
    case PLAY_FAULT_REORDER:
        f->reorder = rule->amount;
        return true;
    case PLAY_FAULT_CORRUPT:
        return play_fault_corrupt(rule, &f->ev, &f->payload);
    case PLAY_FAULT_UTF8_HALF:
        return play_fault_utf8_half(rule, &f->ev, &f->payload);
    case PLAY_FAULT_JSON_HALF:
        return play_fault_json_half(rule, &f->ev, &f->payload);
    case PLAY_FAULT_SSE_JOIN:
        f->join = !f->joined || f->joined->bytes.len < JOINED_MAX;
        return f->join;
    case PLAY_FAULT_CUT:
        f->last = true;
        f->drop = !rule->bytes;
        if (rule->bytes)
            play_fault_shorten(&f->ev, rule->passed - rule->after, &f->payload);
        return true;
    case PLAY_FAULT_SILENCE:
        f->quiet_ns = now_ns + rule->amount;
        return true;
    case PLAY_FAULT_SLOW:
    case PLAY_FAULT_STATUS:
        break;
    }
    return false;
}

static void judge(struct play_faults *f, const struct td_event *ev)
{
    begin(f, ev);
    for (size_t i = 0; td_event_is_plain(ev) && i < f->count; i++) {
        struct play_fault_rule *rule = &f->rules[i];

        if (rule->kind == PLAY_FAULT_SLOW || rule->kind == PLAY_FAULT_STATUS ||
            f->last || f->drop)
            continue;
        if (play_fault_hits(rule, ev) && apply(f, rule))
            play_fault_done(rule, ev);
    }
}

/* The bytes of an event that has gone out take their time. */
static void pay(struct play_faults *f, const struct td_event *ev)
{
    for (size_t i = 0; td_event_is_plain(ev) && i < f->count; i++) {
        struct play_fault_rule *rule = &f->rules[i];
        uint64_t now_ns = wire_now(f->place.net);
        double ns;

        if (rule->kind != PLAY_FAULT_SLOW || !play_fault_hits(rule, ev))
            continue;
        ns = (double)ev->payload.len * 1e9 / (double)rule->amount;
        f->quiet_ns =
            (f->quiet_ns > now_ns ? f->quiet_ns : now_ns) + (uint64_t)ns;
        play_fault_done(rule, ev);
    }
}

static void do_cut(struct play_faults *f)
{
    f->cut = true;
    free_list(&f->waiting);
    free_list(&f->ready);
    free_held(f->joined);
    f->joined = NULL;
    wire_timer_cancel(f->place.net, &f->timer);
    f->place.cut(f->place.ctx);
}

/* One more has passed those that wait for others. */
static void let_pass(struct play_faults *f)
{
    if (f->passing == 0)
        return;
    for (struct held *h = f->waiting.first; h; h = h->next)
        h->others -= h->others > 0;
    ripen(f, wire_now(f->place.net));
}

/* What waited to be joined takes the event in: as if no empty line stood
 * between two events of a stream. The new event is what is at hand now. */
static void take_joined(struct play_faults *f)
{
    struct held *first = f->joined;
    struct td_buf both = {0};

    if (!first || !td_event_is_plain(&f->ev) || f->drop)
        return;
    (void)td_buf_add_bytes(&both, first->ev.payload);
    (void)td_buf_add_byte(&both, '\n');
    (void)td_buf_add_bytes(&both, f->ev.payload);
    td_buf_release(&f->payload);
    f->payload = both;
    f->ev.payload = td_buf_bytes(&f->payload);
    f->ev.form = TD_FORM_TEXT;
    f->joined = NULL;
    let_go(f, first);
}

/* The event as it was judged. TD_AGAIN: it is not taken. */
static enum td_code hand_on(struct play_faults *f, struct td_error *err)
{
    struct held *h;
    enum td_code code;

    if (f->drop)
        return TD_OK;
    take_joined(f);
    if (f->join && !f->last) {
        f->joined = hold(f, &f->ev);
        return TD_OK;
    }
    if (f->delay_ns || f->reorder) {
        h = hold(f, &f->ev);
        h->due_ns =
            f->delay_ns ? wire_now(f->place.net) + f->delay_ns : TD_NEVER;
        h->others = f->reorder;
        wait_for(f, h);
        return TD_OK;
    }
    code = td_sink_put(f->place.next, &f->ev, err);
    if (code)
        return code;
    pay(f, &f->ev);
    for (unsigned i = 0; i < f->copies; i++)
        append(&f->ready, hold(f, &f->ev));
    if (td_event_is_plain(&f->ev))
        let_pass(f);
    return TD_OK;
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct play_faults *f = self;
    enum td_code code;

    if (f->cut)
        return TD_AGAIN;
    if (wire_now(f->place.net) >= f->next_ns)
        ripen(f, wire_now(f->place.net));
    code = drain(f, err);
    if (code) {
        arm(f, code == TD_AGAIN);
        return code;
    }
    if (!f->judged || f->seq != ev->seq || f->at_ns != ev->at_ns)
        judge(f, ev);
    if (wire_now(f->place.net) < f->quiet_ns || holds_too_much(f)) {
        arm(f, holds_too_much(f));
        return TD_AGAIN;
    }
    code = hand_on(f, err);
    if (code)
        return code;
    f->judged = false;
    if (f->last) {
        do_cut(f);
        return f->drop ? TD_AGAIN : TD_OK;
    }
    code = drain(f, err);
    arm(f, code == TD_AGAIN);
    return code == TD_AGAIN ? TD_OK : code;
}

static enum td_code flush(void *self, struct td_error *err)
{
    struct play_faults *f = self;

    return td_sink_flush(f->place.next, err);
}

struct td_sink play_faults_sink(struct play_faults *faults,
                                const struct play_fault_place *place)
{
    faults->place = *place;
    return (struct td_sink){.put = put, .flush = flush, .self = faults};
}

bool play_faults_is_cutting(const struct play_faults *faults)
{
    return faults && faults->judged && faults->last && !faults->drop;
}

void play_faults_finish(struct play_faults *faults)
{
    struct td_error err = {.code = TD_OK};

    faults->finished = true;
    if (faults->joined) {
        append(&faults->ready, faults->joined);
        faults->joined = NULL;
    }
    for (struct held *h = faults->waiting.first; h; h = h->next)
        h->others = 0;
    if (is_empty(faults))
        tell_drained(faults, &err);
    else
        wire_timer_set(faults->place.net, &faults->timer,
                       wire_now(faults->place.net));
}

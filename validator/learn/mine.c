#include "validator/learn/mine.h"

#include "core/mem.h"
#include "validator/learn/mine_internal.h"

#include <math.h>
#include <stdlib.h>

#define NAME_MAX_LEN 128 /* of an event that takes part */

/* Which fields take part. */

static bool is_word(const char *name)
{
    static const char *const taken[] = {"true", "false", "null", "in",  "key",
                                        "now",  "has",   "not",  "and", "or"};

    if (!*name || (*name >= '0' && *name <= '9') || strlen(name) > 64)
        return false;
    for (const char *c = name; *c; c++) {
        if (*c != '_' && !(*c >= 'a' && *c <= 'z') &&
            !(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9'))
            return false;
    }
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        if (strcmp(taken[i], name) == 0)
            return false;
    }
    return true;
}

/* Names of events may be more than words: "test:pass", "tools/list". */
static bool is_sayable(const char *name)
{
    if (!*name || strlen(name) > NAME_MAX_LEN)
        return false;
    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    }
    return true;
}

/* Whether a selector reads it to its end without quotes. */
static bool is_bare(const char *name)
{
    return !strpbrk(name, " []|{}(),'\"?+*\\") && !strchr("@!.", *name) &&
           strcmp(name, "except") != 0;
}

static const char *quoted(struct learn_mine *mine, const char *name)
{
    struct td_buf text = {0};
    const char *made;

    for (const char *c = name; *c; c++) {
        if (*c == '\'' || *c == '\\')
            (void)td_buf_add_byte(&text, '\\');
        (void)td_buf_add_byte(&text, (uint8_t)*c);
    }
    made = td_arena_print(&mine->arena, "'%s'", td_buf_str(&text));
    td_buf_release(&text);
    return made;
}

/* Numbers alone, or texts alone. */
static bool is_plain(const struct audit_node *node)
{
    uint64_t numbers =
        node->types[AUDIT_INTEGER].count + node->types[AUDIT_NUMBER].count;

    return node->all.count == numbers ||
           node->all.count == node->types[AUDIT_STRING].count;
}

/* It is the name of the event, and nothing else. */
static bool is_name(const struct learn_event *event,
                    const struct audit_node *node)
{
    const struct audit_word *word = node->values.words;
    size_t len = strlen(event->name);

    return node->values.words_len == 1 && !node->values.sketch &&
           word->len == len + 2 && !memcmp(word->text + 1, event->name, len);
}

static void add_field(struct learn_mine *mine, uint32_t event,
                      struct audit_node *node, const char *name)
{
    struct learn_event *of = &mine->events[event];
    struct learn_field *field;

    if (mine->fields_len == LEARN_FIELDS_MAX || node->values.secret ||
        is_name(of, node))
        return;
    mine->fields = (struct learn_field *)td_list_room(
        mine->fields, mine->fields_len, sizeof(*field));
    field = &mine->fields[mine->fields_len++];
    *field = (struct learn_field){
        .node = node,
        .name = name,
        .event = event,
        .is_number = node->types[AUDIT_STRING].count == 0,
        .unique = true,
        .rising = true,
        .increasing = true,
        .contiguous = true,
        .constant = true,
    };
    node->number = mine->fields_len;
    of->fields = (uint32_t *)td_list_room(of->fields, of->fields_len,
                                          sizeof(*of->fields));
    of->fields[of->fields_len++] = mine->fields_len - 1;
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static void find_fields(struct learn_mine *mine, uint32_t event,
                        struct audit_node *node, const char *prefix)
{
    if (node->recursive || node->map ||
        node->all.count != node->types[AUDIT_OBJECT].count)
        return;
    for (struct audit_node *c = node->children; c; c = c->next) {
        const char *name;

        if (!is_word(c->name) || !audit_node_is_required(c))
            continue;
        name = td_arena_print(&mine->arena, "%s%s%s", prefix,
                              *prefix ? "." : "", c->name);
        if (is_plain(c))
            add_field(mine, event, c, name);
        else
            find_fields(mine, event, c, name);
    }
}

static struct audit_node *data_of(const struct audit_event *event,
                                  const char *data)
{
    struct audit_node *root = (struct audit_node *)(uintptr_t)&event->root;

    return *data ? audit_node_child(root, data + 1) : root;
}

static void find_events(struct learn_mine *mine, const char *data)
{
    for (uint32_t i = 0; i < audit_profile_events(mine->profile); i++) {
        const struct audit_event *event = audit_profile_event(mine->profile, i);
        struct audit_node *root = data_of(event, data);
        struct learn_event *of = &mine->events[mine->events_len];

        if (!is_sayable(event->name) || mine->events_len == LEARN_EVENTS_MAX) {
            mine->all_known = false;
            continue;
        }
        *of = (struct learn_event){
            .name = event->name,
            .said =
                is_bare(event->name) ? event->name : quoted(mine, event->name),
            .term =
                is_word(event->name) ? event->name : quoted(mine, event->name),
            .event = event,
            .once = true,
            .first = true,
            .last = true};
        mine->events_len++;
        if (root) {
            find_fields(mine, mine->events_len - 1, root, "");
            learn_tags_find(mine, of, root);
        }
    }
}

static const char *last_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot ? dot + 1 : name;
}

static void watch_pair(struct learn_event *event, uint32_t pair, bool number)
{
    if (number)
        return;
    event->pairs = (uint32_t *)td_list_room(event->pairs, event->pairs_len,
                                            sizeof(*event->pairs));
    event->pairs[event->pairs_len++] = pair;
}

static void find_pairs(struct learn_mine *mine)
{
    for (uint32_t a = 0; a < mine->fields_len; a++) {
        for (uint32_t b = 0; b < mine->fields_len; b++) {
            const struct learn_field *x = &mine->fields[a];
            const struct learn_field *y = &mine->fields[b];

            if (x->event == y->event || x->is_number != y->is_number ||
                strcmp(last_name(x->name), last_name(y->name)) != 0 ||
                mine->pairs_len == LEARN_PAIRS_MAX)
                continue;
            mine->pairs = (struct learn_pair *)td_list_room(
                mine->pairs, mine->pairs_len, sizeof(*mine->pairs));
            mine->pairs[mine->pairs_len++] = (struct learn_pair){
                .a = a, .b = b, .before = true, .within = true, .equal = true};
            watch_pair(&mine->events[x->event], mine->pairs_len - 1,
                       x->is_number);
            mine->fields[a].is_paired = mine->fields[b].is_paired =
                !x->is_number;
        }
    }
}

/* A whole number that an event says may be how many there are of another. */
static void find_counts(struct learn_mine *mine)
{
    for (uint32_t f = 0; f < mine->fields_len; f++) {
        const struct learn_field *field = &mine->fields[f];

        if (!field->is_number || field->node->types[AUDIT_NUMBER].count ||
            field->node->values.min < 0)
            continue;
        for (uint32_t e = 0; e < mine->events_len; e++) {
            if (mine->counts_len == LEARN_PAIRS_MAX || e == field->event)
                continue;
            mine->counts = (struct learn_count *)td_list_room(
                mine->counts, mine->counts_len, sizeof(*mine->counts));
            mine->counts[mine->counts_len++] =
                (struct learn_count){.event = e, .field = f};
        }
    }
}

struct learn_mine *learn_mine_new(struct audit_profile *profile,
                                  const char *data)
{
    struct learn_mine *mine = (struct learn_mine *)td_calloc(1, sizeof(*mine));

    mine->profile = profile;
    mine->all_known = true;
    mine->data = data;
    find_events(mine, data);
    find_pairs(mine);
    find_counts(mine);
    learn_orders_find(mine);
    for (uint32_t i = 0; i < mine->events_len; i++) {
        learn_sums_find(mine, &mine->events[i]);
        learn_states_find(mine, &mine->events[i]);
    }
    return mine;
}

void learn_mine_free(struct learn_mine *mine)
{
    if (!mine)
        return;
    for (uint32_t i = 0; i < mine->fields_len; i++)
        learn_set_release(&mine->fields[i].seen);
    for (uint32_t i = 0; i < mine->events_len; i++) {
        free(mine->events[i].fields);
        free(mine->events[i].pairs);
    }
    free(mine->fields);
    free(mine->sums);
    free(mine->pairs);
    free(mine->counts);
    for (uint32_t i = 0; i < mine->moves_len; i++)
        free(mine->moves[i].states);
    free(mine->moves);
    learn_orders_release(mine);
    td_arena_release(&mine->arena);
    free(mine);
}

/* A message. */

static void take_value(void *self, const struct audit_node *node,
                       const struct td_json_doc *doc, uint32_t at)
{
    struct learn_mine *mine = (struct learn_mine *)self;
    struct td_bytes raw = td_json_raw(doc, at);
    struct learn_field *field;
    const uint8_t *point;

    if (!node->number)
        return;
    if (node->number > LEARN_FIELDS_MAX) {
        mine->present |= 1u << (node->number - LEARN_FIELDS_MAX - 1);
        return;
    }
    field = &mine->fields[node->number - 1];
    field->print = audit_print(raw);
    if (!field->is_number)
        return;
    field->n = audit_number(raw);
    point = (const uint8_t *)memchr(raw.ptr, '.', raw.len);
    field->decimals =
        point ? (int)(raw.len - (size_t)(point - raw.ptr) - 1) : 0;
}

static void step(struct learn_field *f)
{
    if (f->any) {
        f->steps++;
        f->rises += f->n > f->last_n;
        f->rising = f->rising && f->n >= f->last_n;
        f->increasing = f->increasing && f->n > f->last_n;
        f->contiguous = f->contiguous && f->n == f->last_n + 1;
        f->constant = f->constant && f->print == f->last_print;
        return;
    }
    f->any = true;
    if (f->has_from && f->from != f->n)
        f->contiguous = false;
    f->has_from = true;
    f->from = f->n;
}

static void take_field(struct learn_field *f)
{
    bool fresh = true;

    step(f);
    if (f->is_paired || f->unique)
        fresh = learn_set_add(&f->seen, f->print);
    f->values += fresh;
    f->unique = f->unique && fresh && !f->seen.full;
    f->last_n = f->n;
    f->last_print = f->print;
}

static void judge_before(struct learn_mine *mine, struct learn_event *e)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < e->pairs_len; i++) {
        struct learn_pair *pair = &mine->pairs[e->pairs[i]];

        pair->before = learn_set_has(&mine->fields[pair->b].seen,
                                     mine->fields[pair->a].print);
        if (pair->before)
            e->pairs[kept++] = e->pairs[i];
    }
    e->pairs_len = kept;
}

static struct learn_event *find_event(struct learn_mine *mine,
                                      const struct audit_event *event)
{
    for (uint32_t i = 0; i < mine->events_len; i++) {
        if (mine->events[i].event == event)
            return &mine->events[i];
    }
    return NULL;
}

static void take_event(struct learn_mine *mine, struct learn_event *e)
{
    uint32_t number = (uint32_t)(e - mine->events);

    if (!mine->began) {
        for (uint32_t i = 0; i < mine->events_len; i++)
            mine->events[i].first = mine->events[i].first && i == number;
    }
    mine->began = true;
    mine->last_event = number;
    e->tapes += !e->count++;
    judge_before(mine, e);
    for (uint32_t i = 0; i < e->fields_len; i++)
        take_field(&mine->fields[e->fields[i]]);
    learn_sums_judge(mine, e);
    learn_states_judge(mine, number);
    learn_orders_take(mine, number);
    learn_turns_take(mine, number);
}

static void take(void *self, const struct audit_message *m)
{
    struct learn_mine *mine = (struct learn_mine *)self;
    const struct audit_event *event;
    struct learn_event *e;

    mine->present = 0;
    mine->at_ns = m->at_ns;
    event = audit_profile_visit(mine->profile, m, take_value, mine);
    e = event ? find_event(mine, event) : NULL;

    if (e) {
        take_event(mine, e);
        learn_tags_take(mine, e);
        return;
    }
    for (uint32_t i = 0; i < mine->events_len && !mine->began; i++)
        mine->events[i].first = false;
    mine->began = true;
    mine->last_event = UINT32_MAX;
}

/* A tape is over. */

static void end_pairs(struct learn_mine *mine)
{
    for (uint32_t i = 0; i < mine->pairs_len; i++) {
        struct learn_pair *pair = &mine->pairs[i];
        const struct learn_field *a = &mine->fields[pair->a];
        const struct learn_field *b = &mine->fields[pair->b];

        if (!a->is_number && pair->within)
            pair->within = !a->seen.full && !b->seen.full &&
                           learn_set_within(&a->seen, &b->seen);
        if (a->any)
            pair->equal = pair->equal && b->any &&
                          mine->events[b->event].count == 1 &&
                          (a->is_number ? a->last_n == b->last_n
                                        : a->last_print == b->last_print);
    }
}

static void end_counts(struct learn_mine *mine)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < mine->counts_len; i++) {
        struct learn_count count = mine->counts[i];
        const struct learn_field *f = &mine->fields[count.field];
        uint64_t n = mine->events[count.event].count;

        if (mine->events[f->event].count != 1 || f->last_n != (double)n)
            continue;
        count.changes += count.tapes && count.last != n;
        count.last = n;
        count.tapes++;
        mine->counts[kept++] = count;
    }
    mine->counts_len = kept;
}

/* The values of others need not be kept. */
static void find_paired(struct learn_mine *mine)
{
    for (uint32_t i = 0; i < mine->fields_len; i++)
        mine->fields[i].is_paired = false;
    for (uint32_t i = 0; i < mine->pairs_len; i++) {
        const struct learn_pair *pair = &mine->pairs[i];

        if (mine->fields[pair->a].is_number || (!pair->before && !pair->within))
            continue;
        mine->fields[pair->a].is_paired = true;
        mine->fields[pair->b].is_paired = true;
    }
}

static void end_fields(struct learn_mine *mine)
{
    find_paired(mine);
    for (uint32_t i = 0; i < mine->fields_len; i++) {
        struct learn_field *f = &mine->fields[i];

        if (f->any && f->old_print != f->last_print) {
            f->changes += f->old_print != 0;
            f->old_print = f->last_print;
        }
        f->any = false;
        f->twos += f->seen.len * (f->seen.len - 1.0) / 2;
        learn_set_clear(&f->seen);
    }
}

static void end_tape(struct learn_mine *mine)
{
    end_pairs(mine);
    end_counts(mine);
    end_fields(mine);
    learn_states_end(mine);
    learn_orders_end(mine);
    learn_turns_end(mine);
    for (uint32_t i = 0; i < mine->events_len; i++) {
        struct learn_event *e = &mine->events[i];

        e->once = e->once && e->count == 1;
        e->last = e->last && mine->began && mine->last_event == i;
        e->count = 0;
    }
    mine->tapes++;
    mine->began = false;
}

enum td_code learn_mine_run(struct learn_mine *mine, struct audit_tapes *tapes,
                            struct td_error *err)
{
    const struct audit_outlet out = {.put = take, .self = mine};
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < tapes->len && !code; i++) {
        if (!tapes->list[i].messages)
            continue; /* it says nothing */
        code = audit_read(i, &tapes->list[i], &out, err);
        end_tape(mine);
    }
    learn_sums_end(mine);
    return code;
}

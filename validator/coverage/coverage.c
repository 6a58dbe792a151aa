#include "validator/coverage/coverage.h"

#include "core/mem.h"
#include "validator/audit/declare.h"
#include "validator/check/check.h"
#include "validator/coverage/coverage_internal.h"
#include "validator/coverage/mutants.h"

#include <stdlib.h>

static const char *const part_texts[] = {
#define PART_TEXT(name, text) text,
    COVERAGE_PARTS(PART_TEXT)
#undef PART_TEXT
};

const char *coverage_part_text(enum coverage_part_kind kind)
{
    return part_texts[kind];
}

/* What all the work shares. */
struct covering {
    struct coverage *out;
    const struct check_options *how;
    uint32_t data_depth; /* levels above the data, which no schema is for */
    const char *event;
};

/* text is copied if it is missing. */
static void count(struct covering *c, enum coverage_part_kind kind, bool seen,
                  const char *text)
{
    struct coverage_part *part = &c->out->parts[kind];

    part->all++;
    part->seen += seen;
    if (seen)
        return;
    part->missing = (const char **)td_list_room(
        (void *)part->missing, part->missing_len, sizeof(*part->missing));
    part->missing[part->missing_len++] = td_arena_copy(&c->out->arena, text);
}

/* Rules. */

/* Those of one more stream. */
static void take_moves(struct covering *c, uint32_t rule,
                       const struct check_result *result)
{
    struct coverage_moves *moves = &c->out->moves[rule];

    if (!moves->len && result->moves_len) {
        moves->list = (struct check_move *)td_arena_alloc(
            &c->out->arena, result->moves_len * sizeof(*moves->list));
        for (uint32_t i = 0; i < result->moves_len; i++) {
            const struct check_move *move = &result->moves[i];

            moves->list[i].from =
                move->from ? td_arena_copy(&c->out->arena, move->from) : NULL;
            moves->list[i].to = td_arena_copy(&c->out->arena, move->to);
        }
        moves->len = result->moves_len;
    }
    for (uint32_t i = 0; i < result->moves_len; i++)
        moves->list[i].taken = moves->list[i].taken || result->moves[i].taken;
}

static void take_verdict(struct covering *c, const struct check_verdict *v)
{
    const struct check_ruleset *set = &c->how->contract->set;

    for (uint32_t i = 0; i < set->rules_len; i++) {
        for (uint32_t j = 0; j < v->rules_len; j++) {
            const struct check_result *result = &v->rules[j];

            if (strcmp(set->rules[i].id, result->id) != 0)
                continue;
            take_moves(c, i, result);
            if (result->outcome != CHECK_SKIPPED && result->judged > 0)
                c->out->judged[i] += result->judged;
        }
    }
    c->out->failed += check_verdict_code(v) == TD_FAILED;
}

static void put_line(void *self, const struct audit_message *m)
{
    /* Nothing ends it: the check was not told to. */
    if (check_line((struct check *)self, m->place.seq, m->payload))
        return;
}

static enum td_code check_one(struct covering *c, uint32_t number,
                              struct td_error *err)
{
    struct audit_tape *tape = &c->out->tapes.list[number];
    const struct tape_read_options how = {.threads = 1};
    struct check *check = check_new(c->how, tape->path);
    const struct audit_outlet out = {.put = put_line, .self = check};
    struct tape_reader *reader = NULL;
    enum td_code code;

    if (tape->is_tape) {
        code = tape_reader_open(&reader, tape->path, &how, err);
        if (!code)
            code = check_tape(check, reader, err);
        tape_reader_close(reader);
    } else {
        code = audit_read(number, tape, &out, err);
    }
    if (!code)
        take_verdict(c, check_end(check));
    check_free(check);
    return code;
}

static enum td_code cover_rules(struct covering *c, struct td_error *err)
{
    const struct check_ruleset *set = &c->how->contract->set;
    enum td_code code = TD_OK;

    c->out->judged =
        (uint64_t *)td_calloc(set->rules_len + 1, sizeof(*c->out->judged));
    c->out->moves = (struct coverage_moves *)td_calloc(set->rules_len + 1,
                                                       sizeof(*c->out->moves));
    for (uint32_t i = 0; i < c->out->tapes.len && !code; i++)
        code = check_one(c, i, err);
    for (uint32_t i = 0; i < set->rules_len && !code; i++) {
        if (!set->rules[i].dropped)
            count(c, COVERAGE_RULES, c->out->judged[i] > 0, set->rules[i].id);
    }
    return code;
}

/* Events, fields, values. */

static bool has_value(const struct audit_node *node,
                      const struct audit_word *word)
{
    for (uint32_t i = 0; node && i < node->values.words_len; i++) {
        if (node->values.words[i].print == word->print)
            return true;
    }
    return false;
}

static void cover_node(struct covering *c, const struct audit_node *declared,
                       const struct audit_node *node)
{
    struct td_buf text = {0};
    size_t len;

    (void)td_buf_addf(&text, "%s ", c->event);
    audit_node_path(&text, declared);
    count(c, COVERAGE_FIELDS, node && node->all.count, td_buf_str(&text));
    len = text.len;
    for (uint32_t i = 0; i < declared->values.words_len; i++) {
        const struct audit_word *word = &declared->values.words[i];

        text.len = len;
        (void)td_buf_addf(&text, "=%.*s", (int)word->len, word->text);
        count(c, COVERAGE_VALUES, has_value(node, word), td_buf_str(&text));
    }
    td_buf_release(&text);
}

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

static void cover_below(struct covering *c, const struct audit_node *declared,
                        const struct audit_node *node)
{
    for (const struct audit_node *d = declared->children; d; d = d->next) {
        const struct audit_node *twin =
            node ? audit_node_child(node, d->name) : NULL;

        if (d->depth > c->data_depth)
            cover_node(c, d, twin);
        cover_below(c, d, twin);
    }
    if (declared->items) {
        const struct audit_node *twin = node ? node->items : NULL;

        cover_below(c, declared->items, twin);
    }
}

/* NOLINTEND(misc-no-recursion) */

static void cover_events(struct covering *c)
{
    for (const char *at = c->how->contract->data_pointer; *at; at++)
        c->data_depth += *at == '/';
    for (uint32_t i = 0; i < audit_profile_events(c->out->declared); i++) {
        const struct audit_event *event =
            audit_profile_event(c->out->declared, i);
        const struct audit_event *twin =
            audit_profile_find(c->out->profile, event->name);

        c->event = event->name;
        count(c, COVERAGE_EVENTS, twin != NULL, event->name);
        cover_below(c, &event->root, twin ? &twin->root : NULL);
    }
}

/* Channels and branches. */

/* Lines have no connection that is somewhere. */
static bool any_is_tape(const struct audit_tapes *tapes)
{
    for (uint32_t i = 0; i < tapes->len; i++) {
        if (tapes->list[i].is_tape)
            return true;
    }
    return false;
}

static void cover_channels(struct covering *c, const bool *taken)
{
    const struct check_contract *k = c->how->contract;
    struct td_buf text = {0};

    if (!any_is_tape(&c->out->tapes))
        return;
    for (uint32_t i = 0; i < k->channels_len;) {
        const char *of = k->channels[i].of;
        struct td_bytes name = k->events[k->channels[i].event].name;
        bool any = false;

        for (; i < k->channels_len && k->channels[i].of == of; i++)
            any = any || taken[i];
        td_buf_clear(&text);
        (void)td_buf_addf(&text, "%.*s %s", (int)name.len,
                          (const char *)name.ptr, of);
        count(c, COVERAGE_CHANNELS, any, td_buf_str(&text));
    }
    td_buf_release(&text);
}

static enum td_code cover_branches(struct covering *c, struct td_error *err)
{
    struct coverage_branches branches = {.len = 0};
    struct td_buf text = {0};
    enum td_code code;

    code = coverage_branches_run(&branches, c->how, &c->out->tapes, err);
    for (uint32_t i = 0; i < branches.len && !code; i++) {
        const struct coverage_branch *branch = &branches.list[i];

        td_buf_clear(&text);
        (void)td_buf_addf(&text, "%.*s %s", (int)branch->event->name.len,
                          (const char *)branch->event->name.ptr, branch->place);
        count(c, COVERAGE_BRANCHES, branch->taken, td_buf_str(&text));
    }
    if (!code)
        cover_channels(c, branches.channels);
    td_buf_release(&text);
    coverage_branches_release(&branches);
    return code;
}

/* States and transitions. */

static void cover_moves(struct covering *c)
{
    const struct check_ruleset *set = &c->how->contract->set;
    struct td_buf text = {0};

    for (uint32_t i = 0; i < set->rules_len; i++) {
        for (uint32_t j = 0; j < c->out->moves[i].len; j++) {
            const struct check_move *move = &c->out->moves[i].list[j];

            td_buf_clear(&text);
            (void)td_buf_addf(&text, "%s %s%s%s", set->rules[i].id,
                              move->from ? move->from : "",
                              move->from ? " -> " : "", move->to);
            count(c, move->from ? COVERAGE_TRANSITIONS : COVERAGE_STATES,
                  move->taken, td_buf_str(&text));
        }
    }
    td_buf_release(&text);
}

/* Mutants. */

static enum td_code cover_mutants(struct covering *c, struct td_error *err)
{
    const struct check_ruleset *set = &c->how->contract->set;
    bool *wanted = (bool *)td_calloc(set->rules_len + 1, sizeof(*wanted));
    bool *can_fail = (bool *)td_calloc(set->rules_len + 1, sizeof(*can_fail));
    enum td_code code;

    for (uint32_t i = 0; i < set->rules_len; i++)
        wanted[i] = !set->rules[i].dropped && c->out->judged[i] > 0;
    code = coverage_mutants(can_fail, wanted, &c->out->mutants_few, c->how,
                            &c->out->tapes, err);
    for (uint32_t i = 0; i < set->rules_len && !code; i++) {
        if (wanted[i])
            count(c, COVERAGE_MUTANTS, can_fail[i], set->rules[i].id);
    }
    free(wanted);
    free(can_fail);
    return code;
}

enum td_code coverage_run(struct coverage *out, const struct check_options *how,
                          const char *const *paths, uint32_t paths_len,
                          bool mutants, struct td_error *err)
{
    struct covering c = {.out = out, .how = how};
    const struct audit_gather what = {.paths = paths,
                                      .paths_len = paths_len,
                                      .name = how->contract->name_pointer,
                                      .how = audit_naming(how),
                                      .jobs = 2};
    enum td_code code;

    *out = (struct coverage){.failed = 0};
    out->declared = audit_declare(how->contract, how->dialect);
    code = audit_gather_readable(&what, &out->profile, &out->tapes,
                                 &out->unread, err);
    if (!code)
        code = cover_rules(&c, err);
    if (!code)
        cover_events(&c);
    if (!code)
        code = cover_branches(&c, err);
    if (!code)
        cover_moves(&c);
    if (!code && mutants)
        code = cover_mutants(&c, err);
    return code;
}

void coverage_release(struct coverage *coverage)
{
    for (int i = 0; i < COVERAGE_PARTS_LEN; i++)
        free((void *)coverage->parts[i].missing);
    audit_profile_free(coverage->profile);
    audit_profile_free(coverage->declared);
    free(coverage->judged);
    free(coverage->moves);
    audit_tapes_release(&coverage->tapes);
    audit_tapes_release(&coverage->unread);
    td_arena_release(&coverage->arena);
    *coverage = (struct coverage){.failed = 0};
}

uint32_t coverage_share(const struct coverage *coverage)
{
    uint64_t all = 0;
    uint64_t seen = 0;

    for (int i = 0; i < COVERAGE_PARTS_LEN; i++) {
        all += coverage->parts[i].all;
        seen += coverage->parts[i].seen;
    }
    return all ? (uint32_t)(seen * 1000 / all) : 1000;
}

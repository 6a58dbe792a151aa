#include "validator/compat/compat.h"

#include "core/mem.h"
#include "validator/check/inspect.h"
#include "validator/compat/compat_internal.h"

#include <stdlib.h>
#include <string.h>

/* One side that judges: the events of tapes by a schema each, made when it is
 * first asked for.
 */
struct judge {
    const struct compat_side *side;
    struct check_options how;
    struct check_inspector inspector; /* of a contract */
    /* Of tapes: the event at hand. */
    struct td_jsonx doc;
    struct schema_set *set;
    struct schema_run *run;
    uint32_t root;
    struct td_json_doc message;
};

struct judging {
    struct compat *out;
    struct compat_way *way;
    struct judge *from;
    struct judge *to;
    const struct audit_event *event;
    uint64_t tries;
    uint64_t bytes; /* of the messages that were made of the event */
    bool proved;
    struct td_buf text;
};

static void begin(struct judge *j, const struct compat_side *side)
{
    *j = (struct judge){.side = side};
    j->how = (struct check_options){.contract = side->contract,
                                    .dialect = side->dialect};
    if (side->contract)
        check_inspector_init(&j->inspector, &j->how);
}

static void drop_event(struct judge *j)
{
    schema_run_free(j->run);
    schema_set_free(j->set);
    td_jsonx_release(&j->doc);
    j->run = NULL;
    j->set = NULL;
}

static void end(struct judge *j)
{
    drop_event(j);
    td_json_release(&j->message);
    if (j->side->contract)
        check_inspector_release(&j->inspector);
}

/* Make the schema of an event; without one nothing is refused. */
static enum td_code take_event(struct judge *j, const char *name,
                               struct td_error *err)
{
    const struct audit_event *event =
        j->side->contract ? NULL : audit_profile_find(j->side->profile, name);
    struct td_buf text = {0};
    enum td_code code;

    drop_event(j);
    if (!event || !event->root.all.count)
        return TD_OK;
    compat_schema(&text, &event->root);
    code = td_jsonx_parse(&j->doc, "made of tapes", TD_JSONX_JSON,
                          td_buf_bytes(&text), err);
    td_buf_release(&text);
    if (code)
        return code;
    j->set = schema_set_new(NULL);
    code = schema_set_add(j->set, &j->doc, 0, &j->root, err);
    if (!code)
        j->run = schema_run_new(j->set);
    return code;
}

/* A contract judges messages as it does when it validates. */
static bool takes_by_contract(struct judge *j, struct td_bytes message,
                              const char *name)
{
    const struct check_contract *k = j->side->contract;
    struct check_view view;

    check_inspect(&j->inspector, message,
                  k->name_pointer ? td_bytes("", 0) : td_text(name),
                  CHECK_WAY_ANY, &view);
    if (!view.json)
        return false;
    if (!view.event)
        return k->unknown != CHECK_UNKNOWN_ERROR;
    return !view.event->has_schema ||
           (view.data != CHECK_NO_VALUE && view.content == TD_OK);
}

static bool takes(struct judge *j, struct td_bytes message, const char *name)
{
    if (j->side->contract)
        return takes_by_contract(j, message, name);
    if (!j->run)
        return true;
    return td_json_parse(&j->message, message, TD_JSON_DEPTH, NULL) == TD_OK &&
           schema_test(j->run, j->root,
                       (struct schema_value){&j->message, 0}) == TD_OK;
}

/* What it says of the message. */
static void on_problem(void *self, const struct schema_problem *problem)
{
    struct td_buf *out = (struct td_buf *)self;

    if (!out->len)
        (void)td_buf_addf(out, "%s%sexpected %s, found %s", problem->path,
                          *problem->path ? ": " : "", problem->expected,
                          problem->found);
}

static const char *reason_of(struct judging *g)
{
    struct judge *j = g->to;
    const struct check_contract *k = j->side->contract;
    struct check_view view = {.json = false};
    struct td_buf out = {0};
    enum td_code code = TD_OK;
    const char *text;

    if (!k) {
        code = schema_explain(j->run, j->root,
                              (struct schema_value){&j->message, 0}, on_problem,
                              &out);
    } else {
        check_inspect(&j->inspector, td_buf_bytes(&g->text),
                      k->name_pointer ? td_bytes("", 0)
                                      : td_text(g->event->name),
                      CHECK_WAY_ANY, &view);
        if (view.event && view.doc && view.data != CHECK_NO_VALUE)
            code = schema_explain(j->inspector.event_run, view.event->root,
                                  (struct schema_value){view.doc, view.data},
                                  on_problem, &out);
        else
            (void)td_buf_add_text(&out, "no event of the contract");
    }
    text = code == TD_OK && !out.len
               ? "refused"
               : td_arena_text(&g->out->arena, td_buf_bytes(&out));
    td_buf_release(&out);
    return text;
}

static const char *schema_text(const struct judging *g, const struct judge *j)
{
    return j->run ? td_arena_text(&g->out->arena, td_buf_bytes(&j->doc.text))
                  : NULL;
}

static void add_proof(struct judging *g)
{
    struct compat_way *way = g->way;

    g->proved = true;
    if (way->proofs_len == COMPAT_PROOFS_MAX) {
        way->left_out++;
        return;
    }
    way->proofs = (struct compat_proof *)td_list_room(
        way->proofs, way->proofs_len, sizeof(*way->proofs));
    way->proofs[way->proofs_len++] = (struct compat_proof){
        .event = td_arena_copy(&g->out->arena, g->event->name),
        .message = td_arena_text(&g->out->arena, td_buf_bytes(&g->text)),
        .why = reason_of(g),
        .accepted_by = schema_text(g, g->from),
        .refused_by = schema_text(g, g->to)};
}

/* Make one message and let both judge it. */
static void try_one(struct judging *g, struct compat_plan plan)
{
    const struct check_contract *k = g->from->side->contract;
    const struct check_contract *other = g->to->side->contract;

    if (g->proved || g->tries++ >= COMPAT_TRIES_MAX ||
        g->bytes >= COMPAT_BYTES_MAX)
        return;
    plan.event = g->event->name;
    plan.name = k ? k->name_pointer : other ? other->name_pointer : NULL;
    td_buf_clear(&g->text);
    compat_message(&g->text, &g->event->root, &plan);
    g->bytes += g->text.len;
    if (!takes(g->from, td_buf_bytes(&g->text), plan.event))
        return;
    g->way->tried++;
    if (!takes(g->to, td_buf_bytes(&g->text), plan.event))
        add_proof(g);
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static void try_below(struct judging *g, const struct audit_node *node)
{
    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (node->types[i].count)
            try_one(g, (struct compat_plan){.at = node, .type = i});
    }
    for (uint32_t i = 0; i < node->values.words_len && !node->values.secret;
         i++)
        try_one(g, (struct compat_plan){
                       .at = node, .type = -1, .word = &node->values.words[i]});
    for (const struct audit_node *c = node->children; c; c = c->next)
        try_below(g, c);
    if (node->items)
        try_below(g, node->items);
    if (node->map)
        try_below(g, node->map);
}

/* An event that tapes of the other side never had is taken, and told. */
static void note_further(struct judging *g)
{
    struct compat_way *way = g->way;

    if (g->to->side->contract || !*g->event->name ||
        audit_profile_find(g->to->side->profile, g->event->name))
        return;
    if (way->further < COMPAT_FURTHER_NAMES)
        way->further_names[way->further] =
            td_arena_copy(&g->out->arena, g->event->name);
    way->further++;
}

static enum td_code judge_event(struct judging *g, struct td_error *err)
{
    uint64_t before = g->way->tried;
    enum td_code code = take_event(g->from, g->event->name, err);

    if (!code)
        code = take_event(g->to, g->event->name, err);
    if (code || !g->event->root.all.count)
        return code;
    g->proved = false;
    g->tries = 0;
    g->bytes = 0;
    try_one(g, (struct compat_plan){.type = -1});
    try_one(g, (struct compat_plan){.type = -1, .all = true});
    try_below(g, &g->event->root);
    g->way->untried += g->way->tried == before;
    return TD_OK;
}

static enum td_code judge_way(struct compat *out, struct compat_way *way,
                              struct judge *from, struct judge *to,
                              struct td_error *err)
{
    struct judging g = {.out = out, .way = way, .from = from, .to = to};
    const struct audit_profile *profile = from->side->profile;
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < audit_profile_events(profile) && !code; i++) {
        g.event = audit_profile_event(profile, i);
        note_further(&g);
        code = judge_event(&g, err);
    }
    td_buf_release(&g.text);
    return code;
}

enum td_code compat_judge(struct compat *out, const struct compat_side *old,
                          const struct compat_side *now, struct td_error *err)
{
    struct judge a;
    struct judge b;
    enum td_code code;

    begin(&a, old);
    begin(&b, now);
    code = judge_way(out, &out->backward, &a, &b, err);
    if (!code)
        code = judge_way(out, &out->forward, &b, &a, err);
    end(&a);
    end(&b);
    return code;
}

void compat_release(struct compat *compat)
{
    free(compat->backward.proofs);
    free(compat->forward.proofs);
    td_arena_release(&compat->arena);
    *compat = (struct compat){.backward = {0}};
}

bool compat_is_known(const struct compat_way *way)
{
    return way->proofs_len || way->tried || !way->untried;
}

const char *compat_class(const struct compat *compat)
{
    bool known =
        compat_is_known(&compat->backward) && compat_is_known(&compat->forward);
    bool backward =
        !compat->backward.proofs_len && compat_is_known(&compat->backward);
    bool forward =
        !compat->forward.proofs_len && compat_is_known(&compat->forward);

    if (backward)
        return forward ? "full" : "backward";
    if (forward)
        return "forward";
    return known ? "none" : "unknown";
}

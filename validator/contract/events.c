/* The events of a contract, and how dialects write them. */
#include "core/mem.h"
#include "core/suggest.h"
#include "validator/contract/contract_internal.h"
#include "validator/rule/read.h"

#include <stdlib.h>

static enum td_code fail(struct contract_loader *l, uint32_t at,
                         const char *why)
{
    return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err, "%s", why);
}

/* The events of a contract are the first of its words. */
static enum td_code add_event(struct contract_loader *l, uint32_t key)
{
    struct td_buf name = {0};
    uint32_t event;

    (void)td_json_unescape(&name, td_json_inner(&l->r.doc->json, key));
    event = check_event_add(l->c->set.words, td_buf_bytes(&name));
    td_buf_release(&name);
    if (event < l->c->events_len)
        return fail(l, key, "this event is named twice");
    l->c->events[l->c->events_len++] = (struct check_contract_event){
        .name = check_event_name(l->c->set.words, event)};
    return TD_OK;
}

static enum td_code read_schema(struct contract_loader *l, uint32_t at,
                                struct check_contract_event *e)
{
    enum td_code code =
        schema_set_add(l->c->set.schemas, l->r.doc, at, &e->root, l->r.err);

    e->has_schema = true;
    contract_renew_schemas(l, code);
    return code;
}

/* What an event object, or a dialect's of the same event, says of names. */
static enum td_code read_aliases(struct contract_loader *l,
                                 const struct td_jsonx *doc, uint32_t at,
                                 struct check_aliases **aliases)
{
    uint32_t names = td_json_member(&doc->json, at, td_text("aliases"));
    uint32_t values = td_json_member(&doc->json, at, td_text("values"));
    enum td_code code = TD_OK;

    if (!*aliases && (names || values))
        *aliases = check_aliases_new();
    if (names)
        code = check_aliases_read(*aliases, doc, names, l->r.err);
    if (code == TD_OK && values)
        code = check_values_read(*aliases, doc, values, l->r.err);
    return code;
}

/* Text or bytes, which have no fields. */
static enum td_code read_plain(struct contract_loader *l, uint32_t at,
                               struct check_contract_event *e)
{
    static const char *const others[] = {"schema", "aliases", "values", "match",
                                         "bytes"};
    uint32_t text = td_jsonx_member(l->r.doc, at, "text");
    uint32_t bytes = td_jsonx_member(l->r.doc, at, "bytes");

    if (!text && !bytes)
        return TD_OK;
    for (size_t i = 0; i < (text ? 5 : 4); i++) {
        uint32_t other = td_jsonx_member(l->r.doc, at, others[i]);

        if (other)
            return td_jsonx_fail(l->r.doc, other, TD_USAGE, l->r.err,
                                 "an event of %s has no %s",
                                 text ? "text" : "bytes", others[i]);
    }
    e->form = text ? CHECK_FORM_TEXT : CHECK_FORM_BYTES;
    l->c->plain[l->c->plain_len++] = l->c->events_len - 1;
    return text ? read_schema(l, text, e)
                : check_plain_read(&e->bytes, l->r.doc, bytes, l->r.err);
}

/* How much a shape says: one with values is tried before one that only wants
 * members to be there, and that before one that takes all.
 */
static int rank_of(const struct td_jsonx *doc, uint32_t match)
{
    int rank = 2;

    for (uint32_t i = match; i < doc->json.values[match].next; i++) {
        if (td_jsonx_is_text(doc, i, "enum"))
            return 0;
        if (td_jsonx_is_text(doc, i, "required"))
            rank = 1;
    }
    return rank;
}

static void add_matched(struct contract_loader *l, uint32_t match)
{
    struct check_contract *c = l->c;
    struct check_contract_event *e = &c->events[c->events_len - 1];
    uint32_t to = c->matched_len++;

    e->has_match = true;
    e->by_shape =
        l->converted || l->import == CHECK_RULE_ASYNCAPI ||
        (l->import < l->c->imports_len && l->c->imports[l->import]->converted);
    if (e->by_shape)
        e->rank = rank_of(l->r.doc, match);
    for (; to > 0 && e->rank < c->events[c->matched[to - 1]].rank; to--)
        c->matched[to] = c->matched[to - 1];
    c->matched[to] = c->events_len - 1;
}

/* The shape that tells a message which has no name that is known. */
static enum td_code read_match(struct contract_loader *l, uint32_t at,
                               struct check_contract_event *e)
{
    uint32_t match = td_jsonx_member(l->r.doc, at, "match");
    enum td_code code;

    if (!match)
        return TD_OK;
    code =
        schema_set_add(l->c->set.schemas, l->r.doc, match, &e->match, l->r.err);
    add_matched(l, match);
    contract_renew_schemas(l, code);
    return code;
}

/* The way that the event goes, as the tape has it. */
static enum td_code read_way(struct contract_loader *l, uint32_t at,
                             struct check_contract_event *e)
{
    uint32_t dir = td_jsonx_member(l->r.doc, at, "dir");

    if (!dir)
        return TD_OK;
    if (td_jsonx_is_text(l->r.doc, dir, "in"))
        e->way = CHECK_WAY_IN;
    else if (td_jsonx_is_text(l->r.doc, dir, "out"))
        e->way = CHECK_WAY_OUT;
    else
        return fail(l, dir, "dir is in or out");
    if (l->c->directions == CHECK_DIRECTIONS_IGNORED)
        e->way = CHECK_WAY_ANY;
    else if (l->c->directions == CHECK_DIRECTIONS_REVERSED)
        e->way = e->way == CHECK_WAY_IN ? CHECK_WAY_OUT : CHECK_WAY_IN;
    l->c->has_ways = l->c->has_ways || e->way != CHECK_WAY_ANY;
    return TD_OK;
}

static enum td_code read_event(struct contract_loader *l, uint32_t key)
{
    static const struct td_jsonx_key known[] = {
        {"schema", NULL},  {"aliases", NULL},  {"values", NULL},
        {"note", NULL},    {"optional", NULL}, {"text", NULL},
        {"bytes", NULL},   {"match", NULL},    {"dir", NULL},
        {"channel", NULL}, {NULL, NULL}};
    uint32_t at = key + 1;
    struct check_contract_event *e;
    enum td_code code = add_event(l, key);
    uint32_t schema;
    uint32_t optional;

    if (code)
        return code;
    e = &l->c->events[l->c->events_len - 1];
    if (td_jsonx_is(l->r.doc, at, TD_JSON_NULL))
        return TD_OK;
    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return fail(l, at, "an event is an object, which may be empty");
    e->source = at;
    e->doc = l->r.doc;
    code = td_jsonx_keys(&l->r, at, &(struct td_jsonx_shape){known, NULL});
    schema = td_jsonx_member(l->r.doc, at, "schema");
    optional = td_jsonx_member(l->r.doc, at, "optional");
    if (code == TD_OK && optional)
        code = td_jsonx_flag(l->r.doc, optional, "optional", &e->optional,
                             l->r.err);
    if (code == TD_OK)
        code = read_aliases(l, l->r.doc, at, &e->aliases);
    if (code == TD_OK)
        code = read_way(l, at, e);
    if (code == TD_OK)
        code = contract_read_channels(l, at);
    if (code == TD_OK)
        code = read_plain(l, at, e);
    if (code == TD_OK)
        code = read_match(l, at, e);
    if (code == TD_OK && schema)
        code = read_schema(l, schema, e);
    return code;
}

enum td_code contract_read_events(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return fail(l, at, "events is an object: a name, then what it is");
    if (l->r.doc->json.values[at].count > CHECK_EVENTS_MAX)
        return td_jsonx_fail(l->r.doc, at, TD_LIMIT, l->r.err,
                             "more than %d events", CHECK_EVENTS_MAX);
    l->c->events =
        contract_grow(l->c->events, l->c->events_len,
                      l->r.doc->json.values[at].count, sizeof(*l->c->events));
    l->c->plain =
        contract_grow(l->c->plain, l->c->events_len,
                      l->r.doc->json.values[at].count, sizeof(*l->c->plain));
    l->c->matched =
        contract_grow(l->c->matched, l->c->events_len,
                      l->r.doc->json.values[at].count, sizeof(*l->c->matched));
    for (uint32_t key = at + 1;
         key < l->r.doc->json.values[at].next && code == TD_OK;
         key = l->r.doc->json.values[key + 1].next)
        code = td_jsonx_settle(&l->r, read_event(l, key));
    return code;
}

/* Takes over name. */
static enum td_code no_event(struct contract_loader *l, uint32_t key,
                             struct td_buf *name)
{
    struct td_suggestion near = {.word = td_buf_str(name)};

    (void)td_jsonx_fail(l->r.doc, key, TD_USAGE, l->r.err,
                        "the contract has no event \"%.80s\"", near.word);
    for (uint32_t i = 0; i < l->c->events_len; i++)
        td_suggest(&near, (const char *)l->c->events[i].name.ptr);
    td_buf_release(name);
    if (near.best)
        return td_error_hint(l->r.err, "did you mean %s?", near.best);
    return td_error_hint(l->r.err, "name it under the contract's events first");
}

/* An event as a dialect writes it: what the contract says, and what the dialect
 * adds; its schema is for the data as it is on the wire.
 */
static enum td_code read_form(struct contract_loader *l, uint32_t key,
                              struct check_contract_event *events)
{
    static const struct td_jsonx_key known[] = {{"schema", NULL},
                                                {"aliases", NULL},
                                                {"values", NULL},
                                                {"note", NULL},
                                                {NULL, NULL}};
    struct td_buf name = {0};
    uint32_t at = key + 1;
    struct check_contract_event *e;
    enum td_code code;
    uint32_t index;
    uint32_t schema;

    (void)td_json_unescape(&name, td_json_inner(&l->r.doc->json, key));
    index = check_event_find(l->c->set.words, td_buf_bytes(&name));
    if (index >= l->c->events_len)
        return no_event(l, key, &name);
    td_buf_release(&name);
    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return fail(l, at,
                    "an event of a dialect is an object with schema, "
                    "aliases or values");
    e = &events[index];
    if (e->form != CHECK_FORM_JSON)
        return fail(l, key,
                    "this event is no JSON, and the same in every "
                    "dialect");
    code = td_jsonx_keys(&l->r, at, &(struct td_jsonx_shape){known, NULL});
    if (code == TD_OK)
        code = read_aliases(l, l->r.doc, at, &e->aliases);
    schema = td_jsonx_member(l->r.doc, at, "schema");
    if (code || !schema)
        return code;
    e->on_wire = true;
    e->doc = l->r.doc;
    e->source = at;
    return read_schema(l, schema, e);
}

static enum td_code copy_events(struct contract_loader *l,
                                struct check_contract_event **out)
{
    const struct check_contract *c = l->c;
    struct check_contract_event *events =
        td_calloc((size_t)c->events_len + 1, sizeof(*events));
    enum td_code code = TD_OK;

    *out = events;
    for (uint32_t i = 0; i < c->events_len; i++) {
        events[i] = c->events[i];
        events[i].aliases = NULL;
    }
    for (uint32_t i = 0; i < c->events_len && code == TD_OK; i++) {
        if (events[i].doc)
            code = read_aliases(l, events[i].doc, events[i].source,
                                &events[i].aliases);
    }
    return code;
}

static enum td_code read_dialect(struct contract_loader *l, uint32_t key)
{
    static const struct td_jsonx_key known[] = {
        {"events", NULL}, {"note", NULL}, {NULL, NULL}};
    struct check_loader loader = contract_rule_loader(l);
    struct check_contract_event **forms =
        &l->c->dialects[l->c->dialect_names.len];
    uint32_t events;
    enum td_code code = check_read_names(&loader, key, "a dialect has a name",
                                         &l->c->dialect_names);

    if (code == TD_OK)
        code = copy_events(l, forms);
    if (code || td_jsonx_is(l->r.doc, key + 1, TD_JSON_NULL))
        return code;
    if (!td_jsonx_is(l->r.doc, key + 1, TD_JSON_OBJECT))
        return fail(l, key + 1, "a dialect is an object with its events");
    code = td_jsonx_keys(&l->r, key + 1, &(struct td_jsonx_shape){known, NULL});
    events = td_jsonx_member(l->r.doc, key + 1, "events");
    if (code || !events)
        return code;
    if (!td_jsonx_is(l->r.doc, events, TD_JSON_OBJECT))
        return fail(l, events, "events is an object: a name, then what it is");
    for (uint32_t i = events + 1;
         i < l->r.doc->json.values[events].next && code == TD_OK;
         i = l->r.doc->json.values[i + 1].next)
        code = td_jsonx_settle(&l->r, read_form(l, i, *forms));
    return code;
}

enum td_code contract_read_dialects(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return fail(l, at, "dialects is an object: a name, then its events");
    if (l->r.doc->json.values[at].count > CHECK_DIALECTS_MAX)
        return td_jsonx_fail(l->r.doc, at, TD_LIMIT, l->r.err,
                             "more than %d dialects", CHECK_DIALECTS_MAX);
    l->c->dialects =
        contract_grow(l->c->dialects, l->c->dialect_names.len,
                      l->r.doc->json.values[at].count, sizeof(*l->c->dialects));
    for (uint32_t key = at + 1;
         key < l->r.doc->json.values[at].next && code == TD_OK;
         key = l->r.doc->json.values[key + 1].next)
        code = td_jsonx_settle(&l->r, read_dialect(l, key));
    return code;
}

static void free_forms(struct check_contract_event *events, uint32_t len)
{
    for (uint32_t i = 0; events && i < len; i++)
        check_aliases_free(events[i].aliases);
    free(events);
}

void contract_free_events(struct check_contract *c)
{
    for (uint32_t i = 0; i < c->dialect_names.len; i++)
        free_forms(c->dialects[i], c->events_len);
    free(c->dialects);
    for (uint32_t i = 0; i < c->plain_len; i++)
        check_plain_release(&c->events[c->plain[i]].bytes);
    free(c->plain);
    free(c->matched);
    free(c->channels);
    td_arena_release(&c->texts);
    free_forms(c->events, c->events_len);
    check_names_release(&c->dialect_names);
}

const struct check_contract_event *
check_contract_events(const struct check_contract *contract,
                      const char *dialect)
{
    for (uint32_t i = 0; dialect && i < contract->dialect_names.len; i++) {
        if (!strcmp(contract->dialect_names.list[i], dialect))
            return contract->dialects[i];
    }
    return contract->events;
}

const struct check_contract_event *
check_contract_event(const struct check_contract *contract,
                     struct td_bytes name)
{
    uint32_t event = check_event_find(contract->set.words, name);

    return event < contract->events_len ? &contract->events[event] : NULL;
}

enum td_code check_contract_dialect(const struct check_contract *contract,
                                    const char *dialect, struct td_error *err)
{
    struct td_suggestion near = {.word = dialect};

    for (uint32_t i = 0; i < contract->dialect_names.len; i++) {
        if (!strcmp(contract->dialect_names.list[i], dialect))
            return TD_OK;
        td_suggest(&near, contract->dialect_names.list[i]);
    }
    for (uint32_t i = 0; i < contract->set.rules_len; i++) {
        const struct check_names *names = &contract->set.rules[i].dialects;

        for (uint32_t k = 0; k < names->len; k++) {
            if (!strcmp(names->list[k], dialect))
                return TD_OK;
        }
    }
    (void)td_error_set(err, TD_USAGE, "--dialect", 0,
                       "the contract has no dialect \"%.80s\"", dialect);
    if (near.best)
        return td_error_hint(err, "did you mean %s?", near.best);
    return TD_USAGE;
}

#include "validator/contract.h"

#include "core/mem.h"
#include "validator/asyncapi.h"
#include "validator/rule_read.h"

#include <stdlib.h>

struct loader {
    struct check_contract *c;
    const struct td_jsonx *x;
    const struct td_json_doc *json;
    struct td_error *err;
    const struct check_schema_options *how;
    const struct check_contract_errors *errors; /* NULL: end at the first */
    enum td_code first;                         /* of the errors so far */
    struct td_error kept;
};

/* An error ends the loading, unless all are asked for. */
static enum td_code settle(struct loader *l, enum td_code code)
{
    if (code == TD_OK || !l->errors)
        return code;
    l->errors->report(l->errors->self, l->err);
    if (l->first == TD_OK) {
        l->first = code;
        l->kept = *l->err;
    }
    return TD_OK;
}

static uint32_t member(const struct loader *l, uint32_t at, const char *name)
{
    return td_json_member(l->json, at, td_text(name));
}

static bool is_kind(const struct loader *l, uint32_t at, enum td_json_kind kind)
{
    return l->json->values[at].kind == kind;
}

static bool is_text(const struct loader *l, uint32_t at, const char *text)
{
    return is_kind(l, at, TD_JSON_STRING) &&
           td_json_string_is(l->json, at, td_text(text));
}

/* A copy of string `at`, NUL-terminated; allocated. */
static struct td_bytes copy_text(const struct loader *l, uint32_t at)
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(l->json, at));
    (void)td_buf_str(&text);
    return td_buf_bytes(&text);
}

static bool is_among(const struct loader *l, uint32_t key,
                     const char *const *names)
{
    for (; *names; names++) {
        if (is_text(l, key, *names))
            return true;
    }
    return false;
}

/* The keys of object `at` must be among `known`; those in `later` exist in the
 * format but not in this version.
 */
static enum td_code check_keys(struct loader *l, uint32_t at,
                               const char *const *known,
                               const char *const *later)
{
    enum td_code code = TD_OK;

    for (uint32_t key = at + 1; key < l->json->values[at].next && code == TD_OK;
         key = l->json->values[key + 1].next) {
        struct td_bytes name = td_json_inner(l->json, key);
        int len = (int)(name.len < 80 ? name.len : 80);

        if (is_among(l, key, later))
            code = td_jsonx_fail(l->x, key, TD_USAGE, l->err,
                                 "\"%.*s\" is not supported by this version",
                                 len, (const char *)name.ptr);
        else if (!is_among(l, key, known))
            code = td_jsonx_fail(l->x, key, TD_USAGE, l->err,
                                 "there is no key \"%.*s\" here", len,
                                 (const char *)name.ptr);
        code = settle(l, code);
    }
    return code;
}

static enum td_code read_pointer(struct loader *l, uint32_t at, char **out)
{
    struct td_bytes text;

    if (!is_kind(l, at, TD_JSON_STRING))
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "a pointer is text like /type");
    text = copy_text(l, at);
    if (text.len > 0 && text.ptr[0] != '/') {
        free((void *)(uintptr_t)text.ptr);
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "a pointer begins with /");
    }
    free(*out);
    *out = (char *)(uintptr_t)text.ptr;
    return TD_OK;
}

static struct check_loader loader_of(const struct loader *l)
{
    return (struct check_loader){
        .doc = l->x,
        .words = l->c->words,
        .bys = &l->c->bys,
        .err = l->err,
        .schemas = l->c->schemas,
        .events = l->c->events_len ? check_event_count(l->c->words) : 0};
}

static enum td_code read_clock(struct loader *l, uint32_t at)
{
    struct check_loader loader = loader_of(l);

    return check_read_clock(&loader, at, &l->c->time);
}

static enum td_code read_key(struct loader *l, uint32_t at)
{
    struct check_loader loader = loader_of(l);

    return check_read_field(&loader, at, &l->c->key);
}

static enum td_code read_name_pointer(struct loader *l, uint32_t at)
{
    return read_pointer(l, at, &l->c->name_pointer);
}

static enum td_code read_data_pointer(struct loader *l, uint32_t at)
{
    return read_pointer(l, at, &l->c->data_pointer);
}

static enum td_code read_stream(struct loader *l, uint32_t at)
{
    static const char *const known[] = {"name", "data", "clock", "key", NULL};
    static const char *const later[] = {NULL};
    static enum td_code (*const readers[])(struct loader *, uint32_t) = {
        read_name_pointer, read_data_pointer, read_clock, read_key};
    enum td_code code;

    if (!is_kind(l, at, TD_JSON_OBJECT))
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err, "stream is an object");
    code = check_keys(l, at, known, later);
    for (size_t i = 0; known[i] && code == TD_OK; i++) {
        uint32_t v = member(l, at, known[i]);

        if (v)
            code = settle(l, readers[i](l, v));
    }
    return code;
}

/* Room for more items, zeroed, behind those that are there. */
static void *grow(void *items, uint32_t len, uint32_t more, size_t size)
{
    char *grown = td_realloc(items, ((size_t)len + more + 1) * size);

    memset(grown + len * size, 0, ((size_t)more + 1) * size);
    return grown;
}

/* The events of a contract are the first of its words. */
static enum td_code add_event(struct loader *l, uint32_t key)
{
    struct td_bytes name = copy_text(l, key);
    uint32_t event = check_event_add(l->c->words, name);

    free((void *)(uintptr_t)name.ptr);
    if (event < l->c->events_len)
        return td_jsonx_fail(l->x, key, TD_USAGE, l->err,
                             "this event is named twice");
    l->c->events[l->c->events_len++] = (struct check_contract_event){
        .name = check_event_name(l->c->words, event)};
    return TD_OK;
}

/* The document that the schemas of imported events refer to. */
static enum td_code add_asyncapi(struct loader *l)
{
    uint32_t root;

    if (l->c->asyncapi.json.len == 0)
        return TD_OK;
    return check_schemas_add(l->c->schemas, &l->c->asyncapi, 0, &root, l->err);
}

/* After an error the set is of no more use, and more errors may follow. */
static void renew_schemas(struct loader *l, enum td_code code)
{
    if (code == TD_OK || !l->errors)
        return;
    check_schemas_free(l->c->schemas);
    l->c->schemas = check_schemas_new(l->how);
    (void)add_asyncapi(l);
}

static enum td_code read_event(struct loader *l, uint32_t key)
{
    static const char *const known[] = {"schema", "note", NULL};
    static const char *const later[] = {"aliases", NULL};
    uint32_t at = key + 1;
    struct check_contract_event *e;
    enum td_code code = add_event(l, key);
    uint32_t schema;

    if (code)
        return code;
    e = &l->c->events[l->c->events_len - 1];
    if (is_kind(l, at, TD_JSON_NULL))
        return TD_OK;
    if (!is_kind(l, at, TD_JSON_OBJECT))
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "an event is an object, which may be empty");
    code = check_keys(l, at, known, later);
    schema = member(l, at, "schema");
    if (code || !schema)
        return code;
    e->has_schema = true;
    code = check_schemas_add(l->c->schemas, l->x, schema, &e->root, l->err);
    renew_schemas(l, code);
    return code;
}

static enum td_code read_events(struct loader *l, uint32_t at)
{
    enum td_code code = TD_OK;

    if (!is_kind(l, at, TD_JSON_OBJECT))
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "events is an object: a name, then what it is");
    if (l->json->values[at].count > CHECK_EVENTS_MAX)
        return td_jsonx_fail(l->x, at, TD_LIMIT, l->err, "more than %d events",
                             CHECK_EVENTS_MAX);
    l->c->events = grow(l->c->events, l->c->events_len,
                        l->json->values[at].count, sizeof(*l->c->events));
    for (uint32_t key = at + 1; key < l->json->values[at].next && code == TD_OK;
         key = l->json->values[key + 1].next)
        code = settle(l, read_event(l, key));
    return code;
}

static enum td_code read_rules(struct loader *l, uint32_t at)
{
    struct check_loader loader = loader_of(l);
    enum td_code code = TD_OK;

    if (!is_kind(l, at, TD_JSON_ARRAY))
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err, "rules is a list");
    if (l->json->values[at].count > CHECK_RULES_MAX)
        return td_jsonx_fail(l->x, at, TD_LIMIT, l->err, "more than %d rules",
                             CHECK_RULES_MAX);
    l->c->rules = grow(l->c->rules, l->c->rules_len, l->json->values[at].count,
                       sizeof(*l->c->rules));
    for (uint32_t i = at + 1; i < l->json->values[at].next && code == TD_OK;
         i = l->json->values[i].next) {
        code = check_rule_load(&l->c->rules[l->c->rules_len++], &loader, i);
        renew_schemas(l, code);
        loader.schemas = l->c->schemas;
        code = settle(l, code);
    }
    return code;
}

static enum td_code read_unknown(struct loader *l, uint32_t at)
{
    if (is_text(l, at, "error"))
        l->c->unknown = CHECK_UNKNOWN_ERROR;
    else if (is_text(l, at, "warn"))
        l->c->unknown = CHECK_UNKNOWN_WARN;
    else if (is_text(l, at, "ignore"))
        l->c->unknown = CHECK_UNKNOWN_IGNORE;
    else
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "unknown is error, warn or ignore");
    return TD_OK;
}

static enum td_code read_complete(struct loader *l, uint32_t at)
{
    if (!is_kind(l, at, TD_JSON_TRUE) && !is_kind(l, at, TD_JSON_FALSE))
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "complete is true or false");
    l->c->may_be_cut = is_kind(l, at, TD_JSON_FALSE);
    return TD_OK;
}

static enum td_code read_note(struct loader *l, uint32_t at)
{
    (void)l;
    (void)at;
    return TD_OK;
}

static enum td_code read_version(struct loader *l)
{
    uint32_t v = is_kind(l, 0, TD_JSON_OBJECT) ? member(l, 0, "contract") : 0;

    if (v && td_bytes_is(td_json_raw(l->json, v), "1"))
        return TD_OK;
    return td_jsonx_fail(l->x, v, TD_USAGE, l->err,
                         "a contract begins with `contract: 1`");
}

static enum td_code index_rules(struct loader *l)
{
    struct check_contract *c = l->c;

    for (uint32_t i = 0; i < c->rules_len; i++)
        c->timed = c->timed || c->rules[i].timed;
    if (check_dispatch_make(&c->dispatch, c->rules, c->rules_len, c->words))
        return TD_OK;
    return td_jsonx_fail(l->x, 0, TD_LIMIT, l->err,
                         "too many rules for so many events: %u and %u",
                         c->rules_len, check_event_count(c->words));
}

/* The messages of an AsyncAPI file are events, and its rules rules. */
static enum td_code read_asyncapi(struct loader *l, uint32_t at)
{
    struct td_error why = {0};
    struct td_bytes path;
    enum td_code code;

    if (!is_kind(l, at, TD_JSON_STRING))
        return td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "asyncapi is the path of a document");
    path = copy_text(l, at);
    code = check_asyncapi_load(l->x->name, path, l->how->map, &l->c->imported,
                               &l->c->asyncapi, &why);
    if (code == TD_IO)
        code = td_jsonx_fail(l->x, at, TD_USAGE, l->err,
                             "cannot read %.60s: %.200s",
                             (const char *)path.ptr, why.text);
    else if (code)
        *l->err = why;
    else
        code = add_asyncapi(l);
    free((void *)(uintptr_t)path.ptr);
    return code;
}

static enum td_code read_from(struct loader *l, const struct td_jsonx *x,
                              const char *name,
                              enum td_code (*reader)(struct loader *, uint32_t))
{
    uint32_t at = 0;

    l->x = x;
    l->json = &x->json;
    if (x->json.len > 0)
        at = member(l, 0, name);
    return at ? settle(l, reader(l, at)) : TD_OK;
}

static const char *const known_keys[] = {
    "contract", "stream", "complete", "unknown",  "events",
    "rules",    "note",   "tests",    "asyncapi", NULL};

/* Key by key, so that all events are there before the first rule. */
static enum td_code read_keys(struct loader *l)
{
    static enum td_code (*const readers[])(struct loader *, uint32_t) = {
        read_note,   read_stream, read_complete, read_unknown,
        read_events, read_rules,  read_note,     read_note};
    enum td_code code = read_from(l, &l->c->doc, "asyncapi", read_asyncapi);

    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (code == TD_OK)
            code = read_from(l, &l->c->imported, known_keys[i], readers[i]);
        if (code == TD_OK)
            code = read_from(l, &l->c->doc, known_keys[i], readers[i]);
    }
    l->x = &l->c->doc;
    l->json = &l->c->doc.json;
    return code;
}

static enum td_code read_all(struct loader *l)
{
    static const char *const later[] = {NULL};
    enum td_code code = settle(l, read_version(l));
    bool is_one = code == TD_OK && l->first == TD_OK;

    if (is_one)
        code = check_keys(l, 0, known_keys, later);
    if (is_one && code == TD_OK)
        code = read_keys(l);
    if (code == TD_OK && l->first == TD_OK)
        code = index_rules(l);
    if (l->first && l->err)
        *l->err = l->kept;
    return code ? code : l->first;
}

/* A document that is AsyncAPI becomes the contract it says. */
static enum td_code convert(struct loader *l, struct check_schema_options *how)
{
    struct td_jsonx source = l->c->doc;
    enum td_code code;

    if (!how->dialect)
        how->dialect = CHECK_ASYNCAPI_DIALECT;
    l->c->doc = (struct td_jsonx){0};
    code = check_asyncapi_read(&source, how->map, &l->c->doc, &l->c->asyncapi,
                               l->err);
    td_jsonx_release(&source);
    return code;
}

static enum td_code load_all(struct loader *l, struct check_schema_options *how)
{
    enum td_code code =
        check_asyncapi_is(l->x) ? settle(l, convert(l, how)) : TD_OK;

    l->c->schemas = check_schemas_new(how);
    if (code == TD_OK && l->first == TD_OK)
        code = settle(l, add_asyncapi(l));
    if (code == TD_OK && l->first == TD_OK)
        code = read_all(l);
    return code ? code : l->first;
}

enum td_code
check_contract_compile_all(struct check_contract **out, struct td_jsonx *doc,
                           const struct check_schema_options *how,
                           const struct check_contract_errors *errors,
                           struct td_error *err)
{
    struct check_contract *c = td_calloc(1, sizeof(*c));
    struct td_error own = {0};
    struct check_schema_options schemas = {0};
    struct loader l = {.c = c,
                       .x = &c->doc,
                       .json = &c->doc.json,
                       .err = err ? err : &own,
                       .how = &schemas,
                       .errors = errors};
    enum td_code code;

    *out = NULL;
    c->doc = *doc;
    *doc = (struct td_jsonx){0};
    c->data_pointer = td_strdup("");
    c->key = CHECK_NO_VALUE;
    c->time.field = CHECK_NO_VALUE;
    c->words = check_words_new();
    if (how)
        schemas = *how;
    code = load_all(&l, &schemas);
    if (code)
        check_contract_free(c);
    else
        *out = c;
    return code;
}

enum td_code check_contract_compile(struct check_contract **out,
                                    struct td_jsonx *doc,
                                    const struct check_schema_options *how,
                                    struct td_error *err)
{
    return check_contract_compile_all(out, doc, how, NULL, err);
}

enum td_code check_contract_load(struct check_contract **out, const char *path,
                                 const struct check_schema_options *how,
                                 struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code = td_jsonx_load(&doc, path, err);

    return code ? code : check_contract_compile(out, &doc, how, err);
}

void check_contract_free(struct check_contract *contract)
{
    if (!contract)
        return;
    check_schemas_free(contract->schemas);
    for (uint32_t i = 0; i < contract->rules_len; i++)
        check_rule_release(&contract->rules[i]);
    check_dispatch_release(&contract->dispatch);
    check_words_free(contract->words);
    free(contract->bys.list);
    free(contract->events);
    free(contract->rules);
    free(contract->name_pointer);
    free(contract->data_pointer);
    td_jsonx_release(&contract->doc);
    td_jsonx_release(&contract->imported);
    td_jsonx_release(&contract->asyncapi);
    free(contract);
}

const struct check_contract_event *
check_contract_event(const struct check_contract *contract,
                     struct td_bytes name)
{
    uint32_t event = check_event_find(contract->words, name);

    return event < contract->events_len ? &contract->events[event] : NULL;
}

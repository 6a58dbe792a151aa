#include "validator/contract/contract.h"

#include "core/mem.h"
#include "core/suggest.h"
#include "validator/asyncapi/asyncapi.h"
#include "validator/contract/contract_internal.h"
#include "validator/rule/read.h"
#include "validator/shelf/shelf.h"
#include "validator/verb/verb.h"

#include <stdlib.h>

struct check_loader contract_rule_loader(const struct contract_loader *l)
{
    return (struct check_loader){.doc = l->r.doc,
                                 .words = l->c->set.words,
                                 .group_bys = &l->c->set.group_bys,
                                 .err = l->r.err,
                                 .schemas = l->c->set.schemas,
                                 .events = l->c->events_len};
}

static enum td_code read_pointer(struct contract_loader *l, uint32_t at,
                                 char **out)
{
    struct check_loader loader = contract_rule_loader(l);
    char *text;
    enum td_code code =
        check_read_text(&loader, at, "a pointer is text like /type", &text);

    if (code)
        return code;
    if (text[0] != '\0' && text[0] != '/') {
        free(text);
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "a pointer begins with /");
    }
    free(*out);
    *out = text;
    return TD_OK;
}

static enum td_code read_clock(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    struct check_loader loader = contract_rule_loader(l);

    return check_read_clock(&loader, at, &l->c->set.time);
}

static enum td_code read_key(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    struct check_loader loader = contract_rule_loader(l);

    return check_read_field(&loader, at, &l->c->set.key);
}

static enum td_code read_ends(void *self, uint32_t at)
{
    struct contract_loader *l = self;

    l->ends_at = at;
    l->ends_doc = l->r.doc;
    return TD_OK;
}

/* The selector names an event, so events come first. */
static enum td_code load_ends(struct contract_loader *l)
{
    struct check_selector *selector = NULL;
    enum td_code code = TD_OK;

    if (l->ends_doc)
        code = check_selector_load(&selector, l->c->set.words, l->ends_doc,
                                   l->ends_at, l->r.err);
    if (code == TD_OK)
        l->c->set.ends = selector;
    return code;
}

static enum td_code read_name_pointer(void *self, uint32_t at)
{
    struct contract_loader *l = self;

    return read_pointer(l, at, &l->c->name_pointer);
}

static enum td_code read_data_pointer(void *self, uint32_t at)
{
    struct contract_loader *l = self;

    return read_pointer(l, at, &l->c->data_pointer);
}

/* What AsyncAPI says of headers is rules by then. */
static enum td_code read_headers_pointer(void *self, uint32_t at)
{
    char *pointer = NULL;
    enum td_code code = read_pointer(self, at, &pointer);

    free(pointer);
    return code;
}

static enum td_code read_directions(void *self, uint32_t at)
{
    static const char *const words[] = {"same", "reversed", "ignored", NULL};
    struct contract_loader *l = self;
    struct check_loader loader = contract_rule_loader(l);
    uint32_t chosen = 0;
    enum td_code code = check_read_choice(
        &loader, at, words, "directions is same, reversed or ignored", &chosen);

    l->c->directions = (enum check_directions)chosen;
    return code;
}

static enum td_code read_stream(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    static const struct td_jsonx_key keys[] = {
        {"name", read_name_pointer},
        {"data", read_data_pointer},
        {"headers", read_headers_pointer},
        {"clock", read_clock},
        {"key", read_key},
        {"ends", read_ends},
        {"directions", read_directions},
        {NULL, NULL}};

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "stream is an object");
    return td_jsonx_read(&l->r, at, &(struct td_jsonx_shape){keys, NULL}, l);
}

/* Room for more items, zeroed, behind those that are there. */
void *contract_grow(void *items, uint32_t len, uint32_t more, size_t size)
{
    char *grown = td_realloc(items, ((size_t)len + more + 1) * size);

    memset(grown + len * size, 0, ((size_t)more + 1) * size);
    return grown;
}

enum td_code contract_add_schemas(struct contract_loader *l,
                                  const struct td_jsonx *schemas)
{
    uint32_t root;

    if (schemas->json.len == 0)
        return TD_OK;
    return schema_set_add(l->c->set.schemas, schemas, 0, &root, l->r.err);
}

static enum td_code add_asyncapi(struct contract_loader *l)
{
    enum td_code code = contract_add_schemas(l, &l->c->asyncapi);

    for (uint32_t i = 0; i < l->c->imports_len && code == TD_OK; i++)
        code = contract_add_schemas(l, &l->c->imports[i]->schemas);
    return code;
}

/* After an error the set is of no more use, and more errors may follow. */
void contract_renew_schemas(struct contract_loader *l, enum td_code code)
{
    if (code == TD_OK || !l->r.errors)
        return;
    schema_set_free(l->c->set.schemas);
    l->c->set.schemas = schema_set_new(l->how);
    (void)add_asyncapi(l);
}

/* A rule may only name what the contract says there is, if it says. */
static enum td_code check_names(struct contract_loader *l, uint32_t at,
                                const struct check_names *names,
                                const struct check_names *known,
                                const char *what)
{
    for (uint32_t i = 0; known->len > 0 && i < names->len; i++) {
        struct td_suggestion near = {.word = names->list[i]};
        uint32_t k = 0;

        for (; k < known->len && strcmp(names->list[i], known->list[k]); k++)
            td_suggest(&near, known->list[k]);
        if (k < known->len)
            continue;
        (void)td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                            "the contract has no %s \"%.80s\"", what,
                            names->list[i]);
        if (near.best)
            return td_error_hint(l->r.err, "did you mean %s?", near.best);
        return TD_USAGE;
    }
    return TD_OK;
}

static enum td_code read_rule(struct contract_loader *l, uint32_t at)
{
    struct check_loader loader = contract_rule_loader(l);
    struct check_rule *rule;
    enum td_code code;

    if (contract_softens(l, at))
        return TD_OK;
    rule = &l->c->set.rules[l->c->set.rules_len++];
    code = check_rule_load(rule, &loader, at);
    rule->import = l->import;
    rule->at = at;
    if (code == TD_OK)
        code = check_names(l, td_jsonx_member(l->r.doc, at, "profile"),
                           &rule->profiles, &l->c->profiles, "profile");
    if (code == TD_OK)
        code = check_names(l, td_jsonx_member(l->r.doc, at, "dialect"),
                           &rule->dialects, &l->c->dialect_names, "dialect");
    contract_renew_schemas(l, code);
    return td_jsonx_settle(&l->r, code);
}

static enum td_code read_rules(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_ARRAY))
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "rules is a list");
    if (l->r.doc->json.values[at].count > CHECK_RULES_MAX)
        return td_jsonx_fail(l->r.doc, at, TD_LIMIT, l->r.err,
                             "more than %d rules", CHECK_RULES_MAX);
    l->c->set.rules = contract_grow(l->c->set.rules, l->c->set.rules_len,
                                    l->r.doc->json.values[at].count,
                                    sizeof(*l->c->set.rules));
    for (uint32_t i = at + 1;
         i < l->r.doc->json.values[at].next && code == TD_OK;
         i = l->r.doc->json.values[i].next)
        code = read_rule(l, i);
    return code;
}

static enum td_code read_unknown(void *self, uint32_t at)
{
    struct contract_loader *l = self;

    if (td_jsonx_is_text(l->r.doc, at, "error"))
        l->c->unknown = CHECK_UNKNOWN_ERROR;
    else if (td_jsonx_is_text(l->r.doc, at, "warn"))
        l->c->unknown = CHECK_UNKNOWN_WARN;
    else if (td_jsonx_is_text(l->r.doc, at, "ignore"))
        l->c->unknown = CHECK_UNKNOWN_IGNORE;
    else
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "unknown is error, warn or ignore");
    return TD_OK;
}

static enum td_code read_complete(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    bool complete;
    enum td_code code =
        td_jsonx_flag(l->r.doc, at, "complete", &complete, l->r.err);

    l->c->may_be_cut = code == TD_OK && !complete;
    return code;
}

/* A list of names, or an object of names with what they are for. */
static enum td_code read_profiles(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    static const char what[] =
        "profiles is a list of names, or an object: a name, then what it is "
        "for";
    struct check_loader loader = contract_rule_loader(l);
    enum td_code code = TD_OK;

    if (td_jsonx_is(l->r.doc, at, TD_JSON_ARRAY))
        return check_read_names(&loader, at, what, &l->c->profiles);
    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err, "%s", what);
    for (uint32_t key = at + 1;
         key < l->r.doc->json.values[at].next && code == TD_OK;
         key = l->r.doc->json.values[key + 1].next)
        code = check_read_names(&loader, key, what, &l->c->profiles);
    return code;
}

/* True if the document looks like a JSON Schema. */
static bool is_schema(const struct contract_loader *l)
{
    static const char *const words[] = {"$schema", "$ref",  "properties",
                                        "allOf",   "anyOf", "oneOf"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (td_jsonx_member(l->r.doc, 0, words[i]))
            return true;
    }
    return false;
}

static enum td_code read_version(struct contract_loader *l)
{
    uint32_t v = td_jsonx_is(l->r.doc, 0, TD_JSON_OBJECT)
                     ? td_jsonx_member(l->r.doc, 0, "contract")
                     : 0;

    if (v && td_bytes_is(td_json_raw(&l->r.doc->json, v), "1"))
        return TD_OK;
    if (v && td_jsonx_is(l->r.doc, v, TD_JSON_NUMBER)) {
        (void)td_jsonx_fail(l->r.doc, v, TD_USAGE, l->r.err,
                            "contracts of version 1 are read here, not %.*s",
                            (int)td_json_raw(&l->r.doc->json, v).len,
                            (const char *)td_json_raw(&l->r.doc->json, v).ptr);
        return td_error_hint(l->r.err, "write `contract: 1`, or use a newer "
                                       "tapedeck");
    }
    (void)td_jsonx_fail(l->r.doc, v, TD_USAGE, l->r.err,
                        "a contract begins with `contract: 1`");
    return is_schema(l)
               ? td_error_hint(l->r.err, "this looks like a JSON "
                                         "Schema: give it with --schema")
               : TD_USAGE;
}

static enum td_code index_rules(struct contract_loader *l)
{
    struct check_contract *c = l->c;

    for (uint32_t i = 0; i < c->set.rules_len; i++)
        c->set.timed = c->set.timed || c->set.rules[i].timed;
    if (check_dispatch_make(&c->set.dispatch, c->set.rules, c->set.rules_len,
                            c->set.words))
        return TD_OK;
    return td_jsonx_fail(l->r.doc, 0, TD_LIMIT, l->r.err,
                         "too many rules for so many events: %u and %u",
                         c->set.rules_len, check_event_count(c->set.words));
}

/* The messages of an AsyncAPI file are events, and its rules rules. */
static enum td_code read_asyncapi(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    struct td_error why = {0};
    struct check_loader loader = contract_rule_loader(l);
    char *path;
    enum td_code code = check_read_text(
        &loader, at, "asyncapi is the path of a document", &path);

    if (code)
        return code;
    code = check_asyncapi_load(l->r.doc->name, td_text(path), l->how,
                               &l->c->imported, &l->c->asyncapi, &why);
    if (code == TD_IO) {
        code = td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "cannot read %.60s: %.200s", path, why.text);
        if (why.hint[0])
            (void)td_error_hint(l->r.err, "%s", why.hint);
    } else if (code)
        *l->r.err = why;
    else if (contract_imports(l->c, l->c->asyncapi.name))
        td_jsonx_release(&l->c->imported); /* its messages are there */
    else
        code = contract_add_schemas(l, &l->c->asyncapi);
    free(path);
    return code;
}

/* In the order in which they are read: rules behind what they name. */
static const struct td_jsonx_key known_keys[] = {
    {"contract", NULL},
    {"stream", read_stream},
    {"complete", read_complete},
    {"unknown", read_unknown},
    {"events", contract_read_events},
    {"sets", contract_read_sets},
    {"dialects", contract_read_dialects},
    {"profiles", read_profiles},
    {"rules", read_rules},
    {"note", NULL},
    {"tests", NULL},
    {"asyncapi", NULL},
    {"import", NULL},
    {NULL, NULL}};

static enum td_code read_from(struct contract_loader *l,
                              const struct td_jsonx *doc, const char *name,
                              enum td_code (*reader)(void *, uint32_t))
{
    uint32_t at = doc->json.len > 0 ? td_jsonx_member(doc, 0, name) : 0;

    l->r.doc = doc;
    return at ? td_jsonx_settle(&l->r, reader(l, at)) : TD_OK;
}

/* What all documents say, the contract itself at last. */
static enum td_code read_key_of_all(struct contract_loader *l,
                                    const struct td_jsonx_key *key)
{
    struct check_contract *c = l->c;
    enum td_code code = TD_OK;

    for (l->import = 0; l->import < c->imports_len && code == TD_OK;
         l->import++)
        code = read_from(l, &c->imports[l->import]->doc, key->name, key->read);
    l->import = CHECK_RULE_ASYNCAPI;
    if (code == TD_OK)
        code = read_from(l, &c->imported, key->name, key->read);
    l->import = CHECK_RULE_OWN;
    return code ? code : read_from(l, &c->doc, key->name, key->read);
}

/* Key by key, so that all events are there before the first rule. */
static enum td_code read_keys(struct contract_loader *l)
{
    enum td_code code =
        read_from(l, &l->c->doc, "import", contract_read_imports);

    if (code == TD_OK)
        code = read_from(l, &l->c->doc, "asyncapi", read_asyncapi);
    for (const struct td_jsonx_key *key = known_keys; key->name; key++) {
        if (code == TD_OK && key->read)
            code = read_key_of_all(l, key);
    }
    l->r.doc = &l->c->doc;
    if (code == TD_OK && l->r.first == TD_OK)
        code = contract_override(l);
    return code ? code : td_jsonx_settle(&l->r, load_ends(l));
}

enum td_code contract_check_keys(struct contract_loader *l)
{
    enum td_code code = read_version(l);

    return code ? code
                : td_jsonx_keys(&l->r, 0,
                                &(struct td_jsonx_shape){known_keys, NULL});
}

static enum td_code read_all(struct contract_loader *l)
{
    enum td_code code = td_jsonx_settle(&l->r, read_version(l));
    bool is_one = code == TD_OK && l->r.first == TD_OK;

    if (is_one)
        code =
            td_jsonx_keys(&l->r, 0, &(struct td_jsonx_shape){known_keys, NULL});
    if (is_one && code == TD_OK)
        code = read_keys(l);
    if (code == TD_OK && l->r.first == TD_OK)
        code = index_rules(l);
    if (l->r.first && l->r.err)
        *l->r.err = l->r.kept;
    return code ? code : l->r.first;
}

/* A document that is AsyncAPI becomes the contract it says. */
static enum td_code convert(struct contract_loader *l,
                            struct schema_options *how)
{
    struct td_jsonx source = l->c->doc;
    enum td_code code;

    if (!how->dialect)
        how->dialect = CHECK_ASYNCAPI_DIALECT;
    l->converted = true;
    l->c->doc = (struct td_jsonx){0};
    code = check_asyncapi_read(&source, how, &l->c->doc, &l->c->asyncapi,
                               l->r.err);
    td_jsonx_release(&source);
    return code;
}

static enum td_code load_all(struct contract_loader *l,
                             struct schema_options *how)
{
    enum td_code code = check_asyncapi_is(l->r.doc)
                            ? td_jsonx_settle(&l->r, convert(l, how))
                            : TD_OK;

    l->c->set.schemas = schema_set_new(how);
    if (code == TD_OK && l->r.first == TD_OK)
        code = td_jsonx_settle(&l->r, add_asyncapi(l));
    if (code == TD_OK && l->r.first == TD_OK)
        code = read_all(l);
    return code ? code : l->r.first;
}

enum td_code check_contract_compile_all(struct check_contract **out,
                                        struct td_jsonx *doc,
                                        const struct schema_options *how,
                                        const struct td_jsonx_errors *errors,
                                        struct td_error *err)
{
    struct check_contract *c = td_calloc(1, sizeof(*c));
    struct td_error own = {0};
    struct schema_options schemas = {0};
    struct contract_loader l = {
        .c = c,
        .r = {.doc = &c->doc, .err = err ? err : &own, .errors = errors},
        .how = &schemas};
    enum td_code code;

    *out = NULL;
    c->doc = *doc;
    *doc = (struct td_jsonx){0};
    c->data_pointer = td_strdup("");
    c->set.key = CHECK_NO_VALUE;
    c->set.time.field = CHECK_NO_VALUE;
    c->set.words = check_words_new();
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
                                    const struct schema_options *how,
                                    struct td_error *err)
{
    return check_contract_compile_all(out, doc, how, NULL, err);
}

enum td_code check_contract_load(struct check_contract **out, const char *path,
                                 const struct schema_options *how,
                                 struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code = check_shelf_load(&doc, path, err);

    schema_options_note(how, path);
    return code ? code : check_contract_compile(out, &doc, how, err);
}

const char *check_contract_source(const struct check_contract *contract,
                                  uint32_t i)
{
    if (i < contract->imports_len)
        return contract->imports[i]->doc.name;
    return i == contract->imports_len ? contract->asyncapi.name : NULL;
}

void check_contract_free(struct check_contract *contract)
{
    if (!contract)
        return;
    schema_set_free(contract->set.schemas);
    for (uint32_t i = 0; i < contract->set.rules_len; i++)
        check_rule_release(&contract->set.rules[i]);
    check_dispatch_release(&contract->set.dispatch);
    check_selector_free(contract->set.ends);
    check_words_free(contract->set.words);
    free(contract->set.group_bys.list);
    contract_free_events(contract);
    check_names_release(&contract->profiles);
    free(contract->set.rules);
    free(contract->name_pointer);
    free(contract->data_pointer);
    contract_free_imports(contract);
    td_jsonx_release(&contract->doc);
    td_jsonx_release(&contract->imported);
    td_jsonx_release(&contract->asyncapi);
    free(contract);
}

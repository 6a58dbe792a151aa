/* Contracts that a contract takes in: their events, sets and rules. */
#include "core/mem.h"
#include "core/suggest.h"
#include "schema/value/folders.h"
#include "validator/asyncapi/asyncapi.h"
#include "validator/contract/contract_internal.h"
#include "validator/rule/read.h"
#include "validator/shelf/shelf.h"

#include <stdlib.h>

/* FILE as seen from the folder of the document that names it. */
static char *join(const char *base, const char *path)
{
    const char *slash = strrchr(base, '/');
    struct td_buf full = {0};
    char *out;

    if (slash && path[0] != '/')
        (void)td_buf_add(&full, base, (size_t)(slash - base) + 1);
    (void)td_buf_add_text(&full, path);
    out = td_strdup(td_buf_str(&full));
    td_buf_release(&full);
    return out;
}

/* An AsyncAPI document becomes the contract that it says. */
static enum td_code convert(const struct contract_loader *l,
                            struct check_import *found, struct td_error *err)
{
    struct td_jsonx source = found->doc;
    enum td_code code;

    found->doc = (struct td_jsonx){0};
    found->converted = true;
    code =
        check_asyncapi_read(&source, l->how, &found->doc, &found->schemas, err);
    td_jsonx_release(&source);
    return code;
}

/* Read the contract FILE, as seen from the file `base`, or std:NAME. TD_IO with
 * a hint if the file is not in the folder of the contract that is loaded, or
 * another one that is allowed.
 */
static enum td_code find(const struct contract_loader *l, const char *base,
                         const char *name, struct check_import *found,
                         struct td_error *err)
{
    struct schema_folders folders = {0};
    char *path;
    enum td_code code;

    if (check_shelf_is(name)) {
        schema_options_note(l->how, name);
        return check_shelf_load(&found->doc, name, err);
    }
    if (check_shelf_is(base))
        return td_error_set(err, TD_USAGE, base, 0,
                            "a contract of the shelf takes in no file");
    path = join(base, name);
    schema_folders_add_of(&folders, l->c->doc.name);
    schema_folders_add_all(&folders, l->how->allow);
    code = schema_folders_check(&folders, path, err);
    schema_folders_release(&folders);
    if (code == TD_OK) {
        schema_options_note(l->how, path);
        code = td_jsonx_load(&found->doc, path, err);
    }
    if (code == TD_OK && check_asyncapi_is(&found->doc))
        code = convert(l, found, err);
    free(path);
    return code;
}

/* The same file under any name has the same one here. */
static char *real_name(const char *name)
{
    char *real = check_shelf_is(name) ? NULL : realpath(name, NULL);
    char *out = td_strdup(real ? real : name);

    free(real);
    return out;
}

static void release(struct check_import *import)
{
    td_jsonx_release(&import->doc);
    td_jsonx_release(&import->schemas);
}

static struct check_import *find_import(const struct check_contract *c,
                                        const char *real)
{
    for (uint32_t i = 0; i < c->imports_len; i++) {
        if (!strcmp(c->imports[i]->real, real))
            return c->imports[i];
    }
    return NULL;
}

static enum td_code fail(struct contract_loader *l, uint32_t at,
                         const char *why)
{
    return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err, "%s", why);
}

static enum td_code import_name(struct contract_loader *l, uint32_t at,
                                struct check_import **import);

/* What else the file says is read later, key by key (contract.c). */
/* NOLINTBEGIN(misc-no-recursion) */
static enum td_code read_inner(struct contract_loader *l,
                               struct check_import *import)
{
    const struct td_jsonx *outer = l->r.doc;
    struct check_import *outside = l->within;
    struct check_import *messages = NULL;
    enum td_code code;
    uint32_t at;

    l->within = import;
    l->r.doc = &import->doc;
    code = contract_check_keys(l);
    if (code == TD_OK)
        code = contract_add_schemas(l, &import->schemas);
    at = code ? 0 : td_jsonx_member(l->r.doc, 0, "asyncapi");
    if (at)
        code = import_name(l, at, &messages);
    if (code == TD_OK && messages && !messages->converted)
        code = fail(l, at, "an AsyncAPI document begins with `asyncapi:`");
    at = code ? 0 : td_jsonx_member(l->r.doc, 0, "import");
    if (at)
        code = contract_read_imports(l, at);
    l->r.doc = outer;
    l->within = outside;
    return code;
}

/* It is there once, whoever else imports it. */
static enum td_code add_import(struct contract_loader *l, uint32_t at,
                               struct check_import *found,
                               struct check_import **import)
{
    struct check_contract *c = l->c;
    char *real = real_name(found->doc.name);
    char *own = real_name(c->doc.name);
    struct check_import *there = find_import(c, real);
    bool ring = (there && !there->done) || !strcmp(real, own);
    enum td_code code;

    free(own);
    *import = there;
    if (there || ring)
        free(real);
    if (ring)
        return fail(l, at, "the imports lead back to this contract");
    if (there)
        return TD_OK;
    if (c->imports_len == CHECK_IMPORTS_MAX) {
        free(real);
        return td_jsonx_fail(l->r.doc, at, TD_LIMIT, l->r.err,
                             "more than %d imported contracts",
                             CHECK_IMPORTS_MAX);
    }
    there = td_calloc(1, sizeof(*there));
    *there = *found;
    *found = (struct check_import){0};
    there->real = real;
    there->holds = UINT64_C(1) << c->imports_len;
    c->imports = td_realloc(c->imports, (c->imports_len + 1) *
                                            sizeof(struct check_import *));
    c->imports[c->imports_len++] = there;
    *import = there;
    code = read_inner(l, there);
    there->done = true;
    if (code) /* nothing more is read of it */
        release(there);
    return code;
}

static enum td_code import_name(struct contract_loader *l, uint32_t at,
                                struct check_import **import)
{
    struct check_loader loader = contract_rule_loader(l);
    struct check_import found = {0};
    struct td_error why = {0};
    char *name = NULL;
    enum td_code code = check_read_text(
        &loader, at, "import takes FILE or std:NAME, or {from: FILE}", &name);

    if (code)
        return code;
    code = find(l, l->r.doc->name, name, &found, &why);
    if (code == TD_IO || (code && check_shelf_is(name))) {
        code = td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "cannot import %.60s: %.200s", name, why.text);
        if (why.hint[0])
            (void)td_error_hint(l->r.err, "%s", why.hint);
    } else if (code) {
        *l->r.err = why;
    } else {
        code = add_import(l, at, &found, import);
        if (code == TD_OK && *import && l->within)
            l->within->holds |= (*import)->holds;
    }
    release(&found);
    free(name);
    return code;
}

static void add_override(struct check_contract *c, struct check_override one)
{
    c->overrides = td_realloc(c->overrides,
                              (c->overrides_len + 1) * sizeof(*c->overrides));
    c->overrides[c->overrides_len++] = one;
}

static enum td_code import_object(struct contract_loader *l, uint32_t at)
{
    static const struct td_jsonx_key known[] = {{"from", NULL},
                                                {"levels", NULL},
                                                {"ids", NULL},
                                                {"note", NULL},
                                                {NULL, NULL}};
    struct check_contract *c = l->c;
    struct check_import *import = NULL;
    uint32_t from = td_jsonx_member(l->r.doc, at, "from");
    enum td_code code =
        td_jsonx_keys(&l->r, at, &(struct td_jsonx_shape){known, NULL});

    if (code == TD_OK && !from)
        return fail(l, at, "an import needs from: FILE or std:NAME");
    if (code == TD_OK)
        code = import_name(l, from, &import);
    if (code)
        return code;
    add_override(c, (struct check_override){
                        .doc = l->r.doc, .at = at, .import = import});
    return TD_OK;
}

static enum td_code import_one(struct contract_loader *l, uint32_t at)
{
    struct check_import *import;

    if (td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return import_object(l, at);
    return import_name(l, at, &import);
}

enum td_code contract_read_imports(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    const struct td_jsonx *doc = l->r.doc;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(doc, at, TD_JSON_ARRAY))
        return import_one(l, at);
    for (uint32_t i = at + 1; i < doc->json.values[at].next && code == TD_OK;
         i = doc->json.values[i].next)
        code = import_one(l, i);
    return code;
}
/* NOLINTEND(misc-no-recursion) */

/* --- what is changed of their rules --- */

static bool is_of(const struct check_rule *rule,
                  const struct check_import *import)
{
    if (!import)
        return rule->import != CHECK_RULE_OWN;
    return rule->import < CHECK_IMPORTS_MAX &&
           (import->holds >> rule->import & 1);
}

static enum td_code no_rule(struct contract_loader *l,
                            const struct check_override *o, uint32_t key,
                            const char *id)
{
    struct td_suggestion near = {.word = id};

    (void)td_jsonx_fail(o->doc, key, TD_USAGE, l->r.err,
                        "what is imported has no rule \"%.80s\"", id);
    for (uint32_t i = 0; i < l->c->set.rules_len; i++) {
        if (is_of(&l->c->set.rules[i], o->import))
            td_suggest(&near, l->c->set.rules[i].id);
    }
    return near.best ? td_error_hint(l->r.err, "did you mean %s?", near.best)
                     : TD_USAGE;
}

static enum td_code set_level(struct contract_loader *l,
                              const struct check_override *o, uint32_t at,
                              struct check_rule *rule)
{
    static const char *const levels[] = {"error", "warn", "info", "off", NULL};
    struct check_loader loader = contract_rule_loader(l);
    uint32_t level = 0;
    enum td_code code;

    loader.doc = o->doc;
    code = check_read_choice(&loader, at, levels,
                             "a level is error, warn, info or off", &level);
    rule->dropped = level == 3;
    if (level < 3)
        rule->level = (enum check_level)level;
    return code;
}

static enum td_code set_id(struct contract_loader *l,
                           const struct check_override *o, uint32_t at,
                           struct check_rule *rule)
{
    struct check_loader loader = contract_rule_loader(l);
    char *id = NULL;
    enum td_code code;

    loader.doc = o->doc;
    code = check_read_text(&loader, at, "an id is text", &id);
    if (code)
        return code;
    free(rule->id);
    rule->id = id;
    return TD_OK;
}

typedef enum td_code (*change)(struct contract_loader *l,
                               const struct check_override *o, uint32_t at,
                               struct check_rule *rule);

/* The rule whose id stands at a place becomes what stands at `to`. */
static enum td_code change_one(struct contract_loader *l,
                               const struct check_override *o, uint32_t key,
                               uint32_t to, change does)
{
    struct td_buf id = {0};
    enum td_code code = TD_OK;
    bool any = false;

    (void)td_json_unescape(&id, td_json_inner(&o->doc->json, key));
    for (uint32_t i = 0; i < l->c->set.rules_len && code == TD_OK; i++) {
        struct check_rule *rule = &l->c->set.rules[i];

        if (!is_of(rule, o->import) || strcmp(rule->id, td_buf_str(&id)) != 0)
            continue;
        any = true;
        code = does(l, o, to, rule);
    }
    if (code == TD_OK && !any)
        code = no_rule(l, o, key, td_buf_str(&id));
    td_buf_release(&id);
    return code;
}

static enum td_code change_all(struct contract_loader *l,
                               const struct check_override *o, const char *name,
                               change does)
{
    uint32_t at = td_jsonx_member(o->doc, o->at, name);
    enum td_code code = TD_OK;

    if (at && !td_jsonx_is(o->doc, at, TD_JSON_OBJECT))
        return td_jsonx_settle(
            &l->r, td_jsonx_fail(o->doc, at, TD_USAGE, l->r.err,
                                 "%s is an object: the id of a rule, then what "
                                 "it becomes",
                                 name));
    for (uint32_t key = at + 1;
         at && key < o->doc->json.values[at].next && code == TD_OK;
         key = o->doc->json.values[key + 1].next)
        code = td_jsonx_settle(&l->r, change_one(l, o, key, key + 1, does));
    return code;
}

bool contract_softens(struct contract_loader *l, uint32_t at)
{
    const struct td_jsonx *doc = l->r.doc;
    uint32_t id = td_jsonx_member(doc, at, "id");
    uint32_t level = td_jsonx_member(doc, at, "level");
    uint32_t note = td_jsonx_member(doc, at, "note");
    bool imports = td_jsonx_member(doc, 0, "import") ||
                   td_jsonx_member(doc, 0, "asyncapi");

    if (!imports || !id || !level || !td_jsonx_is(doc, id, TD_JSON_STRING) ||
        doc->json.values[at].count != 2U + (note != 0))
        return false;
    add_override(
        l->c, (struct check_override){.doc = doc,
                                      .at = at,
                                      .is_rule = true,
                                      .import = l->import < l->c->imports_len
                                                    ? l->c->imports[l->import]
                                                    : NULL});
    return true;
}

static enum td_code change_rule(struct contract_loader *l,
                                const struct check_override *o)
{
    return td_jsonx_settle(
        &l->r, change_one(l, o, td_jsonx_member(o->doc, o->at, "id"),
                          td_jsonx_member(o->doc, o->at, "level"), set_level));
}

static void drop_rules(struct check_contract *c)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < c->set.rules_len; i++) {
        if (!c->set.rules[i].dropped)
            c->set.rules[kept++] = c->set.rules[i];
        else
            check_rule_release(&c->set.rules[i]);
    }
    c->set.rules_len = kept;
}

enum td_code contract_override(struct contract_loader *l)
{
    enum td_code code = TD_OK;

    for (uint32_t i = 0; i < l->c->overrides_len && code == TD_OK; i++) {
        const struct check_override *o = &l->c->overrides[i];

        code = o->is_rule ? change_rule(l, o)
                          : change_all(l, o, "levels", set_level);
        if (code == TD_OK && !o->is_rule)
            code = change_all(l, o, "ids", set_id);
    }
    if (code == TD_OK && l->r.first == TD_OK)
        drop_rules(l->c);
    return code;
}

bool contract_imports(const struct check_contract *c, const char *name)
{
    char *real = real_name(name);
    bool there = find_import(c, real) != NULL;

    free(real);
    return there;
}

void contract_free_imports(struct check_contract *c)
{
    for (uint32_t i = 0; i < c->imports_len; i++) {
        release(c->imports[i]);
        free(c->imports[i]->real);
        free(c->imports[i]);
    }
    free(c->imports);
    free(c->overrides);
}

const struct td_jsonx *
check_contract_rule_doc(const struct check_contract *contract,
                        const struct check_rule *rule)
{
    if (rule->import < contract->imports_len)
        return &contract->imports[rule->import]->doc;
    return rule->import == CHECK_RULE_ASYNCAPI ? &contract->imported
                                               : &contract->doc;
}

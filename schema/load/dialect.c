#include "core/mem.h"
#include "schema/load/load.h"
#include "schema/load/metaschemas.h"
#include "schema/value/uri.h"

#include <stdlib.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

#define CHAIN_MAX 8 /* metaschemas that are described by each other */

#define ALL_WORDS                                                              \
    (SCHEMA_CORE | SCHEMA_APPLICATOR | SCHEMA_UNEVALUATED |                    \
     SCHEMA_VALIDATION | SCHEMA_FORMAT_NOTE | SCHEMA_CONTENT | SCHEMA_META)

static const struct {
    const char *uri;
    enum schema_draft draft;
} known[] = {
    {"http://json-schema.org/draft-04/schema", SCHEMA_DRAFT_4},
    {"http://json-schema.org/draft-06/schema", SCHEMA_DRAFT_6},
    {"http://json-schema.org/draft-07/schema", SCHEMA_DRAFT_7},
    {"https://json-schema.org/draft/2019-09/schema", SCHEMA_DRAFT_2019},
    {"https://json-schema.org/draft/2020-12/schema", SCHEMA_DRAFT_2020},
};

#define V2019 "https://json-schema.org/draft/2019-09/vocab/"
#define V2020 "https://json-schema.org/draft/2020-12/vocab/"

static const struct {
    const char *uri;
    enum schema_draft draft;
    uint32_t words;
} vocabularies[] = {
    {V2019 "core", SCHEMA_DRAFT_2019, SCHEMA_CORE},
    {V2019 "applicator", SCHEMA_DRAFT_2019,
     SCHEMA_APPLICATOR | SCHEMA_UNEVALUATED},
    {V2019 "validation", SCHEMA_DRAFT_2019, SCHEMA_VALIDATION},
    {V2019 "meta-data", SCHEMA_DRAFT_2019, SCHEMA_META},
    {V2019 "format", SCHEMA_DRAFT_2019, SCHEMA_FORMAT_NOTE},
    {V2019 "content", SCHEMA_DRAFT_2019, SCHEMA_CONTENT},
    {V2020 "core", SCHEMA_DRAFT_2020, SCHEMA_CORE},
    {V2020 "applicator", SCHEMA_DRAFT_2020, SCHEMA_APPLICATOR},
    {V2020 "unevaluated", SCHEMA_DRAFT_2020, SCHEMA_UNEVALUATED},
    {V2020 "validation", SCHEMA_DRAFT_2020, SCHEMA_VALIDATION},
    {V2020 "meta-data", SCHEMA_DRAFT_2020, SCHEMA_META},
    {V2020 "format-annotation", SCHEMA_DRAFT_2020, SCHEMA_FORMAT_NOTE},
    {V2020 "format-assertion", SCHEMA_DRAFT_2020, SCHEMA_FORMAT_CHECK},
    {V2020 "content", SCHEMA_DRAFT_2020, SCHEMA_CONTENT},
};

struct td_bytes schema_meta_text(struct td_bytes uri)
{
    for (size_t i = 0; schema_metas[i].uri; i++) {
        if (td_bytes_is(uri, schema_metas[i].uri))
            return td_bytes(schema_metas[i].text, schema_metas[i].len);
    }
    return td_bytes(NULL, 0);
}

static bool find_known(struct td_bytes uri, struct schema_dialect *d)
{
    for (size_t i = 0; i < LEN(known); i++) {
        if (td_bytes_is(uri, known[i].uri)) {
            d->draft = known[i].draft;
            d->words = ALL_WORDS;
            return true;
        }
    }
    return false;
}

/* One member of "$vocabulary": what it adds, or an error if it is demanded and
 * not known.
 */
static enum td_code add_vocabulary(const struct td_jsonx *x, uint32_t key,
                                   struct schema_dialect *d, bool *has_core,
                                   struct td_error *err)
{
    const struct td_json_doc *json = &x->json;
    struct td_bytes name = td_json_inner(json, key);

    for (size_t i = 0; i < LEN(vocabularies); i++) {
        if (!td_json_string_is(json, key, td_text(vocabularies[i].uri)))
            continue;
        d->words |= vocabularies[i].words;
        if (vocabularies[i].words & SCHEMA_CORE) {
            d->draft = vocabularies[i].draft;
            *has_core = true;
        }
        return TD_OK;
    }
    d->open = true;
    if (json->values[key + 1].kind != TD_JSON_TRUE)
        return TD_OK;
    return td_jsonx_fail(x, key, TD_USAGE, err,
                         "the vocabulary \"%.*s\" is required and not known",
                         (int)(name.len < 120 ? name.len : 120),
                         (const char *)name.ptr);
}

static enum td_code read_vocabularies(const struct td_jsonx *x, uint32_t at,
                                      struct schema_dialect *d, bool *has_core,
                                      struct td_error *err)
{
    const struct td_json_doc *json = &x->json;
    enum td_code code = TD_OK;

    if (json->values[at].kind != TD_JSON_OBJECT)
        return td_jsonx_fail(x, at, TD_USAGE, err,
                             "$vocabulary takes an object of true and false");
    d->words = SCHEMA_CORE;
    for (uint32_t key = at + 1; key < json->values[at].next && code == TD_OK;
         key = json->values[key + 1].next)
        code = add_vocabulary(x, key, d, has_core, err);
    return code;
}

/* The URI of the metaschema of a metaschema; empty if it names none. */
static struct td_bytes next_uri(const struct td_jsonx *x)
{
    uint32_t at = td_json_member(&x->json, 0, td_text("$schema"));

    if (at == 0 || x->json.values[at].kind != TD_JSON_STRING)
        return schema_copy(td_bytes("", 0));
    return schema_copy_text(&x->json, at);
}

/* Follow metaschemas until the draft is known: the first of them that lists
 * vocabularies decides which there are.
 */
static enum td_code read_dialect(const struct schema_set *set,
                                 struct td_bytes uri, struct schema_dialect *d,
                                 struct td_error *err)
{
    struct td_bytes next = schema_copy(uri);
    enum td_code code = TD_OK;
    uint32_t words = 0;
    bool done = false;

    for (int i = 0; code == TD_OK && !done && i < CHAIN_MAX; i++) {
        struct td_bytes name = schema_uri_without_fragment(next);
        struct td_jsonx x = {0};
        uint32_t at;

        done = find_known(name, d);
        if (done)
            break;
        code = schema_store_read(set, name, &x, err);
        at = code ? 0 : td_json_member(&x.json, 0, td_text("$vocabulary"));
        if (at && !words) {
            code = read_vocabularies(&x, at, d, &done, err);
            words = d->words;
        }
        schema_free_bytes(&next);
        next = code ? schema_copy(uri) : next_uri(&x);
        td_jsonx_release(&x);
    }
    schema_free_bytes(&next);
    if (code == TD_OK && !done)
        code = td_error_set(err, TD_USAGE, "", 0,
                            "its metaschema does not lead to a known draft");
    if (words)
        d->words = words;
    else /* without vocabularies a metaschema may add what it likes */
        d->open = true;
    return code;
}

enum td_code schema_dialect_find(struct schema_set *set, struct td_bytes uri,
                                 uint32_t *dialect, struct td_error *err)
{
    struct td_bytes name = schema_uri_without_fragment(uri);
    struct schema_dialect d = {.draft = SCHEMA_DRAFT_2020, .words = ALL_WORDS};
    enum td_code code = TD_OK;

    for (*dialect = 0; *dialect < set->dialects_len; ++*dialect) {
        if (td_bytes_equal(set->dialects[*dialect].uri, name))
            return TD_OK;
    }
    if (!find_known(name, &d))
        code = read_dialect(set, name, &d, err);
    if (code)
        return code;
    d.uri = schema_copy(name);
    set->dialects = td_realloc(set->dialects, (set->dialects_len + 1) *
                                                  sizeof(*set->dialects));
    set->dialects[set->dialects_len++] = d;
    return TD_OK;
}

void schema_dialect_release(struct schema_set *set)
{
    for (uint32_t i = 0; i < set->dialects_len; i++)
        schema_free_bytes(&set->dialects[i].uri);
    free(set->dialects);
}

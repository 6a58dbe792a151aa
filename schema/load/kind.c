/* Documents of which no word is one of a schema. */
#include "schema/load/load.h"

static bool has_version(const struct td_jsonx *x, const char *key)
{
    uint32_t at = td_json_member(&x->json, 0, td_text(key));

    return at && (x->json.values[at].kind == TD_JSON_NUMBER ||
                  x->json.values[at].kind == TD_JSON_STRING);
}

/* Documents of this program by the key that has their version, beside the
 * contract. */
static const char *other_kind(const struct td_jsonx *x)
{
    static const struct {
        const char *key;
        const char *what;
    } kinds[] = {{"plan", "a plan"},
                 {"gates", "a file of gates"},
                 {"masks", "a file of masks"},
                 {"blueprint", "a blueprint"},
                 {"tape", "a tape"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (has_version(x, kinds[i].key))
            return kinds[i].what;
    return NULL;
}

enum td_code schema_check_kind(const struct td_jsonx *doc,
                               const struct td_jsonx *x, uint32_t at,
                               struct td_error *err)
{
    const char *hint = "give it with --contract, or refer to a schema within";
    const char *what = NULL;

    if (has_version(doc, "contract")) {
        what = "a contract";
    } else if (has_version(doc, "asyncapi")) {
        what = "an AsyncAPI document";
    } else if (has_version(doc, "openapi") || has_version(doc, "swagger")) {
        what = "an OpenAPI document";
        hint = "refer to a schema within, like #/components/schemas/NAME";
    } else {
        what = other_kind(doc);
        hint = "it would refuse nothing; name the schema";
    }
    if (!what)
        return TD_OK;
    (void)td_jsonx_fail(x, at, TD_USAGE, err, "%s is %s, and no JSON Schema",
                        doc == x ? "this" : doc->name, what);
    return td_error_hint(err, "%s", hint);
}

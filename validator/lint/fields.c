/* Whether a schema speaks of a field, as far as reading it tells. */
#include "core/mem.h"
#include "validator/lint/lint_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define REFS 16 /* references that are followed */

struct walk {
    const struct td_jsonx *doc;
    struct td_jsonx *files[REFS]; /* those that were opened on the way */
    size_t files_len;
    const char *rest; /* of the field: a.b.0 */
};

static uint32_t member(const struct walk *w, uint32_t at, const char *key)
{
    return td_json_member(&w->doc->json, at, td_text(key));
}

/* The file of a reference beside the document; false: none that can be read. */
static bool open_file(struct walk *w, const char *name, size_t len)
{
    const char *slash = strrchr(w->doc->name, '/');
    size_t folder = slash ? (size_t)(slash - w->doc->name) + 1 : 0;
    struct td_jsonx *file = td_calloc(1, sizeof(*file));
    struct td_buf path = {0};
    bool good;

    (void)td_buf_add(&path, w->doc->name, folder);
    (void)td_buf_add(&path, name, len);
    good = td_jsonx_load(file, td_buf_str(&path), NULL) == TD_OK;
    td_buf_release(&path);
    if (!good) {
        free(file);
        return false;
    }
    w->files[w->files_len++] = file;
    w->doc = file;
    return true;
}

/* FILE, FILE#/POINTER or #/POINTER; false: who knows. */
static bool follow(struct walk *w, uint32_t ref, uint32_t *at)
{
    struct td_buf text = {0};
    const char *all;
    const char *hash;
    size_t len;
    bool good =
        w->files_len < REFS && w->doc->json.values[ref].kind == TD_JSON_STRING;

    if (!good)
        return false;
    (void)td_json_unescape(&text, td_json_inner(&w->doc->json, ref));
    all = td_buf_str(&text);
    hash = strchr(all, '#');
    len = hash ? (size_t)(hash - all) : strlen(all);
    /* "#/..." of the contract itself is within a schema that is unknown here */
    good = len > 0 ? open_file(w, all, len) : w->files_len > 0;
    if (good)
        *at = td_json_pointer(&w->doc->json, 0, hash ? hash + 1 : "");
    td_buf_release(&text);
    return good && *at != UINT32_MAX;
}

/* Keywords beside properties that may bring a field in. */
static bool is_closed(const struct walk *w, uint32_t at)
{
    static const char *const others[] = {"allOf",
                                         "anyOf",
                                         "oneOf",
                                         "if",
                                         "patternProperties",
                                         "dependentSchemas",
                                         "dependencies",
                                         "$dynamicRef",
                                         "$recursiveRef"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (member(w, at, others[i]))
            return false;
    }
    return true;
}

/* True if the schema demands a member of this name, and so speaks of it. */
static bool demands(const struct walk *w, uint32_t at, struct td_bytes name)
{
    const struct td_json_doc *json = &w->doc->json;
    uint32_t list = member(w, at, "required");

    for (uint32_t i = list + 1; list && i < json->values[list].next;
         i = json->values[i].next) {
        if (json->values[i].kind == TD_JSON_STRING &&
            td_json_string_is(json, i, name))
            return true;
    }
    return false;
}

/* One step of the field's path from the schema at *at. */
enum step { STEP_DONE, STEP_LACKS, STEP_UNKNOWN };

static enum step take_step(struct walk *w, uint32_t *at)
{
    size_t len = strcspn(w->rest, ".");
    uint32_t properties = member(w, *at, "properties");
    uint32_t next = 0;

    if (properties)
        next =
            td_json_member(&w->doc->json, properties, td_bytes(w->rest, len));

    if (w->rest[0] >= '0' && w->rest[0] <= '9')
        next = member(w, *at, "items");
    if (next == 0 && properties && is_closed(w, *at) &&
        !demands(w, *at, td_bytes(w->rest, len)))
        return STEP_LACKS;
    if (next == 0)
        return STEP_UNKNOWN;
    w->rest += len + (w->rest[len] == '.');
    *at = next;
    return STEP_DONE;
}

bool check_schema_may_have(const struct td_jsonx *doc, uint32_t schema,
                           const char *field)
{
    struct walk w = {.doc = doc, .rest = field};
    enum step step = STEP_DONE;

    while (*w.rest && step == STEP_DONE) {
        uint32_t ref = member(&w, schema, "$ref");

        if (ref && !follow(&w, ref, &schema))
            step = STEP_UNKNOWN;
        else if (!ref)
            step = take_step(&w, &schema);
    }
    while (w.files_len > 0) {
        td_jsonx_release(w.files[--w.files_len]);
        free(w.files[w.files_len]);
    }
    return step != STEP_LACKS;
}

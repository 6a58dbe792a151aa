#include "schema/schema_internal.h"

#include "core/log.h"
#include "core/mem.h"
#include "schema/run/run.h"
#include "schema/value/uri.h"

#include <stdlib.h>

struct schema_set *schema_set_new(const struct schema_options *how)
{
    struct schema_set *set = td_calloc(1, sizeof(*set));

    if (how)
        set->how = *how;
    schema_folders_add_all(&set->folders, set->how.allow);
    return set;
}

/* Metaschemas are trusted, so that their set has none of its own. */
/* NOLINTNEXTLINE(misc-no-recursion) */
void schema_set_free(struct schema_set *set)
{
    if (!set)
        return;
    for (uint32_t i = 0; i < set->ops_len; i++)
        schema_op_release(&set->ops[i]);
    schema_plan_free(set->plan);
    schema_store_release(set);
    schema_dialect_release(set);
    schema_table_release(&set->wanted);
    schema_folders_release(&set->folders);
    td_buf_release(&set->lists);
    schema_set_free(set->metas);
    free(set->nodes);
    free(set->ops);
    free(set);
}

struct schema_run *schema_run_new(const struct schema_set *set)
{
    struct schema_run *r = td_calloc(1, sizeof(*r));

    r->set = set;
    r->patterns = schema_pattern_memory_new();
    r->guesses = td_calloc((size_t)set->guesses + 1, sizeof(*r->guesses));
    return r;
}

void schema_run_free(struct schema_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < sizeof(run->words) / sizeof(run->words[0]); i++)
        td_buf_release(&run->words[i]);
    td_buf_release(&run->failures);
    td_buf_release(&run->chosen);
    td_buf_release(&run->text);
    td_buf_release(&run->marks);
    td_buf_release(&run->scope);
    schema_equal_release(&run->memory);
    schema_shapes_free(run->shapes);
    schema_pattern_memory_free(run->patterns);
    free(run->units);
    free(run->guesses);
    free(run);
}

enum td_code schema_test(struct schema_run *run, uint32_t root,
                         struct schema_value value)
{
    return schema_run_test(run, root, value);
}

static uint32_t find_document(const struct schema_set *set, struct td_bytes uri)
{
    for (uint32_t i = 0; i < set->docs_len; i++) {
        if (td_bytes_equal(set->docs[i].uri, uri))
            return i;
    }
    return SCHEMA_NONE;
}

static enum td_code check_one(struct schema_set *set, struct schema_place place,
                              struct td_error *err)
{
    enum td_code code = schema_check_by_meta(set, place, err);

    return code ? code : schema_follow_unused(set, place, err);
}

/* Judge the root, and whole documents that are used as schemas. */
static enum td_code check_whole(struct schema_set *set,
                                struct schema_place place, struct td_error *err)
{
    enum td_code code = TD_OK;

    if (set->how.trust)
        return TD_OK;
    if (place.at != 0)
        code = check_one(set, place, err);
    for (uint32_t i = 0; i < set->docs_len && code == TD_OK; i++) {
        if (set->docs[i].trusted || !set->docs[i].node_of[0])
            continue;
        set->docs[i].trusted = true;
        code = check_one(set, (struct schema_place){i, 0}, err);
    }
    return code;
}

enum td_code schema_compile_root(struct schema_set *set,
                                 struct schema_place place, uint32_t *root,
                                 struct td_error *err)
{
    uint32_t first = set->nodes_len;
    enum td_code code;

    *root = schema_node_of(set, place, schema_resource_of(set, place));
    code = schema_compile(set, err);
    if (code == TD_OK)
        code = schema_find_loops(set, first, err);
    if (code == TD_OK)
        code = check_whole(set, place, err);
    if (code == TD_OK)
        schema_plan_nodes(set);
    return code;
}

enum td_code schema_set_add_file(struct schema_set *set, const char *path,
                                 uint32_t *root, struct td_error *err)
{
    struct td_buf uri = {0};
    enum td_code code = TD_OK;
    uint32_t doc;

    schema_folders_add_of(&set->folders, path);
    schema_uri_of_path(&uri, path);
    doc = find_document(set, td_buf_bytes(&uri));
    if (doc == SCHEMA_NONE)
        code = schema_store_file(set, path, td_buf_bytes(&uri), &doc, err);
    td_buf_release(&uri);
    if (code == TD_OK)
        code = schema_check_kind(set->docs[doc].x, set->docs[doc].x, 0, err);
    if (code)
        return code;
    return schema_compile_root(set, (struct schema_place){doc, 0}, root, err);
}

/* A schema within another document has a URI of its own, and so a "#". */
static enum td_code scan_inline(struct schema_set *set,
                                struct schema_place place, struct td_error *err)
{
    struct td_buf uri = {0};
    enum td_code code;

    if (set->docs[place.doc].resource_of[place.at])
        return TD_OK;
    (void)td_buf_add_bytes(&uri, set->docs[place.doc].uri);
    (void)td_buf_addf(&uri, "?inline=%u", place.at);
    code = schema_scan(set, place, td_buf_bytes(&uri), err);
    td_buf_release(&uri);
    return code;
}

enum td_code schema_set_add(struct schema_set *set, const struct td_jsonx *x,
                            uint32_t at, uint32_t *root, struct td_error *err)
{
    struct schema_source source = {.x = x, .is_schema = at == 0};
    struct td_buf uri = {0};
    enum td_code code = TD_OK;
    uint32_t doc = 0;

    while (doc < set->docs_len && set->docs[doc].x != x)
        doc++;
    if (doc == set->docs_len) {
        schema_folders_add_of(&set->folders, x->name);
        schema_uri_of_path(&uri, x->name);
        source.uri = td_buf_bytes(&uri);
        code = schema_store_add(set, &source, &doc, err);
        td_buf_release(&uri);
    }
    if (code == TD_OK && at != 0)
        code = scan_inline(set, (struct schema_place){doc, at}, err);
    if (code)
        return code;
    return schema_compile_root(set, (struct schema_place){doc, at}, root, err);
}

void schema_say_limit(const struct schema_run *run, struct td_buf *out)
{
    const char *slow = schema_pattern_slow(run->patterns);

    if (!slow) {
        (void)td_buf_add_text(out, "no answer within 5,000,000 steps of the "
                                   "schema; write anyOf and oneOf that do not "
                                   "multiply");
        return;
    }
    (void)td_buf_add_text(out, "the pattern \"");
    (void)td_text_clean(out, td_text(slow));
    (void)td_buf_add_text(out, "\" " SCHEMA_PATTERN_MEND);
}

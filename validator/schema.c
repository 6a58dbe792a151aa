#include "validator/schema.h"

#include "core/mem.h"
#include "validator/schema_int.h"
#include "validator/uri.h"

#include <stdlib.h>

struct check_schemas *check_schemas_new(const struct check_schema_options *how)
{
    struct check_schemas *set = td_calloc(1, sizeof(*set));

    if (how)
        set->how = *how;
    return set;
}

void check_schemas_free(struct check_schemas *set)
{
    if (!set)
        return;
    for (uint32_t i = 0; i < set->ops_len; i++)
        schema_op_release(&set->ops[i]);
    schema_store_release(set);
    td_buf_release(&set->lists);
    free(set->nodes);
    free(set->ops);
    free(set);
}

struct check_schema_run *check_schema_run_new(const struct check_schemas *set)
{
    struct check_schema_run *r = td_calloc(1, sizeof(*r));

    r->set = set;
    r->patterns = check_pattern_memory_new();
    return r;
}

void check_schema_run_free(struct check_schema_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < sizeof(run->words) / sizeof(run->words[0]); i++)
        td_buf_release(&run->words[i]);
    td_buf_release(&run->failures);
    td_buf_release(&run->text);
    check_equal_release(&run->memory);
    check_pattern_memory_free(run->patterns);
    free(run->frames);
    free(run);
}

static uint32_t find_document(const struct check_schemas *set,
                              struct td_bytes uri)
{
    for (uint32_t i = 0; i < set->docs_len; i++) {
        if (td_bytes_equal(set->docs[i].uri, uri))
            return i;
    }
    return SCHEMA_NONE;
}

static enum td_code compile_root(struct check_schemas *set,
                                 struct schema_place place, uint32_t *root,
                                 struct td_error *err)
{
    *root = schema_node_of(set, place);
    return schema_compile(set, err);
}

enum td_code check_schemas_add_file(struct check_schemas *set, const char *path,
                                    uint32_t *root, struct td_error *err)
{
    struct td_buf uri = {0};
    enum td_code code = TD_OK;
    uint32_t doc;

    check_uri_of_path(&uri, path);
    doc = find_document(set, td_buf_bytes(&uri));
    if (doc == SCHEMA_NONE)
        code = schema_store_file(set, path, td_buf_bytes(&uri), &doc, err);
    td_buf_release(&uri);
    if (code)
        return code;
    return compile_root(set, (struct schema_place){doc, 0}, root, err);
}

enum td_code check_schemas_add(struct check_schemas *set,
                               const struct td_jsonx *x, uint32_t at,
                               uint32_t *root, struct td_error *err)
{
    struct td_buf uri = {0};
    enum td_code code = TD_OK;
    uint32_t doc = 0;

    while (doc < set->docs_len && set->docs[doc].x != x)
        doc++;
    if (doc == set->docs_len) {
        check_uri_of_path(&uri, x->name);
        code = schema_store_add(set, x, false, td_buf_bytes(&uri), &doc, err);
        td_buf_release(&uri);
    }
    if (code == TD_OK && at != 0)
        code = schema_store_scan(set, (struct schema_place){doc, at}, err);
    if (code)
        return code;
    return compile_root(set, (struct schema_place){doc, at}, root, err);
}

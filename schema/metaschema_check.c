#include "schema/schema_internal.h"

/* Judging schemas by the metaschema of their dialect finds what compiling does
 * not look at: annotations with a wrong value, and schemas that nothing refers
 * to.
 */
struct judge {
    const struct td_jsonx *x;
    const char *dialect;
    struct td_error *err;
    bool told;
};

/* The first problem is the error. */
static void on_problem(void *self, const struct schema_problem *p)
{
    struct judge *j = self;
    const char *name = strrchr(p->path, '/');

    if (j->told)
        return;
    j->told = true;
    (void)td_jsonx_fail(
        j->x, p->at, TD_USAGE, j->err,
        "%s%.60s%s is wrong for a schema: expected %.160s, found %.80s",
        name ? "\"" : "", name ? name + 1 : "this", name ? "\"" : "",
        p->expected, p->found);
    (void)td_error_hint(j->err, "see the metaschema %.120s", j->dialect);
}

/* The set of metaschemas: it trusts them. */
static struct schema_set *metas_of(struct schema_set *set)
{
    struct schema_options how = {.trust = true, .map = set->how.map};

    if (!set->metas)
        set->metas = schema_set_new(&how);
    return set->metas;
}

static enum td_code run_meta(const struct schema_set *metas, uint32_t root,
                             struct judge *j, uint32_t at)
{
    struct schema_run *run = schema_run_new(metas);
    struct schema_value value = {&j->x->json, at};
    enum td_code code = schema_test(run, root, value);

    if (code == TD_FAILED)
        code = schema_explain(run, root, value, on_problem, j);
    schema_run_free(run);
    if (code == TD_LIMIT)
        return td_jsonx_fail(j->x, at, TD_LIMIT, j->err,
                             "too large to be judged by its metaschema");
    return code == TD_FAILED ? TD_USAGE : code;
}

enum td_code schema_check_by_meta(struct schema_set *set,
                                  struct schema_place place,
                                  struct td_error *err)
{
    uint32_t resource = schema_resource_of(set, place);
    const struct schema_dialect *d =
        &set->dialects[set->resources[resource].dialect];
    struct judge j = {.x = set->docs[place.doc].x,
                      .dialect = (const char *)d->uri.ptr,
                      .err = err};
    struct schema_set *metas = metas_of(set);
    uint32_t root = 0;
    uint32_t doc;
    enum td_code code = schema_store_load(metas, d->uri, &doc, err);

    if (code == TD_OK)
        code = schema_compile_root(metas, (struct schema_place){doc, 0}, &root,
                                   err);
    return code ? code : run_meta(metas, root, &j, place.at);
}

/* Named sets of events. */
#include "core/mem.h"
#include "validator/contract/contract_internal.h"
#include "validator/expr/selector.h"

#include <ctype.h>

static bool is_name(struct td_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!isalnum(name.ptr[i]) && !strchr("_-", name.ptr[i]))
            return false;
    }
    return name.len > 0;
}

static enum td_code add_set(struct contract_loader *l, uint32_t key)
{
    struct td_buf text = {0};
    struct td_bytes name;
    bool good;
    bool fresh = false;

    (void)td_json_unescape(&text, td_json_inner(&l->r.doc->json, key));
    (void)td_buf_str(&text);
    name = td_buf_bytes(&text);
    good = is_name(name) && !memchr(name.ptr, '\0', name.len);
    if (good)
        fresh = check_set_add(l->c->set.words, name,
                              (struct check_set){l->r.doc, key + 1});
    td_buf_release(&text);
    if (good && fresh)
        return TD_OK;
    return td_jsonx_fail(l->r.doc, key, TD_USAGE, l->r.err, "%s",
                         good ? "this set is named twice"
                              : "the name of a set is letters, digits, - and "
                                "_");
}

/* A set that nobody uses is right all the same. */
static enum td_code check_set(struct contract_loader *l, uint32_t at)
{
    struct check_selector *selector = NULL;
    enum td_code code =
        check_selector_load(&selector, l->c->set.words, l->r.doc, at, l->r.err);

    check_selector_free(selector);
    return code;
}

static enum td_code
each_set(struct contract_loader *l, uint32_t at, uint32_t from,
         enum td_code (*does)(struct contract_loader *l, uint32_t at))
{
    enum td_code code = TD_OK;

    for (uint32_t i = at + 1; i < l->r.doc->json.values[at].next && !code;
         i = l->r.doc->json.values[i + 1].next)
        code = td_jsonx_settle(&l->r, does(l, i + from));
    return code;
}

enum td_code contract_read_sets(void *self, uint32_t at)
{
    struct contract_loader *l = self;
    enum td_code code;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return td_jsonx_fail(l->r.doc, at, TD_USAGE, l->r.err,
                             "sets is an object: a name, then its events, like "
                             "{content: \"a|b\"}");
    if (l->r.doc->json.values[at].count > CHECK_SETS_MAX)
        return td_jsonx_fail(l->r.doc, at, TD_LIMIT, l->r.err,
                             "more than %d sets", CHECK_SETS_MAX);
    code = each_set(l, at, 0, add_set);
    return code ? code : each_set(l, at, 1, check_set);
}

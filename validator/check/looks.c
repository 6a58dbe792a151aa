#include "validator/check/looks.h"

#include "core/mem.h"
#include "validator/contract/contract.h"

#include <stdlib.h>

void check_looks_release(struct check_looks *looks)
{
    free(looks->views);
    free(looks->docs);
    free(looks->values);
    td_buf_release(&looks->names);
    *looks = (struct check_looks){0};
}

void check_looks_begin(struct check_looks *looks, uint32_t len)
{
    if (len > looks->cap) {
        looks->cap = len + len / 4;
        free(looks->views);
        looks->views = td_calloc(looks->cap, sizeof(*looks->views));
    }
    for (uint32_t i = 0; i < len; i++) {
        looks->views[i].json = false;
        looks->views[i].doc = NULL;
    }
    looks->docs_len = 0;
    looks->values_len = 0;
    td_buf_clear(&looks->names);
}

/* Whoever judges needs nothing but these marks. */
static bool is_quiet(const struct check_options *how,
                     const struct check_view *view)
{
    const struct check_contract *k = how->contract;

    if (view->message || view->content || view->other_name)
        return false;
    return !k || (k->set.rules_len == 0 && !k->has_ways &&
                  k->channels_len == 0 && view->event &&
                  (!view->event->has_schema || view->data != CHECK_NO_VALUE));
}

static struct td_json_doc *keep_doc(struct check_looks *l,
                                    const struct td_json_doc *doc)
{
    size_t need = l->values_len + doc->len;

    if (need > l->values_cap) {
        l->values_cap = need + need / 2;
        l->values = td_realloc(l->values, l->values_cap * sizeof(*l->values));
    }
    if (l->docs_len == l->docs_cap) {
        l->docs_cap = l->docs_cap ? 2 * l->docs_cap : 256;
        l->docs = td_realloc(l->docs, l->docs_cap * sizeof(*l->docs));
    }
    memcpy(l->values + l->values_len, doc->values,
           doc->len * sizeof(*doc->values));
    l->values_len += doc->len;
    l->docs[l->docs_len] = *doc;
    return &l->docs[l->docs_len++];
}

static void keep_name(struct check_looks *l,
                      const struct check_inspector *inspector,
                      struct check_view *view)
{
    if (view->name.len == 0 || view->name.ptr != inspector->name.ptr)
        return;
    (void)td_buf_add_bytes(&l->names, view->name);
    view->name.ptr = NULL;
}

/* The text of a document that stands for a message is the look's. */
static void keep_plain(struct check_looks *l, struct td_json_doc *doc,
                       const struct check_view *view)
{
    if (!view->plain.ptr)
        return;
    (void)td_buf_add_bytes(&l->names, doc->text);
    doc->text.ptr = NULL;
}

void check_looks_add(struct check_looks *looks, uint32_t i,
                     struct check_inspector *inspector, struct td_bytes text,
                     struct td_bytes name, enum check_way way)
{
    struct check_view *view = &looks->views[i];

    check_inspect(inspector, text, name, way, view);
    if (!view->json)
        return;
    if (is_quiet(inspector->how, view)) {
        view->doc = NULL;
        return;
    }
    keep_name(looks, inspector, view);
    keep_plain(looks, keep_doc(looks, view->doc), view);
}

static void settle_one(struct check_view *view, struct td_json_doc *doc,
                       struct td_json_value *values, const uint8_t **name)
{
    doc->values = values;
    view->doc = doc;
    if (view->name.len > 0 && !view->name.ptr) {
        view->name.ptr = *name;
        *name += view->name.len;
    }
    if (view->plain.ptr) {
        doc->text.ptr = *name;
        *name += doc->text.len;
    }
}

/* Nothing grows any more: offsets become places. */
void check_looks_settle(struct check_looks *looks, uint32_t len)
{
    struct td_json_value *values = looks->values;
    struct td_json_doc *doc = looks->docs;
    const uint8_t *name = looks->names.ptr;

    for (uint32_t i = 0; i < len; i++) {
        struct check_view *view = &looks->views[i];

        if (!view->json || !view->doc)
            continue;
        settle_one(view, doc, values, &name);
        values += doc->len;
        doc++;
    }
}

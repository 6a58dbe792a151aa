#include "tape/provenance.h"

#include "core/json.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "tape/header.h"

#include <stdlib.h>

struct parents {
    struct td_json_doc *docs;
    size_t count;
};

/* The member as it stands; "" if the header has none. */
static struct td_bytes member(const struct td_json_doc *doc, const char *key)
{
    uint32_t i = doc->len ? td_json_member(doc, 0, td_text(key)) : 0;

    return i ? td_json_raw(doc, i) : td_bytes("", 0);
}

static bool is_alike(const struct parents *parents, const char *key)
{
    for (size_t i = 1; i < parents->count; i++)
        if (!td_bytes_equal(member(&parents->docs[0], key),
                            member(&parents->docs[i], key)))
            return false;
    return true;
}

static bool has_any(const struct parents *parents, const char *key)
{
    for (size_t i = 0; i < parents->count; i++)
        if (member(&parents->docs[i], key).len > 0)
            return true;
    return false;
}

/* Whether a tape before the i-th says the same. */
static bool was_said(const struct parents *parents, size_t i, const char *key)
{
    for (size_t j = 0; j < i; j++)
        if (td_bytes_equal(member(&parents->docs[j], key),
                           member(&parents->docs[i], key)))
            return true;
    return false;
}

static void join_sources(struct td_json_writer *w,
                         const struct parents *parents)
{
    struct td_buf all = {0};

    for (size_t i = 0; i < parents->count; i++) {
        struct td_bytes source = member(&parents->docs[i], "source");

        if (source.len < 2 || *source.ptr != '"' ||
            was_said(parents, i, "source"))
            continue;
        (void)td_buf_add_text(&all, all.len ? ", " : "");
        (void)td_buf_add(&all, source.ptr + 1, source.len - 2);
    }
    td_json_put_body(w, "source", td_buf_bytes(&all));
    td_buf_release(&all);
}

static void list(struct td_json_writer *w, const struct parents *parents,
                 const char *key, const char *as)
{
    td_json_object(w, as);
    td_json_array(w, "of");
    for (size_t i = 0; i < parents->count; i++)
        td_json_put_raw(w, NULL, member(&parents->docs[i], key));
    td_json_array_end(w);
    td_json_object_end(w);
}

static void take_over_as(struct td_json_writer *w,
                         const struct parents *parents, const char *key,
                         const char *as)
{
    bool alike = is_alike(parents, key);

    if (!has_any(parents, key) || (!alike && !strcmp(key, "contract")))
        return;
    if (alike)
        td_json_put_raw(w, as, member(&parents->docs[0], key));
    else if (!strcmp(key, "source"))
        join_sources(w, parents);
    else
        list(w, parents, key, as);
}

static void take_over(struct td_json_writer *w, const struct parents *parents,
                      const char *key)
{
    take_over_as(w, parents, key, key);
}

/* {...,"before":what was redacted already} */
static void put_redaction(struct td_json_writer *w,
                          const struct parents *parents,
                          struct td_bytes redaction)
{
    struct td_json_doc doc = {0};
    uint32_t i = 1;

    if (!redaction.len || td_json_parse(&doc, redaction, TD_JSON_DEPTH, NULL)) {
        take_over(w, parents, "redaction");
        return;
    }
    td_json_object(w, "redaction");
    while (i < doc.len) {
        td_json_put_key_body(w, td_json_inner(&doc, i));
        td_json_put_raw(w, NULL, td_json_raw(&doc, i + 1));
        i = doc.values[i + 1].next;
    }
    take_over_as(w, parents, "redaction", "before");
    td_json_object_end(w);
    td_json_release(&doc);
}

enum td_code tape_provenance(struct td_buf *out,
                             const struct tape_parents *made_of,
                             const char *recorder)
{
    static const char *const keys[] = {"options", "meta"};
    struct parents parents = {.count = made_of->count};
    struct td_json_writer w = td_json_writer(out);

    parents.docs =
        (struct td_json_doc *)td_calloc(parents.count, sizeof(*parents.docs));
    /* What cannot be read says nothing that could be taken over. */
    for (size_t i = 0; i < parents.count; i++)
        if (td_json_parse(&parents.docs[i], made_of->headers[i], TD_JSON_DEPTH,
                          NULL))
            parents.docs[i].len = 0;
    tape_header_begin(&w, NULL, made_of->start_ns);
    take_over(&w, &parents, "source");
    td_json_put_text(&w, "recorder", recorder);
    take_over(&w, &parents, "contract");
    put_redaction(&w, &parents, made_of->redaction);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        take_over(&w, &parents, keys[i]);
    for (size_t i = 0; i < parents.count; i++)
        td_json_release(&parents.docs[i]);
    free(parents.docs);
    td_json_object_end(&w);
    return td_json_done(&w);
}

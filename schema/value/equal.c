#include "schema/value/equal.h"

#include "core/mem.h"
#include "schema/value/canonical.h"
#include "schema/value/decimal.h"
#include "schema/value/fingerprint.h"

#include <stdlib.h>

struct pair {
    uint32_t a;
    uint32_t b;
};

void schema_equal_release(struct schema_equal_memory *memory)
{
    td_buf_release(&memory->pairs);
    td_buf_release(&memory->text);
    td_buf_release(&memory->other);
}

static const struct td_json_value *at(struct schema_value v)
{
    return &v.doc->values[v.at];
}

struct td_bytes schema_value_text(struct td_buf *scratch, struct schema_value v)
{
    if (!(at(v)->flags & TD_JSON_ESCAPED))
        return td_json_inner(v.doc, v.at);
    td_buf_clear(scratch);
    (void)td_json_unescape(scratch, td_json_inner(v.doc, v.at));
    return td_buf_bytes(scratch);
}

static bool equal_numbers(struct schema_value a, struct schema_value b)
{
    struct schema_decimal x;
    struct schema_decimal y;

    schema_decimal_read(&x, td_json_raw(a.doc, a.at));
    schema_decimal_read(&y, td_json_raw(b.doc, b.at));
    return schema_decimal_compare(&x, &y) == 0;
}

static bool equal_scalars(struct td_buf *scratch, struct schema_value a,
                          struct schema_value b)
{
    if (at(a)->kind == TD_JSON_NUMBER)
        return equal_numbers(a, b);
    if (at(a)->kind == TD_JSON_STRING)
        return td_json_string_is(b.doc, b.at, schema_value_text(scratch, a));
    return true;
}

static void push(struct schema_equal_memory *m, uint32_t a, uint32_t b)
{
    struct pair pair = {a, b};

    (void)td_buf_add(&m->pairs, &pair, sizeof(pair));
}

static void push_elements(struct schema_equal_memory *m, struct schema_value a,
                          struct schema_value b)
{
    uint32_t other = b.at + 1;

    for (uint32_t i = a.at + 1; i < at(a)->next; i = a.doc->values[i].next) {
        push(m, i, other);
        other = b.doc->values[other].next;
    }
}

static bool equal_canon(struct schema_equal_memory *m, struct schema_value a,
                        struct schema_value b)
{
    m->compared++;
    return td_bytes_equal(schema_canonical_text(&m->text, a.doc, a.at),
                          schema_canonical_text(&m->other, b.doc, b.at));
}

/* Members in the same order are pairs of values. In another order, looking up
 * each would take quadratic time, so all are sorted, unless b lacks one anyway.
 */
static bool push_members(struct schema_equal_memory *m, struct schema_value a,
                         struct schema_value b)
{
    size_t mark = m->pairs.len;
    uint32_t other = b.at + 1;

    for (uint32_t key = a.at + 1; key < at(a)->next;
         key = a.doc->values[key + 1].next) {
        struct td_bytes name =
            schema_value_text(&m->text, (struct schema_value){a.doc, key});

        if (!td_json_string_is(b.doc, other, name)) {
            m->pairs.len = mark;
            return td_json_member(b.doc, b.at, name) != 0 &&
                   equal_canon(m, a, b);
        }
        push(m, key + 1, other + 1);
        other = b.doc->values[other + 1].next;
    }
    return true;
}

static bool equal_shallow(struct schema_equal_memory *m, struct schema_value a,
                          struct schema_value b)
{
    if (at(a)->kind != at(b)->kind || at(a)->count != at(b)->count)
        return false;
    if (at(a)->kind == TD_JSON_OBJECT)
        return push_members(m, a, b);
    if (at(a)->kind == TD_JSON_ARRAY)
        push_elements(m, a, b);
    return equal_scalars(&m->text, a, b);
}

bool schema_equal(struct schema_equal_memory *memory, struct schema_value a,
                  struct schema_value b)
{
    td_buf_clear(&memory->pairs);
    for (;;) {
        struct pair pair;

        memory->compared++;
        if (!equal_shallow(memory, a, b))
            return false;
        if (memory->pairs.len == 0)
            return true;
        memory->pairs.len -= sizeof(pair);
        memcpy(&pair, memory->pairs.ptr + memory->pairs.len, sizeof(pair));
        a.at = pair.a;
        b.at = pair.b;
    }
}

struct element {
    uint64_t print;
    uint32_t at;
};

static int compare_elements(const void *a, const void *b)
{
    const struct element *x = a;
    const struct element *y = b;

    if (x->print == y->print)
        return 0;
    return x->print < y->print ? -1 : 1;
}

/* How many at the start of e, which is sorted, have the same print. */
static size_t run_length(const struct element *e, size_t count)
{
    size_t n = 1;

    while (n < count && e[n].print == e->print)
        n++;
    return n;
}

static bool pairs_differ(struct schema_equal_memory *memory,
                         const struct td_json_doc *doc, const struct element *e,
                         size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (equal_canon(memory, (struct schema_value){doc, e[i].at},
                            (struct schema_value){doc, e[k].at}))
                return false;
        }
    }
    return true;
}

/* Elements of one cheap print by the print of their canonical bytes, which
 * tells members of one name in another order apart as well.
 */
static bool run_is_unique(struct schema_equal_memory *memory,
                          const struct td_json_doc *doc, struct element *e,
                          size_t count)
{
    bool unique = true;

    for (size_t i = 0; i < count; i++) {
        struct td_bytes text =
            schema_canonical_text(&memory->text, doc, e[i].at);

        e[i].print = schema_fingerprint_text(0, text.ptr, text.len, text.len);
    }
    qsort(e, count, sizeof(*e), compare_elements);
    for (size_t i = 0, n; i < count && unique; i += n) {
        n = run_length(e + i, count - i);
        unique = pairs_differ(memory, doc, e + i, n);
    }
    return unique;
}

static struct element *print_elements(struct schema_equal_memory *memory,
                                      struct schema_value array)
{
    uint32_t count = at(array)->count;
    uint32_t child = array.at + 1;
    struct element *e = td_calloc(count, sizeof(*e));

    schema_hash_seed_draw();
    for (uint32_t i = 0; i < count; i++) {
        e[i].print = schema_fingerprint_value(&memory->text, array.doc, child);
        e[i].at = child;
        child = array.doc->values[child].next;
    }
    return e;
}

bool schema_all_unique(struct schema_equal_memory *memory,
                       struct schema_value array)
{
    uint32_t count = at(array)->count;
    struct element *e;
    bool unique = true;

    if (count < 2)
        return true;
    e = print_elements(memory, array);
    qsort(e, count, sizeof(*e), compare_elements);
    for (size_t i = 0, n; i < count && unique; i += n) {
        n = run_length(e + i, count - i);
        if (n > 1)
            unique = run_is_unique(memory, array.doc, e + i, n);
    }
    free(e);
    return unique;
}

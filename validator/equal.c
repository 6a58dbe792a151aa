#include "validator/equal.h"

#include "core/mem.h"
#include "validator/decimal.h"

#include <stdlib.h>

struct pair {
    uint32_t a;
    uint32_t b;
};

void check_equal_release(struct check_equal_memory *memory)
{
    td_buf_release(&memory->pairs);
    td_buf_release(&memory->text);
}

static const struct td_json_value *at(struct check_value v)
{
    return &v.doc->values[v.at];
}

struct td_bytes check_text(struct td_buf *scratch, struct check_value v)
{
    if (!(at(v)->flags & TD_JSON_ESCAPED))
        return td_json_inner(v.doc, v.at);
    td_buf_clear(scratch);
    (void)td_json_unescape(scratch, td_json_inner(v.doc, v.at));
    return td_buf_bytes(scratch);
}

static bool equal_numbers(struct check_value a, struct check_value b)
{
    struct check_decimal x;
    struct check_decimal y;

    check_decimal_read(&x, td_json_raw(a.doc, a.at));
    check_decimal_read(&y, td_json_raw(b.doc, b.at));
    return check_decimal_compare(&x, &y) == 0;
}

static bool equal_scalars(struct td_buf *scratch, struct check_value a,
                          struct check_value b)
{
    if (at(a)->kind == TD_JSON_NUMBER)
        return equal_numbers(a, b);
    if (at(a)->kind == TD_JSON_STRING)
        return td_json_string_is(b.doc, b.at, check_text(scratch, a));
    return true;
}

static void push(struct check_equal_memory *m, uint32_t a, uint32_t b)
{
    struct pair pair = {a, b};

    (void)td_buf_add(&m->pairs, &pair, sizeof(pair));
}

static void push_elements(struct check_equal_memory *m, struct check_value a,
                          struct check_value b)
{
    uint32_t other = b.at + 1;

    for (uint32_t i = a.at + 1; i < at(a)->next; i = a.doc->values[i].next) {
        push(m, i, other);
        other = b.doc->values[other].next;
    }
}

/* False if b lacks a member of a; both have the same number of them. */
static bool push_members(struct check_equal_memory *m, struct check_value a,
                         struct check_value b)
{
    for (uint32_t key = a.at + 1; key < at(a)->next;
         key = a.doc->values[key + 1].next) {
        struct check_value name = {a.doc, key};
        uint32_t other =
            td_json_member(b.doc, b.at, check_text(&m->text, name));

        if (other == 0)
            return false;
        push(m, key + 1, other);
    }
    return true;
}

static bool equal_shallow(struct check_equal_memory *m, struct check_value a,
                          struct check_value b)
{
    if (at(a)->kind != at(b)->kind || at(a)->count != at(b)->count)
        return false;
    if (at(a)->kind == TD_JSON_OBJECT)
        return push_members(m, a, b);
    if (at(a)->kind == TD_JSON_ARRAY)
        push_elements(m, a, b);
    return equal_scalars(&m->text, a, b);
}

bool check_equal(struct check_equal_memory *memory, struct check_value a,
                 struct check_value b)
{
    td_buf_clear(&memory->pairs);
    for (;;) {
        struct pair pair;

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

static uint64_t hash_bytes(struct td_bytes bytes)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ bytes.ptr[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t scatter(uint64_t n)
{
    n = (n ^ (n >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94D049BB133111EB);
    return n ^ (n >> 31);
}

/* A sum over all values within v, so that the order of members is all one. */
uint64_t check_value_hash(struct check_equal_memory *memory,
                          struct check_value v)
{
    uint32_t end = at(v)->next;
    uint64_t sum = 0;

    for (; v.at < end; v.at++) {
        uint64_t own = at(v)->count;

        if (at(v)->kind == TD_JSON_STRING) {
            own = hash_bytes(check_text(&memory->text, v));
        } else if (at(v)->kind == TD_JSON_NUMBER) {
            struct check_decimal d;

            check_decimal_read(&d, td_json_raw(v.doc, v.at));
            own = check_decimal_hash(&d);
        }
        sum += scatter(own * 8 + at(v)->kind);
    }
    return sum;
}

struct element {
    uint64_t hash;
    uint32_t at;
};

static int compare_elements(const void *a, const void *b)
{
    const struct element *x = a;
    const struct element *y = b;

    if (x->hash == y->hash)
        return 0;
    return x->hash < y->hash ? -1 : 1;
}

/* Only elements of one hash need to be compared. */
static bool group_is_unique(struct check_equal_memory *memory,
                            const struct td_json_doc *doc,
                            const struct element *e, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            struct check_value a = {doc, e[i].at};
            struct check_value b = {doc, e[k].at};

            if (check_equal(memory, a, b))
                return false;
        }
    }
    return true;
}

bool check_all_unique(struct check_equal_memory *memory,
                      struct check_value array)
{
    uint32_t count = at(array)->count;
    uint32_t child = array.at + 1;
    struct element *e;
    bool unique = true;

    if (count < 2)
        return true;
    e = td_calloc(count, sizeof(*e));
    for (uint32_t i = 0; i < count; i++) {
        struct check_value v = {array.doc, child};

        e[i] = (struct element){check_value_hash(memory, v), child};
        child = array.doc->values[child].next;
    }
    qsort(e, count, sizeof(*e), compare_elements);
    for (size_t i = 0; i < count && unique;) {
        size_t n = 1;

        while (i + n < count && e[i + n].hash == e[i].hash)
            n++;
        unique = group_is_unique(memory, array.doc, e + i, n);
        i += n;
    }
    free(e);
    return unique;
}

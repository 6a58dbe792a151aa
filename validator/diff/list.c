#include "validator/diff/tree_internal.h"

#include "core/mem.h"

#include <stdlib.h>

#define CELLS_MAX ((size_t)1 << 22) /* of the table that aligns two lists */

/* Items of one list: where they are, and what they are known by. */
struct item {
    uint32_t at;
    uint32_t place; /* in the list */
    uint64_t mark;
};

struct items {
    struct item *list;
    uint32_t len;
};

static int by_mark(const void *a, const void *b)
{
    const struct item *x = (const struct item *)a;
    const struct item *y = (const struct item *)b;

    if (x->mark != y->mark)
        return x->mark < y->mark ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static struct items items_of(struct diff_trees *trees, int side, uint32_t list)
{
    const struct td_json_doc *doc = trees->view[side].doc;
    struct items items = {
        (struct item *)td_calloc((size_t)doc->values[list].count + 1,
                                 sizeof(struct item)),
        0};

    for (uint32_t i = list + 1; i < doc->values[list].next;
         i = doc->values[i].next) {
        items.list[items.len] =
            (struct item){i, items.len, diff_look_hash(trees->look[side], i)};
        items.len++;
    }
    return items;
}

/* The id of each item in another's place. False: not all have one of their own.
 */
static bool marks_by(struct diff_trees *trees, int side, struct items *items,
                     const char *field)
{
    const struct td_json_doc *doc = trees->view[side].doc;
    struct diff_table seen = {0};
    bool made = items->len > 0;

    for (uint32_t i = 0; i < items->len && made; i++) {
        uint32_t at = td_json_member(doc, items->list[i].at, td_text(field));

        if (at == 0 || doc->values[at].kind < TD_JSON_NUMBER ||
            doc->values[at].kind > TD_JSON_STRING) {
            made = false;
            break;
        }
        items->list[i].mark =
            schema_fingerprint_value(&trees->scratch, doc, at) | 1;
        (void)diff_table_add(&seen, items->list[i].mark, i, &made);
    }
    diff_table_release(&seen);
    return made;
}

/* Known by an id, if both lists' items have one. */
static void mark_by_id(struct diff_trees *trees, struct items items[2])
{
    static const char *const fields[] = {"id", "key", "name"};

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (marks_by(trees, 0, &items[0], fields[i]) &&
            marks_by(trees, 1, &items[1], fields[i]))
            return;
    }
    for (int side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < items[side].len; i++)
            items[side].list[i].mark =
                diff_look_hash(trees->look[side], items[side].list[i].at);
    }
}

struct row {
    struct diff_list_pair *pairs;
    uint32_t len;
};

static void put(struct row *row, uint32_t a, uint32_t b, uint32_t number)
{
    row->pairs = (struct diff_list_pair *)td_list_room(row->pairs, row->len,
                                                       sizeof(*row->pairs));
    row->pairs[row->len++] = (struct diff_list_pair){a, b, number};
}

/* Items between two that are equal, in pairs while there are both. */
static void put_gap(struct row *row, const struct items items[2],
                    const uint32_t from[2], const uint32_t to[2])
{
    uint32_t i = from[0];
    uint32_t j = from[1];

    for (; i < to[0] && j < to[1]; i++, j++)
        put(row, items[0].list[i].at, items[1].list[j].at,
            items[0].list[i].place);
    for (; i < to[0]; i++)
        put(row, items[0].list[i].at, DIFF_NO_VALUE, items[0].list[i].place);
    for (; j < to[1]; j++)
        put(row, DIFF_NO_VALUE, items[1].list[j].at, items[1].list[j].place);
}

/* Lengths of the longest common rows of what is behind two places. */
static uint32_t *measure(const struct items items[2])
{
    size_t width = (size_t)items[1].len + 1;
    uint32_t *best = (uint32_t *)td_calloc(((size_t)items[0].len + 1) * width,
                                           sizeof(*best));

    for (uint32_t i = items[0].len; i-- > 0;) {
        for (uint32_t j = items[1].len; j-- > 0;) {
            uint32_t *cell = &best[i * width + j];

            if (items[0].list[i].mark == items[1].list[j].mark)
                *cell = cell[width + 1] + 1;
            else
                *cell = cell[1] > cell[width] ? cell[1] : cell[width];
        }
    }
    return best;
}

static void put_common(struct row *row, const struct items items[2])
{
    size_t width = (size_t)items[1].len + 1;
    uint32_t *best = measure(items);
    uint32_t from[2] = {0, 0};
    uint32_t to[2] = {0, 0};

    while (to[0] < items[0].len && to[1] < items[1].len) {
        const uint32_t *cell = &best[to[0] * width + to[1]];

        if (items[0].list[to[0]].mark == items[1].list[to[1]].mark) {
            put_gap(row, items, from, to);
            put(row, items[0].list[to[0]].at, items[1].list[to[1]].at,
                items[0].list[to[0]].place);
            from[0] = ++to[0];
            from[1] = ++to[1];
        } else if (cell[1] > cell[width]) {
            to[1]++;
        } else {
            to[0]++;
        }
    }
    to[0] = items[0].len;
    to[1] = items[1].len;
    put_gap(row, items, from, to);
    free(best);
}

uint32_t diff_list_align(struct diff_trees *trees, uint32_t a, uint32_t b,
                         bool sorted, struct diff_list_pair **out)
{
    struct items items[2] = {items_of(trees, 0, a), items_of(trees, 1, b)};
    struct row row = {NULL, 0};

    mark_by_id(trees, items);
    for (int side = 0; side < 2 && sorted; side++)
        if (items[side].len)
            qsort(items[side].list, items[side].len, sizeof(struct item),
                  by_mark);
    if (((size_t)items[0].len + 1) * ((size_t)items[1].len + 1) <= CELLS_MAX)
        put_common(&row, items);
    else
        put_gap(&row, items, (const uint32_t[2]){0, 0},
                (const uint32_t[2]){items[0].len, items[1].len});
    free(items[0].list);
    free(items[1].list);
    *out = row.pairs;
    return row.len;
}

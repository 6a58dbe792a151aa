#include "core/mem.h"
#include "schema/compile/compile.h"
#include "schema/load/load.h"

#include <stdlib.h>

#define PATHS_MAX   16      /* ways to a tag that are tried */
#define ENTRIES_MAX 1000000 /* nodes listed by all values of a tag */

/* SCHEMA_TAG_DEPTH bounds the depth. */
/* NOLINTBEGIN(misc-no-recursion) */

/* A way to a text, and what decides between several of them. */
struct way {
    struct schema_tag_step path[SCHEMA_TAG_DEPTH];
    uint32_t len;
};

struct ways {
    struct way list[PATHS_MAX];
    uint32_t len;
};

static bool is_texts(const struct schema_op *op)
{
    return op->kind == SCHEMA_CONST || op->kind == SCHEMA_ENUM;
}

static uint32_t gathered(const struct td_buf *list, uint32_t i,
                         struct schema_gathered *out)
{
    memcpy(out, list->ptr + i * sizeof(*out), sizeof(*out));
    return out->op;
}

static uint32_t gathered_len(const struct td_buf *list)
{
    return (uint32_t)(list->len / sizeof(struct schema_gathered));
}

/* The node that an operation has for one step of a way, or SCHEMA_NONE. */
static uint32_t step_node(const struct schema_set *set,
                          const struct schema_op *op,
                          const struct schema_tag_step *step)
{
    uint32_t found;

    if (op->kind == SCHEMA_ARRAY && !step->name.ptr && step->index < op->count)
        return schema_listed(set, op->list, step->index);
    if (op->kind != SCHEMA_OBJECT || !step->name.ptr)
        return SCHEMA_NONE;
    found = schema_table_find(&op->members->table, step->name);
    return found == SCHEMA_NONE ? SCHEMA_NONE : op->members->names[found].node;
}

/* The const or enum that a text at the end of the way must meet; *node is where
 * it stands. SCHEMA_NONE if there is none.
 */
static uint32_t texts_at(const struct schema_set *set, uint32_t start,
                         const struct way *way, uint32_t from, uint32_t *node)
{
    struct td_buf list = {0};
    uint32_t found = SCHEMA_NONE;

    schema_gather(set, start, &list);
    for (uint32_t i = 0; i < gathered_len(&list) && found == SCHEMA_NONE; i++) {
        struct schema_gathered g;
        uint32_t next;

        if (gathered(&list, i, &g) == SCHEMA_NONE)
            continue;
        if (from == way->len) {
            found = is_texts(&set->ops[g.op]) ? g.op : SCHEMA_NONE;
            *node = g.node;
            continue;
        }
        next = step_node(set, &set->ops[g.op], &way->path[from]);
        if (next != SCHEMA_NONE)
            found = texts_at(set, next, way, from + 1, node);
    }
    td_buf_release(&list);
    return found;
}

static void find_ways(const struct schema_set *set, uint32_t node,
                      const struct way *here, struct ways *out);

/* Go on from `here` by one step. */
static void find_from(const struct schema_set *set, uint32_t node,
                      const struct way *here, struct schema_tag_step step,
                      struct ways *out)
{
    struct way way = *here;
    uint32_t end;

    if (node == SCHEMA_NONE || out->len == PATHS_MAX)
        return;
    way.path[way.len++] = step;
    if (texts_at(set, node, &way, way.len, &end) != SCHEMA_NONE)
        out->list[out->len++] = way;
    if (way.len < SCHEMA_TAG_DEPTH)
        find_ways(set, node, &way, out);
}

/* All ways from a node to a const or enum; names are borrowed. */
static void find_ways(const struct schema_set *set, uint32_t node,
                      const struct way *here, struct ways *out)
{
    struct td_buf list = {0};

    schema_gather(set, node, &list);
    for (uint32_t i = 0; i < gathered_len(&list); i++) {
        const struct schema_op *op;
        struct schema_gathered g;

        if (gathered(&list, i, &g) == SCHEMA_NONE)
            continue;
        op = &set->ops[g.op];
        for (uint32_t k = 0;
             op->kind == SCHEMA_OBJECT && k < op->members->table.len && k < 64;
             k++)
            find_from(set, op->members->names[k].node, here,
                      (struct schema_tag_step){
                          .name = op->members->table.keys[k].text},
                      out);
        for (uint32_t k = 0; op->kind == SCHEMA_ARRAY && k < op->count && k < 4;
             k++)
            find_from(set, schema_listed(set, op->list, k), here,
                      (struct schema_tag_step){.index = k}, out);
    }
    td_buf_release(&list);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Sort uint32_t and take out what is there twice. */
static void make_unique(struct td_buf *numbers)
{
    uint32_t *list = (uint32_t *)(void *)numbers->ptr;
    size_t count = numbers->len / sizeof(*list);
    size_t kept = 0;

    if (count == 0)
        return;
    qsort(list, count, sizeof(*list), compare_numbers);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || list[i] != list[kept - 1])
            list[kept++] = list[i];
    }
    numbers->len = kept * sizeof(*list);
}

/* Alternatives by value: first they are counted, then they are listed. */
struct sorter {
    const struct schema_set *set;
    const struct schema_op *op;
    const struct way *way;
    struct schema_tag *tag;
    struct td_buf numbers; /* uint32_t values of one alternative */
};

/* Number the values of one alternative. False: it takes any text. */
static bool values_of(struct sorter *s, uint32_t start)
{
    uint32_t node = 0;
    uint32_t found = texts_at(s->set, start, s->way, 0, &node);
    const struct td_json_doc *doc;
    uint32_t at;
    uint32_t end;

    td_buf_clear(&s->numbers);
    if (found == SCHEMA_NONE)
        return false;
    doc = schema_doc_of(s->set, node);
    at = s->set->ops[found].at;
    end = doc->values[at].next;
    at += s->set->ops[found].kind == SCHEMA_ENUM;
    for (; at < end; at = doc->values[at].next) {
        struct td_bytes text;
        uint32_t number;

        if (doc->values[at].kind != TD_JSON_STRING) {
            s->tag->mixed = true;
            continue;
        }
        text = schema_copy_text(doc, at);
        number = schema_table_add(&s->tag->values, text);
        schema_free_bytes(&text);
        (void)td_buf_add(&s->numbers, &number, sizeof(number));
    }
    make_unique(&s->numbers);
    return true;
}

static uint32_t number_at(const struct sorter *s, size_t i)
{
    uint32_t number;

    memcpy(&number, s->numbers.ptr + i * sizeof(number), sizeof(number));
    return number;
}

static bool collect_values(struct sorter *s)
{
    uint64_t entries = 0;
    uint32_t open = 0;

    for (uint32_t i = 0; i < s->op->count; i++) {
        uint32_t node = schema_listed(s->set, s->op->list, i);

        if (values_of(s, node))
            entries += s->numbers.len / sizeof(uint32_t);
        else
            open++;
    }
    entries += (uint64_t)open * (s->tag->values.len + 1);
    return s->tag->values.len > 1 && open < s->op->count - 1 &&
           entries < ENTRIES_MAX &&
           entries < (uint64_t)s->op->count * s->tag->values.len;
}

/* Add node i to the value; while counting (nodes is NULL) only its size. */
static void put(struct sorter *s, uint32_t value, uint32_t node, uint32_t *ends)
{
    if (s->tag->nodes)
        s->tag->nodes[ends[value]] = node;
    ends[value]++;
}

static void put_all(struct sorter *s, uint32_t *ends)
{
    uint32_t values = s->tag->values.len;

    for (uint32_t i = 0; i < s->op->count; i++) {
        uint32_t node = schema_listed(s->set, s->op->list, i);
        bool bound = values_of(s, node);

        for (size_t k = 0; k * sizeof(uint32_t) < s->numbers.len; k++)
            put(s, number_at(s, k), node, ends);
        for (uint32_t value = 0; !bound && value <= values; value++)
            put(s, value, node, ends);
    }
}

static void list_by_value(struct sorter *s)
{
    struct schema_tag *tag = s->tag;
    uint32_t values = tag->values.len + 1;
    uint32_t *ends = td_calloc((size_t)values + 1, sizeof(*ends));
    uint32_t sum = 0;

    tag->starts = td_calloc((size_t)values + 1, sizeof(*tag->starts));
    put_all(s, ends);
    for (uint32_t i = 0; i < values; i++) {
        uint32_t size = ends[i];

        tag->starts[i] = ends[i] = sum;
        sum += size;
    }
    tag->starts[values] = sum;
    tag->nodes = td_calloc((size_t)sum + 1, sizeof(*tag->nodes));
    put_all(s, ends);
    free(ends);
}

static struct schema_tag *make_tag(const struct schema_set *set, uint32_t op,
                                   const struct way *way)
{
    struct schema_tag *tag = td_calloc(1, sizeof(*tag));
    struct sorter s = {set, &set->ops[op], way, tag, {0}};
    bool good = collect_values(&s);

    tag->op = op;
    if (good) {
        tag->path_len = way->len;
        for (uint32_t i = 0; i < way->len; i++) {
            tag->path[i] = way->path[i];
            if (way->path[i].name.ptr)
                tag->path[i].name = schema_copy(way->path[i].name);
        }
        list_by_value(&s);
    }
    td_buf_release(&s.numbers);
    if (good)
        return tag;
    schema_tag_free(tag);
    return NULL;
}

/* How many nodes a value leaves on average, times 1000. */
static uint64_t cost(const struct schema_tag *tag)
{
    uint64_t values = (uint64_t)tag->values.len + 1;

    return (uint64_t)tag->starts[values] * 1000 / values;
}

struct schema_tag *schema_tag_find(const struct schema_set *set, uint32_t op)
{
    static const struct way start = {0};
    const struct schema_op *o = &set->ops[op];
    struct ways ways = {0};
    struct schema_tag *best = NULL;

    if (o->count < 2)
        return NULL;
    find_ways(set, schema_listed(set, o->list, 0), &start, &ways);
    for (uint32_t i = 0; i < ways.len; i++) {
        struct schema_tag *tag = make_tag(set, op, &ways.list[i]);

        if (tag && (!best || cost(tag) < cost(best))) {
            schema_tag_free(best);
            best = tag;
        } else {
            schema_tag_free(tag);
        }
    }
    return best;
}

void schema_tag_free(struct schema_tag *tag)
{
    if (!tag)
        return;
    for (uint32_t i = 0; i < tag->path_len; i++)
        schema_free_bytes(&tag->path[i].name);
    schema_table_release(&tag->values);
    free(tag->starts);
    free(tag->nodes);
    free(tag);
}

/* NOLINTEND(misc-no-recursion) */

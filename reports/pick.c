#include "reports/pick.h"

#include "core/hash.h"
#include "core/log.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Sorted by rank; equal ones as they came. */
struct ranked {
    unsigned rank;
    size_t order;
    const void *item;
};

static int compare(const void *a, const void *b)
{
    const struct ranked *one = a;
    const struct ranked *two = b;

    if (one->rank != two->rank)
        return one->rank < two->rank ? -1 : 1;
    return one->order < two->order ? -1 : one->order > two->order;
}

/* The items of a sorted array, which is freed. */
static const void **items(struct ranked *all, size_t len)
{
    const void **list = td_calloc(len + 1, sizeof(*list));

    if (len > 0)
        qsort(all, len, sizeof(*all), compare);
    for (size_t i = 0; i < len; i++)
        list[i] = all[i].item;
    free(all);
    return list;
}

struct report_gates report_pick_gates(const struct verdict_document *doc)
{
    struct report_gates gates = {0};
    struct ranked *all;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        gates.len++;
    all = td_calloc(gates.len + 1, sizeof(*all));
    gates.len = 0;
    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        unsigned good = 2 * (CHECK_ERROR - verdict_badness(g->outcome));

        all[gates.len] = (struct ranked){good + !g->warned, gates.len, g};
        gates.len++;
    }
    gates.list = (const struct verdict_gate **)items(all, gates.len);
    return gates;
}

struct report_findings report_pick_findings(const struct verdict_document *doc,
                                            const struct verdict_gate *gate)
{
    struct report_findings found = {0};
    struct ranked *all;

    for (const struct verdict_finding *f = doc->findings; f; f = f->next)
        found.len++;
    all = td_calloc(found.len + 1, sizeof(*all));
    found.len = 0;
    for (const struct verdict_finding *f = doc->findings; f; f = f->next) {
        if (gate && strcmp(gate->name, f->gate) != 0)
            continue;
        all[found.len] =
            (struct ranked){3u * f->state + f->level, found.len, f};
        found.len++;
    }
    found.list = (const struct verdict_finding **)items(all, found.len);
    return found;
}

const struct verdict_gate *report_gate(const struct verdict_document *doc,
                                       const char *name)
{
    const struct verdict_gate *g = doc->gates;

    while (g && strcmp(g->name, name) != 0)
        g = g->next;
    return g;
}

const char *report_rule_place(const struct verdict_document *doc,
                              const struct verdict_finding *f)
{
    const struct verdict_gate *gate = report_gate(doc, f->gate);
    const struct verdict_rule *r = gate ? gate->rules : NULL;

    while (r && strcmp(r->id, f->rule) != 0)
        r = r->next;
    return r ? r->where : NULL;
}

static void add_colon(struct td_buf *out, uint64_t n)
{
    (void)td_buf_add_byte(out, ':');
    (void)td_buf_add_u64(out, n);
}

void report_add_place(struct td_buf *out, const struct verdict_finding *f)
{
    if (f->file)
        (void)td_buf_add_text(out, f->file);
    if (f->file && f->line)
        add_colon(out, f->line);
    if (f->file && f->line && f->column)
        add_colon(out, f->column);
    if (f->seq)
        (void)td_buf_addf(out, "%s%s%" PRIu64, f->file ? " " : "",
                          f->has_t ? "seq " : "line ", f->seq);
}

void report_add_file(struct td_buf *out, const struct verdict_document *doc,
                     const char *path)
{
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    if (path[0] != '/' && doc->run.prefix)
        (void)td_buf_add_text(out, doc->run.prefix);
    (void)td_buf_add_text(out, path);
}

void report_add_message(struct td_buf *out, const struct verdict_finding *f)
{
    if (f->test && *f->test)
        (void)td_buf_addf(out, "%s: ", f->test);
    else if (f->seq)
        (void)td_buf_addf(out, "event %" PRIu64 ": ", f->seq);
    (void)td_buf_add_text(out, f->message && *f->message ? f->message
                                                         : "(no message)");
}

/* ---- twins ---- */

struct report_twin {
    const char *text; /* borrowed; NULL: free */
    unsigned times;
};

static struct report_twin *slot_of(const struct report_twins *twins,
                                   const char *text)
{
    size_t i = (size_t)td_hash(td_text(text)) & (twins->cap - 1);

    while (twins->slots[i].text && strcmp(twins->slots[i].text, text) != 0)
        i = (i + 1) & (twins->cap - 1);
    return &twins->slots[i];
}

static void grow(struct report_twins *twins)
{
    struct report_twins more = {.cap = twins->cap ? twins->cap * 2 : 64,
                                .len = twins->len};

    more.slots = td_calloc(more.cap, sizeof(*more.slots));
    for (size_t i = 0; i < twins->cap; i++)
        if (twins->slots[i].text)
            *slot_of(&more, twins->slots[i].text) = twins->slots[i];
    free(twins->slots);
    *twins = more;
}

unsigned report_twin(struct report_twins *twins, const char *text)
{
    struct report_twin *slot;

    if (twins->len * 2 >= twins->cap)
        grow(twins);
    slot = slot_of(twins, text);
    twins->len += slot->text == NULL;
    slot->text = text;
    return ++slot->times;
}

void report_twins_release(struct report_twins *twins)
{
    free(twins->slots);
    *twins = (struct report_twins){0};
}

/* ---- flaky tests ---- */

static const char *name_test(struct td_arena *arena, const char *gate,
                             const char *test)
{
    return td_arena_print(arena, "%s\n%s", gate ? gate : "", test);
}

struct report_flaky report_pick_flaky(const struct verdict_document *doc,
                                      const struct verdict_gate *gate)
{
    struct report_flaky flaky = {0};
    struct report_twins told = {0};
    struct td_arena arena = {0};
    size_t cap = 0;

    for (const struct verdict_finding *f = doc->findings; f; f = f->next)
        if (f->test)
            (void)report_twin(&told, name_test(&arena, f->gate, f->test));
    for (const struct verdict_test *t = doc->tests; t; t = t->next) {
        if (t->result != VERDICT_RESULT_FLAKY ||
            (gate && strcmp(t->gate, gate->name) != 0) ||
            report_twin(&told, name_test(&arena, t->gate, t->key)) > 1)
            continue;
        if (flaky.len == cap) {
            cap = cap * 2 + 16;
            flaky.list = td_realloc(flaky.list, cap * sizeof(*flaky.list));
        }
        flaky.list[flaky.len++] =
            (struct verdict_finding){.gate = t->gate,
                                     .rule = "flaky",
                                     .level = CHECK_LEVEL_WARN,
                                     .message = "passed only when run again",
                                     .test = t->key};
    }
    report_twins_release(&told);
    td_arena_release(&arena);
    return flaky;
}

void report_put_clean(struct td_json_writer *w, const char *key,
                      const char *text)
{
    struct td_buf clean = {0};

    (void)td_text_clean(&clean, td_text(text));
    td_json_put_string(w, key, td_buf_bytes(&clean));
    td_buf_release(&clean);
}

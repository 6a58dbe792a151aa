#include "validator/verdict/sum.h"

#define NAMES_MAX 8

static const struct {
    enum check_outcome outcome;
    const char *words;
    const char *one; /* "1 of 6 gates is flaky" */
    const char *more;
} parts[] = {
    {CHECK_PASS, "passed", "passed", "passed"},
    {CHECK_FAIL, "failed", "failed", "failed"},
    {CHECK_ERROR, "could not be judged", "could not be judged",
     "could not be judged"},
    {CHECK_FLAKY, "flaky", "is flaky", "are flaky"},
    {CHECK_OPEN, "undecided", "is undecided", "are undecided"},
    {CHECK_SKIPPED, "skipped", "was skipped", "were skipped"},
    {CHECK_VACUOUS, "vacuous", "is vacuous", "are vacuous"},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void add_names(struct td_buf *out, const struct verdict_document *doc,
                      enum check_outcome outcome)
{
    size_t shown = 0;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        if (g->outcome != outcome)
            continue;
        if (shown == NAMES_MAX) {
            (void)td_buf_add_text(out, "...");
            break;
        }
        (void)td_buf_addf(out, "%s%s", shown ? ", " : "", g->name);
        shown++;
    }
}

/* None is worse than skipped, and not all have passed. */
static bool passes_count(const size_t *counts, size_t all)
{
    return counts[CHECK_PASS] + counts[CHECK_SKIPPED] + counts[CHECK_VACUOUS] ==
           all;
}

static void add_passed(struct td_buf *out, size_t all, size_t warned)
{
    if (all > 1)
        (void)td_buf_addf(out, "all %zu gates passed", all);
    else
        (void)td_buf_add_text(out, all ? "the gate passed" : "no gates");
    if (warned && all > 1)
        (void)td_buf_addf(out, ", %zu with warnings", warned);
    else if (warned)
        (void)td_buf_add_text(out, ", with warnings");
}

struct summary {
    const struct verdict_document *doc;
    bool named;
    size_t counts[CHECK_ERROR + 1];
    size_t all;
    size_t warned;
};

static void count(struct summary *s)
{
    for (const struct verdict_gate *g = s->doc->gates; g; g = g->next) {
        s->all++;
        s->counts[g->outcome]++;
        s->warned += g->warned && g->outcome == CHECK_PASS;
    }
}

/* All that is to be told is of one outcome: "1 of 4 gates failed: unit". */
static void add_one_part(struct td_buf *out, const struct summary *s,
                         size_t part)
{
    size_t n = s->counts[parts[part].outcome];
    const char *words = n == 1 ? parts[part].one : parts[part].more;

    if (s->all == 1)
        (void)td_buf_addf(out, "the gate %s", words);
    else
        (void)td_buf_addf(out, "%zu of %zu gates %s", n, s->all, words);
    if (s->named) {
        (void)td_buf_add_text(out, ": ");
        add_names(out, s->doc, parts[part].outcome);
    }
}

static void add_parts(struct td_buf *out, const struct summary *s)
{
    const char *between = "";

    for (size_t i = 0; i < PARTS; i++) {
        if (s->counts[parts[i].outcome] == 0)
            continue;
        (void)td_buf_addf(out, "%s%zu %s", between, s->counts[parts[i].outcome],
                          parts[i].words);
        if (s->named && parts[i].outcome != CHECK_PASS) {
            (void)td_buf_add_text(out, " (");
            add_names(out, s->doc, parts[i].outcome);
            (void)td_buf_add_byte(out, ')');
        }
        between = ", ";
    }
    (void)td_buf_addf(out, " of %zu gates", s->all);
}

static void add_sum(struct td_buf *out, const struct verdict_document *doc,
                    bool named)
{
    struct summary s = {.doc = doc, .named = named};
    size_t last = 0;
    size_t told = 0;

    count(&s);
    if (s.counts[CHECK_PASS] == s.all) {
        add_passed(out, s.all, s.warned);
        return;
    }
    if (!passes_count(s.counts, s.all))
        s.counts[CHECK_PASS] = 0;
    for (size_t i = 0; i < PARTS; i++)
        if (s.counts[parts[i].outcome] > 0) {
            last = i;
            told++;
        }
    if (told == 1)
        add_one_part(out, &s, last);
    else
        add_parts(out, &s);
}

void verdict_add_sum(struct td_buf *out, const struct verdict_document *doc)
{
    add_sum(out, doc, false);
}

void verdict_add_sentence(struct td_buf *out,
                          const struct verdict_document *doc)
{
    size_t at = out->len;

    add_sum(out, doc, false);
    if (at < out->len && out->ptr[at] >= 'a' && out->ptr[at] <= 'z')
        out->ptr[at] = (uint8_t)(out->ptr[at] - 'a' + 'A');
}

void verdict_add_sum_named(struct td_buf *out,
                           const struct verdict_document *doc)
{
    add_sum(out, doc, true);
}

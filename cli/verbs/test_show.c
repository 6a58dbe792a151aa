#include "cli/verbs/test_show.h"

#include "core/clock.h"
#include "core/ink.h"
#include "core/json_writer.h"
#include "core/log.h"

#include <inttypes.h>

#define NAME_WIDTH 22 /* of a name and its dots */
#define LINES_MAX  6  /* of what a contract or a command said, without -v */

static struct cli_diff_page diff_page(const struct test_page *page,
                                      const struct test_case *c,
                                      struct td_buf *out)
{
    return (struct cli_diff_page){.diff = c->of.diff,
                                  .fetch = c->of.fetch,
                                  .trees = c->of.trees,
                                  .out = out,
                                  .golden = c->golden->name,
                                  .verbose = page && page->verbose,
                                  .color = page && page->color};
}

static enum td_ink ink_of(enum test_outcome outcome)
{
    if (outcome == TEST_SAME)
        return TD_INK_GOOD;
    return outcome == TEST_SKIPPED || outcome == TEST_FLAKY ||
                   outcome == TEST_LOSSY
               ? TD_INK_WARN
               : TD_INK_BAD;
}

/* "1 changed, 2 missing" */
static void add_counts(const struct diff *diff, struct td_buf *out)
{
    const char *between = "";

    for (int i = 0; i < DIFF_KINDS_LEN; i++) {
        if (!diff->counts[i])
            continue;
        (void)td_buf_addf(out, "%s%" PRIu32 " %s", between, diff->counts[i],
                          diff_kind_text((enum diff_kind)i));
        between = ", ";
    }
    if (diff->timing.broken)
        (void)td_buf_addf(out, "%stiming", between);
}

static void add_why(const struct test_case *c, struct td_buf *out)
{
    if (c->of.diff && !diff_is_same(c->of.diff))
        add_counts(c->of.diff, out);
    if (c->broken.len)
        (void)td_buf_addf(out, "%scontract broken", out->len ? ", " : "");
    if (c->outcome == TEST_FLAKY)
        (void)td_buf_addf(out, "the same at try %" PRIu32, c->retries + 1);
    if (c->outcome == TEST_SKIPPED)
        (void)td_buf_add_text(out, "has no command: compare with --tape FILE");
    if (c->err.code && !out->len)
        (void)td_buf_addf(out, "%s%s%s", c->err.where,
                          *c->err.where ? ": " : "", c->err.text);
}

/* The lines of a text, indented; the last ones if there are more. */
static void add_lines(const struct test_page *page, struct td_bytes text)
{
    struct td_bytes rest = text;
    size_t lines = 0;

    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    for (size_t line = 0; rest.len > 0; line++) {
        const uint8_t *end = (const uint8_t *)memchr(rest.ptr, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;

        if (page->verbose || line + LINES_MAX >= lines) {
            (void)td_buf_add_text(page->out, "  | ");
            (void)td_text_clean(page->out, td_bytes(rest.ptr, len));
            (void)td_buf_add_byte(page->out, '\n');
        }
        len += end ? 1 : 0;
        rest = td_bytes(rest.ptr + len, rest.len - len);
    }
}

static void add_title(const struct test_page *page, const struct test_case *c)
{
    size_t len = strlen(c->golden->name);
    struct td_buf why = {0};
    char time[TD_AMOUNT_SIZE];

    (void)td_text_clean(page->out, td_text(c->golden->name));
    (void)td_buf_add_byte(page->out, ' ');
    for (size_t i = len + 1; i < NAME_WIDTH; i++)
        (void)td_buf_add_byte(page->out, '.');
    (void)td_buf_add_byte(page->out, ' ');
    (void)td_ink(page->out, ink_of(c->outcome),
                 cli_test_outcome_text(c->outcome), page->color);
    add_why(c, &why);
    if (why.len) {
        (void)td_buf_add_text(page->out, "  ");
        (void)td_text_clean(page->out, td_buf_bytes(&why));
    }
    if (c->run.ns)
        (void)td_buf_addf(page->out, " (%s)",
                          td_duration_text(time, c->run.ns, TD_DURATION_SHORT));
    (void)td_buf_add_byte(page->out, '\n');
    td_buf_release(&why);
}

/* What to do next. */
static void add_next(const struct test_page *page, const struct test_case *c)
{
    const char *name = c->golden->name;

    if (c->masks.len) {
        (void)td_buf_add_text(page->out,
                              "  masks that these runs need were written to ");
        (void)td_text_clean(page->out, td_text(c->golden->pending_masks));
        (void)td_buf_add_text(page->out, "; read them\n");
    }
    if (c->pending)
        (void)td_buf_addf(page->out,
                          "  accept:  tapedeck test %s %s --accept      "
                          "(what is in %s.pending.tape.gz)\n",
                          page->dir, name, name);
    else if (c->golden->is_pending)
        (void)td_buf_addf(page->out,
                          "  pending: look at it, then tapedeck test %s %s "
                          "--accept, or remove it\n",
                          page->dir, name);
    else if (!page->ci && c->outcome == TEST_DIFFERS && !page->brief &&
             !c->broken.len)
        (void)td_buf_addf(page->out,
                          "  bless:   tapedeck test %s %s --bless      "
                          "(writes %s.pending.tape.gz)\n",
                          page->dir, name, name);
    else if (page->ci && c->outcome == TEST_MISSING)
        (void)td_buf_addf(page->out,
                          "  none is written in CI: run tapedeck test %s %s "
                          "where you develop\n",
                          page->dir, name);
}

void cli_test_show_text(const struct test_page *page, struct test_case *c)
{
    add_title(page, c);
    if (c->of.diff && !page->brief) {
        struct cli_diff_page inner = diff_page(page, c, page->out);

        cli_diff_findings(&inner);
    }
    if (!page->brief)
        add_lines(page, td_buf_bytes(&c->broken));
    if (c->outcome == TEST_FAILED || c->outcome == TEST_NOT_RUN ||
        c->outcome == TEST_LATE)
        add_lines(page, td_buf_bytes(&c->run.log));
    add_next(page, c);
}

void cli_test_show_json(const struct test_page *page, struct test_case *c)
{
    struct td_json_writer w = td_json_writer(page->out);
    struct td_buf why = {0};

    if (c->of.diff && !page->brief) {
        struct cli_diff_page inner = diff_page(page, c, page->out);

        cli_diff_json_findings(&inner);
    }
    add_why(c, &why);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "kind", "golden");
    td_json_put_text(&w, "golden", c->golden->name);
    td_json_put_text(&w, "outcome", cli_test_outcome_text(c->outcome));
    if (why.len)
        td_json_put_string(&w, "reason", td_buf_bytes(&why));
    if (c->of.diff) {
        td_json_put_u64(&w, "events", c->of.diff->sides[0].len);
        td_json_put_u64(&w, "differences", c->of.diff->findings_len);
    }
    if (c->broken.len)
        td_json_put_string(&w, "contract", td_buf_bytes(&c->broken));
    td_json_put_bool(&w, "pending", c->pending || c->golden->is_pending);
    td_json_put_u64(&w, "ns", c->run.ns);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    td_buf_release(&why);
}

static uint32_t count(const struct test_case *cases, uint32_t len,
                      enum test_outcome outcome)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < len; i++)
        n += cases[i].outcome == outcome;
    return n;
}

void cli_test_show_sum(const struct test_page *page,
                       const struct test_case *cases, uint32_t len)
{
    const char *between = ": ";

    (void)td_buf_addf(page->out, "%" PRIu32 " golden%s", len,
                      len == 1 ? "" : "s");
    for (int i = 0; i < TEST_OUTCOMES_LEN; i++) {
        uint32_t n = count(cases, len, (enum test_outcome)i);

        if (!n && i != TEST_SAME)
            continue;
        (void)td_buf_addf(page->out, "%s%" PRIu32 " %s", between, n,
                          cli_test_outcome_text((enum test_outcome)i));
        between = ", ";
    }
    (void)td_buf_add_byte(page->out, '\n');
}

void cli_test_show_sum_json(const struct test_page *page,
                            const struct test_case *cases, uint32_t len)
{
    struct td_json_writer w = td_json_writer(page->out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "kind", "summary");
    td_json_put_u64(&w, "goldens", len);
    for (int i = 0; i < TEST_OUTCOMES_LEN; i++)
        td_json_put_u64(&w, cli_test_outcome_text((enum test_outcome)i),
                        count(cases, len, (enum test_outcome)i));
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static enum check_outcome outcome_of(enum test_outcome outcome)
{
    static const struct {
        enum td_code code;
        enum check_outcome outcome;
    } rows[] = {{TD_OK, CHECK_PASS},
                {TD_LOSSY, CHECK_OPEN},
                {TD_FLAKY, CHECK_FLAKY},
                {TD_FAILED, CHECK_FAIL}};

    if (outcome == TEST_SKIPPED)
        return CHECK_SKIPPED;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].code == cli_test_outcome_code(outcome))
            return rows[i].outcome;
    }
    return CHECK_ERROR;
}

void cli_test_show_gate(struct verdict_document *doc, struct test_case *c)
{
    struct cli_diff_page inner = diff_page(NULL, c, NULL);
    struct verdict_gate *gate;
    struct td_buf why = {0};

    if (c->of.diff) {
        gate = cli_diff_add_gate(doc, c->golden->name, &inner);
    } else {
        gate = verdict_add_gate(doc);
        gate->name = td_arena_copy(&doc->arena, c->golden->name);
        gate->kind = VERDICT_STREAM;
    }
    gate->outcome = outcome_of(c->outcome);
    gate->ms = c->run.ns / 1000000;
    add_why(c, &why);
    if (why.len)
        gate->reason = td_arena_text(&doc->arena, td_buf_bytes(&why));
    td_buf_release(&why);
}

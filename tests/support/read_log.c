#include "tests/support/read_log.h"

#include <inttypes.h>

static void add(struct td_buf *out, const char *before, struct td_bytes text)
{
    (void)td_buf_add_text(out, text.len ? before : "");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20)
            (void)td_buf_addf(out, "\\x%02x", text.ptr[i]);
        else
            (void)td_buf_add_byte(out, text.ptr[i]);
    }
}

static void add_place(struct td_buf *out, struct td_bytes file, uint64_t line)
{
    add(out, "  ", file);
    if (line)
        (void)td_buf_addf(out, ":%" PRIu64, line);
}

static void on_test(void *self, const struct read_test *t)
{
    struct td_buf *out = self;

    (void)td_buf_addf(out, "%s ", verdict_result_text(t->result));
    add(out, " ", t->suite);
    add(out, " | ", t->class_name);
    add(out, " | ", t->name);
    if (t->ns >= 0)
        (void)td_buf_addf(out, "  %" PRId64 "us", t->ns / 1000);
    add_place(out, t->file, t->line);
    add(out, "  ", t->message);
    (void)td_buf_add_byte(out, '\n');
}

static void on_line(void *self, const struct read_line *l)
{
    struct td_buf *out = self;

    (void)td_buf_add_text(out, "line");
    add_place(out, l->file, l->line);
    (void)td_buf_addf(out, "  %" PRIu64 "\n", l->hits);
}

static void add_id(struct td_buf *out, char before, uint64_t id)
{
    if (id >> 63)
        (void)td_buf_addf(out, "%cnamed", before);
    else
        (void)td_buf_addf(out, "%c%" PRIu64, before, id);
}

static void on_branch(void *self, const struct read_branch *b)
{
    struct td_buf *out = self;

    (void)td_buf_add_text(out, "branch");
    add_place(out, b->file, b->line);
    add_id(out, ' ', b->block);
    add_id(out, '/', b->branch);
    (void)td_buf_addf(out, "  %" PRIu64 "\n", b->taken);
}

static void on_finding(void *self, const struct read_finding *f)
{
    struct td_buf *out = self;

    (void)td_buf_addf(out, "%s%s", check_level_text(f->level),
                      f->broken ? "!" : "");
    add(out, "  ", f->rule);
    add_place(out, f->file, f->line);
    if (f->column)
        (void)td_buf_addf(out, ":%" PRIu64, f->column);
    add(out, "  ", f->message);
    (void)td_buf_add_byte(out, '\n');
}

static void on_sample(void *self, const struct read_sample *s)
{
    struct td_buf *out = self;

    (void)td_buf_add_text(out, "sample");
    add(out, "  ", s->name);
    (void)td_buf_addf(out, "  %.9g %s", s->value, s->unit);
    if (s->exit)
        (void)td_buf_addf(out, " exit %d", s->exit);
    (void)td_buf_add_byte(out, '\n');
}

enum read_state read_log(struct td_buf *out, const struct read_format *format,
                         struct td_bytes text, size_t piece)
{
    static const char *const states[] = {[READ_OK] = "ok",
                                         [READ_PARTIAL] = "partial",
                                         [READ_EMPTY] = "empty",
                                         [READ_WRONG] = "wrong"};
    const struct read_sink sink = {.self = out,
                                   .test = on_test,
                                   .line = on_line,
                                   .branch = on_branch,
                                   .finding = on_finding,
                                   .sample = on_sample};
    struct read_reader *reader = format->open(&sink);
    struct read_end end = {0};
    enum td_code code = TD_OK;

    while (text.len > 0 && code == TD_OK) {
        size_t len = text.len < piece ? text.len : piece;

        code = format->put(reader, td_bytes(text.ptr, len));
        text = td_bytes(text.ptr + len, text.len - len);
    }
    format->end(reader, &end);
    (void)td_buf_addf(out, "end   %s", states[end.state]);
    if (end.state != READ_OK)
        (void)td_buf_addf(out, ": %s", end.reason);
    if (end.line)
        (void)td_buf_addf(out, " (line %" PRIu64 ")", end.line);
    if (end.has_claim && end.claimed != end.leaves)
        (void)td_buf_addf(out, ", claims %" PRIu64, end.claimed);
    (void)td_buf_add_text(out, end.stale ? ", of an earlier run\n" : "\n");
    return end.state;
}

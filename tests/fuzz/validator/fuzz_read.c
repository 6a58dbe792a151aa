/* Any report to any reader: the first byte picks the format, the second how
 * long the pieces are. What is told does not depend on the pieces, and texts
 * keep their limits. FUZZ_FORMAT=junit and the like leave the choice to nobody.
 */
#include "validator/gates/read/read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t sum;
    uint64_t leaves;
};

static void note(struct seen *seen, struct td_bytes text)
{
    if (text.len > READ_TEXT_MAX)
        abort();
    for (size_t i = 0; i < text.len; i++)
        seen->sum = (seen->sum ^ text.ptr[i]) * 1099511628211U;
}

static void on_test(void *self, const struct read_test *test)
{
    struct seen *seen = self;

    seen->leaves++;
    note(seen, test->suite);
    note(seen, test->class_name);
    note(seen, test->name);
    note(seen, test->message);
    note(seen, test->detail);
    note(seen, test->file);
    if (test->ns < -1)
        abort();
}

static void on_line(void *self, const struct read_line *line)
{
    struct seen *seen = self;

    seen->leaves++;
    note(seen, line->file);
    if (line->line == 0)
        abort();
}

static void on_branch(void *self, const struct read_branch *branch)
{
    note(self, branch->file);
}

static void on_finding(void *self, const struct read_finding *finding)
{
    struct seen *seen = self;

    seen->leaves++;
    note(seen, finding->rule);
    note(seen, finding->message);
    note(seen, finding->file);
}

static void on_sample(void *self, const struct read_sample *sample)
{
    struct seen *seen = self;

    seen->leaves++;
    note(seen, sample->name);
}

static struct seen run(const struct read_format *format, struct td_bytes text,
                       size_t piece)
{
    struct seen seen = {0};
    const struct read_sink sink = {&seen,     on_test,    on_line,
                                   on_branch, on_finding, on_sample};
    struct read_reader *reader = format->open(&sink);
    struct read_end end;
    enum td_code code = TD_OK;

    while (text.len > 0 && code == TD_OK) {
        size_t len = text.len < piece ? text.len : piece;

        code = format->put(reader, td_bytes(text.ptr, len));
        text = td_bytes(text.ptr + len, text.len - len);
    }
    format->end(reader, &end);
    if (end.leaves != seen.leaves ||
        (end.state == READ_OK) != (end.reason[0] == '\0') ||
        (end.state == READ_OK && end.leaves == 0))
        abort();
    seen.sum += end.state;
    return seen;
}

static const struct read_format *pick(uint8_t byte)
{
    const char *name = getenv("FUZZ_FORMAT");
    size_t formats = 0;

    while (read_formats[formats])
        formats++;
    return name ? read_find(name) : read_formats[byte % formats];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct read_format *format;
    struct seen whole, parts;

    if (size < 2)
        return 0;
    format = pick(data[0]);
    if (!format)
        abort();
    whole = run(format, td_bytes(data + 2, size - 2), SIZE_MAX);
    parts = run(format, td_bytes(data + 2, size - 2), 1 + data[1]);
    if (whole.leaves != parts.leaves || whole.sum != parts.sum)
        abort();
    return 0;
}

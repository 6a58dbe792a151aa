#include "validator/gates/read/suites.h"

#define BETWEEN " > "

void read_suites_push(struct read_suites *suites, struct td_bytes name)
{
    if (suites->depth == READ_DEPTH_MAX)
        return;
    suites->ends[suites->depth++] = suites->path.len;
    if (suites->path.max == 0)
        td_buf_init(&suites->path, READ_TEXT_MAX);
    if (name.len == 0)
        return;
    if (suites->path.len > 0)
        (void)td_buf_add_text(&suites->path, BETWEEN);
    if (name.len > READ_TEXT_MAX - suites->path.len)
        name.len = READ_TEXT_MAX - suites->path.len;
    (void)td_buf_add_bytes(&suites->path, name);
}

void read_suites_pop(struct read_suites *suites)
{
    if (suites->depth > 0)
        suites->path.len = suites->ends[--suites->depth];
}

void read_suites_release(struct read_suites *suites)
{
    td_buf_release(&suites->path);
}

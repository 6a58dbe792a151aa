#include "tape/order.h"

#include "core/mem.h"
#include "tape/member_list.h"
#include "tape/order_run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct finder {
    struct tape_run *runs;
    size_t len;
    size_t segment; /* headers so far */
    bool damaged;   /* behind the last member */
    bool over;      /* the last one was a footer, or there was none */
    bool too_many;
};

static bool is_header(const struct tape_member *m)
{
    return m->kind == TAPE_MEMBER_DATA && (m->flags & TAPE_FLAG_HEADER) &&
           m->self == 0;
}

static bool has_events(const struct tape_member *m)
{
    return m->kind == TAPE_MEMBER_DATA && m->count > 0;
}

/* When its recording began, by its own times. */
static uint64_t began(const struct tape_member *m)
{
    return m->wall_ns - m->first_ns;
}

static struct tape_run *add_run(struct finder *f, uint64_t offset)
{
    f->runs = td_list_room(f->runs, f->len, sizeof(*f->runs));
    f->runs[f->len] = (struct tape_run){.offset = offset,
                                        .self = UINT64_MAX,
                                        .segment = f->segment,
                                        .bare = f->over};
    return &f->runs[f->len++];
}

/* Is *m the next member of the run, and of its recording? */
static bool goes_on(const struct finder *f, const struct tape_run *run,
                    const struct tape_member *m)
{
    return !f->damaged && !is_header(m) && run->self != UINT64_MAX &&
           m->self == run->end &&
           (!has_events(m) || m->first_seq >= run->expect) &&
           tape_run_near(began(m), run->ended_began);
}

static void add_member(struct tape_run *run, const struct tape_member *m)
{
    if (run->self == UINT64_MAX) {
        run->self = m->self;
        run->began = began(m);
        run->header = is_header(m);
        run->expect = run->header ? 1 : 0;
    }
    run->end = m->self + m->length;
    run->ended_began = began(m);
    run->ends |= (m->flags & TAPE_FLAG_END) != 0;
    run->members++;
    if (!has_events(m))
        return;
    if (run->first == 0)
        run->first = m->first_seq;
    run->bare |= run->first == 1 && !run->header;
    run->expect = m->first_seq + m->count;
    run->events += m->count;
}

/* What is no closed member stays behind the one that it stands behind. */
static enum td_code look(void *ctx, const struct tape_place *place,
                         struct td_error *err)
{
    struct finder *f = (struct finder *)ctx;
    struct tape_run *run = f->len ? &f->runs[f->len - 1] : NULL;
    bool closed = place->kind == TAPE_PLACE_CLOSED;

    (void)err;
    if (closed)
        f->segment += is_header(&place->m);
    if (!run || (closed && !goes_on(f, run, &place->m))) {
        if (f->len == TAPE_ORDER_MOST) {
            f->too_many = true;
            return TD_END;
        }
        run = add_run(f, place->offset);
    }
    run->length += place->length;
    f->damaged = !closed;
    if (closed)
        add_member(run, &place->m);
    f->over = closed && place->m.kind == TAPE_MEMBER_FOOTER;
    return TD_OK;
}

static void span(struct tape_order *out, const struct tape_run *run)
{
    struct tape_input_span *last = out->spans + out->spans_len;
    uint64_t at = 0;

    if (out->spans_len) {
        last--;
        at = last->at + last->length;
    }
    if (out->spans_len && last->offset + last->length == run->offset)
        last->length += run->length;
    else
        out->spans[out->spans_len++] =
            (struct tape_input_span){at, run->offset, run->length};
}

static void count_moved(struct tape_order *out, const struct tape_run *run)
{
    out->members += run->members;
    out->events += run->events;
    if (run->offset < out->moved_at)
        out->moved_at = run->offset;
}

static void put_in_order(const struct finder *f, struct tape_order *out)
{
    size_t *order = (size_t *)td_calloc(f->len + 1, sizeof(size_t));
    bool *moved = (bool *)td_calloc(f->len + 1, sizeof(bool));

    tape_runs_order(f->runs, f->len, order);
    tape_runs_moved(f->runs, order, f->len, moved);
    out->moved_at = UINT64_MAX;
    out->spans =
        (struct tape_input_span *)td_calloc(f->len + 1, sizeof(*out->spans));
    for (size_t i = 0; i < f->len; i++) {
        span(out, &f->runs[order[i]]);
        if (moved[i])
            count_moved(out, &f->runs[order[i]]);
    }
    if (out->members == 0)
        tape_order_release(out);
    free(order);
    free(moved);
}

enum td_code tape_order_find(struct tape_order *out, const char *path,
                             struct td_error *err)
{
    struct finder f = {.over = true};
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, err);

    *out = (struct tape_order){0};
    if (code)
        return code;
    if (in.seekable)
        code = tape_members(path, look, &f, err);
    if (f.too_many)
        code = TD_OK;
    if (!code && !f.too_many && f.len > 1)
        put_in_order(&f, out);
    out->sought = in.seekable;
    tape_input_close(&in);
    free(f.runs);
    return code;
}

void tape_order_release(struct tape_order *order)
{
    free(order->spans);
    *order = (struct tape_order){0};
}

uint64_t tape_order_offset(const struct tape_order *order, uint64_t at)
{
    for (size_t i = 0; i < order->spans_len; i++)
        if (at - order->spans[i].at < order->spans[i].length)
            return order->spans[i].offset + (at - order->spans[i].at);
    return at;
}

enum td_code tape_order_read(struct tape_reader **out, const char *path,
                             const struct tape_order *order,
                             const struct tape_read_options *how,
                             struct td_error *err)
{
    struct tape_input in;
    enum td_code code = tape_input_open(&in, path, err);

    *out = NULL;
    if (code)
        return code;
    in.spans = order->spans;
    in.spans_len = order->spans_len;
    return tape_reader_take(out, &in, how, err);
}

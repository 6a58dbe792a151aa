#include "validator/diff/fetch.h"

#include "core/mem.h"

#include <stdlib.h>

#define SKIP_MIN 1000 /* messages that are not read if that can be */

struct fetched {
    uint32_t item;
    bool there;
    struct diff_message message; /* its bytes are in the arena */
};

struct diff_fetch {
    const struct diff *diff;
    struct fetched *list[2]; /* by rising item */
    uint32_t len[2];
    struct td_arena arena;
    size_t bytes;
};

static int by_item(const void *a, const void *b)
{
    const struct fetched *x = (const struct fetched *)a;
    const struct fetched *y = (const struct fetched *)b;

    return x->item < y->item ? -1 : x->item > y->item;
}

static void want(struct diff_fetch *fetch, int side, uint32_t item)
{
    if (item == DIFF_NONE)
        return;
    fetch->list[side] = (struct fetched *)td_list_room(
        fetch->list[side], fetch->len[side], sizeof(struct fetched));
    fetch->list[side][fetch->len[side]++] = (struct fetched){.item = item};
}

/* Those of a finding, and what stands around a message that is alone. */
static void want_all(struct diff_fetch *fetch,
                     const struct diff_finding *finding)
{
    uint32_t near[2];
    int side = finding->kind == DIFF_EXTRA;

    want(fetch, 0, finding->item[0]);
    want(fetch, 1, finding->item[1]);
    if (finding->kind != DIFF_MISSING && finding->kind != DIFF_EXTRA)
        return;
    diff_neighbours(fetch->diff, side, finding->item[side], near);
    want(fetch, side, near[0]);
    want(fetch, side, near[1]);
}

static struct td_bytes keep(struct diff_fetch *fetch, struct td_bytes bytes)
{
    fetch->bytes += bytes.len;
    return td_bytes(td_arena_text(&fetch->arena, bytes), bytes.len);
}

static enum td_code take(struct diff_fetch *fetch, int side, struct fetched *to,
                         const struct diff_message *m, struct td_error *err)
{
    if (m->seq != fetch->diff->sides[side].items[to->item].seq)
        return td_error_set(err, TD_FORMAT, fetch->diff->sides[side].path, 0,
                            "was changed while it was read");
    if (fetch->bytes + m->payload.len > DIFF_FETCH_BYTES)
        return TD_OK;
    to->message = *m;
    to->message.payload = keep(fetch, m->payload);
    to->message.name = keep(fetch, m->name);
    to->message.att = keep(fetch, m->att);
    to->there = true;
    return TD_OK;
}

static enum td_code read_side(struct diff_fetch *fetch, int side,
                              struct td_error *err)
{
    struct diff_source *source;
    struct diff_message m;
    uint32_t next = 0;
    enum td_code code = diff_source_open(&source, fetch->diff->sides[side].path,
                                         fetch->diff->what, err);

    for (uint32_t i = 0; next < fetch->len[side] && !code; i++) {
        uint32_t item = fetch->list[side][next].item;

        if (item > i + SKIP_MIN &&
            diff_source_skip(source, fetch->diff->sides[side].items[item].seq))
            i = item;
        code = diff_source_next(source, &m, err);
        /* One may be wanted for several findings. */
        while (!code && next < fetch->len[side] &&
               fetch->list[side][next].item == i)
            code = take(fetch, side, &fetch->list[side][next++], &m, err);
    }
    diff_source_close(source);
    return code == TD_END ? TD_OK : code;
}

enum td_code diff_fetch_new(struct diff_fetch **out, const struct diff *diff,
                            uint32_t findings, struct td_error *err)
{
    struct diff_fetch *fetch =
        (struct diff_fetch *)td_calloc(1, sizeof(*fetch));
    enum td_code code = TD_OK;

    *out = fetch;
    fetch->diff = diff;
    for (uint32_t i = 0; i < findings && i < diff->findings_len; i++)
        want_all(fetch, &diff->findings[i]);
    for (int side = 0; side < 2 && !code; side++) {
        if (fetch->len[side] == 0)
            continue;
        qsort(fetch->list[side], fetch->len[side], sizeof(struct fetched),
              by_item);
        code = read_side(fetch, side, err);
    }
    return code;
}

void diff_fetch_free(struct diff_fetch *fetch)
{
    if (!fetch)
        return;
    free(fetch->list[0]);
    free(fetch->list[1]);
    td_arena_release(&fetch->arena);
    free(fetch);
}

const struct diff_message *diff_fetch_get(const struct diff_fetch *fetch,
                                          int side, uint32_t item)
{
    const struct fetched key = {.item = item};
    const struct fetched *found =
        fetch->len[side] && item != DIFF_NONE
            ? (const struct fetched *)bsearch(&key, fetch->list[side],
                                              fetch->len[side], sizeof(key),
                                              by_item)
            : NULL;

    return found && found->there ? &found->message : NULL;
}

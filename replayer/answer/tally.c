#include "replayer/answer/tally.h"

#include <inttypes.h>

#define SHOWN 20

void play_tally_add(struct play_tally *tally, uint64_t exchange)
{
    if (tally->count++ > SHOWN)
        return;
    if (tally->count > SHOWN)
        (void)td_buf_add_text(&tally->list, ", ...");
    else
        (void)td_buf_addf(&tally->list, "%s%" PRIu64,
                          tally->count > 1 ? ", " : "", exchange);
}

void play_tally_head(struct td_buf *out, uint32_t answered, uint32_t all)
{
    (void)td_buf_addf(out, "%" PRIu32 " of %" PRIu32 " exchange%s answered",
                      answered, all, all == 1 ? "" : "s");
}

void play_tally_count(struct td_buf *out, uint32_t n, const char *one,
                      const char *many)
{
    if (n)
        (void)td_buf_addf(out, ", %" PRIu32 " %s", n, n == 1 ? one : many);
}

void play_tally_end(struct play_tally *tally, struct td_buf *out)
{
    play_tally_count(out, tally->count, "exchange unused", "exchanges unused");
    if (tally->count)
        (void)td_buf_addf(out, " (%s)", td_buf_str(&tally->list));
    td_buf_release(&tally->list);
    tally->count = 0;
}

void play_tally_json(struct play_tally *tally, uint32_t all,
                     struct td_json_writer *w)
{
    struct td_buf list = {0};

    if (tally->count > SHOWN)
        tally->list.len -= strlen(", ...");
    (void)td_buf_add_byte(&list, '[');
    (void)td_buf_add_bytes(&list, td_buf_bytes(&tally->list));
    (void)td_buf_add_byte(&list, ']');
    td_json_put_u64(w, "exchanges", all);
    td_json_put_u64(w, "answered", all - tally->count);
    td_json_put_u64(w, "unused_count", tally->count);
    td_json_put_raw(w, "unused", td_buf_bytes(&list));
    td_buf_release(&list);
    td_buf_release(&tally->list);
    tally->count = 0;
}

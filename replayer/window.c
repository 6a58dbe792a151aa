#include "replayer/window.h"

void play_window_anchor(struct play_window *w, uint64_t start_wall_ns)
{
    w->from_ns += w->from_offset ? start_wall_ns : 0;
    w->to_ns += w->to_offset ? start_wall_ns : 0;
    w->from_offset = w->to_offset = false;
}

static bool is_before(const struct play_window *w, uint64_t segment,
                      uint64_t dated, uint64_t seq)
{
    if (dated < w->from_ns || segment < w->from_segment)
        return true;
    return segment == w->from_segment && seq < w->from_seq;
}

/* Behind the event that ends the window, whatever is dated. The first of that
 * number says of which segment it is.
 */
static bool is_past_seq(struct play_window *w, uint64_t segment, uint64_t seq)
{
    if (w->to_segment == 0 && seq == w->to_seq)
        w->to_segment = segment;
    if (w->to_segment > 0 && segment != w->to_segment)
        return segment > w->to_segment;
    return seq > w->to_seq;
}

enum play_side play_window_side(struct play_window *w,
                                const struct tape_reader *reader,
                                const struct td_event *ev)
{
    uint64_t segment = tape_reader_header(reader)->segment;
    uint64_t dated = tape_reader_dated(reader, ev);

    if (is_past_seq(w, segment, ev->seq))
        return PLAY_BEHIND;
    if (dated > w->to_ns)
        return tape_reader_goes_on(reader) ? PLAY_BEFORE : PLAY_BEHIND;
    return is_before(w, segment, dated, ev->seq) ? PLAY_BEFORE : PLAY_INSIDE;
}

enum td_code play_window_go(const struct play_window *w,
                            struct tape_reader *reader, bool by_seq,
                            struct td_error *err)
{
    enum td_code code = TD_OK;

    if (w->from_ns > 0)
        code = tape_reader_from(reader, w->from_ns, err);
    if (!code && by_seq && w->from_seq > 1)
        code = tape_reader_seek_seq(reader, w->from_seq, err);
    return code;
}

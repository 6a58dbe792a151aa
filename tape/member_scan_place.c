/* Where on the tape the member at hand is, and which numbers come next. */
#include "tape/member_scan_internal.h"

/* Numbers that jump back into those that were skipped over go on where they
 * were before: what came between was out of order, or of another recording.
 */
static void go_back(struct tape_scan *scan, uint64_t first)
{
    scan->state->missing -= scan->jumped - first;
    scan->state->foreign += scan->events - scan->jumped_at;
    scan->state->early += scan->events - scan->jumped_at;
    scan->back_from = scan->jumped;
    scan->back_to = scan->expect;
    scan->resume = 0;
}

/* Up to where what is there goes on behind what had come too early. */
static bool closes(const struct tape_scan *scan, uint64_t first)
{
    return scan->back_to > 0 && scan->expect == scan->back_from &&
           first == scan->back_to;
}

bool tape_scan_jump(struct tape_scan *scan, uint64_t first, uint64_t count)
{
    if (first > scan->expect && closes(scan, first)) {
        scan->back_to = 0;
    } else if (first > scan->expect) {
        scan->resume = scan->expect;
        scan->jumped = first;
        scan->jumped_at = scan->events;
        scan->state->missing += first - scan->expect;
    } else if (count == 0) {
        return true;
    } else if (scan->resume > 0 && first >= scan->resume &&
               first < scan->jumped) {
        go_back(scan, first);
    } else {
        scan->state->repeated += count;
        return false;
    }
    scan->expect = first + count;
    return true;
}

size_t tape_scan_given(const struct tape_scan *scan, uint64_t at)
{
    return scan->open_len > 0 && scan->open_at == at ? scan->open_given : 0;
}

/* Does a part begin whose header is gone? What was given in part does not. */
static bool begins(struct tape_scan *scan, const struct tape_member *m)
{
    return tape_scan_given(scan, scan->at) == 0 &&
           tape_chain_begins(&scan->chain, &scan->in, scan->at, m,
                             scan->expect);
}

/* What the head of a member says about the place on the tape. */
static void note_member(struct tape_scan *scan, const struct tape_member *m)
{
    if (m->kind == TAPE_MEMBER_DATA) {
        scan->anchor_wall = m->wall_ns;
        scan->anchor_ns = m->first_ns;
    }
    if (m->flags & TAPE_FLAG_HEADER) {
        scan->lost = 0;
        scan->begins = false;
    }
    if (m->kind != TAPE_MEMBER_INDEX && m->lost > scan->lost)
        scan->lost = m->lost;
}

static void begin(struct tape_scan *scan)
{
    scan->begins = true;
    scan->lost = 0;
    tape_scan_new_part(scan);
    tape_chain_forget(&scan->chain);
}

void tape_scan_place(struct tape_scan *scan, const struct tape_member *m)
{
    if (begins(scan, m))
        begin(scan);
    scan->stray =
        tape_chain_strays(&scan->chain, &scan->in, scan->at, m, scan->expect);
    scan->state->strays += scan->stray;
    if (scan->stray)
        tape_scan_damage(scan, scan->at);
    if (!scan->stray)
        note_member(scan, m);
}

void tape_scan_place_open(struct tape_scan *scan, const struct tape_member *m)
{
    scan->stray = false;
    if (!begins(scan, m)) {
        tape_chain_add_open(&scan->chain, m);
        return;
    }
    begin(scan);
    note_member(scan, m);
    tape_chain_add(&scan->chain, m);
}

bool tape_scan_begins(struct tape_scan *scan)
{
    bool begins_here = scan->begins;

    scan->begins = false;
    return begins_here;
}

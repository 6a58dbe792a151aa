/* Where on the tape the member at hand is, and which numbers come next. */
#include "tape/member_scan_internal.h"

static void come_late(struct tape_scan *scan, uint64_t from, uint64_t to)
{
    uint64_t late = tape_gaps_take(&scan->skipped, from, to);
    uint64_t *missing = &scan->state->missing;

    if (from >= scan->begun_at)
        *missing -= late < *missing ? late : *missing;
}

static void tell_early(struct tape_scan *scan, uint64_t count)
{
    scan->state->foreign += count;
    scan->state->early += count;
}

/* Numbers that jump back into those that were skipped over go on where they
 * were before: what came between was out of order, or of another recording.
 */
static void go_back(struct tape_scan *scan, uint64_t first)
{
    come_late(scan, first, scan->jumped);
    tell_early(scan, scan->events - scan->jumped_at);
    if (!scan->streaming)
        scan->came.len = 0;
    if (scan->came.len < TAPE_GAPS_MOST - 1) /* else they are told missing */
        tape_gaps_add(&scan->came, scan->jumped, scan->expect);
    scan->resume = 0;
}

static void miss(struct tape_scan *scan, uint64_t from, uint64_t to)
{
    if (from >= to)
        return;
    scan->resume = from;
    scan->jumped = to;
    scan->jumped_at = scan->events;
    scan->state->missing += to - from;
    tape_gaps_add(&scan->skipped, from, to);
}

/* Members that go on right behind what had come too early. */
static bool closes(const struct tape_scan *scan, uint64_t first)
{
    return scan->came.len > 0 && scan->came.list[0].from == scan->expect &&
           scan->came.list[0].to == first;
}

/* All up to there is missing but what had come too early: of lines. Members may
 * be of several recordings with the same numbers.
 */
static void skip(struct tape_scan *scan, uint64_t first)
{
    uint64_t at = scan->expect;

    if (!scan->streaming && !closes(scan, first)) {
        miss(scan, at, first);
        return;
    }
    while (scan->came.len > 0 && scan->came.list[0].from < first) {
        struct tape_gap had = scan->came.list[0];

        miss(scan, at, had.from);
        at = had.to > at ? had.to : at;
        (void)tape_gaps_take(&scan->came, had.from,
                             had.to < first ? had.to : first);
    }
    miss(scan, at, first);
}

/* Nobody knows what was before. Of lines of text, it may come later. */
static void start_at(struct tape_scan *scan, uint64_t first)
{
    if (!scan->streaming || first <= 1)
        return;
    scan->begun_at = first;
    tape_gaps_add(&scan->skipped, 1, first);
}

bool tape_scan_jump(struct tape_scan *scan, uint64_t first, uint64_t count)
{
    if (scan->expect == 0) {
        start_at(scan, first);
    } else if (first > scan->expect) {
        skip(scan, first);
    } else if (count == 0) {
        return true;
    } else if (scan->resume > 0 && first >= scan->resume &&
               first < scan->jumped && tape_gaps_has(&scan->skipped, first)) {
        go_back(scan, first);
    } else if (!scan->streaming || !tape_gaps_has(&scan->skipped, first)) {
        scan->state->repeated += count;
        return false;
    } else { /* what comes next is what came next before */
        come_late(scan, first, first + count);
        tell_early(scan, count);
        scan->jumped_at += count;
        return true;
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

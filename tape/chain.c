#include "tape/chain.h"

#include "core/hash.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_MEMBERS 1024 /* how far the chain is looked for */
#define LOOK_BYTES   ((size_t)8 * 1024 * 1024) /* and on a pipe */
#define NEAR_NS      1000000000u /* as near as one recording's clock stays */
#define PLACES_MAX   65536
#define LOOK_ALL     (64 * LOOK_MEMBERS) /* heads looked at ahead, at a stretch */
#define LOOK_EACH    32 /* and for each member: a tape is read in linear time */

void tape_chain_forget(struct tape_chain *chain)
{
    *chain =
        (struct tape_chain){.next = TAPE_CHAIN_ANY, .places = chain->places};
}

void tape_chain_release(struct tape_chain *chain)
{
    free(chain->places);
    *chain = (struct tape_chain){.next = TAPE_CHAIN_ANY};
}

static bool has_events(const struct tape_member *m)
{
    return m->kind == TAPE_MEMBER_DATA && (m->count > 0 || m->length == 0);
}

static uint64_t end_of(const struct tape_member *m)
{
    return m->self + (m->length > 0 ? m->length : 1);
}

static uint64_t hash_of(const struct tape_member *m)
{
    uint8_t head[TAPE_HEAD_LEN];

    tape_member_pack(head, m, 0);
    return td_hash(td_bytes(head, sizeof(head))) | 1;
}

/* *m is in its place. They are in order: what is not has none. */
static void note_place(struct tape_chain *chain, const struct tape_member *m)
{
    struct tape_chain_place *last =
        chain->places_len ? &chain->places[chain->places_len - 1] : NULL;
    struct tape_chain_place place = {
        .self = m->self,
        .end = end_of(m),
        .next_seq = last ? last->next_seq : 0,
        .wall_ns = m->wall_ns,
        .hash = m->length > 0 ? hash_of(m) : 0,
    };

    if (has_events(m)) {
        place.first_seq = m->first_seq;
        place.next_seq = m->first_seq + m->count;
    }
    if (last && last->hash == 0 && last->self == m->self) {
        *last = place; /* it was open */
        return;
    }
    if (chain->places_len == PLACES_MAX || (last && m->self < last->end))
        return;
    chain->places = (struct tape_chain_place *)td_list_room(
        chain->places, chain->places_len, sizeof(place));
    chain->places[chain->places_len++] = place;
}

/* Places that begin at `self` or before it. */
static size_t places_up_to(const struct tape_chain *chain, uint64_t self)
{
    size_t low = 0;
    size_t high = chain->places_len;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (chain->places[mid].self > self)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

/* Is *m the member of that place? Of an open one, all that is known agrees. */
static bool is_it(const struct tape_chain_place *place,
                  const struct tape_member *m)
{
    if (place->hash != 0 && m->length > 0)
        return place->hash == hash_of(m);
    return place->wall_ns == m->wall_ns &&
           (place->first_seq == m->first_seq || !has_events(m));
}

/* No member is as short as that. */
static bool is_no_gap(uint64_t from, uint64_t to)
{
    return to < from || (to > from && to - from < TAPE_FOOTER_LEN);
}

/* Can *m not stand behind that place, by its bytes and numbers? */
static bool collides_before(const struct tape_chain_place *place,
                            const struct tape_member *m)
{
    return (place->hash != 0 && is_no_gap(place->end, m->self)) ||
           (has_events(m) && m->first_seq < place->next_seq);
}

static bool collides_behind(const struct tape_chain_place *place,
                            const struct tape_member *m)
{
    return end_of(m) > place->self ||
           (m->length > 0 && is_no_gap(end_of(m), place->self)) ||
           (has_events(m) && place->first_seq > 0 &&
            m->first_seq + m->count > place->first_seq);
}

/* Members of a recording do not overlap, neither in bytes nor in numbers, and
 * both grow. So one that is none of those that were here, and has no room
 * between them, is of another recording.
 */
static bool has_no_room(const struct tape_chain *chain,
                        const struct tape_member *m)
{
    size_t i = places_up_to(chain, m->self);

    if (i == 0)
        return chain->places_len > 0 && collides_behind(chain->places, m);
    if (chain->places[i - 1].self == m->self)
        return !is_it(&chain->places[i - 1], m);
    if (collides_before(&chain->places[i - 1], m))
        return true;
    if (i < chain->places_len)
        return collides_behind(&chain->places[i], m);
    return chain->over && m->self >= chain->next;
}

/* When the recording of *m began, ns since 1970. */
static uint64_t began(const struct tape_member *m)
{
    return m->wall_ns - m->first_ns;
}

static void note_began(struct tape_chain *chain, uint64_t at)
{
    if (!chain->known || at < chain->began_first)
        chain->began_first = at;
    if (!chain->known || at > chain->began_last)
        chain->began_last = at;
    chain->known = true;
}

static void note_data(struct tape_chain *chain, const struct tape_member *m)
{
    note_began(chain, began(m));
    if (m->count == 0 && m->length > 0)
        return;
    if (m->last_ns > chain->last_ns)
        chain->last_ns = m->last_ns;
    if (chain->first.first_seq == 0)
        chain->first = *m;
}

/* May one more head be looked at? */
static bool may_look(struct tape_chain *chain)
{
    return chain->looked < LOOK_ALL && ++chain->looked > 0;
}

/* The head of a member at offset `to` while one at `at` is at hand, whose bytes
 * on a pipe must not be passed over.
 */
static bool head_at(struct tape_input *in, uint64_t at, uint64_t to,
                    struct tape_member *m)
{
    uint8_t own[TAPE_HEAD_LEN];
    struct td_bytes data = td_bytes(own, sizeof(own));
    size_t entries;

    if (in->seekable) {
        if (to + sizeof(own) > tape_input_size(in) ||
            !tape_input_read(in, to, own, sizeof(own)))
            return false;
    } else {
        size_t skip = (size_t)(to - at);

        if (to - at > LOOK_BYTES)
            return false;
        data = tape_input_at(in, at, skip + sizeof(own));
        if (data.len < skip + sizeof(own))
            return false;
        data = td_bytes(data.ptr + skip, sizeof(own));
    }
    return tape_member_peek(data, m, &entries) == TAPE_PEEK_MEMBER &&
           m->length >= TAPE_FOOTER_LEN;
}

static bool is_header(const struct tape_member *m)
{
    return m->kind == TAPE_MEMBER_DATA && (m->flags & TAPE_FLAG_HEADER) &&
           m->self == 0;
}

void tape_chain_add(struct tape_chain *chain, const struct tape_member *m)
{
    if (is_header(m))
        tape_chain_forget(chain);
    chain->next = m->length > 0 ? m->self + m->length : TAPE_CHAIN_ANY;
    chain->over = m->kind == TAPE_MEMBER_FOOTER;
    note_place(chain, m);
    if (m->kind == TAPE_MEMBER_DATA)
        note_data(chain, m);
}

void tape_chain_add_open(struct tape_chain *chain, const struct tape_member *m)
{
    note_place(chain, m);
}

/* Did the recording of *m begin at another time? */
static bool is_apart(const struct tape_chain *chain,
                     const struct tape_member *m)
{
    return chain->known && m->length > 0 &&
           (began(m) + NEAR_NS < chain->began_first ||
            began(m) > chain->began_last + NEAR_NS);
}

/* *next, which is behind *m, begins where the chain stops: is it of its
 * recording? One of another time is not, unless all of ours is, whose clock was
 * set, and *m of a third one.
 */
static bool is_ours(const struct tape_chain *chain, const struct tape_member *m,
                    const struct tape_member *next)
{
    if (next->kind != TAPE_MEMBER_DATA || !is_apart(chain, next))
        return true;
    return is_apart(chain, m) && (began(next) + NEAR_NS < began(m) ||
                                  began(next) > began(m) + NEAR_NS);
}

/* Has *m the first event of a recording, and not that of the chain again? */
static bool is_first(const struct tape_chain *chain,
                     const struct tape_member *m, uint64_t expect)
{
    const struct tape_member *first = &chain->first;

    if (m->first_seq != 1 || expect <= 1 || (m->count == 0 && m->length > 0))
        return false;
    return first->first_seq != 1 || first->wall_ns != m->wall_ns ||
           (m->length > 0 && first->length > 0 &&
            (first->length != m->length || first->self != m->self ||
             first->count != m->count || first->last_ns != m->last_ns ||
             memcmp(&first->names, &m->names, sizeof(m->names)) != 0));
}

/* Does a member behind this one go on where the chain stops? *follows: does
 * the very next one follow this one? within: it is not looked for behind a
 * footer. Nor is it behind the one that this member and all behind it lead to:
 * they are the rest of a recording, and what stands behind that is another.
 */
static bool goes_on_behind(struct tape_chain *chain, struct tape_input *in,
                           uint64_t at, const struct tape_member *m,
                           bool within, bool *follows)
{
    uint64_t to = at + m->length;
    uint64_t self = m->self + m->length;
    bool rest = true;
    struct tape_member next;

    *follows = false;
    for (size_t i = 0; i < LOOK_MEMBERS; i++) {
        if (!may_look(chain) || !head_at(in, at, to, &next) || is_header(&next))
            return false;
        if (next.self == chain->next && is_ours(chain, m, &next))
            return true;
        rest = rest && next.self == self;
        if (is_first(chain, &next, 2) && !rest)
            return false;
        if (next.kind == TAPE_MEMBER_FOOTER && (within || rest))
            return false;
        *follows |= i == 0 && rest;
        to += next.length;
        self += next.length;
    }
    return false;
}

bool tape_chain_strays(struct tape_chain *chain, struct tape_input *in,
                       uint64_t at, const struct tape_member *m,
                       uint64_t expect)
{
    bool events = m->kind == TAPE_MEMBER_DATA && m->count > 0;
    bool follows;

    if (chain->next == TAPE_CHAIN_ANY || m->self == chain->next || is_header(m))
        return false;
    if (goes_on_behind(chain, in, at, m, false, &follows))
        return true;
    if (m->self < chain->next)
        return !events || m->first_seq < expect;
    return events && !follows && m->first_seq == expect;
}

/* Has *m, or one of those that follow it, no room? */
static bool rest_has_no_room(struct tape_chain *chain, struct tape_input *in,
                             uint64_t at, const struct tape_member *m)
{
    struct tape_member next = *m;
    uint64_t to = at;
    uint64_t self = m->self;

    for (size_t i = 0; i < LOOK_MEMBERS && next.self == self; i++) {
        if (has_no_room(chain, &next))
            return true;
        to += next.length;
        self += next.length;
        if (next.length == 0 || !may_look(chain) ||
            !head_at(in, at, to, &next) || is_header(&next))
            return false;
    }
    return false;
}

static bool is_another(struct tape_chain *chain, struct tape_input *in,
                       uint64_t at, const struct tape_member *m,
                       uint64_t expect)
{
    return is_apart(chain, m) || is_first(chain, m, expect) ||
           rest_has_no_room(chain, in, at, m);
}

bool tape_chain_begins(struct tape_chain *chain, struct tape_input *in,
                       uint64_t at, const struct tape_member *m,
                       uint64_t expect)
{
    bool no_room;
    bool follows;

    chain->looked -= chain->looked < LOOK_EACH ? chain->looked : LOOK_EACH;
    if (m->kind != TAPE_MEMBER_DATA || is_header(m))
        return false;
    if (chain->over)
        return m->length == 0 || is_another(chain, in, at, m, expect);
    if (m->self == chain->next)
        return false;
    no_room = has_no_room(chain, m);
    if (!no_room && m->first_ns >= chain->last_ns &&
        !(has_events(m) && m->first_seq < expect))
        return false;
    if (!no_room && !is_another(chain, in, at, m, expect))
        return false;
    return m->length == 0 || chain->next == TAPE_CHAIN_ANY ||
           !goes_on_behind(chain, in, at, m, !is_apart(chain, m), &follows);
}

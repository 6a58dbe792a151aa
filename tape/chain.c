#include "tape/chain.h"

#define LOOK_MEMBERS 1024 /* how far the chain is looked for */
#define LOOK_BYTES   ((size_t)8 * 1024 * 1024) /* and on a pipe */

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

/* Does a member behind this one go on where the chain stops? *follows: does
 * the very next one follow this one?
 */
static bool goes_on_behind(const struct tape_chain *chain,
                           struct tape_input *in, uint64_t at,
                           const struct tape_member *m, bool *follows)
{
    uint64_t to = at + m->length;
    struct tape_member next;

    *follows = false;
    for (size_t i = 0; i < LOOK_MEMBERS; i++) {
        if (!head_at(in, at, to, &next) || is_header(&next))
            return false;
        if (next.self == chain->next)
            return true;
        *follows |= i == 0 && next.self == m->self + m->length;
        to += next.length;
    }
    return false;
}

bool tape_chain_strays(const struct tape_chain *chain, struct tape_input *in,
                       uint64_t at, const struct tape_member *m,
                       uint64_t expect)
{
    bool events = m->kind == TAPE_MEMBER_DATA && m->count > 0;
    bool follows;

    if (chain->next == TAPE_CHAIN_ANY || m->self == chain->next || is_header(m))
        return false;
    if (goes_on_behind(chain, in, at, m, &follows))
        return true;
    if (m->self < chain->next)
        return !events || m->first_seq < expect;
    return events && !follows && m->first_seq == expect;
}

#include "tape/index.h"

#include "core/mem.h"

#include <stdlib.h>

#define LIST_HEAD 4 /* subfield header: "TI", bytes of the entries */

void tape_index_release(struct tape_index *index)
{
    for (size_t i = 0; i < TAPE_INDEX_LEVELS; i++)
        free(index->levels[i].list);
    memset(index, 0, sizeof(*index));
}

struct tape_entry tape_member_entry(const struct tape_member *m)
{
    return (struct tape_entry){
        .offset = m->self,
        .first_seq = m->first_seq,
        .count = m->count,
        .first_ns = m->first_ns,
        .last_ns = m->last_ns,
        .wall_ns = m->wall_ns,
        .names = m->names,
        .flags = m->flags,
        .length = m->length,
    };
}

enum td_code tape_empty_body(struct td_buf *out)
{
    static const uint8_t body[TAPE_EMPTY_BODY_LEN + TAPE_TRAILER_LEN] = {3};

    return td_buf_add(out, body, sizeof(body));
}

static void level_add(struct tape_index_level *level,
                      const struct tape_entry *entry)
{
    struct tape_entry *sum = &level->sum;

    if (!level->list)
        level->list = (uint8_t *)td_calloc(TAPE_ENTRIES_MAX, TAPE_ENTRY_LEN);
    tape_entry_pack(level->list + level->len * TAPE_ENTRY_LEN, entry);
    if (level->len++ == 0) {
        *sum = *entry;
        return;
    }
    sum->count += entry->count;
    sum->last_ns = entry->last_ns;
    sum->flags |= entry->flags;
    tape_names_join(&sum->names, &entry->names);
}

/* The node of a level as a member; level->sum becomes its entry above. */
static enum td_code level_write(struct tape_index *index, size_t i,
                                struct td_buf *out, uint64_t at)
{
    struct tape_index_level *level = &index->levels[i];
    struct td_bytes list = td_bytes(level->list, level->len * TAPE_ENTRY_LEN);
    struct tape_member m = {
        .kind = TAPE_MEMBER_INDEX,
        .flags = (uint8_t)level->sum.flags,
        .level = (uint8_t)i,
        .first_seq = level->sum.first_seq,
        .count = level->sum.count,
        .first_ns = level->sum.first_ns,
        .last_ns = level->sum.last_ns,
        .wall_ns = level->sum.wall_ns,
        .names = level->sum.names,
        .list_crc = tape_crc(0, list),
        .self = at + out->len,
        .back = level->back,
    };
    uint8_t head[TAPE_HEAD_LEN + LIST_HEAD] = {0};

    m.length = (uint32_t)(sizeof(head) + list.len + TAPE_EMPTY_BODY_LEN +
                          TAPE_TRAILER_LEN);
    tape_member_pack(head, &m, level->len);
    memcpy(head + TAPE_HEAD_LEN, "TI", 2);
    tape_put16(head + TAPE_HEAD_LEN + 2, (uint32_t)list.len);
    level->sum.offset = m.self;
    level->sum.length = m.length;
    level->back = m.self;
    level->len = 0;
    if (td_buf_add(out, head, sizeof(head)) || td_buf_add_bytes(out, list))
        return TD_LIMIT;
    return tape_empty_body(out);
}

/* A full node is written when the next entry comes, so that the root is never
 * followed by an empty one.
 */
static enum td_code add_from(struct tape_index *index, size_t i,
                             const struct tape_entry *entry, struct td_buf *out,
                             uint64_t at)
{
    struct tape_entry add = *entry;

    for (; i < TAPE_INDEX_LEVELS; i++) {
        struct tape_index_level *level = &index->levels[i];
        bool full = level->len == TAPE_ENTRIES_MAX;
        struct tape_entry up;

        if (full && level_write(index, i, out, at))
            return TD_LIMIT;
        up = level->sum;
        level_add(level, &add);
        if (!full)
            return TD_OK;
        add = up;
    }
    return TD_LIMIT;
}

enum td_code tape_index_add(struct tape_index *index,
                            const struct tape_entry *entry, struct td_buf *out,
                            uint64_t at)
{
    return add_from(index, 0, entry, out, at);
}

static bool nothing_above(const struct tape_index *index, size_t i)
{
    for (size_t above = i + 1; above < TAPE_INDEX_LEVELS; above++)
        if (index->levels[above].len > 0)
            return false;
    return true;
}

enum td_code tape_index_finish(struct tape_index *index, struct td_buf *out,
                               uint64_t at, uint64_t *root)
{
    *root = 0;
    for (size_t i = 0; i < TAPE_INDEX_LEVELS; i++) {
        struct tape_index_level *level = &index->levels[i];
        bool top = nothing_above(index, i);

        if (level->len == 0)
            continue;
        if (level_write(index, i, out, at))
            return TD_LIMIT;
        *root = level->back;
        if (top)
            return TD_OK;
        if (add_from(index, i + 1, &level->sum, out, at))
            return TD_LIMIT;
    }
    return TD_OK;
}

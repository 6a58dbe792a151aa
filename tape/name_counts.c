#include "tape/name_counts.h"

#include "core/mem.h"
#include "tape/member.h"

#include <inttypes.h>
#include <stdlib.h>

#define SLOTS    ((size_t)4096) /* a power of 2, well above TAPE_NAMES_MAX */
#define HASH_MUL UINT64_C(0x9e3779b97f4a7c15)

static uint64_t word_at(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

static uint64_t mix_word(uint64_t hash, const uint8_t *at)
{
    hash = (hash ^ word_at(at)) * HASH_MUL;
    return hash ^ hash >> 32;
}

/* Eight bytes a step, the last ones overlapping those before; collisions cost
 * a comparison, nothing else.
 */
static uint64_t hash_of(struct td_bytes name)
{
    uint64_t hash = name.len;
    size_t at = 0;

    for (; name.len - at >= 8; at += 8)
        hash = mix_word(hash, name.ptr + at);
    if (at > 0 && at < name.len)
        return mix_word(hash, name.ptr + name.len - 8);
    for (; at < name.len; at++)
        hash = (hash ^ name.ptr[at]) * HASH_MUL;
    return hash ^ hash >> 29;
}

void tape_counts_release(struct tape_counts *counts)
{
    for (size_t i = 0; i < counts->len; i++)
        free(counts->list[i].text);
    free(counts->list);
    free(counts->slots);
    memset(counts, 0, sizeof(*counts));
}

static bool same(const struct tape_name *name, struct td_bytes text,
                 uint64_t hash)
{
    return name->hash == hash && name->len == text.len &&
           (text.len == 0 || !memcmp(name->text, text.ptr, text.len));
}

/* Where a name that came before is likely to be found: few bytes tell the names
 * of a stream apart.
 */
static inline uint16_t *guess_of(struct tape_counts *counts,
                                 struct td_bytes name)
{
    size_t at = name.len;

    if (name.len > 0)
        at = at * 4 + name.ptr[name.len / 2] + name.ptr[name.len - 1];
    return &counts->guess[at % TAPE_NAMES_GUESS];
}

static struct tape_name *append(struct tape_counts *counts,
                                struct td_bytes name, uint64_t hash)
{
    struct tape_name *entry = &counts->list[counts->len++];

    *entry = (struct tape_name){
        .text = td_strndup(name.ptr, name.len),
        .len = name.len,
        .hash = hash,
        .bit = counts->kinds ? tape_kind_bit(name) : tape_name_bit(name),
    };
    return entry;
}

/* In the same steps as hash_of(): a call would cost more than a name does. */
static inline bool same_text(const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t at = 0;

    for (; len - at >= 8; at += 8)
        if (word_at(a + at) != word_at(b + at))
            return false;
    if (at > 0)
        return word_at(a + len - 8) == word_at(b + len - 8);
    for (; at < len; at++)
        if (a[at] != b[at])
            return false;
    return true;
}

static TD_RARE unsigned count(struct tape_counts *counts, struct td_bytes name,
                              uint16_t *guess)
{
    uint64_t hash = hash_of(name);
    size_t at = hash & (SLOTS - 1);

    if (!counts->list) {
        counts->list = (struct tape_name *)td_calloc(TAPE_NAMES_MAX,
                                                     sizeof(*counts->list));
        counts->slots = (uint16_t *)td_calloc(SLOTS, sizeof(*counts->slots));
    }
    while (counts->slots[at] > 0) {
        struct tape_name *entry = &counts->list[counts->slots[at] - 1];

        if (same(entry, name, hash)) {
            *guess = counts->slots[at];
            entry->count++;
            return entry->bit;
        }
        at = (at + 1) & (SLOTS - 1);
    }
    if (counts->len == TAPE_NAMES_MAX) {
        counts->other++;
        return counts->kinds ? tape_kind_bit(name) : tape_name_bit(name);
    }
    append(counts, name, hash)->count = 1;
    counts->slots[at] = (uint16_t)counts->len;
    *guess = counts->slots[at];
    return counts->list[counts->len - 1].bit;
}

unsigned tape_counts_add(struct tape_counts *counts, struct td_bytes name)
{
    uint16_t *guess = guess_of(counts, name);

    if (*guess > 0) {
        struct tape_name *entry = &counts->list[*guess - 1];

        if (entry->len == name.len &&
            same_text((const uint8_t *)entry->text, name.ptr, name.len)) {
            entry->count++;
            return entry->bit;
        }
    }
    return count(counts, name, guess);
}

void tape_counts_write(const struct tape_counts *counts,
                       struct td_json_writer *w, const char *key)
{
    td_json_object(w, key);
    for (size_t i = 0; i < counts->len; i++) {
        const struct tape_name *name = &counts->list[i];

        td_json_put_key_body(w, td_bytes(name->text, name->len));
        td_json_put_u64(w, NULL, name->count);
    }
    if (counts->other > 0)
        td_json_put_u64(w, "...", counts->other);
    td_json_object_end(w);
}

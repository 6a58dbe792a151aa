#include "tape/name_counts.h"

#include "core/mem.h"
#include "tape/member.h"

#include <inttypes.h>
#include <stdlib.h>

#define REST     "..."
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

static unsigned bit_of(const struct tape_counts *counts, struct td_bytes name)
{
    return counts->kinds ? tape_kind_bit(name) : tape_name_bit(name);
}

static void append(struct tape_counts *counts, struct td_bytes name,
                   uint64_t hash)
{
    counts->list[counts->len++] = (struct tape_name){
        .text = td_strndup(name.ptr, name.len),
        .len = name.len,
        .hash = hash,
        .bit = bit_of(counts, name),
    };
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

/* Where the name stands in the slots, or would. */
static size_t slot_of(const struct tape_counts *counts, struct td_bytes name,
                      uint64_t hash)
{
    size_t at = hash & (SLOTS - 1);

    while (counts->slots[at] > 0 &&
           !same(&counts->list[counts->slots[at] - 1], name, hash))
        at = (at + 1) & (SLOTS - 1);
    return at;
}

static struct tape_name *count(struct tape_counts *counts, struct td_bytes name,
                               uint16_t *guess)
{
    uint64_t hash = hash_of(name);
    size_t at;

    if (!counts->list) {
        counts->list = (struct tape_name *)td_calloc(TAPE_NAMES_MAX,
                                                     sizeof(*counts->list));
        counts->slots = (uint16_t *)td_calloc(SLOTS, sizeof(*counts->slots));
    }
    at = slot_of(counts, name, hash);
    if (counts->slots[at] == 0 && counts->len == TAPE_NAMES_MAX) {
        counts->other++;
        return NULL;
    }
    if (counts->slots[at] == 0) {
        append(counts, name, hash);
        counts->slots[at] = (uint16_t)counts->len;
    }
    *guess = counts->slots[at];
    counts->list[*guess - 1].count++;
    return &counts->list[*guess - 1];
}

/* A name that may hold escapes, as the list holds it. */
static TD_RARE struct tape_name *
count_any(struct tape_counts *counts, struct td_bytes name, uint16_t *guess)
{
    struct td_buf plain = {0};
    struct td_buf text = {0};
    struct tape_name *entry;

    if (name.len > 0 && memchr(name.ptr, '\\', name.len) &&
        !td_json_unescape(&plain, name) &&
        !td_json_escape(&text, td_buf_bytes(&plain)))
        name = td_buf_bytes(&text);
    entry = count(counts, name, guess);
    td_buf_release(&plain);
    td_buf_release(&text);
    return entry;
}

/* One that is told whole by its guess, or NULL. */
static inline struct tape_name *guessed(struct tape_counts *counts,
                                        struct td_bytes name, uint16_t guess)
{
    struct tape_name *entry = guess > 0 ? &counts->list[guess - 1] : NULL;

    if (!entry || entry->len != name.len ||
        !same_text((const uint8_t *)entry->text, name.ptr, name.len))
        return NULL;
    entry->count++;
    return entry;
}

struct tape_name *tape_counts_name(struct tape_counts *counts,
                                   struct td_bytes name)
{
    uint16_t *guess = guess_of(counts, name);
    struct tape_name *entry = guessed(counts, name, *guess);

    return entry ? entry : count_any(counts, name, guess);
}

unsigned tape_counts_add(struct tape_counts *counts, struct td_bytes name)
{
    uint16_t *guess = guess_of(counts, name);
    const struct tape_name *entry = guessed(counts, name, *guess);

    if (!entry)
        entry = count_any(counts, name, guess);
    return entry ? entry->bit : bit_of(counts, name);
}

uint64_t tape_counts_said(const struct tape_counts *counts, size_t i,
                          const struct td_json_doc *doc, uint32_t object)
{
    const struct tape_name *name = &counts->list[i];
    struct td_buf plain = {0};
    struct td_bytes text;
    uint64_t said = 0;

    (void)td_json_unescape(&plain, td_bytes(name->text, name->len));
    text = td_buf_bytes(&plain);
    for (uint32_t key = object + 1; key < doc->values[object].next;
         key = doc->values[key + 1].next)
        if (td_json_string_is(doc, key, text))
            said +=
                strtoull((const char *)td_json_raw(doc, key + 1).ptr, NULL, 10);
    if (td_bytes_is(text, REST) && said > counts->other)
        said -= counts->other;
    td_buf_release(&plain);
    return said;
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
        td_json_put_u64(w, REST, counts->other);
    td_json_object_end(w);
}

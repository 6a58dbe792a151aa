#include "validator/verb/prints.h"

#include "core/digest.h"
#include "core/mem.h"
#include "core/rand.h"
#include "schema/value/hash_seed.h"

#include <stdlib.h>
#include <string.h>

#define SHORT  15   /* the longest text that is kept as it is */
#define HASHED 0xff /* in the place of the length of such a text */

struct check_print {
    uint8_t bytes[SHORT + 1];
};

void check_prints_release(struct check_prints *prints)
{
    free(prints->list);
    free(prints->slots);
    *prints = (struct check_prints){0};
}

static struct check_print print_of(struct td_bytes text)
{
    struct check_print print = {{0}};
    uint8_t digest[TD_SHA256_LEN];

    if (text.len > SHORT) {
        td_sha256(digest, text);
        memcpy(print.bytes, digest, SHORT);
        print.bytes[SHORT] = HASHED;
    } else if (text.len > 0) {
        memcpy(print.bytes, text.ptr, text.len);
        print.bytes[SHORT] = (uint8_t)text.len;
    }
    return print;
}

static uint32_t home_of(const struct check_prints *prints,
                        const struct check_print *print)
{
    uint64_t words[2];
    uint64_t h;

    memcpy(words, print->bytes, sizeof(words));
    h = schema_hash_mix(words[0] ^ prints->seed[0], prints->seed[1] | 1);
    return (uint32_t)schema_hash_mix(h ^ words[1], prints->seed[2] | 1) &
           prints->mask;
}

/* The slot of the print, or the free one where it belongs. */
static uint32_t find_slot(const struct check_prints *prints,
                          const struct check_print *print)
{
    uint32_t i = home_of(prints, print);

    while (prints->slots[i] && memcmp(&prints->list[prints->slots[i] - 1],
                                      print, sizeof(*print)) != 0)
        i = (i + 1) & prints->mask;
    return i;
}

/* Open addressing, at most half full. */
static void grow(struct check_prints *prints)
{
    uint32_t slots = prints->slots ? (prints->mask + 1) * 2 : 16;

    if (!prints->slots)
        td_rand_bytes(td_rand_real(), prints->seed, sizeof(prints->seed));
    free(prints->slots);
    prints->slots = td_calloc(slots, sizeof(*prints->slots));
    prints->mask = slots - 1;
    for (uint32_t i = 0; i < prints->len; i++)
        prints->slots[find_slot(prints, &prints->list[i])] = i + 1;
}

uint32_t check_prints_add(struct check_prints *prints, struct td_bytes text,
                          uint64_t max, bool *is_new)
{
    struct check_print print = print_of(text);
    uint32_t slot;

    if (!prints->slots || prints->len == (prints->mask + 1) / 2)
        grow(prints);
    slot = find_slot(prints, &print);
    *is_new = prints->slots[slot] == 0;
    if (!*is_new)
        return prints->slots[slot] - 1;
    if (prints->len >= max)
        return CHECK_NO_PRINT;
    prints->list = td_list_room(prints->list, prints->len, sizeof(print));
    prints->list[prints->len] = print;
    prints->slots[slot] = prints->len + 1;
    return prints->len++;
}

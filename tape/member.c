#include "tape/member.h"

#include "core/json.h"

#ifdef TD_HAVE_ISAL
#include <isa-l/crc.h>
#else
#include <zlib.h>
#endif

#define XLEN_PLAIN   116
#define FIXED_LEN    112
#define FIXED        16  /* offset of the fields */
#define FIXED_CRC    124 /* offset of their checksum */
#define LIST_HEAD    4   /* subfield header of the index entries */
#define NAME_BITMASK 127

static const uint8_t magic[10] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff};
static const uint8_t subfield[4] = {'T', 'D', FIXED_LEN, 0};

void tape_put16(uint8_t *out, uint32_t n)
{
    out[0] = (uint8_t)n;
    out[1] = (uint8_t)(n >> 8);
}

void tape_put32(uint8_t *out, uint32_t n)
{
    tape_put16(out, n);
    tape_put16(out + 2, n >> 16);
}

static void tape_put64(uint8_t *out, uint64_t n)
{
    tape_put32(out, (uint32_t)n);
    tape_put32(out + 4, (uint32_t)(n >> 32));
}

uint32_t tape_get16(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8;
}

uint32_t tape_get32(const uint8_t *in)
{
    return tape_get16(in) | tape_get16(in + 2) << 16;
}

static uint64_t tape_get64(const uint8_t *in)
{
    return tape_get32(in) | (uint64_t)tape_get32(in + 4) << 32;
}

uint32_t tape_crc(uint32_t crc, struct td_bytes data)
{
#ifdef TD_HAVE_ISAL
    return data.len ? crc32_gzip_refl(crc, data.ptr, data.len) : crc;
#else
    return data.len ? (uint32_t)crc32_z(crc, data.ptr, data.len) : crc;
#endif
}

unsigned tape_name_bit(struct td_bytes name)
{
    struct td_buf plain = {0};
    uint32_t crc = 0;

    if (name.len > 0 && memchr(name.ptr, '\\', name.len) &&
        !td_json_unescape(&plain, name))
        name = td_buf_bytes(&plain);
    crc = tape_crc(0, name);
    td_buf_release(&plain);
    return crc & NAME_BITMASK;
}

unsigned tape_kind_bit(struct td_bytes kind)
{
    return tape_crc(tape_crc(0, td_bytes("", 1)), kind) & NAME_BITMASK;
}

void tape_names_join(struct tape_names *into, const struct tape_names *from)
{
    for (size_t i = 0; i < sizeof(into->bits); i++)
        into->bits[i] |= from->bits[i];
}

bool tape_names_meet(const struct tape_names *a, const struct tape_names *b)
{
    for (size_t i = 0; i < sizeof(a->bits); i++)
        if (a->bits[i] & b->bits[i])
            return true;
    return false;
}

void tape_member_pack(uint8_t out[TAPE_HEAD_LEN], const struct tape_member *m,
                      size_t entries)
{
    size_t list = entries ? LIST_HEAD + entries * TAPE_ENTRY_LEN : 0;

    memcpy(out, magic, sizeof(magic));
    tape_put16(out + 10, (uint32_t)(XLEN_PLAIN + list));
    memcpy(out + 12, subfield, sizeof(subfield));
    out[16] = TAPE_VERSION;
    out[17] = m->kind;
    out[18] = m->flags;
    out[19] = m->level;
    tape_put32(out + 20, m->length);
    tape_put64(out + 24, m->first_seq);
    tape_put64(out + 32, m->count);
    tape_put64(out + 40, m->first_ns);
    tape_put64(out + 48, m->last_ns);
    tape_put64(out + 56, m->wall_ns);
    tape_put64(out + 64, m->lost);
    memcpy(out + 72, m->names.bits, sizeof(m->names.bits));
    tape_put32(out + 88, m->text_len);
    tape_put32(out + 92, m->list_crc);
    tape_put64(out + 96, m->self);
    tape_put64(out + 104, m->back);
    tape_put64(out + 112, m->end);
    tape_put32(out + 120, 0);
    tape_put32(out + 124,
               tape_crc(0, td_bytes(out + FIXED, FIXED_CRC - FIXED)));
}

static void unpack(struct tape_member *m, const uint8_t *in)
{
    m->kind = in[17];
    m->flags = in[18];
    m->level = in[19];
    m->length = tape_get32(in + 20);
    m->first_seq = tape_get64(in + 24);
    m->count = tape_get64(in + 32);
    m->first_ns = tape_get64(in + 40);
    m->last_ns = tape_get64(in + 48);
    m->wall_ns = tape_get64(in + 56);
    m->lost = tape_get64(in + 64);
    memcpy(m->names.bits, in + 72, sizeof(m->names.bits));
    m->text_len = tape_get32(in + 88);
    m->list_crc = tape_get32(in + 92);
    m->self = tape_get64(in + 96);
    m->back = tape_get64(in + 104);
    m->end = tape_get64(in + 112);
    m->zero = tape_get32(in + 120);
}

static bool starts(struct td_bytes data, const uint8_t *with, size_t len)
{
    return !memcmp(data.ptr, with, data.len < len ? data.len : len);
}

/* XLEN says how many index entries there are; it has no checksum of its own.
 */
static bool count_entries(const uint8_t *head, const struct tape_member *m,
                          size_t *entries)
{
    size_t xlen = tape_get16(head + 10);

    *entries = 0;
    if (m->kind != TAPE_MEMBER_INDEX)
        return xlen == XLEN_PLAIN;
    if (xlen < XLEN_PLAIN + LIST_HEAD + TAPE_ENTRY_LEN ||
        (xlen - XLEN_PLAIN - LIST_HEAD) % TAPE_ENTRY_LEN)
        return false;
    *entries = (xlen - XLEN_PLAIN - LIST_HEAD) / TAPE_ENTRY_LEN;
    return true;
}

enum tape_peek tape_member_peek(struct td_bytes data, struct tape_member *m,
                                size_t *entries)
{
    *entries = 0;
    if (data.len == 0 || !starts(data, magic, sizeof(magic)))
        return data.len > 3 && starts(data, magic, 3) ? TAPE_PEEK_GZIP
                                                      : TAPE_PEEK_OTHER;
    if (data.len > 12 && !starts(td_bytes(data.ptr + 12, data.len - 12),
                                 subfield, sizeof(subfield)))
        return TAPE_PEEK_GZIP;
    if (data.len < TAPE_HEAD_LEN)
        return TAPE_PEEK_SHORT;
    unpack(m, data.ptr);
    if (tape_crc(0, td_bytes(data.ptr + FIXED, FIXED_CRC - FIXED)) !=
            tape_get32(data.ptr + FIXED_CRC) ||
        data.ptr[16] != TAPE_VERSION || !count_entries(data.ptr, m, entries))
        return TAPE_PEEK_DAMAGED;
    return TAPE_PEEK_MEMBER;
}

size_t tape_signature_find(struct td_bytes data)
{
    size_t at = 0;

    while (data.len >= TAPE_SIGNATURE_LEN &&
           at <= data.len - TAPE_SIGNATURE_LEN) {
        const uint8_t *hit = (const uint8_t *)memmem(
            data.ptr + at, data.len - at, magic, sizeof(magic));

        if (!hit || (size_t)(hit - data.ptr) > data.len - TAPE_SIGNATURE_LEN)
            return data.len;
        if (!memcmp(hit + 12, subfield, sizeof(subfield)))
            return (size_t)(hit - data.ptr);
        at = (size_t)(hit - data.ptr) + 1;
    }
    return data.len;
}

void tape_entry_pack(uint8_t out[TAPE_ENTRY_LEN], const struct tape_entry *e)
{
    tape_put64(out, e->offset);
    tape_put64(out + 8, e->first_seq);
    tape_put64(out + 16, e->count);
    tape_put64(out + 24, e->first_ns);
    tape_put64(out + 32, e->last_ns);
    tape_put64(out + 40, e->wall_ns);
    memcpy(out + 48, e->names.bits, sizeof(e->names.bits));
    tape_put32(out + 64, e->flags);
    tape_put32(out + 68, e->length);
}

void tape_entry_unpack(struct tape_entry *e, const uint8_t in[TAPE_ENTRY_LEN])
{
    e->offset = tape_get64(in);
    e->first_seq = tape_get64(in + 8);
    e->count = tape_get64(in + 16);
    e->first_ns = tape_get64(in + 24);
    e->last_ns = tape_get64(in + 32);
    e->wall_ns = tape_get64(in + 40);
    memcpy(e->names.bits, in + 48, sizeof(e->names.bits));
    e->flags = tape_get32(in + 64);
    e->length = tape_get32(in + 68);
}

/* tape/member.h - one gzip member of a tape: its header, fields and signature.
 *
 * A member is a standard gzip member (RFC 1952) without name, comment, header
 * CRC or time, with one FEXTRA subfield "TD" of 112 bytes. All integers are
 * little-endian. Source: docs/tape-format.md, section 4.
 *
 *     offset size
 *        0    10  1f 8b 08 04 00 00 00 00 00 ff
 *       10     2  XLEN: 116, in index members 120 + 72 * entries
 *       12     4  'T' 'D', 112
 *       16     1  version of these fields, 1
 *       17     1  kind: 0 data, 1 index, 2 footer
 *       18     1  flags: TAPE_FLAG_...
 *       19     1  index: level, 0 = its entries are data members
 *       20     4  bytes of the whole member; 0 = still open
 *       24     8  sequence number of the first event
 *       32     8  events
 *       40     8  t of the first event, ns
 *       48     8  t of the last event, ns
 *       56     8  wall clock when the member was begun, ns since 1970
 *       64     8  events lost so far in this segment
 *       72    16  bitmap of event names: tape_name_bit()
 *       88     4  bytes of text
 *       92     4  index: CRC-32 of the entries
 *       96     8  offset of this member in its segment
 *      104     8  index: the index member of this level before, footer: the
 *                 root of the index; 0 = none
 *      112     8  footer: offset of the member with the end line
 *      120     4  zero
 *      124     4  CRC-32 of bytes 16 to 123
 *
 * In an open member every field but kind, flags, first sequence, wall clock
 * and offset may be behind; a reader inflates it to know.
 */
#ifndef TAPE_MEMBER_H
#define TAPE_MEMBER_H

#include "core/event.h"

#include <stdbool.h>

#define TAPE_VERSION        1
#define TAPE_HEAD_LEN       ((size_t)128) /* up to the deflate data */
#define TAPE_TRAILER_LEN    ((size_t)8)   /* CRC-32 and text length */
#define TAPE_SIGNATURE_LEN  ((size_t)16)
#define TAPE_EMPTY_BODY_LEN ((size_t)2) /* deflate data of an empty text */
#define TAPE_FOOTER_LEN     (TAPE_HEAD_LEN + TAPE_EMPTY_BODY_LEN + TAPE_TRAILER_LEN)
#define TAPE_ENTRY_LEN      ((size_t)72)
#define TAPE_ENTRIES_MAX    ((size_t)908) /* as many as XLEN allows */

/* Text of a member of several lines, by default and at most. A line that is
 * longer than that is a member by itself, up to TAPE_LINE_MAX.
 */
#define TAPE_TEXT_DEFAULT ((size_t)256 * 1024)
#define TAPE_TEXT_MAX     ((size_t)4 * 1024 * 1024)

enum tape_member_kind {
    TAPE_MEMBER_DATA,
    TAPE_MEMBER_INDEX,
    TAPE_MEMBER_FOOTER
};

#define TAPE_FLAG_STORED 0x01 /* not compressed, for want of time */
#define TAPE_FLAG_HEADER 0x02 /* the text starts with the header line */
#define TAPE_FLAG_END    0x04 /* the text is the end line */
#define TAPE_FLAG_MARKER 0x08 /* has an event of kind "marker" */
#define TAPE_FLAG_LOST   0x10 /* has an event of kind "lost" */
#define TAPE_FLAGS       0x1f /* all of them */

struct tape_names {
    uint8_t bits[16];
};

struct tape_member {
    uint8_t kind; /* enum tape_member_kind */
    uint8_t flags;
    uint8_t level;
    uint32_t length; /* bytes in the file; 0 = open */
    uint64_t first_seq;
    uint64_t count;
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t wall_ns;
    uint64_t lost;
    struct tape_names names;
    uint32_t text_len;
    uint32_t list_crc;
    uint64_t self;
    uint64_t back;
    uint64_t end;
    uint32_t zero; /* as it was read; written as 0 */
};

/* An index entry: 72 bytes in the order of the fields. A child of level 0 is a
 * data member, of a higher level an index member of the level below, whose
 * entries are summed up here.
 */
struct tape_entry {
    uint64_t offset; /* in the segment */
    uint64_t first_seq;
    uint64_t count;
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t wall_ns;
    struct tape_names names;
    uint32_t flags;
    uint32_t length;
};

/* CRC-32 of RFC 1952 of data, continuing crc (0 to begin). */
uint32_t tape_crc(uint32_t crc, struct td_bytes data);

/* The bit of the bitmap, 0 .. 127, for an event name (escapes of the line are
 * resolved) or a kind: the low 7 bits of the CRC-32 of the name, or of a zero
 * byte and the kind.
 */
unsigned tape_name_bit(struct td_bytes name);
unsigned tape_kind_bit(struct td_bytes kind);

static inline void tape_names_set(struct tape_names *names, unsigned bit)
{
    names->bits[bit / 8] |= (uint8_t)(1u << (bit % 8));
}

static inline bool tape_names_has(const struct tape_names *names, unsigned bit)
{
    return names->bits[bit / 8] >> (bit % 8) & 1;
}

/* Add the bits of from. */
void tape_names_join(struct tape_names *into, const struct tape_names *from);

/* True if the two bitmaps have a bit in common. */
bool tape_names_meet(const struct tape_names *a, const struct tape_names *b);

/* The first TAPE_HEAD_LEN bytes of a member; entries is the number of index
 * entries that follow (behind their own subfield header, "TI").
 */
void tape_member_pack(uint8_t out[TAPE_HEAD_LEN], const struct tape_member *m,
                      size_t entries);

enum tape_peek {
    TAPE_PEEK_MEMBER,  /* *m is filled and right */
    TAPE_PEEK_DAMAGED, /* the signature of a member, but wrong fields */
    TAPE_PEEK_SHORT,   /* the start of a member, cut off */
    TAPE_PEEK_GZIP,    /* a gzip member that is not ours */
    TAPE_PEEK_OTHER,   /* anything else */
};

/* What stands at the start of data. *entries is the number of index entries
 * (0 in members that are no index).
 */
enum tape_peek tape_member_peek(struct td_bytes data, struct tape_member *m,
                                size_t *entries);

/* Offset of the first signature of a member in data, or data.len. A signature
 * that is cut off by the end of data is not found.
 */
size_t tape_signature_find(struct td_bytes data);

/* An entry to its bytes and back. */
void tape_entry_pack(uint8_t out[TAPE_ENTRY_LEN], const struct tape_entry *e);
void tape_entry_unpack(struct tape_entry *e, const uint8_t in[TAPE_ENTRY_LEN]);

/* Little-endian integers, for the trailer and stored blocks too. */
void tape_put16(uint8_t *out, uint32_t n);
void tape_put32(uint8_t *out, uint32_t n);
uint32_t tape_get16(const uint8_t *in);
uint32_t tape_get32(const uint8_t *in);

#endif

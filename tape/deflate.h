/* tape/deflate.h - text to deflate data and back (RFC 1951), no gzip around.
 *
 * ISA-L where the build has it, zlib elsewhere and for levels above 1: the
 * same format, so either reads what the other wrote. A reader meets hostile
 * bytes here: every call is bounded by what its caller allows.
 */
#ifndef TAPE_DEFLATE_H
#define TAPE_DEFLATE_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>

struct tape_deflate;

/* level 0 = the fastest that compresses, 1 .. 9 = zlib's; never NULL. */
struct tape_deflate *tape_deflate_new(unsigned level);
void tape_deflate_free(struct tape_deflate *deflate);

/* Begin a new body. stored: blocks that are not compressed. */
void tape_deflate_begin(struct tape_deflate *deflate, bool stored);

/* Append text in deflated form to out, all of it (sync flush), or with `last`
 * the end of the body. TD_OK or TD_LIMIT (out is full).
 */
TD_MUST_CHECK enum td_code tape_deflate_add(struct tape_deflate *deflate,
                                            struct td_buf *out,
                                            struct td_bytes text, bool last);

/* Inflate a whole body into exactly text_len bytes at text. True if the body
 * ended with its last byte, gave that many bytes and nothing was wrong.
 */
bool tape_inflate_whole(struct td_bytes body, uint8_t *text, size_t text_len);

enum tape_inflated {
    TAPE_INFLATED_END,  /* the body ended; *used bytes of input were its own */
    TAPE_INFLATED_MORE, /* the input ended first */
    TAPE_INFLATED_BAD,  /* what follows *used cannot be inflated */
    TAPE_INFLATED_FULL, /* text has reached its limit */
};

/* Inflate what can be inflated of a body that may be cut off, appending to
 * text up to its limit.
 */
enum tape_inflated tape_inflate_some(struct td_bytes input, struct td_buf *text,
                                     size_t *used);

/* A gzip file that is not ours, as a stream of members. */
struct tape_gunzip;

/* Never NULL; tape_gunzip_free() takes it, NULL too. */
struct tape_gunzip *tape_gunzip_new(void);
void tape_gunzip_free(struct tape_gunzip *gunzip);

/* Inflate from input, appending to text at most `most` bytes. END: one member
 * ended (and its CRC was right) after *used bytes; the next call begins the
 * next member.
 */
enum tape_inflated tape_gunzip_add(struct tape_gunzip *gunzip,
                                   struct td_bytes input, struct td_buf *text,
                                   size_t most, size_t *used);

#endif

#include "tape/compressor_internal.h"

#include "core/fs.h"
#include "tape/file.h"

#include <errno.h>
#include <unistd.h>

/* What stands behind the last good byte is half a piece: cut it off, so that
 * the tape ends where the last flush ended.
 */
static enum td_code write_failed(struct tape_compressor *compressor,
                                 struct td_error *err)
{
    if (compressor->patches &&
        ftruncate(compressor->fd, (off_t)(compressor->start + compressor->at)))
        (void)errno; /* the reader copes with the torn tail */
    if (!compressor->patches || compressor->at == 0)
        return TD_IO;
    if (err && td_errno_hint(err->errnum)[0])
        return td_error_hint(err, "%s; what was flushed can be read",
                             td_errno_hint(err->errnum));
    (void)td_error_hint(err, "what was flushed can be read");
    return TD_IO;
}

static enum td_code write_out(struct tape_compressor *compressor,
                              struct td_error *err)
{
    if (td_fs_write(compressor->fd, td_buf_bytes(&compressor->out),
                    compressor->path, err))
        return write_failed(compressor, err);
    compressor->at += compressor->out.len;
    if (compressor->out.cap > TAPE_CHUNK_KEEP)
        td_buf_release(&compressor->out);
    td_buf_clear(&compressor->out);
    return TD_OK;
}

static enum td_code too_large(struct tape_compressor *compressor,
                              struct td_error *err)
{
    return td_error_set(err, TD_LIMIT, compressor->path, compressor->at,
                        "a member is too large");
}

/* The head that says "open"; tape_compressor finishes it when the member ends.
 */
static enum td_code begin_member(struct tape_compressor *compressor,
                                 struct tape_chunk *chunk, bool behind)
{
    uint8_t head[TAPE_HEAD_LEN];

    compressor->member = compressor->at;
    compressor->crc = 0;
    compressor->member_stored = compressor->stored || behind;
    tape_deflate_begin(compressor->deflate, compressor->member_stored);
    chunk->m.self = compressor->member;
    chunk->m.length = 0;
    if (compressor->member_stored)
        chunk->m.flags |= TAPE_FLAG_STORED;
    tape_member_pack(head, &chunk->m, 0);
    return td_buf_add(&compressor->out, head, sizeof(head));
}

static enum td_code end_member(struct tape_compressor *compressor,
                               struct tape_member *m)
{
    uint8_t trailer[TAPE_TRAILER_LEN];

    tape_put32(trailer, compressor->crc);
    tape_put32(trailer + 4, m->text_len);
    if (td_buf_add(&compressor->out, trailer, sizeof(trailer)))
        return TD_LIMIT;
    m->self = compressor->member;
    m->length =
        (uint32_t)(compressor->at + compressor->out.len - compressor->member);
    if (compressor->member_stored)
        m->flags |= TAPE_FLAG_STORED;
    if (m->flags & TAPE_FLAG_END)
        compressor->end_at = m->self;
    return TD_OK;
}

/* The numbers of a member that ended: in the bytes not yet written if its head
 * is still among them, else in the file, if that is possible.
 */
static enum td_code finish_head(struct tape_compressor *compressor,
                                const struct tape_chunk *chunk,
                                struct td_error *err)
{
    uint8_t head[TAPE_HEAD_LEN];

    tape_member_pack(head, &chunk->m, 0);
    if (chunk->first) {
        memcpy(compressor->out.ptr, head, sizeof(head));
        return TD_OK;
    }
    return compressor->patches
               ? tape_file_write_at(compressor->fd, compressor->path,
                                    td_bytes(head, sizeof(head)),
                                    compressor->start + compressor->member, err)
               : TD_OK;
}

static void count_member(struct tape_compressor *compressor,
                         const struct tape_member *m)
{
    pthread_mutex_lock(&compressor->lock);
    compressor->totals.members++;
    compressor->totals.stored += (m->flags & TAPE_FLAG_STORED) != 0;
    pthread_mutex_unlock(&compressor->lock);
}

static enum td_code index_member(struct tape_compressor *compressor,
                                 const struct tape_member *m,
                                 struct td_error *err)
{
    struct tape_entry entry = tape_member_entry(m);

    if (!(m->flags & (TAPE_FLAG_HEADER | TAPE_FLAG_END)))
        count_member(compressor, m);
    if (m->count == 0)
        return TD_OK;
    if (tape_index_add(&compressor->index, &entry, &compressor->out,
                       compressor->at))
        return too_large(compressor, err);
    return compressor->out.len > 0 ? write_out(compressor, err) : TD_OK;
}

static enum td_code add_body(struct tape_compressor *compressor,
                             const struct tape_chunk *chunk)
{
    struct td_bytes text = td_buf_bytes(&chunk->text);

    if (chunk->state == TAPE_CHUNK_BODY) {
        compressor->crc = chunk->crc;
        return td_buf_add_bytes(&compressor->out, td_buf_bytes(&chunk->body));
    }
    compressor->crc = tape_crc(compressor->crc, text);
    return tape_deflate_add(compressor->deflate, &compressor->out, text,
                            chunk->last);
}

enum td_code tape_compressor_write(struct tape_compressor *compressor,
                                   struct tape_chunk *chunk, bool behind,
                                   struct td_error *err)
{
    enum td_code code = TD_OK;

    if (chunk->first && begin_member(compressor, chunk, behind))
        return too_large(compressor, err);
    if (add_body(compressor, chunk) ||
        (chunk->last && end_member(compressor, &chunk->m)))
        return too_large(compressor, err);
    if (chunk->last && chunk->first)
        code = finish_head(compressor, chunk, err);
    if (!code)
        code = write_out(compressor, err);
    if (!code && chunk->last && !chunk->first)
        code = finish_head(compressor, chunk, err);
    if (!code && chunk->last)
        code = index_member(compressor, &chunk->m, err);
    return code;
}

enum td_code tape_compressor_write_footer(struct tape_compressor *compressor,
                                          struct tape_member *footer,
                                          struct td_error *err)
{
    uint8_t head[TAPE_HEAD_LEN];

    if (tape_index_finish(&compressor->index, &compressor->out, compressor->at,
                          &footer->back))
        return too_large(compressor, err);
    footer->kind = TAPE_MEMBER_FOOTER;
    footer->length = (uint32_t)TAPE_FOOTER_LEN;
    footer->self = compressor->at + compressor->out.len;
    footer->end = compressor->end_at;
    tape_member_pack(head, footer, 0);
    if (td_buf_add(&compressor->out, head, sizeof(head)) ||
        tape_empty_body(&compressor->out))
        return too_large(compressor, err);
    return write_out(compressor, err);
}

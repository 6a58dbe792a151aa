#include "tape/inflate.h"

#include "tape/deflate.h"

bool tape_trailer_is_right(struct td_bytes trailer, const struct td_buf *text)
{
    return tape_get32(trailer.ptr) == tape_crc(0, td_buf_bytes(text)) &&
           tape_get32(trailer.ptr + 4) == (uint32_t)text->len;
}

bool tape_length_is_possible(const struct tape_member *m)
{
    return m->length >= TAPE_FOOTER_LEN && m->length <= TAPE_MEMBER_MOST &&
           m->text_len <= TAPE_TEXT_MOST;
}

bool tape_inflate_member(struct td_buf *text, const struct tape_member *m,
                         struct td_bytes data)
{
    size_t body_len;
    uint8_t *room;

    if (!tape_length_is_possible(m))
        return false;
    body_len = m->length - TAPE_HEAD_LEN - TAPE_TRAILER_LEN;
    room = td_buf_room(text, m->text_len);
    if (!room ||
        !tape_inflate_whole(td_bytes(data.ptr + TAPE_HEAD_LEN, body_len), room,
                            m->text_len))
        return false;
    text->len = m->text_len;
    return tape_trailer_is_right(
        td_bytes(data.ptr + TAPE_HEAD_LEN + body_len, TAPE_TRAILER_LEN), text);
}

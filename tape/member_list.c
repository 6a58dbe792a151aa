#include "tape/member_list.h"

#include "tape/member_scan.h"

static void look(struct tape_input *in, struct td_bytes head,
                 struct tape_place *place)
{
    size_t entries;
    enum tape_peek peek = tape_member_peek(head, &place->m, &entries);
    uint64_t at = place->offset;
    bool found;

    if (peek == TAPE_PEEK_MEMBER && place->m.length >= TAPE_FOOTER_LEN) {
        uint64_t there = in->seekable
                             ? tape_input_size(in) - at
                             : tape_input_at(in, at, place->m.length).len;
        bool whole = there >= place->m.length;

        place->kind = whole ? TAPE_PLACE_CLOSED : TAPE_PLACE_TORN;
        place->length = place->m.length;
        if (!whole)
            place->length =
                tape_scan_signature(in, at + TAPE_SIGNATURE_LEN, &found) - at;
        return;
    }
    place->kind = TAPE_PLACE_OPEN;
    if (peek == TAPE_PEEK_SHORT) {
        place->kind = TAPE_PLACE_TORN;
    } else if (peek != TAPE_PEEK_MEMBER) {
        place->m = (struct tape_member){0};
        place->kind = TAPE_PLACE_OTHER;
    }
    place->length = tape_scan_signature(in, at + 1, &found) - at;
}

enum td_code tape_members(const char *path,
                          enum td_code (*each)(void *ctx,
                                               const struct tape_place *place,
                                               struct td_error *err),
                          void *ctx, struct td_error *err)
{
    struct tape_input in;
    struct tape_place place = {.offset = 0};
    enum td_code code = tape_input_open(&in, path, err);

    while (!code) {
        struct td_bytes head = tape_input_at(&in, place.offset, TAPE_HEAD_LEN);

        if (head.len == 0)
            break;
        place.m = (struct tape_member){0};
        look(&in, head, &place);
        code = each(ctx, &place, err);
        place.offset += place.length;
    }
    if (!code && in.failed) {
        code = TD_IO;
        if (err)
            *err = in.err;
    }
    tape_input_close(&in);
    return code;
}

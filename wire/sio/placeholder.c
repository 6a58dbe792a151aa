#include "wire/sio/packet_internal.h"

#include "wire/sio/packet.h"

static const char where[] = "Socket.IO packet";

static bool is_place(const struct td_json_doc *doc, uint32_t i)
{
    uint32_t mark;

    if (doc->values[i].kind != TD_JSON_OBJECT)
        return false;
    mark = td_json_member(doc, i, td_text("_placeholder"));
    return mark && doc->values[mark].kind == TD_JSON_TRUE;
}

/* The number of place i; SIO_ATTACHMENTS_MAX if it is no usable one. */
static size_t number_of(const struct td_json_doc *doc, uint32_t i)
{
    uint32_t num = td_json_member(doc, i, td_text("num"));
    struct td_bytes raw = num ? td_json_raw(doc, num) : td_bytes(NULL, 0);
    size_t n = 0;

    if (!num || doc->values[num].kind != TD_JSON_NUMBER || raw.len > 4)
        return SIO_ATTACHMENTS_MAX;
    for (size_t at = 0; at < raw.len; at++) {
        unsigned digit = (unsigned)raw.ptr[at] - '0';

        if (digit > 9)
            return SIO_ATTACHMENTS_MAX;
        n = n * 10 + digit;
    }
    return n;
}

enum td_code sio_places_check(const struct td_json_doc *doc, size_t count,
                              struct td_error *err)
{
    bool seen[SIO_ATTACHMENTS_MAX] = {false};
    size_t found = 0;

    for (uint32_t i = 0; i < doc->len; i++) {
        size_t n;

        if (!is_place(doc, i))
            continue;
        n = number_of(doc, i);
        if (n >= count || seen[n])
            return td_error_set(err, TD_PROTOCOL, where, doc->values[i].start,
                                "a placeholder that fits none of the %zu "
                                "attachments",
                                count);
        seen[n] = true;
        found++;
    }
    if (found != count)
        return td_error_set(err, TD_PROTOCOL, where, 0,
                            "%zu attachments, but %zu placeholders", count,
                            found);
    return TD_OK;
}

#include "core/json_value.h"

#include "core/take.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS 64 /* bytes of most numbers */

bool td_json_member_true(const struct td_json_doc *doc, uint32_t object,
                         const char *name)
{
    return td_json_is(doc, td_json_member(doc, object, td_text(name)),
                      TD_JSON_TRUE);
}

struct td_bytes td_json_inner_at(const struct td_json_doc *doc, uint32_t at)
{
    return td_json_is(doc, at, TD_JSON_STRING) ? td_json_inner(doc, at)
                                               : td_text("");
}

struct td_bytes td_json_member_inner(const struct td_json_doc *doc,
                                     uint32_t object, const char *name)
{
    return td_json_inner_at(doc, td_json_member(doc, object, td_text(name)));
}

bool td_json_u64(const struct td_json_doc *doc, uint32_t at, uint64_t *n)
{
    static const char most[] = "18446744073709551615";
    struct td_bytes raw;
    struct td_bytes digits;
    uint64_t value;

    if (!td_json_is(doc, at, TD_JSON_NUMBER))
        return false;
    raw = digits = td_json_raw(doc, at);
    if (!td_take_number(&digits, &value) || digits.len > 0 ||
        (value == UINT64_MAX && !td_bytes_is(raw, most)))
        return false;
    *n = value;
    return true;
}

bool td_json_double(const struct td_json_doc *doc, uint32_t at, double *n)
{
    struct td_bytes raw;
    struct td_buf whole = {0};
    char text[DIGITS];

    if (!td_json_is(doc, at, TD_JSON_NUMBER))
        return false;
    raw = td_json_raw(doc, at);
    if (raw.len < sizeof(text)) {
        memcpy(text, raw.ptr, raw.len);
        text[raw.len] = '\0';
        *n = strtod(text, NULL);
        return true;
    }
    (void)td_buf_add_bytes(&whole, raw);
    *n = strtod(td_buf_str(&whole), NULL);
    td_buf_release(&whole);
    return true;
}

uint64_t td_json_member_u64(const struct td_json_doc *doc, uint32_t object,
                            const char *name, uint64_t missing)
{
    (void)td_json_u64(doc, td_json_member(doc, object, td_text(name)),
                      &missing);
    return missing;
}

double td_json_member_double(const struct td_json_doc *doc, uint32_t object,
                             const char *name, double missing)
{
    (void)td_json_double(doc, td_json_member(doc, object, td_text(name)),
                         &missing);
    return missing;
}

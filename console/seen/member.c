#include "console/seen/seen_internal.h"
#include "core/json_value.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

/* Most often there is one name. */
static size_t name_len(const char *names)
{
    size_t len = 0;

    while (names[len] && names[len] != '|')
        len++;
    return len;
}

uint32_t seen_at(const struct td_json_doc *doc, uint32_t object,
                 const char *names)
{
    while (*names) {
        size_t len = name_len(names);
        uint32_t at = td_json_member(doc, object, td_bytes(names, len));

        if (at)
            return at;
        names += len + (names[len] == '|');
    }
    return 0;
}

double seen_real(const struct td_json_doc *doc, uint32_t object,
                 const char *names, double missing)
{
    (void)td_json_double(doc, seen_at(doc, object, names), &missing);
    return missing;
}

uint64_t seen_number_at(const struct td_json_doc *doc, uint32_t at,
                        uint64_t missing)
{
    uint64_t whole;
    double n = -1;

    if (td_json_u64(doc, at, &whole) && whole < 9000000000000000)
        return whole;
    (void)td_json_double(doc, at, &n);
    return n >= 0 && n < 9e15 ? (uint64_t)n : missing;
}

uint64_t seen_number(const struct td_json_doc *doc, uint32_t object,
                     const char *names, uint64_t missing)
{
    return seen_number_at(doc, seen_at(doc, object, names), missing);
}

bool seen_true(const struct td_json_doc *doc, uint32_t object,
               const char *names)
{
    return td_json_is(doc, seen_at(doc, object, names), TD_JSON_TRUE);
}

char *seen_text(const struct td_json_doc *doc, uint32_t object,
                const char *names)
{
    uint32_t at = seen_at(doc, object, names);
    struct td_buf out = {0};
    struct td_bytes inner;
    char *text;

    if (!at || doc->values[at].kind != TD_JSON_STRING)
        return NULL;
    inner = td_json_inner(doc, at);
    if (!(doc->values[at].flags & TD_JSON_ESCAPED))
        return td_strndup(inner.ptr, inner.len);
    (void)td_json_unescape(&out, inner);
    text = td_strndup(out.ptr ? (const char *)out.ptr : "", out.len);
    td_buf_release(&out);
    return text;
}

bool seen_text_at(const struct td_json_doc *doc, uint32_t at,
                  struct td_buf *out, struct td_bytes *text)
{
    if (!at || doc->values[at].kind != TD_JSON_STRING)
        return false;
    *text = td_json_inner(doc, at);
    if (!(doc->values[at].flags & TD_JSON_ESCAPED))
        return true;
    td_buf_clear(out);
    (void)td_json_unescape(out, *text);
    *text = td_text(td_buf_str(out));
    return true;
}

void seen_keep(char **slot, const struct seen_read *r, const char *names)
{
    struct td_buf out = {0};
    struct td_bytes text;

    if (seen_text_at(r->doc, seen_at(r->doc, r->data, names), &out, &text) &&
        (!*slot || !td_bytes_is(text, *slot))) {
        free(*slot);
        *slot = td_strndup(text.ptr, text.len);
    }
    td_buf_release(&out);
}

#include "validator/rule/doubt.h"

#include "schema/value/decimal.h"

#include <stdarg.h>
#include <stdio.h>

void check_doubt(const struct check_doubter *d, uint32_t at, const char *hint,
                 const char *fmt, ...)
{
    struct td_error what = {0};
    char text[sizeof(what.text)];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    (void)td_jsonx_fail(d->doc, at, TD_OK, &what, "%s", text);
    (void)td_error_hint(&what, "%s", hint);
    d->report(d->self, &what);
}

bool check_is_zero(const struct td_jsonx *doc, uint32_t at)
{
    struct schema_decimal number;
    int64_t n = 1;

    if (!td_jsonx_is(doc, at, TD_JSON_NUMBER))
        return false;
    schema_decimal_read(&number, td_json_raw(&doc->json, at));
    return schema_decimal_int64(&number, &n) && n == 0;
}

void check_doubt_same(const struct check_doubter *d, uint32_t a, uint32_t b,
                      const char *why)
{
    struct td_buf one = {0};
    struct td_buf two = {0};

    if (!td_jsonx_is(d->doc, a, TD_JSON_STRING) ||
        !td_jsonx_is(d->doc, b, TD_JSON_STRING))
        return;
    (void)td_json_unescape(&one, td_json_inner(&d->doc->json, a));
    (void)td_json_unescape(&two, td_json_inner(&d->doc->json, b));
    if (td_bytes_equal(td_buf_bytes(&one), td_buf_bytes(&two)))
        check_doubt(d, b, "name two events, or tell them apart by a filter",
                    "this rule fails wherever such an event comes: %s", why);
    td_buf_release(&one);
    td_buf_release(&two);
}

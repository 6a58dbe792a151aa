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

#include "core/take.h"
#include "schema/format/format_internal.h"

bool schema_is_date(struct td_bytes text)
{
    struct td_moment m;

    return td_take_date(&text, &m) && text.len == 0;
}

/* A leap second is the last of a day in UTC. */
static bool is_second(const struct td_moment *m)
{
    return m->second < 60 || (m->minute - m->east + 1440) % 1440 == 1439;
}

bool schema_is_time(struct td_bytes text)
{
    struct td_moment m;

    return td_take_time(&text, &m) && text.len == 0 && is_second(&m);
}

bool schema_is_date_time(struct td_bytes text)
{
    struct td_moment m;

    return td_take_moment(&text, "tT", &m) && text.len == 0 && is_second(&m);
}

/* Take numbers with units off text: any of the units first, and after each only
 * the one that stands next in the list. False, and nothing taken, if there is
 * no such number.
 */
static bool read_units(struct td_bytes *text, const char *units)
{
    bool any = false;

    for (;;) {
        size_t at = 0;
        const char *unit = NULL;

        while (at < text->len && schema_is_digit(text->ptr[at]))
            at++;
        if (at > 0 && at < text->len && schema_is_in(text->ptr[at], units))
            unit = strchr(units, text->ptr[at]);
        if (!unit || (any && unit != units))
            return any;
        (void)schema_cut(text, at + 1);
        units = unit + 1;
        any = true;
    }
}

/* Appendix A of RFC 3339, which knows no fractions. */
bool schema_is_duration(struct td_bytes text)
{
    bool dated;

    if (text.len == 0 || text.ptr[0] != 'P')
        return false;
    (void)schema_cut(&text, 1);
    if (read_units(&text, "W"))
        return text.len == 0;
    dated = read_units(&text, "YMD");
    if (text.len == 0 || text.ptr[0] != 'T')
        return dated && text.len == 0;
    (void)schema_cut(&text, 1);
    return read_units(&text, "HMS") && text.len == 0;
}

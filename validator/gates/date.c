#include "validator/gates/date.h"

#include "core/buf.h"
#include "core/clock.h"

#include <string.h>

void gates_date(uint64_t wall_ns, char out[GATES_DATE_SIZE])
{
    struct td_buf text = {0};

    (void)td_time_format(&text, wall_ns);
    memcpy(out, td_buf_str(&text), GATES_DATE_SIZE - 1);
    out[GATES_DATE_SIZE - 1] = '\0';
    td_buf_release(&text);
}

static unsigned number_of(const char *digits, unsigned len)
{
    unsigned n = 0;

    for (unsigned i = 0; i < len; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return 0;
        n = n * 10 + (unsigned)(digits[i] - '0');
    }
    return n;
}

bool gates_is_date(const char *text)
{
    static const unsigned days[] = {31, 29, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31};
    unsigned year;
    unsigned month;
    unsigned day;

    if (strlen(text) != GATES_DATE_SIZE - 1 || text[4] != '-' || text[7] != '-')
        return false;
    year = number_of(text, 4);
    month = number_of(text + 5, 2);
    day = number_of(text + 8, 2);
    if (year == 0 || month < 1 || month > 12 || day < 1 ||
        day > days[month - 1])
        return false;
    return month != 2 || day < 29 ||
           (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

#include "console/places.h"

#include "core/clock.h"
#include "core/take.h"

#include <string.h>

static bool is_wanted(const struct console_wanted *wanted,
                      const struct td_event *ev, struct play_place at)
{
    if (at.at_ns <= wanted->after_ns && wanted->after_ns)
        return false;
    if (wanted->name &&
        (!td_event_is_plain(ev) || !td_bytes_is(ev->name, wanted->name)))
        return false;
    return at.seq >= wanted->seq;
}

enum td_code console_places_begin(struct console_places *look,
                                  const struct play_source *source,
                                  const struct console_wanted *wanted,
                                  struct td_error *err)
{
    enum td_code code;

    *look = (struct console_places){.wanted = *wanted};
    code = play_source_again(&look->source, source, err);
    if (code == TD_OK && wanted->after_ns)
        code = play_source_seek(look->source, wanted->after_ns, err);
    return code;
}

void console_places_end(struct console_places *look)
{
    play_source_close(look->source);
    look->source = NULL;
}

enum td_code console_places_go_on(struct console_places *look,
                                  struct td_error *err)
{
    const struct console_wanted *wanted = &look->wanted;
    struct td_event ev;
    enum td_code code = TD_OK;

    for (unsigned i = 0; i < PLACES_TURN; i++) {
        code = play_source_next(look->source, &ev, err);
        if (code)
            break;
        look->at = play_source_place(look->source);
        if (wanted->before_ns && look->at.at_ns >= wanted->before_ns) {
            code = TD_END;
            break;
        }
        if (!is_wanted(wanted, &ev, look->at))
            continue;
        look->found = true;
        look->at_ns = look->at.at_ns;
        if (!wanted->last)
            return TD_OK;
    }
    if (code == TD_OK)
        return TD_AGAIN;
    return code == TD_END && look->found ? TD_OK : code;
}

/* ---- what is typed ---- */

/* "02:13" and "1:02:13". */
static bool clock_of(struct td_bytes text, uint64_t *ns)
{
    uint64_t all = 0;
    uint64_t part;
    unsigned parts = 0;

    while (td_take_number(&text, &part) && part < 1000000 && parts < 3) {
        all = all * 60 + part;
        parts++;
        if (text.len == 0 || *text.ptr != ':')
            break;
        text = td_bytes(text.ptr + 1, text.len - 1);
    }
    *ns = all * TD_NS_PER_S;
    return text.len == 0 && parts > 1;
}

static bool percent_of(struct td_bytes text, uint64_t last_ns, uint64_t *at_ns)
{
    uint64_t percent;

    if (!td_take_number(&text, &percent) || percent > 100 || text.len != 1 ||
        *text.ptr != '%' || last_ns == 0)
        return false;
    *at_ns = last_ns / 100 * percent;
    if (percent == 100)
        *at_ns = last_ns;
    return true;
}

static bool seq_of(const char *text, uint64_t *seq)
{
    struct td_bytes digits = td_text(text);

    if (strncmp(text, "seq:", 4) != 0)
        return false;
    digits = td_bytes(digits.ptr + 4, digits.len - 4);
    return td_take_number(&digits, seq) && digits.len == 0 && *seq > 0;
}

static bool time_of(const char *text, uint64_t now_ns, uint64_t *at_ns)
{
    bool on = *text == '+';
    bool back = *text == '-';
    uint64_t ns;

    if (clock_of(td_text(text), at_ns))
        return true;
    if (td_duration_parse(text + (on || back), &ns) != TD_OK ||
        ns > UINT64_MAX / 4)
        return false;
    if (on)
        ns += now_ns;
    else if (back)
        ns = now_ns > ns ? now_ns - ns : 0;
    *at_ns = ns;
    return true;
}

enum td_code console_places_parse(const char *text, uint64_t now_ns,
                                  uint64_t last_ns, uint64_t *seq,
                                  uint64_t *at_ns, struct td_error *err)
{
    *seq = 0;
    *at_ns = 0;
    if (seq_of(text, seq) || percent_of(td_text(text), last_ns, at_ns) ||
        time_of(text, now_ns, at_ns))
        return TD_OK;
    *seq = 0;
    return td_error_set(err, TD_USAGE, "", 0,
                        "@ wants 50%%, seq:9, +10s, -10s, 2m13s or 02:13, got "
                        "\"%s\"",
                        text);
}

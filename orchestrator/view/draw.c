#include "orchestrator/view/draw.h"

#include "core/clock.h"
#include "core/ink.h"
#include "core/log.h"
#include "core/width.h"

#include <string.h>

/* A change of color, which takes no columns; 0: it is none. */
static size_t color_len(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *m = *at == 0x1b ? memchr(at, 'm', (size_t)(end - at)) : NULL;

    return m ? (size_t)(m - at) + 1 : 0;
}

/* As much of the text as has so many columns; and how many they are. */
static size_t fit(struct td_bytes text, unsigned columns, unsigned *used)
{
    size_t at = 0;

    *used = 0;
    while (at < text.len) {
        size_t color = color_len(text.ptr + at, text.ptr + text.len);
        struct td_cluster next = {.len = color};

        if (!color)
            next = td_cluster(td_bytes(text.ptr + at, text.len - at));
        if (next.width > columns - *used)
            break;
        *used += (unsigned)next.width;
        at += next.len;
    }
    return at;
}

unsigned draw_columns(struct td_bytes text)
{
    unsigned used;

    (void)fit(text, UINT32_MAX, &used);
    return used;
}

unsigned draw_cell(struct td_buf *out, const char *text, unsigned columns,
                   bool fill)
{
    struct td_buf clean = {0};
    unsigned used;
    size_t len;

    (void)td_text_clean(&clean, td_text(text));
    len = fit(td_buf_bytes(&clean), columns, &used);
    if (len < clean.len && columns > 3) {
        len = fit(td_buf_bytes(&clean), columns - 3, &used);
        (void)td_buf_add(out, clean.ptr, len);
        (void)td_buf_add_text(out, "...");
        used += 3;
    } else {
        (void)td_buf_add(out, clean.ptr, len);
    }
    td_buf_release(&clean);
    if (fill)
        (void)td_buf_addf(out, "%*s", (int)(columns - used), "");
    return used;
}

void draw_end(struct td_buf *out, size_t from, const struct view_style *style)
{
    unsigned used;
    size_t fits =
        fit(td_bytes(out->ptr + from, out->len - from), style->width, &used);

    if (out->len > from + fits) {
        fits = fit(td_bytes(out->ptr + from, out->len - from), style->width - 3,
                   &used);
        out->len = from + fits;
        (void)td_buf_add_text(out, "...");
    }
    while (out->len > from && out->ptr[out->len - 1] == ' ')
        out->len--;
    (void)td_buf_add_byte(out, '\n');
}

void draw_bar(struct td_buf *out, const struct view_style *style,
              unsigned cells, uint64_t done, uint64_t all)
{
    uint64_t full = all ? cells * done / all : 0;

    for (unsigned i = 0; i < cells; i++)
        (void)td_buf_add_text(out, style->ascii ? (i < full ? "#" : ".")
                                   : i < full   ? "\u2588"
                                                : "\u2591");
}

void draw_number(struct td_buf *out, uint64_t n)
{
    char digits[24];
    int len = 0;

    do {
        digits[len++] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    while (len > 0) {
        (void)td_buf_add_byte(out, (uint8_t)digits[--len]);
        if (len > 0 && len % 3 == 0)
            (void)td_buf_add_byte(out, ',');
    }
}

void draw_time(struct td_buf *out, uint64_t ns)
{
    if (ns == UINT64_MAX)
        (void)td_buf_add_text(out, "for ever");
    else if (ns == 0)
        (void)td_buf_add_text(out, "0 s");
    else
        (void)td_duration_format(out, ns);
}

double draw_percent(uint64_t done, uint64_t all)
{
    uint64_t tenths = all ? done * 1000 / all : 0; /* down */

    return (double)tenths / 10;
}

static const struct {
    const char *word;
    const char *mark;
    const char *ascii;
} states[] = {
    [SCHED_WAITING] = {"waits", "\u00b7", "."},
    [SCHED_READY] = {"ready", "\u00b7", "."},
    [SCHED_HELD] = {"approve", "?", "?"},
    [SCHED_RUNNING] = {"running", "\u25b6", ">"},
    [SCHED_STOPPING] = {"stopping", "\u25b6", ">"},
    [SCHED_VERIFYING] = {"verifying", "\u25b6", ">"},
    [SCHED_BACKOFF] = {"retry", "\u21bb", "r"},
    [SCHED_COMPLETED] = {"done", "\u2713", "+"},
    [SCHED_CACHED] = {"cached", "\u2713", "+"},
    [SCHED_FAILED] = {"failed", "\u2717", "x"},
    [SCHED_SKIPPED] = {"skipped", "-", "-"},
    [SCHED_CANCELLED] = {"cancelled", "-", "-"},
};

const char *view_state_word(enum sched_state state)
{
    return states[state].word;
}

static const char *mark_of(enum sched_state state, bool ascii)
{
    return ascii ? states[state].ascii : states[state].mark;
}

void draw_colored_mark(struct td_buf *out, enum sched_state state,
                       const struct view_style *style)
{
    const char *mark = mark_of(state, style->ascii);

    if (state == SCHED_FAILED)
        (void)td_ink(out, TD_INK_BAD, mark, style->color);
    else if (state == SCHED_COMPLETED || state == SCHED_CACHED)
        (void)td_ink(out, TD_INK_GOOD, mark, style->color);
    else if (state == SCHED_BACKOFF || state == SCHED_HELD)
        (void)td_ink(out, TD_INK_WARN, mark, style->color);
    else
        (void)td_buf_add_text(out, mark);
}

const char *view_phase_word(unsigned phase)
{
    static const char *const words[] = {"discovery", "analysis", "planning",
                                        "execution", "validation"};

    return words[phase];
}

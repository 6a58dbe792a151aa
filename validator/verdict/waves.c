#include "validator/verdict/waves.h"

#include <stdlib.h>
#include <string.h>

static bool is_word(struct td_bytes name, const char *word)
{
    return name.len == strlen(word) && memcmp(name.ptr, word, name.len) == 0;
}

static bool whole_of(struct td_bytes raw, uint64_t *n)
{
    char text[24];
    char *end;

    if (raw.len == 0 || raw.len >= sizeof(text) - 4)
        return false;
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    if (text[0] < '0' || text[0] > '9')
        return false;
    *n = strtoull(text, &end, 10);
    return *end == '\0';
}

static bool number_in(const struct td_json_doc *doc, uint32_t at, uint64_t *n)
{
    static const char *const words[] = {"wave_number", "wave"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        uint32_t member = td_json_member(doc, at, td_text(words[i]));

        if (member && whole_of(td_json_raw(doc, member), n))
            return true;
    }
    return false;
}

/* Of the payload, or of what an envelope holds. */
static bool number_of(const struct td_json_doc *doc, uint32_t at, uint64_t *n)
{
    uint32_t data;

    if (!doc || doc->values[at].kind != TD_JSON_OBJECT)
        return false;
    if (number_in(doc, at, n))
        return true;
    data = td_json_member(doc, at, td_text("data"));
    return data && doc->values[data].kind == TD_JSON_OBJECT &&
           number_in(doc, data, n);
}

static void add(struct verdict_waves *w, uint64_t number, uint64_t from,
                uint64_t to, bool open)
{
    if (w->len == VERDICT_WAVES)
        return;
    w->open[w->len] = open;
    w->list[w->len++] =
        (struct verdict_wave){number, from, to > from ? to : from};
}

static void end_wave(struct verdict_waves *w, uint64_t number, uint64_t t_ns)
{
    for (size_t i = w->len; i-- > 0;)
        if (w->open[i] && w->list[i].number == number) {
            w->open[i] = false;
            if (t_ns > w->list[i].from_ns)
                w->list[i].to_ns = t_ns;
            return;
        }
    add(w, number, w->free_ns < t_ns ? w->free_ns : t_ns, t_ns, false);
}

void verdict_waves_put(struct verdict_waves *w, uint64_t t_ns,
                       struct td_bytes name, const struct td_json_doc *doc,
                       uint32_t at)
{
    bool starts = is_word(name, "wave_started");
    uint64_t number;

    if (!w->began) {
        w->began = true;
        w->free_ns = t_ns;
    }
    if (!starts && !is_word(name, "wave_completed") &&
        !is_word(name, "wave_ended"))
        return;
    if (!number_of(doc, at, &number))
        return;
    if (starts) {
        add(w, number, t_ns, t_ns, true);
    } else {
        end_wave(w, number, t_ns);
        w->free_ns = t_ns;
    }
}

static int earlier_first(const void *one, const void *other)
{
    const struct verdict_wave *a = one;
    const struct verdict_wave *b = other;

    if (a->from_ns != b->from_ns)
        return a->from_ns < b->from_ns ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

void verdict_waves_tell(const struct verdict_waves *w,
                        struct verdict_timeline *to, struct td_arena *arena)
{
    if (w->len == 0)
        return;
    to->waves = td_arena_alloc(arena, w->len * sizeof(*to->waves));
    to->waves_len = w->len;
    memcpy(to->waves, w->list, w->len * sizeof(*to->waves));
    for (size_t i = 0; i < w->len; i++)
        if (w->open[i] && to->end_ns > to->waves[i].from_ns)
            to->waves[i].to_ns = to->end_ns;
    qsort(to->waves, to->waves_len, sizeof(*to->waves), earlier_first);
}

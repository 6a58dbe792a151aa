#include "tape/damage.h"

#include "core/json.h"

#include <inttypes.h>

static void part(struct td_buf *out, size_t start, uint64_t count,
                 const char *one, const char *several)
{
    if (count > 0)
        (void)td_buf_addf(out, "%s%" PRIu64 " %s", out->len > start ? ", " : "",
                          count, count == 1 ? one : several);
}

void tape_damage_say(struct td_buf *out, size_t start,
                     const struct tape_state *s)
{
    part(out, start, s->headless, "part without header line",
         "parts without header line");
    part(out, start, s->twice, "repeated recording", "repeated recordings");
    part(out, start, s->bad_members, "damaged member", "damaged members");
    part(out, start, s->bad_lines, "damaged line", "damaged lines");
    if (s->spaced > 0)
        (void)td_buf_addf(out,
                          " (%" PRIu64 " with white space between the tokens)",
                          s->spaced);
    part(out, start, s->strays, "member out of place", "members out of place");
    part(out, start, s->repeated, "repeated event", "repeated events");
    part(out, start, s->foreign, "event out of place", "events out of place");
    part(out, start, s->wrong_index, "wrong index", "wrong indexes");
    part(out, start, s->missing, "missing event", "missing events");
    part(out, start, s->lost, "lost while recording", "lost while recording");
}

bool tape_damage_is_spaced(struct td_bytes line)
{
    struct td_json_doc doc = {0};
    bool json = td_json_parse(&doc, line, TD_JSON_DEPTH, NULL) == TD_OK;
    bool quoted = false;
    bool spaced = false;

    for (size_t i = 0; json && !spaced && i < line.len; i++) {
        if (line.ptr[i] == '"')
            quoted = !quoted;
        else if (quoted && line.ptr[i] == '\\')
            i++;
        else if (!quoted && line.ptr[i] <= ' ')
            spaced = true;
    }
    td_json_release(&doc);
    return spaced;
}

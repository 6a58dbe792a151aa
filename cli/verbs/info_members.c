#include "cli/verbs/info_members.h"

#include "cli/shared/tape_output.h"
#include "core/clock.h"
#include "core/fs.h"
#include "tape/member_list.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define OUT_STEP ((size_t)64 * 1024) /* bytes printed at once */

struct listing {
    bool json;
    uint64_t places;
    uint64_t torn_at; /* offset of the member the file ends in, or NO_DAMAGE */
    struct td_buf out;
};

static const char *what(const struct tape_place *place)
{
    static const char *const kinds[] = {"data", "index", "footer"};

    if (place->kind == TAPE_PLACE_OTHER)
        return "other";
    return place->m.kind < 3 ? kinds[place->m.kind] : "unknown";
}

static void add_flags(struct td_buf *out, const struct tape_place *place,
                      const char *between, const char *quote)
{
    static const char *const names[] = {"stored", "header", "end", "marker",
                                        "lost"};
    const char *gap = "";

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!(place->m.flags >> i & 1))
            continue;
        (void)td_buf_addf(out, "%s%s%s%s", gap, quote, names[i], quote);
        gap = between;
    }
    if (place->kind == TAPE_PLACE_OPEN || place->kind == TAPE_PLACE_TORN)
        (void)td_buf_addf(out, "%s%s%s%s", gap, quote,
                          place->kind == TAPE_PLACE_OPEN ? "open" : "torn",
                          quote);
}

static void add_json(struct listing *list, const struct tape_place *place)
{
    const struct tape_member *m = &place->m;

    (void)td_buf_addf(
        &list->out,
        "%s{\"offset\":%" PRIu64 ",\"length\":%" PRIu64
        ",\"kind\":\"%s\",\"text_length\":%" PRIu32 ",\"first_seq\":%" PRIu64
        ",\"events\":%" PRIu64 ",\"first_ns\":%" PRIu64 ",\"last_ns\":%" PRIu64
        ",\"wall_ns\":\"%" PRIu64 "\",\"lost\":%" PRIu64 ",\"flags\":[",
        list->places ? "," : "", place->offset, place->length, what(place),
        m->text_len, m->first_seq, m->count, m->first_ns, m->last_ns,
        m->wall_ns, m->lost);
    add_flags(&list->out, place, ",", "\"");
    (void)td_buf_add_text(&list->out, "]}");
}

static void add_text(struct listing *list, const struct tape_place *place)
{
    const struct tape_member *m = &place->m;
    uint64_t last_seq = m->first_seq + (m->count > 0 ? m->count - 1 : 0);

    if (list->places == 0)
        (void)td_buf_addf(&list->out, "%12s %10s %-7s %10s %21s %25s  %s\n",
                          "offset", "length", "kind", "text", "events",
                          "seconds", "flags");
    (void)td_buf_addf(&list->out, "%12" PRIu64 " %10" PRIu64 " %-7s %10" PRIu32,
                      place->offset, place->length, what(place), m->text_len);
    if (m->count > 0)
        (void)td_buf_addf(
            &list->out, " %10" PRIu64 "-%-10" PRIu64 " %12.6f-%-12.6f  ",
            m->first_seq, last_seq, (double)m->first_ns / (double)TD_NS_PER_S,
            (double)m->last_ns / (double)TD_NS_PER_S);
    else
        (void)td_buf_addf(&list->out, " %21s %25s  ", "-", "-");
    add_flags(&list->out, place, ",", "");
    (void)td_buf_add_byte(&list->out, '\n');
}

static enum td_code add_place(void *ctx, const struct tape_place *place,
                              struct td_error *err)
{
    struct listing *list = (struct listing *)ctx;

    if (list->json)
        add_json(list, place);
    else
        add_text(list, place);
    list->places++;
    if (place->kind == TAPE_PLACE_TORN)
        list->torn_at = place->offset;
    return list->out.len >= OUT_STEP ? cli_print(&list->out, err) : TD_OK;
}

/* A member without an end may still be written. */
static void note_writer(struct tape_state *state, const char *path)
{
    int fd;

    if (!strcmp(path, "-") || td_fs_open(&fd, path, NULL))
        return;
    state->writer = td_fs_holder(fd);
    state->growing = state->writer != 0;
    (void)close(fd);
}

enum td_code cli_info_members(const struct cli_args *args, const char *path,
                              struct td_error *err)
{
    struct listing list = {.json = cli_json(args), .torn_at = TAPE_NO_DAMAGE};
    struct tape_state state = {.torn = true};
    enum td_code code;

    if (list.json)
        (void)td_buf_add_text(&list.out, "[");
    code = tape_members(path, add_place, &list, err);
    if (list.json)
        (void)td_buf_add_text(&list.out, "]\n");
    if (!code)
        code = cli_print(&list.out, err);
    state.torn_at = list.torn_at;
    if (!code && list.torn_at != TAPE_NO_DAMAGE)
        note_writer(&state, path);
    if (!code && list.torn_at != TAPE_NO_DAMAGE)
        code = cli_tape_verdict(path, NULL, &state, err);
    td_buf_release(&list.out);
    return code;
}

#include "cli/verbs/info_members.h"

#include "cli/shared/tape_output.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "tape/member_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OUT_STEP ((size_t)64 * 1024) /* bytes printed at once */

struct listing {
    bool json;
    uint64_t places;
    uint64_t torn_at; /* offset of the member the file ends in, or NO_DAMAGE */
    struct td_buf out;
    struct td_json_writer w; /* into out */
};

static const char *what(const struct tape_place *place)
{
    static const char *const kinds[] = {"data", "index", "footer"};

    if (place->kind == TAPE_PLACE_OTHER)
        return "other";
    return place->m.kind < 3 ? kinds[place->m.kind] : "unknown";
}

/* The index-th flag of a place: what the member says, then what the file does;
 * NULL behind the last, "" for one that is not set.
 */
static const char *flag_at(const struct tape_place *place, unsigned index)
{
    static const char *const names[] = {"stored", "header", "end", "marker",
                                        "lost"};
    const unsigned count = sizeof(names) / sizeof(names[0]);

    if (index < count)
        return place->m.flags >> index & 1 ? names[index] : "";
    if (index > count)
        return NULL;
    return place->kind == TAPE_PLACE_OPEN   ? "open"
           : place->kind == TAPE_PLACE_TORN ? "torn"
                                            : "";
}

static void add_flags(struct td_buf *out, const struct tape_place *place)
{
    const char *gap = "";
    const char *flag;

    for (unsigned i = 0; (flag = flag_at(place, i)); i++) {
        if (!*flag)
            continue;
        (void)td_buf_addf(out, "%s%s", gap, flag);
        gap = ",";
    }
}

static void add_json(struct td_json_writer *w, const struct tape_place *place)
{
    const struct tape_member *m = &place->m;
    char wall[24];
    const char *flag;

    (void)snprintf(wall, sizeof(wall), "%" PRIu64, m->wall_ns);
    td_json_object(w, NULL);
    td_json_put_u64(w, "offset", place->offset);
    td_json_put_u64(w, "length", place->length);
    td_json_put_text(w, "kind", what(place));
    td_json_put_u64(w, "text_length", m->text_len);
    td_json_put_u64(w, "first_seq", m->first_seq);
    td_json_put_u64(w, "events", m->count);
    td_json_put_u64(w, "first_ns", m->first_ns);
    td_json_put_u64(w, "last_ns", m->last_ns);
    td_json_put_text(w, "wall_ns", wall);
    td_json_put_u64(w, "lost", m->lost);
    td_json_array(w, "flags");
    for (unsigned i = 0; (flag = flag_at(place, i)); i++)
        if (*flag)
            td_json_put_text(w, NULL, flag);
    td_json_array_end(w);
    td_json_object_end(w);
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
    add_flags(&list->out, place);
    (void)td_buf_add_byte(&list->out, '\n');
}

static enum td_code add_place(void *ctx, const struct tape_place *place,
                              struct td_error *err)
{
    struct listing *list = (struct listing *)ctx;

    if (list->json)
        add_json(&list->w, place);
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

    list.w = td_json_writer(&list.out);
    if (list.json)
        td_json_array(&list.w, NULL);
    code = tape_members(path, add_place, &list, err);
    if (list.json) {
        td_json_array_end(&list.w);
        (void)td_json_line(&list.w);
    }
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

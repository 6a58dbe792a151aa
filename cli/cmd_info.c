/* tapedeck info: what is on a tape. */
#include "cli/info_members.h"
#include "cli/tapes.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMES_MAX 512 /* names that are listed; the rest is counted as one */

static const struct cli_option options[] = {
    {.name = "members",
     .type = CLI_FLAG,
     .help = "list the gzip members instead, by their heads"},
    {.name = NULL},
};

/* Events of one name; the rates are of whole seconds between its first and its
 * last event.
 */
struct row {
    char *name;
    size_t len;
    bool is_kind;
    uint64_t count;
    uint64_t bytes; /* of payloads */
    uint64_t first_second;
    uint64_t second; /* that is being counted */
    uint64_t in_second;
    uint64_t least;
    uint64_t most;
};

struct info {
    struct row rows[NAMES_MAX + 1];
    size_t len;
    uint64_t events;
    uint64_t text_bytes;
    uint64_t last_ns;
    uint64_t first_ns;
    uint32_t conns;
};

static struct row *row_of(struct info *info, const struct td_event *ev)
{
    bool is_kind = ev->kind.len > 0;
    struct td_bytes name = is_kind ? ev->kind : ev->name;

    for (size_t i = 0; i < info->len; i++) {
        struct row *row = &info->rows[i];

        if (row->is_kind == is_kind && row->len == name.len &&
            (name.len == 0 || !memcmp(row->name, name.ptr, name.len)))
            return row;
    }
    if (info->len == NAMES_MAX)
        name = td_text("...");
    if (info->len > NAMES_MAX)
        return &info->rows[NAMES_MAX];
    info->rows[info->len] = (struct row){
        .name = td_strndup(name.ptr, name.len),
        .len = name.len,
        .is_kind = is_kind,
        .first_second = ev->at_ns / TD_NS_PER_S,
        .second = ev->at_ns / TD_NS_PER_S,
        .least = UINT64_MAX,
    };
    return &info->rows[info->len++];
}

/* The second at hand is over; those without an event have rate 0. */
static void end_second(struct row *row, uint64_t next)
{
    if (row->in_second > row->most)
        row->most = row->in_second;
    if (row->in_second < row->least)
        row->least = row->in_second;
    if (next > row->second + 1)
        row->least = 0;
    row->second = next;
    row->in_second = 0;
}

static void add_event(struct info *info, const struct td_event *ev,
                      size_t line_len)
{
    struct row *row = row_of(info, ev);
    uint64_t second = ev->at_ns / TD_NS_PER_S;

    if (second != row->second)
        end_second(row, second);
    row->in_second++;
    row->count++;
    row->bytes += ev->payload.len;
    if (info->events++ == 0)
        info->first_ns = ev->at_ns;
    if (ev->at_ns > info->last_ns)
        info->last_ns = ev->at_ns;
    if (ev->conn > info->conns)
        info->conns = ev->conn;
    info->text_bytes += line_len + 1;
}

static enum td_code read_tape(struct tape_reader *reader, struct info *info,
                              struct td_error *err)
{
    struct td_event ev;
    enum td_code code;

    while (!(code = tape_reader_next(reader, &ev, err)))
        add_event(info, &ev, tape_reader_line(reader).len);
    for (size_t i = 0; i < info->len; i++)
        end_second(&info->rows[i], info->rows[i].second);
    return code == TD_END ? TD_OK : code;
}

static void text_facts(struct td_buf *out, const struct tape_reader *reader,
                       const struct info *info, uint64_t file_bytes)
{
    const struct tape_header *header = tape_reader_header(reader);
    struct tape_state state = tape_reader_state(reader);
    uint64_t span = info->last_ns - info->first_ns;

    (void)td_buf_addf(out, "source       ");
    (void)td_text_clean(out, header->source);
    (void)td_buf_addf(out, "\nid           ");
    (void)td_text_clean(out, header->id);
    (void)td_buf_addf(out, "\nstart        ");
    (void)td_time_format(out, header->start_wall_ns);
    (void)td_buf_addf(out, "\nspan         ");
    (void)td_duration_format(out, span);
    (void)td_buf_addf(out,
                      "\nevents       %" PRIu64 " on %" PRIu32
                      " connection%s\nsize         ",
                      info->events, info->conns, info->conns == 1 ? "" : "s");
    if (file_bytes > 0)
        (void)td_buf_addf(out, "%" PRIu64 " bytes, ", file_bytes);
    (void)td_buf_addf(out, "%" PRIu64 " of text", info->text_bytes);
    if (file_bytes > 0)
        (void)td_buf_addf(out, " (%.1f to 1)",
                          (double)info->text_bytes / (double)file_bytes);
    (void)td_buf_addf(out,
                      "\nmembers      %" PRIu64 " in %" PRIu64 " segment%s%s"
                      "\nlost         %" PRIu64 " while recording, %" PRIu64
                      " missing on the tape\nend          %s\n",
                      state.members, state.segments,
                      state.segments == 1 ? "" : "s",
                      state.indexed ? ", indexed" : ", not indexed", state.lost,
                      state.missing, state.torn ? "torn" : "clean");
}

static void text_rows(struct td_buf *out, const struct info *info)
{
    (void)td_buf_addf(out, "\n%12s %14s %9s  %s\n", "events", "bytes", "rate/s",
                      "name");
    for (size_t i = 0; i < info->len; i++) {
        const struct row *row = &info->rows[i];
        char rate[48];

        (void)snprintf(rate, sizeof(rate), "%" PRIu64 "..%" PRIu64, row->least,
                       row->most);
        (void)td_buf_addf(out, "%12" PRIu64 " %14" PRIu64 " %9s  ", row->count,
                          row->bytes, rate);
        (void)td_text_clean(out, td_bytes(row->name, row->len));
        (void)td_buf_addf(out, "%s\n",
                          row->is_kind ? " (kind)"
                          : row->len   ? ""
                                       : "(none)");
    }
}

static void json_rows(struct td_buf *out, const struct info *info)
{
    bool first = true;

    (void)td_buf_add_text(out, ",\"names\":[");
    for (size_t i = 0; i < info->len; i++) {
        const struct row *row = &info->rows[i];

        (void)td_buf_addf(out, "%s{\"%s\":\"", first ? "" : ",",
                          row->is_kind ? "kind" : "name");
        (void)td_buf_add(out, row->name, row->len);
        (void)td_buf_addf(out,
                          "\",\"events\":%" PRIu64 ",\"bytes\":%" PRIu64
                          ",\"rate_min\":%" PRIu64 ",\"rate_max\":%" PRIu64 "}",
                          row->count, row->bytes, row->least, row->most);
        first = false;
    }
    (void)td_buf_add_text(out, "]");
}

static void json_facts(struct td_buf *out, const struct tape_reader *reader,
                       const struct info *info, uint64_t file_bytes)
{
    const struct tape_header *header = tape_reader_header(reader);
    struct td_bytes end = tape_reader_end(reader);
    struct tape_state state = tape_reader_state(reader);

    (void)td_buf_addf(out,
                      "{\"events\":%" PRIu64 ",\"connections\":%" PRIu32
                      ",\"first_ns\":%" PRIu64 ",\"last_ns\":%" PRIu64
                      ",\"bytes\":%" PRIu64 ",\"text_bytes\":%" PRIu64
                      ",\"start\":\"",
                      info->events, info->conns, info->first_ns, info->last_ns,
                      file_bytes, info->text_bytes);
    (void)td_time_format(out, header->start_wall_ns);
    (void)td_buf_add_text(out, "\",");
    cli_tape_state_json(out, &state);
    json_rows(out, info);
    if (header->line.len > 0) {
        (void)td_buf_add_text(out, ",\"header\":");
        (void)td_buf_add_bytes(out, header->line);
    }
    if (end.len > 0) {
        /* {"end":{..}}: the braces around it are ours here. */
        (void)td_buf_add_byte(out, ',');
        (void)td_buf_add(out, end.ptr + 1, end.len - 2);
    }
    (void)td_buf_add_text(out, "}\n");
}

static enum td_code print_info(const struct cli_args *args, const char *path,
                               struct tape_reader *reader,
                               const struct info *info, struct td_error *err)
{
    struct td_buf out = {0};
    struct tape_extent extent;
    enum td_code code = tape_reader_extent(reader, &extent, err);

    if (!code && cli_json(args)) {
        json_facts(&out, reader, info, extent.file_bytes);
    } else if (!code) {
        (void)td_buf_add_text(&out, "tape         ");
        (void)td_text_clean(&out, td_text(path));
        (void)td_buf_add_byte(&out, '\n');
        text_facts(&out, reader, info, extent.file_bytes);
        text_rows(&out, info);
    }
    if (!code)
        code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

static enum td_code show(const struct cli_args *args, const char *path,
                         struct td_error *err)
{
    struct info *info = (struct info *)td_calloc(1, sizeof(*info));
    struct tape_reader *reader;
    struct tape_state state;
    enum td_code code = tape_reader_open(&reader, path, NULL, err);

    if (!code)
        code = read_tape(reader, info, err);
    if (!code)
        code = print_info(args, path, reader, info, err);
    if (!code) {
        state = tape_reader_state(reader);
        code = cli_tape_verdict(path, NULL, &state, err);
    }
    for (size_t i = 0; i < info->len; i++)
        free(info->rows[i].name);
    free(info);
    tape_reader_close(reader);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *path = cli_operand(args, 0);

    return cli_flag(args, "members") ? cli_info_members(args, path, err)
                                     : show(args, path, err);
}

const struct cli_command cli_cmd_info = {
    .name = "info",
    .summary = "Show what is on a tape: events, times, rates, losses.",
    .usage = "TAPE",
    .details = "Rates are events in a second, least and most, between the "
               "first and the last\nevent of the name. Exit status 3: torn, "
               "damaged, or events were lost.",
    .examples = "tapedeck info run.tape.gz\ntapedeck info --members "
                "run.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

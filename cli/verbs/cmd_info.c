/* tapedeck info: what is on a tape. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/info_members.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "core/mem.h"
#include "tape/name_counts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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
    const struct tape_name *name;
    bool is_kind;
    uint64_t bytes; /* of payloads */
    uint64_t first_second;
    uint64_t second; /* that is being counted */
    uint64_t in_second;
    uint64_t least;
    uint64_t most;
};

struct info {
    struct row rows[2 * TAPE_NAMES_MAX + 1]; /* as they came */
    size_t len;
    struct tape_counts names;
    struct tape_counts kinds;
    struct tape_name rest; /* names past TAPE_NAMES_MAX */
    uint64_t events;
    uint64_t messages; /* of them; the others have a kind */
    uint64_t text_bytes;
    uint64_t last_ns;
    uint64_t first_ns;
    uint64_t start_wall_ns; /* of the first segment */
    struct td_buf header;   /* its line 1; empty if there is none */
    uint64_t segment;       /* at hand; what follows is of it */
    uint64_t segment_first_ns;
    uint64_t segment_last_ns;
    uint32_t segment_conns;
    uint64_t span_ns; /* of the segments before it, as conns */
    uint32_t conns;
};

static struct row *row_of(struct info *info, const struct td_event *ev)
{
    bool is_kind = ev->kind.len > 0;
    struct tape_name *name = is_kind ? tape_counts_name(&info->kinds, ev->kind)
                                     : tape_counts_name(&info->names, ev->name);

    if (!name) {
        name = &info->rest;
        name->count++;
        is_kind = false;
    }
    if (name->row == 0) {
        uint64_t second = ev->at_ns / TD_NS_PER_S;

        info->rows[info->len++] = (struct row){.name = name,
                                               .is_kind = is_kind,
                                               .first_second = second,
                                               .second = second,
                                               .least = UINT64_MAX};
        name->row = info->len;
    }
    return &info->rows[name->row - 1];
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

/* Times and connections are counted from the start in each segment. */
static void end_segment(struct info *info)
{
    info->span_ns += info->segment_last_ns - info->segment_first_ns;
    info->conns += info->segment_conns;
    info->segment_conns = 0;
}

static void begin_segment(struct info *info, const struct tape_header *header,
                          uint64_t at_ns)
{
    if (info->segment > 0)
        end_segment(info);
    info->segment = header->segment;
    info->segment_first_ns = info->segment_last_ns = at_ns;
}

static void add_event(struct info *info, const struct td_event *ev,
                      size_t line_len)
{
    struct row *row = row_of(info, ev);
    uint64_t second = ev->at_ns / TD_NS_PER_S;

    if (second != row->second)
        end_second(row, second);
    row->in_second++;
    row->bytes += ev->payload.len;
    info->messages += td_event_is_plain(ev) ? 1 : 0;
    if (info->events++ == 0)
        info->first_ns = ev->at_ns;
    if (ev->at_ns > info->last_ns)
        info->last_ns = ev->at_ns;
    if (ev->at_ns > info->segment_last_ns)
        info->segment_last_ns = ev->at_ns;
    if (ev->conn > info->segment_conns)
        info->segment_conns = ev->conn;
    info->text_bytes += line_len + 1;
}

static enum td_code read_tape(struct tape_reader *reader, struct info *info,
                              struct td_error *err)
{
    const struct tape_header *header = tape_reader_header(reader);
    struct td_event ev;
    enum td_code code;

    (void)td_buf_add_bytes(&info->header, header->line);
    info->start_wall_ns = header->start_wall_ns;
    while (!(code = tape_reader_next(reader, &ev, err))) {
        if (tape_reader_header(reader)->segment != info->segment)
            begin_segment(info, tape_reader_header(reader), ev.at_ns);
        add_event(info, &ev, tape_reader_line(reader).len);
    }
    end_segment(info);
    for (size_t i = 0; i < info->len; i++)
        end_second(&info->rows[i], info->rows[i].second);
    return code == TD_END ? TD_OK : code;
}

/* Header or end line as a document; empty if it is none. */
static void read_facts(struct td_json_doc *doc, struct td_bytes line)
{
    if (line.len == 0 || td_json_parse(doc, line, TD_JSON_DEPTH, NULL))
        doc->len = 0;
}

/* A value as a person would say it: what is no string as it stands there, with
 * all its digits.
 */
static void text_value(struct td_buf *out, const struct td_json_doc *doc,
                       uint32_t at)
{
    struct td_buf text = {0};

    if (doc->values[at].kind != TD_JSON_STRING)
        (void)td_text_clean(out, td_json_raw(doc, at));
    else if (!td_json_unescape(&text, td_json_inner(doc, at)))
        (void)td_text_clean(out, td_buf_bytes(&text));
    td_buf_release(&text);
}

/* Index of a member of the object at `object`; 0: there is none. */
static uint32_t fact(const struct td_json_doc *doc, uint32_t object,
                     const char *key)
{
    return doc->len ? td_json_member(doc, object, td_text(key)) : 0;
}

/* "name         text", a member of the header. */
static void text_of(struct td_buf *out, const struct td_json_doc *header,
                    const char *key)
{
    uint32_t at = fact(header, 0, key);

    if (!at)
        return;
    (void)td_buf_addf(out, "%-13s", key);
    text_value(out, header, at);
    (void)td_buf_add_byte(out, '\n');
}

/* What the user noted, a line each. */
static void text_meta(struct td_buf *out, const struct td_json_doc *header)
{
    const struct td_json_value *values = header->values;
    uint32_t meta = fact(header, 0, "meta");

    if (!meta || values[meta].kind != TD_JSON_OBJECT)
        return;
    for (uint32_t key = meta + 1; key < values[meta].next;
         key = values[key + 1].next) {
        (void)td_buf_add_text(out, "meta         ");
        text_value(out, header, key);
        (void)td_buf_add_text(out, " = ");
        text_value(out, header, key + 1);
        (void)td_buf_add_byte(out, '\n');
    }
}

static void text_header(struct td_buf *out, const struct info *info)
{
    struct td_json_doc header = {0};

    if (info->header.len == 0)
        return;
    read_facts(&header, td_buf_bytes(&info->header));
    text_of(out, &header, "source");
    text_of(out, &header, "id");
    text_meta(out, &header);
    text_of(out, &header, "redaction");
    text_of(out, &header, "contract");
    (void)td_buf_add_text(out, "start        ");
    (void)td_time_format(out, info->start_wall_ns);
    (void)td_buf_add_byte(out, '\n');
    td_json_release(&header);
}

/* "limit: --max-events was reached" */
static void text_end(struct td_buf *out, const struct tape_reader *reader)
{
    struct tape_state state = tape_reader_state(reader);
    struct td_json_doc line = {0};
    uint32_t end;
    uint32_t how;
    uint32_t why;

    if (!state.torn)
        read_facts(&line, tape_reader_end(reader));
    end = fact(&line, 0, "end");
    how = end ? fact(&line, end, "how") : 0;
    why = end ? fact(&line, end, "why") : 0;
    (void)td_buf_add_text(out, "\nend          ");
    if (how)
        text_value(out, &line, how);
    else
        (void)td_buf_add_text(out, state.growing ? "not yet: being recorded"
                                   : state.torn  ? "torn"
                                                 : "unknown");
    if (why) {
        (void)td_buf_add_text(out, ": ");
        text_value(out, &line, why);
    }
    (void)td_buf_add_byte(out, '\n');
    td_json_release(&line);
}

static void text_facts(struct td_buf *out, const struct tape_reader *reader,
                       const struct info *info, uint64_t file_bytes)
{
    struct tape_state state = tape_reader_state(reader);

    text_header(out, info);
    (void)td_buf_add_text(out, "span         ");
    (void)td_duration_format(out, info->span_ns);
    (void)td_buf_addf(
        out,
        "\nevents       %" PRIu64 " on %" PRIu32 " connection%s, %" PRIu64
        " of them messages\nsize         ",
        info->events, info->conns, info->conns == 1 ? "" : "s", info->messages);
    if (file_bytes > 0)
        (void)td_buf_addf(out, "%" PRIu64 " bytes, ", file_bytes);
    (void)td_buf_addf(out, "%" PRIu64 " of text", info->text_bytes);
    if (file_bytes > 0)
        (void)td_buf_addf(out, " (%.1f to 1)",
                          (double)info->text_bytes / (double)file_bytes);
    (void)td_buf_addf(out,
                      "\nmembers      %" PRIu64 " in %" PRIu64 " segment%s%s"
                      "\nlost         %" PRIu64 " while recording, %" PRIu64
                      " missing on the tape",
                      state.members, state.segments,
                      state.segments == 1 ? "" : "s",
                      state.indexed ? ", indexed" : ", not indexed", state.lost,
                      state.missing);
    text_end(out, reader);
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
        (void)td_buf_addf(out, "%12" PRIu64 " %14" PRIu64 " %9s  ",
                          row->name->count, row->bytes, rate);
        (void)td_text_clean(out, td_bytes(row->name->text, row->name->len));
        (void)td_buf_addf(out, "%s\n",
                          row->is_kind         ? " (kind)"
                          : row->name->len > 0 ? ""
                                               : "(none)");
    }
}

static void json_rows(struct td_json_writer *w, const struct info *info)
{
    td_json_array(w, "names");
    for (size_t i = 0; i < info->len; i++) {
        const struct row *row = &info->rows[i];

        td_json_object(w, NULL);
        td_json_put_body(w, row->is_kind ? "kind" : "name",
                         td_bytes(row->name->text, row->name->len));
        td_json_put_u64(w, "events", row->name->count);
        td_json_put_u64(w, "bytes", row->bytes);
        td_json_put_u64(w, "rate_min", row->least);
        td_json_put_u64(w, "rate_max", row->most);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

/* What {"end":{...}} holds. */
static void json_end(struct td_json_writer *w, struct td_bytes line)
{
    struct td_json_doc doc = {0};

    if (line.len > 0 && !td_json_parse(&doc, line, TD_JSON_DEPTH, NULL))
        td_json_put_raw(
            w, "end",
            td_json_raw(&doc, td_json_member(&doc, 0, td_text("end"))));
    td_json_release(&doc);
}

static void json_facts(struct td_buf *out, const struct tape_reader *reader,
                       const struct info *info, uint64_t file_bytes)
{
    struct td_json_writer w = td_json_writer(out);
    struct tape_state state = tape_reader_state(reader);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "events", info->events);
    td_json_put_u64(&w, "connections", info->conns);
    td_json_put_u64(&w, "first_ns", info->first_ns);
    td_json_put_u64(&w, "last_ns", info->last_ns);
    td_json_put_u64(&w, "span_ns", info->span_ns);
    td_json_put_u64(&w, "bytes", file_bytes);
    td_json_put_u64(&w, "text_bytes", info->text_bytes);
    td_json_put_time(&w, "start", info->start_wall_ns);
    cli_tape_state_json(&w, &state);
    json_rows(&w, info);
    if (info->header.len > 0)
        td_json_put_raw(&w, "header", td_buf_bytes(&info->header));
    json_end(&w, tape_reader_end(reader));
    td_json_object_end(&w);
    (void)td_json_line(&w);
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
    static char rest[] = "...";
    static const struct tape_read_options how = {.keep_strays = true};
    struct tape_reader *reader;
    struct tape_state state;
    enum td_code code = tape_reader_open(&reader, path, &how, err);

    info->rest = (struct tape_name){.text = rest, .len = sizeof(rest) - 1};
    info->kinds.kinds = true;
    if (!code)
        code = read_tape(reader, info, err);
    if (!code)
        code = print_info(args, path, reader, info, err);
    if (!code) {
        state = tape_reader_state(reader);
        code = cli_tape_verdict(path, NULL, &state, err);
    }
    tape_counts_release(&info->names);
    tape_counts_release(&info->kinds);
    td_buf_release(&info->header);
    free(info);
    tape_reader_close(reader);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *path = cli_operand(args, 0);

    cli_say_waiting(args, path, CLI_A_TAPE);
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

/* Measurements: hyperfine and Google Benchmark JSON, perf stat -x, callgrind.
 *
 * hyperfine tells seconds of each run in times, and -i hides a failure that
 * exit_codes still has. Google Benchmark has rows of its own statistics beside
 * the runs, and a unit a row. perf stat divides by "," or ";", has one column
 * more with -r, and lists what it could not count. On processors with cores of
 * two kinds it counts for each, cpu_core/instructions/ and cpu_atom/...: their
 * sum is what ran. Its fractions are those of the locale. callgrind writes
 * `totals:` at its end only, of each part.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

#define SECOND 1e9

enum { NAME, PLAIN, WHY };

enum { PATH_ROW, PATH_ROWS, PATH_BUILD };
static const char *const hyperfine_paths[] = {"/results/*", "</results", NULL};
static const char *const gbench_paths[] = {"/benchmarks/*", "</benchmarks",
                                           "/context/library_build_type", NULL};

static uint32_t first_of(const struct td_json_doc *doc, uint32_t array)
{
    return array != UINT32_MAX && doc->values[array].kind == TD_JSON_ARRAY &&
                   doc->values[array].count > 0
               ? array + 1
               : UINT32_MAX;
}

static uint32_t next_of(const struct td_json_doc *doc, uint32_t array,
                        uint32_t at)
{
    if (at == UINT32_MAX || doc->values[at].next >= doc->values[array].next)
        return UINT32_MAX;
    return doc->values[at].next;
}

/* A status as hyperfine writes it; null: a signal ended the command. */
static int exit_of(const struct td_json_doc *doc, uint32_t at)
{
    double value = 0;

    if (at == UINT32_MAX)
        return 0;
    if (!read_decimal(td_json_raw(doc, at), &value))
        return -1;
    return value > -1000 && value < 1000 ? (int)value : -1;
}

static void hyperfine_row(struct read_reader *r, const struct td_json_doc *doc)
{
    struct read_sample sample = {.unit = "ns"};
    uint32_t times = read_member(doc, 0, "times");
    uint32_t exits = read_member(doc, 0, "exit_codes");
    uint32_t exit_at = first_of(doc, exits);

    sample.name = read_text(r, NAME, doc, 0, "command");
    for (uint32_t at = first_of(doc, times); at != UINT32_MAX;
         at = next_of(doc, times, at)) {
        if (!read_decimal(td_json_raw(doc, at), &sample.value)) {
            read_stop(r, "a time is no number");
            return;
        }
        sample.value *= SECOND;
        sample.exit = exit_of(doc, exit_at);
        exit_at = next_of(doc, exits, exit_at);
        read_tell_sample(r, &sample);
    }
    if (first_of(doc, times) == UINT32_MAX)
        read_partial(r, "%.*s has no times",
                     (int)(sample.name.len < 100 ? sample.name.len : 100),
                     (const char *)sample.name.ptr);
}

static void on_hyperfine(struct read_reader *r, unsigned path,
                         const struct td_json_doc *doc)
{
    if (path == PATH_ROW)
        hyperfine_row(r, doc);
    else
        r->end.has_work = true;
}

static void finish_hyperfine(struct read_reader *r)
{
    read_tool(r, td_text("hyperfine"), td_text(""));
    if (!r->end.has_work)
        read_wrong(r, "it has no \"results\": it is not of hyperfine");
}

static double nanoseconds_of(struct td_bytes unit)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (td_bytes_is(unit, units[i].unit))
            return units[i].ns;
    }
    return 0;
}

static void gbench_row(struct read_reader *r, const struct td_json_doc *doc)
{
    struct read_sample sample = {.unit = "ns"};
    struct td_bytes type = read_text(r, PLAIN, doc, 0, "run_type");
    double unit;

    if (type.len > 0 && !td_bytes_is(type, "iteration"))
        return;
    unit = nanoseconds_of(read_text(r, PLAIN, doc, 0, "time_unit"));
    sample.name = read_text(r, NAME, doc, 0, "name");
    sample.exit = read_true(doc, 0, "error_occurred");
    if (sample.exit)
        sample.why = read_text(r, WHY, doc, 0, "error_message");
    if (!sample.exit &&
        (!read_real(doc, 0, "real_time", &sample.value) || unit <= 0)) {
        read_stop(r, "a benchmark has no time");
        return;
    }
    sample.value *= unit;
    read_tell_sample(r, &sample);
}

static void on_gbench(struct read_reader *r, unsigned path,
                      const struct td_json_doc *doc)
{
    if (path == PATH_ROW)
        gbench_row(r, doc);
    else if (path == PATH_ROWS)
        r->end.has_work = true;
    else if (td_bytes_is(read_string(r, PLAIN, doc, 0), "debug"))
        read_tool(r, td_text("Google Benchmark (a debug library)"),
                  td_text(""));
}

static void finish_gbench(struct read_reader *r)
{
    if (!r->end.tool[0])
        read_tool(r, td_text("Google Benchmark"), td_text(""));
    if (!r->end.has_work)
        read_wrong(r, "it has no \"benchmarks\": it is not of Google "
                      "Benchmark");
}

/* The field's text, and the rest of the line. */
static struct td_bytes field(struct td_bytes *line, char between)
{
    size_t len = read_find_byte(*line, between);
    struct td_bytes text = td_bytes(line->ptr, len);

    *line = read_after(*line, len + 1);
    return text;
}

static const char *perf_unit(struct td_bytes unit, struct td_bytes event,
                             double *factor)
{
    *factor = nanoseconds_of(td_bytes_is(unit, "msec") ? td_text("ms") : unit);
    if (*factor > 0)
        return "ns";
    *factor = 1;
    return read_begins(event, "instructions") ? "instructions" : "count";
}

/* "instructions/u" of "cpu_core/instructions/u", else all of it. */
static struct td_bytes event_name(struct td_bytes event)
{
    struct td_bytes rest = read_after(event, read_find_byte(event, '/') + 1);

    if (!read_begins(rest, "instructions"))
        return event;
    rest.len -= read_ends(rest, "/");
    return rest;
}

/* "0,72" of a locale can only be told from a divider if that is another. */
static bool take_value(struct read_reader *r, struct td_bytes text,
                       char between, double *value)
{
    size_t comma = between == ';' ? read_find_byte(text, ',') : text.len;

    if (comma == text.len)
        return read_decimal(text, value);
    (void)read_keep(r, PLAIN, td_bytes(text.ptr, comma));
    read_keep_more(r, PLAIN, td_text("."));
    read_keep_more(r, PLAIN, read_after(text, comma + 1));
    return read_decimal(read_kept(r, PLAIN), value);
}

/* VALUE,UNIT,EVENT,... */
static void on_perf(struct read_reader *r, struct td_bytes line)
{
    struct read_sample sample = {0};
    char between = read_find_byte(line, ';') < line.len ? ';' : ',';
    struct td_bytes value;
    struct td_bytes unit;
    struct td_bytes event;
    double factor;

    if (line.len == 0 || line.ptr[0] == '#')
        return;
    value = field(&line, between);
    unit = field(&line, between);
    event = event_name(field(&line, between));
    if (event.len == 0) {
        read_wrong(r, "this is no line of perf stat -x");
        return;
    }
    if (value.len > 0 && value.ptr[0] == '<') {
        r->end.unknown++;
        return;
    }
    sample.unit = perf_unit(unit, event, &factor);
    if (!take_value(r, value, between, &sample.value)) {
        read_wrong(r, "this is no line of perf stat -x");
        return;
    }
    sample.value *= factor;
    sample.name = event;
    read_tell_sample(r, &sample);
}

static void finish_lines(struct read_reader *r)
{
    if (!r->ended_with_line)
        read_partial(r, "the last line has no end");
    r->end.has_work = r->end.leaves > 0;
}

struct callgrind {
    struct read_reader base;
    bool begun;
    bool open; /* a part whose totals are to come */
    bool counts_instructions;
    double total;
    uint64_t parts;
};

static bool takes(struct td_bytes line, const char *with, struct td_bytes *rest)
{
    if (!read_begins(line, with))
        return false;
    *rest = read_trim(read_after(line, strlen(with)));
    return true;
}

static void on_callgrind(struct read_reader *reader, struct td_bytes line)
{
    struct callgrind *r = (struct callgrind *)reader;
    struct td_bytes rest;
    uint64_t count;

    if (takes(line, "# callgrind format", &rest) ||
        takes(line, "version:", &rest) || takes(line, "creator:", &rest)) {
        r->begun = true;
        if (read_begins(line, "creator:"))
            read_tool(reader, rest, td_text(""));
    } else if (!r->begun) {
        read_wrong(reader, "it does not begin as files of callgrind do");
    } else if (takes(line, "cmd:", &rest)) {
        (void)read_keep(reader, NAME, rest);
    } else if (takes(line, "events:", &rest)) {
        r->open = true;
        r->counts_instructions =
            td_bytes_is(rest, "Ir") || read_begins(rest, "Ir ");
    } else if (takes(line, "totals:", &rest) && read_digits(&rest, &count)) {
        r->open = false;
        r->total += (double)count;
        r->parts++;
    }
}

static void finish_callgrind(struct read_reader *reader)
{
    struct callgrind *r = (struct callgrind *)reader;
    struct read_sample sample = {.name = read_kept(reader, NAME),
                                 .unit = "instructions",
                                 .value = r->total};

    if (r->parts == 0 || r->open)
        read_partial(reader, "it has no totals: the program was killed");
    else if (!reader->ended_with_line)
        read_partial(reader, "the last line has no end");
    else if (!r->counts_instructions)
        read_partial(reader, "its first event is not Ir");
    else
        read_tell_sample(reader, &sample);
    reader->end.has_work = reader->end.leaves > 0;
}

static const struct read_way ways[] = {
    {.size = sizeof(struct read_reader),
     .paths = hyperfine_paths,
     .record = on_hyperfine,
     .finish = finish_hyperfine},
    {.size = sizeof(struct read_reader),
     .paths = gbench_paths,
     .record = on_gbench,
     .finish = finish_gbench},
    {.size = sizeof(struct read_reader),
     .line = on_perf,
     .line_max = READ_TEXT_MAX,
     .finish = finish_lines},
    {.size = sizeof(struct callgrind),
     .line = on_callgrind,
     .line_max = READ_TEXT_MAX,
     .finish = finish_callgrind},
};

static struct read_reader *open_hyperfine(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[0]);
}

static struct read_reader *open_gbench(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[1]);
}

static struct read_reader *open_perf(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[2]);
}

static struct read_reader *open_callgrind(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[3]);
}

const struct read_format read_hyperfine = {
    "hyperfine",    VERDICT_PERFORMANCE, "JSON of hyperfine --export-json",
    open_hyperfine, read_way_put,        read_way_end};
const struct read_format read_google_benchmark = {
    "google-benchmark", VERDICT_PERFORMANCE, "JSON of Google Benchmark",
    open_gbench,        read_way_put,        read_way_end};
const struct read_format read_perf_stat = {
    "perf-stat", VERDICT_PERFORMANCE, "perf stat -x\\;",
    open_perf,   read_way_put,        read_way_end};
const struct read_format read_callgrind = {
    "callgrind",    VERDICT_PERFORMANCE, "totals of callgrind",
    open_callgrind, read_way_put,        read_way_end};

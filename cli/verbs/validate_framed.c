#include "cli/verbs/validate_framed.h"

#include "core/buf.h"
#include "core/json.h"
#include "core/mem.h"
#include "wire/framing/framing.h"
#include "wire/sse/sse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR   0x1E /* of RFC 7464 */
#define MESSAGE_MAX ((size_t)128 << 20)

struct cli_framed_input {
    enum cli_framed framed;
    const char *path;
    struct check *check;
    uint64_t line;  /* number of the line at hand */
    uint64_t begun; /* that the message began on */
    struct sse_parser sse;
    struct wire_frames *frames;
    struct td_buf name;
    struct td_buf record; /* of json-seq */
    bool has_record;
    enum td_code code; /* of the last message */
    struct td_error err;
};

enum cli_framed cli_framed_of(const char *choice)
{
    static const struct {
        const char *choice;
        enum cli_framed framed;
    } names[] = {{"sse", CLI_FRAMED_SSE},
                 {"json-seq", CLI_FRAMED_JSON_SEQ},
                 {"headers", CLI_FRAMED_HEADERS}};

    for (size_t i = 0; choice && i < sizeof(names) / sizeof(names[0]); i++) {
        if (!strcmp(choice, names[i].choice))
            return names[i].framed;
    }
    return CLI_FRAMED_LINES;
}

static void put(struct cli_framed_input *in, struct td_bytes name,
                struct td_bytes text)
{
    td_buf_clear(&in->name);
    (void)td_json_escape_any(&in->name, name);
    if (in->code == TD_OK)
        in->code =
            check_message(in->check, in->begun, td_buf_bytes(&in->name), text);
}

static void tell_broken(struct cli_framed_input *in, const char *why)
{
    (void)td_error_set(&in->err, TD_LOSSY, "", 0,
                       "%s (from line %" PRIu64 " on)", why, in->begun);
    check_broken(in->check, &in->err);
}

/* ---- headers ---- */

static void on_message(void *ctx, struct td_bytes message, bool whole)
{
    struct cli_framed_input *in = ctx;

    if (whole)
        put(in, td_bytes("", 0), message);
    else
        tell_broken(in, "a message that is not there to its end");
    in->begun = in->line;
}

static void on_bad(void *ctx, struct td_bytes bytes, const char *why)
{
    struct cli_framed_input *in = ctx;

    (void)bytes;
    if (in->code == TD_OK)
        in->code = td_error_set(&in->err, TD_FORMAT, in->path, 0,
                                "line %" PRIu64 ": no message with headers: %s",
                                in->line, why);
}

static void on_too_long(void *ctx)
{
    struct cli_framed_input *in = ctx;

    if (in->code == TD_OK)
        in->code =
            td_error_set(&in->err, TD_LIMIT, in->path, 0,
                         "a message is longer than %zu bytes", MESSAGE_MAX);
}

struct cli_framed_input *cli_framed_new(enum cli_framed framed,
                                        const char *path, struct check *check)
{
    struct cli_framed_input *in = td_calloc(1, sizeof(*in));
    const struct wire_frames_events events = {.message = on_message,
                                              .bad = on_bad,
                                              .too_long = on_too_long,
                                              .ctx = in};

    in->framed = framed;
    in->path = path;
    in->check = check;
    in->begun = 1;
    td_buf_init(&in->record, MESSAGE_MAX);
    sse_parser_init(&in->sse, MESSAGE_MAX);
    if (framed == CLI_FRAMED_HEADERS)
        in->frames =
            wire_frames_new(WIRE_FRAMING_HEADERS, MESSAGE_MAX, &events);
    return in;
}

void cli_framed_free(struct cli_framed_input *input)
{
    if (!input)
        return;
    sse_parser_release(&input->sse);
    wire_frames_free(input->frames);
    td_buf_release(&input->name);
    td_buf_release(&input->record);
    free(input);
}

/* ---- event streams ---- */

static enum td_code take_sse(struct cli_framed_input *in, struct td_bytes bytes,
                             struct td_error *err)
{
    struct sse_item item;
    enum td_code code;

    while ((code = sse_next(&in->sse, &bytes, &item, err)) == TD_OK) {
        if (item.kind == SSE_EVENT)
            put(in, item.name, item.data);
    }
    return code == TD_AGAIN ? TD_OK : code;
}

static enum td_code take_sse_line(struct cli_framed_input *in,
                                  struct td_bytes line, struct td_bytes end,
                                  struct td_error *err)
{
    enum td_code code;

    if (!sse_is_within(&in->sse))
        in->begun = in->line;
    code = take_sse(in, line, err);
    return code ? code : take_sse(in, end, err);
}

/* ---- records ---- */

/* Whether a value that nothing of its own ends, as a number, may be the first
 * part of another one: RFC 7464, 2.4.
 */
static bool may_be_cut(struct td_bytes record)
{
    const char *const blank = " \t\r\n";
    size_t at = 0;

    while (at < record.len && memchr(blank, record.ptr[at], 4))
        at++;
    return at < record.len && !memchr("{[\"", record.ptr[at], 3) &&
           !memchr(blank, record.ptr[record.len - 1], 4);
}

static void end_record(struct cli_framed_input *in)
{
    if (in->has_record && may_be_cut(td_buf_bytes(&in->record)))
        tell_broken(in, "a record that may be cut: no line feed is behind it");
    else if (in->has_record)
        put(in, td_bytes("", 0), td_buf_bytes(&in->record));
    td_buf_clear(&in->record);
    in->has_record = false;
}

static enum td_code add_record(struct cli_framed_input *in,
                               struct td_bytes bytes, struct td_error *err)
{
    if (!in->has_record && bytes.len > 0)
        return td_error_set(
            err, TD_FORMAT, in->path, 0,
            "line %" PRIu64 ": no record separator (0x1E) before it", in->line);
    if (td_buf_add_bytes(&in->record, bytes))
        return td_error_set(err, TD_LIMIT, in->path, 0,
                            "a record is longer than %zu bytes", MESSAGE_MAX);
    return TD_OK;
}

static enum td_code take_record_line(struct cli_framed_input *in,
                                     struct td_bytes line,
                                     struct td_bytes line_end,
                                     struct td_error *err)
{
    const uint8_t *end = line.ptr + line.len;
    const uint8_t *at = line.ptr;
    enum td_code code = TD_OK;

    while (code == TD_OK && at < end) {
        const uint8_t *next = memchr(at, SEPARATOR, (size_t)(end - at));

        code = add_record(in, td_bytes(at, (size_t)((next ? next : end) - at)),
                          err);
        if (!next)
            break;
        end_record(in);
        in->has_record = true;
        in->begun = in->line;
        at = next + 1;
    }
    if (code == TD_OK && in->has_record)
        code = add_record(in, line_end, err);
    return code;
}

/* ---- all of them ---- */

/* What callbacks had to say. */
static enum td_code told(struct cli_framed_input *in, enum td_code code,
                         struct td_error *err)
{
    if (code)
        return code;
    if (in->code && in->code != TD_FAILED)
        *err = in->err;
    return in->code;
}

enum td_code cli_framed_line(struct cli_framed_input *input,
                             struct td_bytes line, bool has_lf,
                             struct td_error *err)
{
    const struct td_bytes end = td_bytes("\n", has_lf);
    enum td_code code = TD_OK;

    input->line++;
    if (input->framed == CLI_FRAMED_SSE) {
        code = take_sse_line(input, line, end, err);
    } else if (input->framed == CLI_FRAMED_JSON_SEQ) {
        code = take_record_line(input, line, end, err);
    } else {
        wire_frames_came(input->frames, line);
        wire_frames_came(input->frames, end);
    }
    return told(input, code, err);
}

enum td_code cli_framed_end(struct cli_framed_input *input,
                            struct td_error *err)
{
    if (input->framed == CLI_FRAMED_HEADERS)
        wire_frames_end(input->frames);
    else if (input->framed == CLI_FRAMED_JSON_SEQ)
        end_record(input);
    else if (sse_is_within(&input->sse))
        tell_broken(input, "an event that is not there to its end");
    return told(input, TD_OK, err);
}

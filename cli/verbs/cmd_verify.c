/* tapedeck verify: is every byte of a tape what was recorded? */
#include "cli/shared/tape_output.h"
#include "core/json.h"
#include "core/log.h"
#include "core/terminal.h"
#include "tape/line.h"

#include <inttypes.h>
#include <unistd.h>

struct check {
    uint64_t events;
    uint64_t not_json; /* payloads that stand as JSON and are none */
    uint64_t back;     /* times that go back */
    uint64_t first_bad;
};

static const struct cli_option options[] = {{.name = NULL}};

static void look_at(struct check *check, const struct td_event *ev,
                    uint64_t last_ns)
{
    check->events++;
    if (ev->form == TD_FORM_JSON && !td_json_fits_line(ev->payload)) {
        check->not_json++;
        if (check->first_bad == 0)
            check->first_bad = ev->seq;
    }
    if (ev->at_ns < last_ns) {
        check->back++;
        if (check->first_bad == 0)
            check->first_bad = ev->seq;
    }
}

static enum td_code read_all(struct tape_reader *reader, struct check *check,
                             struct td_error *err)
{
    struct td_event ev;
    uint64_t segment = 0;
    uint64_t last_ns = 0;
    enum td_code code;

    while (!(code = tape_reader_next(reader, &ev, err))) {
        if (tape_reader_header(reader)->segment != segment)
            last_ns = 0;
        segment = tape_reader_header(reader)->segment;
        look_at(check, &ev, last_ns);
        last_ns = ev.at_ns;
    }
    return code == TD_END ? TD_OK : code;
}

static enum td_code verdict(const char *path, const struct check *check,
                            const struct tape_state *state,
                            struct td_error *err)
{
    if (check->not_json || check->back)
        return td_error_set(err, TD_FAILED, path, 0,
                            "%" PRIu64 " payloads are not JSON, %" PRIu64
                            " times go back; the first is event %" PRIu64,
                            check->not_json, check->back, check->first_bad);
    return cli_tape_verdict(path, NULL, state, err);
}

static void tell_json(struct td_buf *out, const struct check *check,
                      const struct tape_state *state, bool ok)
{
    (void)td_buf_addf(out,
                      "{\"ok\":%s,\"events\":%" PRIu64 ",\"not_json\":%" PRIu64
                      ",\"back\":%" PRIu64 ",",
                      ok ? "true" : "false", check->events, check->not_json,
                      check->back);
    cli_tape_state_json(out, state);
    (void)td_buf_add_text(out, "}\n");
}

static void tell_ok(struct td_buf *out, const char *path,
                    const struct check *check, const struct tape_state *state,
                    bool color)
{
    (void)td_text_clean(out, td_text(path));
    (void)td_buf_add_text(out, ": ");
    (void)td_ink(out, TD_INK_GOOD, "ok", color);
    (void)td_buf_addf(out, ", %" PRIu64 " events ", check->events);
    if (state->members == 0)
        (void)td_buf_add_text(out, "of plain text, without checksums; "
                                   "`tapedeck reindex` makes a tape of it\n");
    else
        (void)td_buf_addf(out, "in %" PRIu64 " members\n", state->members);
}

static enum td_code verify(const struct cli_args *args, const char *path,
                           struct td_error *err)
{
    static const struct tape_read_options how = {.threads = 1};
    struct tape_reader *reader;
    struct check check = {0};
    struct tape_state state;
    struct td_buf out = {0};
    enum td_code code = tape_reader_open(&reader, path, &how, err);

    if (code)
        return code;
    code = read_all(reader, &check, err);
    state = tape_reader_state(reader);
    if (!code)
        code = verdict(path, &check, &state, err);
    if (cli_json(args))
        tell_json(&out, &check, &state, !code);
    else if (!code)
        tell_ok(&out, path, &check, &state, cli_color(args, STDOUT_FILENO));
    if (out.len > 0 && cli_print(&out, code ? NULL : err))
        code = code ? code : TD_IO;
    td_buf_release(&out);
    tape_reader_close(reader);
    return code;
}

/* The worst answer of all tapes; each is complained about but the last, which
 * the caller says.
 */
static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    enum td_code worst = TD_OK;
    struct td_error kept = {0};

    for (int i = 0; i < cli_operands(args); i++) {
        enum td_code code = verify(args, cli_operand(args, i), err);

        if (!code)
            continue;
        if (worst)
            cli_complain(&kept);
        kept = *err;
        if (!worst || td_code_exit_status(code) == 4 || code == TD_FAILED)
            worst = code;
    }
    if (worst)
        *err = kept;
    return worst;
}

const struct cli_command cli_cmd_verify = {
    .name = "verify",
    .summary = "Check every byte of a tape: checksums, lines, numbers, times.",
    .usage = "TAPE...",
    .details = "Exit status 0: whole. 1: it holds what no recorder writes. 3: "
               "torn, damaged,\nor events were lost. 4: no tape.",
    .examples = "tapedeck verify run.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};

/* tapedeck verify: is every byte of a tape what was recorded? */
#include "cli/shared/check_options.h"
#include "cli/shared/tape_output.h"
#include "core/ink.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "tape/audit.h"
#include "tape/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct check {
    uint64_t events;
    uint64_t messages; /* of them */
    uint64_t not_json; /* payloads that stand as JSON and are none */
    uint64_t back;     /* times that go back */
    uint64_t first_bad;
    struct tape_audit *audit;
    struct tape_reader *reader; /* NULL while it is opened */
};

static const struct cli_option options[] = {{.name = NULL}};

static void look_at(struct check *check, const struct td_event *ev,
                    uint64_t last_ns)
{
    check->events++;
    check->messages += td_event_is_plain(ev) ? 1 : 0;
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

static void on_other_line(void *ctx, enum tape_line_kind kind,
                          struct td_bytes line)
{
    const struct check *check = (const struct check *)ctx;
    struct tape_state state = {0};

    if (check->reader)
        state = tape_reader_state(check->reader);
    tape_audit_other(check->audit, &state, kind, line);
}

static enum td_code read_all(struct check *check, struct td_error *err)
{
    struct tape_reader *reader = check->reader;
    struct td_event ev;
    uint64_t segment = 0;
    uint64_t last_ns = 0;
    enum td_code code;

    while (!(code = tape_reader_next(reader, &ev, err))) {
        if (tape_reader_header(reader)->segment != segment)
            last_ns = 0;
        segment = tape_reader_header(reader)->segment;
        look_at(check, &ev, last_ns);
        tape_audit_event(check->audit, &ev, tape_reader_line(reader));
        last_ns = ev.at_ns;
    }
    return code == TD_END ? TD_OK : code;
}

static void say_count(struct td_buf *out, uint64_t count, const char *what)
{
    if (count > 0)
        (void)td_buf_addf(out, ", %" PRIu64 " wrong %s%s", count, what,
                          count == 1 ? "" : "s");
}

static void say_counts(struct td_buf *out, const struct tape_audited *found)
{
    say_count(out, found->heads, "member head");
    say_count(out, found->index, "index member");
    say_count(out, found->totals, "end line");
}

/* All events may be there, but who looks for one by the index may be misled. */
static enum td_code lies(const char *path, const struct tape_audited *found,
                         struct td_error *err)
{
    struct td_buf out = {0};

    say_counts(&out, found);
    (void)td_error_set(err, TD_LOSSY, path, found->first_at, "%s%s",
                       found->first, td_buf_str(&out));
    td_buf_release(&out);
    return td_error_hint(err, "`tapedeck reindex` writes heads, index and "
                              "totals afresh");
}

/* What a damaged tape says wrongly of itself, too. */
static enum td_code lies_too(const struct tape_audited *found,
                             struct td_error *err)
{
    struct td_buf out = {0};
    size_t len = strlen(err->text);

    say_counts(&out, found);
    (void)snprintf(err->text + len, sizeof(err->text) - len, "%s",
                   td_buf_str(&out));
    td_buf_release(&out);
    return err->code;
}

static enum td_code verdict(const char *path, const struct check *check,
                            const struct tape_state *state,
                            const struct tape_audited *found,
                            struct td_error *err)
{
    struct tape_state sure = *state;
    enum td_code code;

    if (check->not_json || check->back)
        return td_error_set(err, TD_FAILED, path, 0,
                            "%" PRIu64 " payloads are not JSON, %" PRIu64
                            " times go back; the first is event %" PRIu64,
                            check->not_json, check->back, check->first_bad);
    /* Of the index the audit knows more than the reader. */
    sure.wrong_index = 0;
    code = cli_tape_verdict(path, NULL, &sure, err);
    if (!found->first)
        return code;
    return code ? lies_too(found, err) : lies(path, found, err);
}

static void tell_json(struct td_buf *out, const struct check *check,
                      const struct tape_state *state,
                      const struct tape_audited *found, bool ok)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_bool(&w, "ok", ok);
    td_json_put_u64(&w, "events", check->events);
    td_json_put_u64(&w, "not_json", check->not_json);
    td_json_put_u64(&w, "back", check->back);
    td_json_put_u64(&w, "wrong_heads", found->heads);
    td_json_put_u64(&w, "wrong_totals", found->totals);
    cli_tape_state_json(&w, state);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static void tell_ok(struct td_buf *out, const char *path,
                    const struct check *check, const struct tape_state *state,
                    bool color)
{
    (void)td_text_clean(out, td_text(path));
    (void)td_buf_add_text(out, ": ");
    (void)td_ink(out, TD_INK_GOOD, "ok", color);
    (void)td_buf_addf(out, ", %" PRIu64 " events (%" PRIu64 " messages) ",
                      check->events, check->messages);
    if (state->members == 0)
        (void)td_buf_add_text(out, "of plain text, without checksums; "
                                   "`tapedeck reindex` makes a tape of it\n");
    else
        (void)td_buf_addf(out, "in %" PRIu64 " members\n", state->members);
}

static enum td_code report(const struct cli_args *args, const char *path,
                           struct check *check, enum td_code read,
                           struct td_error *err)
{
    struct tape_audited found = tape_audit_finish(check->audit);
    struct tape_state state = tape_reader_state(check->reader);
    struct td_buf out = {0};
    struct td_error why = {0};
    enum td_code printed;
    enum td_code code = read ? read : verdict(path, check, &state, &found, err);

    state.wrong_index = found.index;
    if (cli_json(args))
        tell_json(&out, check, &state, &found, !code);
    else if (!code)
        tell_ok(&out, path, check, &state, cli_color(args, STDOUT_FILENO));
    printed = out.len > 0 ? cli_print(&out, &why) : TD_OK;
    td_buf_release(&out);
    return cli_check_worse(code, err, printed, &why);
}

static enum td_code verify(const struct cli_args *args, const char *path,
                           struct td_error *err)
{
    struct check check = {.audit = tape_audit_new()};
    const struct tape_read_options how = {.threads = 1,
                                          .audit = check.audit,
                                          .other = on_other_line,
                                          .ctx = &check};
    struct tape_reader *reader;
    enum td_code code;

    cli_say_waiting(args, path, CLI_A_TAPE);
    code = tape_reader_open(&reader, path, &how, err);
    check.reader = reader;
    if (!code)
        code = report(args, path, &check, read_all(&check, err), err);
    tape_reader_close(reader);
    tape_audit_free(check.audit);
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
    .details = "Heads, index and totals are held against the members. Exit "
               "status 0: whole.\n1: it holds what no recorder writes. 3: "
               "torn, damaged, events were lost, or heads,\nindex or totals "
               "say what is not so. 4: no tape.",
    .examples = "tapedeck verify run.tape.gz",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};

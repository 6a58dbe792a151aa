#include "cli/verbs/validate_output.h"

#include "cli/shared/tape_output.h"
#include "core/json_writer.h"
#include "core/payload.h"
#include "tape/detect.h"
#include "tape/ndjson.h"
#include "tape/reader.h"

#include <inttypes.h>

struct judge {
    struct schema_run *run;
    uint32_t root;
    enum schema_output_form form;
    struct td_json_doc doc;
    struct td_buf out;
    uint64_t messages;
    uint64_t invalid;
    uint64_t undecided;
};

static enum schema_output_form form_of(const char *name)
{
    static const char *const names[] = {"flag", "basic", "list",
                                        "hierarchical"};
    int form = SCHEMA_OUTPUT_FLAG;

    while (strcmp(names[form], name) != 0)
        form++;
    return (enum schema_output_form)form;
}

static void add_no_json(struct td_buf *out, const struct td_error *why)
{
    struct td_json_writer w = td_json_writer(out);
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "%s, at byte %" PRIu64, why->text, why->offset);
    td_json_object(&w, NULL);
    td_json_put_bool(&w, "valid", false);
    td_json_put_string(&w, "error", td_buf_bytes(&text));
    td_json_object_end(&w);
    td_buf_release(&text);
}

static enum td_code judge_message(struct judge *j, struct td_bytes text,
                                  struct td_error *err)
{
    struct schema_value value = {&j->doc, 0};
    struct td_error why = {0};
    enum td_code code = TD_FAILED;

    td_buf_clear(&j->out);
    j->messages++;
    if (td_json_parse(&j->doc, text, TD_JSON_DEPTH, &why))
        add_no_json(&j->out, &why);
    else
        code = schema_output(j->run, j->root, value, j->form, &j->out);
    j->invalid += code == TD_FAILED;
    j->undecided += code == TD_LIMIT;
    if (code == TD_LIMIT)
        (void)td_buf_add_text(&j->out,
                              "{\"error\":\"undecided: a limit was reached\"}");
    (void)td_buf_add_byte(&j->out, '\n');
    return cli_print(&j->out, err);
}

static enum td_code judge_lines(struct judge *j, struct tape_input *from,
                                struct td_error *err)
{
    struct tape_ndjson *in = tape_ndjson_new(from);
    struct td_bytes line;
    enum td_code code;

    while (!(code = tape_ndjson_next(in, &line, err))) {
        if (td_payload_is_blank(line))
            continue;
        if (line.ptr[line.len - 1] == '\r')
            line.len--;
        code = judge_message(j, line, err);
        if (code)
            break;
    }
    tape_ndjson_close(in);
    return code == TD_END ? TD_OK : code;
}

static enum td_code judge_tape(struct judge *j, struct tape_input *from,
                               struct td_error *err)
{
    static const struct tape_read_options how = {.threads = 1,
                                                 .keep_strays = true};
    struct tape_reader *reader;
    struct td_event ev;
    enum td_code code = tape_reader_take(&reader, from, &how, err);

    if (code)
        return code;
    while (!(code = tape_reader_next(reader, &ev, err))) {
        if (td_event_is_plain(&ev) && ev.ack.len == 0 && ev.cut == 0 &&
            (ev.name.len > 0 || !td_payload_is_blank(ev.payload)))
            code = judge_message(j, td_payload_json(&ev), err);
        if (code)
            break;
    }
    tape_reader_close(reader);
    return code == TD_END ? TD_OK : code;
}

static enum td_code verdict(const struct judge *j, const char *path,
                            struct td_error *err)
{
    if (j->invalid > 0)
        return td_error_set(err, TD_FAILED, path, 0,
                            "%" PRIu64 " of %" PRIu64 " messages are not valid",
                            j->invalid, j->messages);
    if (j->undecided > 0)
        return td_error_set(err, TD_TOOL, path, 0,
                            "undecided: a limit was reached");
    return TD_OK;
}

enum td_code cli_validate_output(const struct cli_check *check,
                                 const char *form, const char *path,
                                 struct td_error *err)
{
    struct judge j = {.root = check->how.root, .form = form_of(form)};
    struct tape_input in;
    bool is_tape;
    enum td_code code;

    if (!check->schemas) {
        (void)td_error_set(err, TD_USAGE, "--output", 0,
                           "shows what a schema makes of each message");
        return td_error_hint(err, "give it with --schema");
    }
    code = tape_input_open(&in, path, err);
    if (code)
        return code;
    j.run = schema_run_new(check->schemas);
    is_tape = tape_sniff(&in);
    code = is_tape ? judge_tape(&j, &in, err) : judge_lines(&j, &in, err);
    schema_run_free(j.run);
    td_json_release(&j.doc);
    td_buf_release(&j.out);
    if (!code && !is_tape && !j.messages)
        code = tape_refuse_empty(path, "check", err);
    return code ? code : verdict(&j, path, err);
}

/* tapedeck contract list, show: the contracts that are built in. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/contract.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "validator/shelf/shelf.h"

#include <inttypes.h>
#include <string.h>

#define NAME_COLUMN 24 /* columns of "std:NAME" and the space behind it */

/* One contract of the list. */
struct entry {
    struct td_buf path; /* "std:NAME" */
    struct td_buf own;  /* the user's file that stands for it, or empty */
    struct td_buf note; /* what it is for */
    uint32_t events;
    uint32_t rules;
};

static void entry_release(struct entry *e)
{
    td_buf_release(&e->path);
    td_buf_release(&e->own);
    td_buf_release(&e->note);
}

static enum td_code entry_read(struct entry *e, const char *name,
                               const struct schema_options *how,
                               struct td_error *err)
{
    struct check_contract *contract;
    uint32_t note;
    enum td_code code;

    (void)td_buf_addf(&e->path, "std:%s", name);
    (void)check_shelf_own(&e->own, td_buf_str(&e->path));
    code = check_contract_load(&contract, td_buf_str(&e->path), how, err);
    if (code)
        return code;
    note = td_json_member(&contract->doc.json, 0, td_text("note"));
    if (note && td_jsonx_is(&contract->doc, note, TD_JSON_STRING))
        (void)td_json_unescape(&e->note,
                               td_json_inner(&contract->doc.json, note));
    e->events = contract->events_len;
    e->rules = contract->set.rules_len;
    check_contract_free(contract);
    return TD_OK;
}

static void add_json(struct td_buf *out, const struct entry *e)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_string(&w, "contract", td_buf_bytes(&e->path));
    td_json_put_string(&w, "note", td_buf_bytes(&e->note));
    td_json_put_u64(&w, "events", e->events);
    td_json_put_u64(&w, "rules", e->rules);
    if (e->own.len > 0)
        td_json_put_string(&w, "file", td_buf_bytes(&e->own));
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static void add_line(struct td_buf *out, struct entry *e)
{
    (void)td_buf_addf(out, "%-*s", NAME_COLUMN, td_buf_str(&e->path));
    (void)td_buf_addf(out, "%3" PRIu32 " event%s %3" PRIu32 " rule%s  ",
                      e->events, e->events == 1 ? " " : "s", e->rules,
                      e->rules == 1 ? " " : "s");
    (void)td_text_clean(out, td_buf_bytes(&e->note));
    if (e->own.len > 0) {
        (void)td_buf_add_text(out, " (here: ");
        (void)td_text_clean(out, td_buf_bytes(&e->own));
        (void)td_buf_add_byte(out, ')');
    }
    (void)td_buf_add_byte(out, '\n');
}

enum td_code cli_contract_list(const struct cli_args *args,
                               const struct schema_options *how,
                               struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    for (size_t i = 0; check_shelf_name(i) && code == TD_OK; i++) {
        struct entry e = {0};

        code = entry_read(&e, check_shelf_name(i), how, err);
        if (code == TD_OK && cli_json(args))
            add_json(&out, &e);
        else if (code == TD_OK)
            add_line(&out, &e);
        entry_release(&e);
    }
    if (code == TD_OK)
        code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

static void add_text_json(struct td_buf *out, const char *path,
                          const struct td_buf *text)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "contract", path);
    td_json_put_string(&w, "text", td_buf_bytes(text));
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

enum td_code cli_contract_show(const struct cli_args *args,
                               const struct schema_options *how,
                               struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    (void)how;
    for (int i = 1; i < cli_operands(args) && code == TD_OK; i++) {
        struct td_buf text = {0};

        code = check_shelf_read(&text, cli_operand(args, i), err);
        if (code == TD_OK && cli_json(args))
            add_text_json(&out, cli_operand(args, i), &text);
        else if (code == TD_OK)
            (void)td_buf_add_bytes(&out, td_buf_bytes(&text));
        td_buf_release(&text);
    }
    if (code == TD_OK)
        code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

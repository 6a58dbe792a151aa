#include "cli/shared/check_options.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/contract.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "validator/lint/lint.h"

#include <inttypes.h>

struct lint {
    struct td_buf out;
    struct td_json_writer w; /* into out */
    bool as_json;
    uint32_t errors;
    uint32_t doubts;
};

/* FILE:LINE:COLUMN: error: what; mend - as compilers write it, so that editors
 * find the place.
 */
static void add_line(struct lint *l, const char *kind,
                     const struct td_error *what)
{
    (void)td_text_clean(&l->out, td_text(what->where));
    (void)td_buf_addf(&l->out, ": %s: ", kind);
    (void)td_text_clean(&l->out, td_text(what->text));
    (void)td_buf_add_text(&l->out, what->hint[0] ? "; " : "");
    (void)td_text_clean(&l->out, td_text(what->hint));
    (void)td_buf_add_byte(&l->out, '\n');
}

static void add_object(struct td_json_writer *w, const char *kind,
                       const struct td_error *what)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "kind", kind);
    td_json_put_text(w, "where", what->where);
    td_json_put_text(w, "what", what->text);
    td_json_put_text(w, "mend", what->hint);
    td_json_object_end(w);
}

static void on_remark(void *self, bool doubt, const struct td_error *what)
{
    struct lint *l = self;
    const char *kind = doubt ? "warning" : "error";

    l->errors += !doubt;
    l->doubts += doubt;
    if (l->as_json)
        add_object(&l->w, kind, what);
    else
        add_line(l, kind, what);
}

static enum td_code lint_one(struct lint *l, const char *path,
                             const struct schema_options *how,
                             struct td_error *err)
{
    const struct check_linter linter = {on_remark, l};
    enum td_code code;

    l->errors = 0;
    l->doubts = 0;
    if (l->as_json) {
        l->w = td_json_writer(&l->out);
        td_json_object(&l->w, NULL);
        td_json_put_text(&l->w, "contract", path);
        td_json_array(&l->w, "remarks");
    }
    code = check_lint(path, how, &linter);
    if (l->as_json) {
        td_json_array_end(&l->w);
        td_json_put_u64(&l->w, "errors", l->errors);
        td_json_put_u64(&l->w, "warnings", l->doubts);
        td_json_object_end(&l->w);
        (void)td_json_line(&l->w);
    } else if (l->errors + l->doubts == 0) {
        (void)td_buf_addf(&l->out, "%s: nothing to complain about\n", path);
    }
    if (code)
        return td_error_set(err, code, path, 0, "%" PRIu32 " error%s",
                            l->errors, l->errors == 1 ? "" : "s");
    return TD_OK;
}

/* Every file is read; the first with an error gives the exit status. */
enum td_code cli_contract_lint(const struct cli_args *args,
                               const struct schema_options *how,
                               struct td_error *err)
{
    struct lint l = {.as_json = cli_json(args)};
    enum td_code first = TD_OK;
    struct td_error why = {0};
    enum td_code printed;

    for (int i = 1; i < cli_operands(args); i++) {
        const char *path = cli_operand(args, i);
        enum td_code code;

        why = (struct td_error){0};
        code = lint_one(&l, path, how, &why);

        if (code == TD_OK && l.doubts && cli_flag(args, "strict"))
            code =
                td_error_set(&why, TD_FAILED, path, 0, "%" PRIu32 " warning%s",
                             l.doubts, l.doubts == 1 ? "" : "s");
        if (code &&
            (first == TD_OK || (first == TD_FAILED && code != TD_FAILED))) {
            first = code;
            *err = why;
        }
    }
    why = (struct td_error){0};
    printed = cli_print(&l.out, &why);
    td_buf_release(&l.out);
    return cli_check_worse(first, err, printed, &why);
}

#include "cli/shared/tape_output.h"
#include "cli/verbs/contract.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "validator/cases/cases.h"

#include <inttypes.h>
#include <string.h>

#define FINDINGS 10 /* kept of a rule in one test */

struct session {
    struct td_buf out;
    struct td_json_writer w; /* into out */
    const struct check_contract *contract;
    struct check_cases *cases;
    bool as_json;
    uint32_t failed; /* tests */
    uint32_t unseen; /* rules that no test makes fail */
};

/* The lines of text, each indented or as a JSON string. */
static void add_why(struct session *s, struct td_buf *why)
{
    const char *from = td_buf_str(why);

    while (*from) {
        size_t len = strcspn(from, "\n");

        if (s->as_json) {
            td_json_put_string(&s->w, NULL, td_bytes(from, len));
        } else {
            (void)td_buf_add_text(&s->out, "        ");
            (void)td_text_clean(&s->out, td_bytes(from, len));
            (void)td_buf_add_byte(&s->out, '\n');
        }
        from += len + (from[len] == '\n');
    }
}

static void add_test(struct session *s, const struct check_case *one)
{
    struct td_buf why = {0};

    (void)td_buf_add_bytes(&why, td_buf_bytes(&one->why));
    if (s->as_json) {
        td_json_object(&s->w, NULL);
        td_json_put_text(&s->w, "name", one->name);
        td_json_put_text(&s->w, "outcome", one->passed ? "pass" : "fail");
        td_json_put_text(&s->w, "where", one->where);
        td_json_array(&s->w, "why");
        add_why(s, &why);
        td_json_array_end(&s->w);
        td_json_object_end(&s->w);
    } else {
        (void)td_buf_add_text(&s->out, one->passed ? "  pass  " : "  fail  ");
        (void)td_text_clean(&s->out, td_text(one->name));
        if (!one->passed)
            (void)td_buf_addf(&s->out, "  (%s)", one->where);
        (void)td_buf_add_byte(&s->out, '\n');
        add_why(s, &why);
    }
    td_buf_release(&why);
}

/* Rules whose failing nobody has seen are worth little. */
static void add_unseen(struct session *s)
{
    for (uint32_t i = 0; i < s->contract->set.rules_len; i++) {
        if (check_cases_failed(s->cases, i))
            continue;
        if (s->as_json) {
            td_json_put_text(&s->w, NULL, s->contract->set.rules[i].id);
        } else {
            (void)td_buf_add_text(
                &s->out, s->unseen ? ", " : "  no test makes these fail: ");
            (void)td_text_clean(&s->out, td_text(s->contract->set.rules[i].id));
        }
        s->unseen++;
    }
    if (!s->as_json && s->unseen)
        (void)td_buf_add_byte(&s->out, '\n');
}

static void add_page(struct session *s, const char *path)
{
    uint32_t count = check_cases_count(s->cases);

    if (s->as_json) {
        s->w = td_json_writer(&s->out);
        td_json_object(&s->w, NULL);
        td_json_put_text(&s->w, "contract", path);
        td_json_array(&s->w, "tests");
    } else {
        (void)td_text_clean(&s->out, td_text(path));
        (void)td_buf_addf(&s->out, ": %" PRIu32 " test%s\n", count,
                          count == 1 ? "" : "s");
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct check_case *one = check_cases_run(s->cases, i);

        s->failed += !one->passed;
        add_test(s, one);
    }
    if (s->as_json) {
        td_json_array_end(&s->w);
        td_json_array(&s->w, "never_failed");
    }
    add_unseen(s);
    if (s->as_json) {
        td_json_array_end(&s->w);
        td_json_object_end(&s->w);
        (void)td_json_line(&s->w);
    }
}

/* A contract without tests has none that could fail, which is not a pass. */
static enum td_code decide(const struct session *s, const char *path,
                           bool strict, struct td_error *err)
{
    uint32_t count = check_cases_count(s->cases);

    if (count == 0) {
        (void)td_error_set(err, TD_USAGE, path, 0, "has no tests");
        return td_error_hint(err,
                             "add some under `tests:`, as docs/contract.md "
                             "shows");
    }
    if (s->failed)
        return td_error_set(err, TD_FAILED, path, 0,
                            "%" PRIu32 " of %" PRIu32 " tests fail", s->failed,
                            count);
    if (strict && s->unseen)
        return td_error_set(err, TD_FAILED, path, 0,
                            "no test makes %" PRIu32 " of %" PRIu32
                            " rules fail",
                            s->unseen, s->contract->set.rules_len);
    return TD_OK;
}

static enum td_code test_one(const struct cli_args *args, const char *path,
                             const struct check_contract *contract,
                             struct td_error *err)
{
    struct session s = {.contract = contract, .as_json = cli_json(args)};
    const struct check_options how = {.contract = contract,
                                      .max_findings = FINDINGS};
    enum td_code code = check_cases_new(&s.cases, &how, err);

    if (code)
        return code;
    add_page(&s, path);
    code = cli_print(&s.out, err);
    if (code == TD_OK)
        code = decide(&s, path, cli_flag(args, "strict"), err);
    td_buf_release(&s.out);
    check_cases_free(s.cases);
    return code;
}

/* All files are tested; the first that fails gives the exit status. */
enum td_code cli_contract_test(const struct cli_args *args,
                               const struct schema_options *how,
                               struct td_error *err)
{
    enum td_code first = TD_OK;

    for (int i = 1; i < cli_operands(args); i++) {
        const char *path = cli_operand(args, i);
        struct check_contract *contract = NULL;
        struct td_error why = {0};
        enum td_code code = check_contract_load(&contract, path, how, &why);

        if (code == TD_OK)
            code = test_one(args, path, contract, &why);
        check_contract_free(contract);
        if (code && first) {
            cli_complain(&why);
        } else if (code) {
            first = code;
            *err = why;
        }
    }
    return first;
}

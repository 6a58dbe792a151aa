/* Any contract is refused with a reason, or judges a stream; and it can be
 * doubted, said in sentences and tried on its own tests.
 */
#include "validator/cases/cases.h"
#include "validator/check/check.h"
#include "validator/explain/explain.h"
#include "validator/lint/lint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_say(void *self, bool doubt, const struct td_error *what)
{
    (void)self;
    (void)doubt;
    if (what->text[0] == '\0' || what->where[0] == '\0')
        abort();
}

static void lint(const uint8_t *data, size_t size,
                 const struct schema_options *how)
{
    static const struct check_linter linter = {must_say, NULL};
    struct td_jsonx doc = {0};

    if (td_jsonx_parse(&doc, "fuzz", TD_JSONX_YAML, td_bytes(data, size),
                       NULL) == TD_OK)
        (void)!check_lint_document(&doc, how, &linter);
}

static void judge(const struct check_options *options)
{
    static const char line[] = "{\"type\":\"a\",\"data\":{\"n\":1}}";
    static const char *const plain[] = {"[DONE]", "7", "\211P", ""};
    struct check *check = check_new(options, "fuzz");

    for (uint64_t i = 0; i < 4; i++) {
        const struct td_event ev = {.seq = i + 1,
                                    .form = TD_FORM_BYTES,
                                    .payload = td_text(plain[i]),
                                    .name = td_text(i == 3 ? "image" : "")};

        if (check_received(check, &ev))
            abort();
    }
    for (uint64_t i = 1; i < 4; i++) {
        if (check_line(check, i, td_text(line)))
            abort();
    }
    (void)check_end(check);
    check_free(check);
}

static void try_all(const struct check_options *options)
{
    struct check_cases *cases;

    if (check_cases_new(&cases, options, NULL))
        return;
    for (uint32_t i = 0; i < check_cases_count(cases); i++)
        (void)check_cases_run(cases, i);
    check_cases_free(cases);
}

static void explain(const struct check_contract *contract)
{
    const struct td_jsonx *doc = &contract->doc;
    uint32_t rules = td_json_member(&doc->json, 0, td_text("rules"));

    for (uint32_t i = rules + 1; rules && i < doc->json.values[rules].next;
         i = doc->json.values[i].next) {
        struct td_buf out = {0};

        check_explain_rule(&out, doc, i);
        td_buf_release(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct schema_map map[] = {{"file:", "/nonexistent"},
                                            {NULL, NULL}};
    struct schema_options how = {.map = map};
    struct check_contract *contract;
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    struct check_options options = {.max_findings = 2};

    if (td_jsonx_parse(&doc, "fuzz", TD_JSONX_YAML, td_bytes(data, size), NULL))
        return 0;
    if (check_contract_compile(&contract, &doc, &how, &err)) {
        if (err.text[0] == '\0')
            abort();
    } else {
        options.contract = contract;
        judge(&options);
        try_all(&options);
        explain(contract);
        check_contract_free(contract);
    }
    lint(data, size, &how);
    return 0;
}

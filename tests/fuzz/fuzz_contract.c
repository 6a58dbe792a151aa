/* Any contract is refused with a reason, or judges a stream. */
#include "validator/check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char line[] = "{\"type\":\"a\",\"data\":{\"n\":1}}";
    static const struct check_schema_map map[] = {{"file:", "/nonexistent"},
                                                  {NULL, NULL}};
    struct check_schema_options how = {.map = map};
    struct check_contract *contract;
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    struct check_options options = {.max_findings = 2};
    struct check *check;

    if (td_jsonx_parse(&doc, "fuzz", TD_JSONX_YAML, td_bytes(data, size), NULL))
        return 0;
    if (check_contract_compile(&contract, &doc, &how, &err)) {
        if (err.text[0] == '\0')
            abort();
        return 0;
    }
    options.contract = contract;
    check = check_new(&options, "fuzz");
    for (uint64_t i = 1; i < 4; i++) {
        if (check_line(check, i, td_text(line)))
            abort();
    }
    (void)check_end(check);
    check_free(check);
    check_contract_free(contract);
    return 0;
}

/* Any rules over any stream: up to a line of
 * three dashes the input is a contract, then come messages, a line each.
 */
#include "validator/check/check.h"

#include <stdlib.h>

#define MESSAGES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char marker[] = "\n---\n";

/* What every contract has to cope with. */
static const char always[] =
    "{\"type\":\"a\",\"data\":{\"n\":1,\"k\":\"x\"},\"t\":1}\n"
    "{\"type\":\"b\",\"data\":{\"n\":2,\"k\":\"x\"},\"t\":2}\n"
    "{\"type\":\"a\",\"data\":{\"n\":1.5,\"k\":\"y\"},\"t\":\"2025-01-31T16:"
    "32:00Z\"}\n"
    "[1]\n{}\n";

static void feed(struct check *check, struct td_bytes lines)
{
    for (uint64_t number = 1; number <= MESSAGES && lines.len > 0; number++) {
        const uint8_t *end = memchr(lines.ptr, '\n', lines.len);
        size_t len = end ? (size_t)(end - lines.ptr) : lines.len;

        if (check_line(check, number, td_bytes(lines.ptr, len)))
            abort();
        len += end != NULL;
        lines = td_bytes(lines.ptr + len, lines.len - len);
    }
}

static void judge(const struct check_contract *contract, struct td_bytes lines)
{
    static const char *const profiles[] = {"full", NULL};
    struct check_options options = {.contract = contract,
                                    .max_findings = 2,
                                    .profiles = profiles,
                                    .strict = lines.len % 2 == 0};
    struct check *check = check_new(&options, "fuzz");
    const struct check_verdict *v;

    feed(check, td_text(always));
    feed(check, lines);
    v = check_end(check);
    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (v->rules[i].outcome == CHECK_FAIL && v->rules[i].total == 0)
            abort();
    }
    check_free(check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct schema_map map[] = {{"file:", "/nonexistent"},
                                            {NULL, NULL}};
    struct schema_options how = {.map = map};
    const uint8_t *cut = size ? memmem(data, size, marker, 5) : NULL;
    size_t len = cut ? (size_t)(cut - data) : size;
    struct td_bytes lines = {cut ? cut + 5 : data, cut ? size - len - 5 : 0};
    struct check_contract *contract;
    struct td_jsonx doc = {0};
    struct td_error err = {0};

    if (td_jsonx_parse(&doc, "fuzz", TD_JSONX_YAML, td_bytes(data, len), NULL))
        return 0;
    if (check_contract_compile(&contract, &doc, &how, &err)) {
        if (err.text[0] == '\0')
            abort();
        return 0;
    }
    judge(contract, lines);
    check_contract_free(contract);
    return 0;
}

#include "cli/check_options.h"

#include "core/fs.h"
#include "wire/hash.h"

enum td_code cli_check_read(struct cli_check *check,
                            const struct cli_args *args, const char *schema,
                            const char *contract, struct td_error *err)
{
    enum td_code code = cli_schema_read(&check->reading, args, err);

    if (code == TD_OK && schema) {
        check->schemas = check_schemas_new(&check->reading);
        code = check_schemas_add_file(check->schemas, schema, &check->how.root,
                                      err);
    }
    if (code == TD_OK && contract)
        code = check_contract_load(&check->contract, contract, &check->reading,
                                   err);
    check->how.schemas = check->schemas;
    check->how.contract = check->contract;
    check->how.max_findings = cli_number(args, "max-findings");
    check->how.fail_fast = cli_flag(args, "fail-fast");
    return code;
}

void cli_check_release(struct cli_check *check)
{
    check_schemas_free(check->schemas);
    check_contract_free(check->contract);
    cli_schema_release(&check->reading);
}

enum td_code cli_check_hash(struct td_buf *out, const char *path,
                            struct td_error *err)
{
    uint8_t digest[WIRE_SHA256_LEN];
    struct td_buf file = {0};
    enum td_code code = td_fs_read(&file, path, err);

    if (code == TD_OK) {
        wire_sha256(digest, td_buf_bytes(&file));
        (void)td_buf_add_text(out, "sha256:");
        for (size_t i = 0; i < sizeof(digest); i++)
            (void)td_buf_addf(out, "%02x", digest[i]);
    }
    td_buf_release(&file);
    return code;
}

void cli_check_say(const struct check_verdict *v, enum td_code code,
                   const char *path, struct td_error *err)
{
    const char *lossy = v->lossy ? ", and the input is lossy" : "";
    uint32_t failed = 0;

    for (uint32_t i = 0; i < v->rules_len; i++)
        failed += v->rules[i].outcome == CHECK_FAIL &&
                  v->rules[i].level == CHECK_LEVEL_ERROR;
    if (code == TD_FAILED)
        (void)td_error_set(err, code, path, 0, "fails %u of %u rules%s", failed,
                           v->rules_len, lossy);
    else if (code == TD_TOOL)
        (void)td_error_set(err, code, path, 0,
                           "undecided: a limit was reached%s", lossy);
    else if (v->outcome == CHECK_OPEN)
        (void)td_error_set(err, code, path, 0,
                           "undecided: the input was cut off before the end");
    else
        (void)td_error_set(err, code, path, 0,
                           "passes what is there, but the input is lossy");
}

static int weight(enum td_code code)
{
    static const int weights[] = {[0] = 0, [3] = 1, [6] = 2, [7] = 3, [1] = 4};
    int status = td_code_exit_status(code);

    if (status < 2 || status == 3 || status == 6 || status == 7)
        return weights[status];
    return 5;
}

enum td_code cli_check_worse(enum td_code code, struct td_error *err,
                             enum td_code other, const struct td_error *why)
{
    if (weight(other) <= weight(code)) {
        if (other && why->text[0])
            cli_complain(why);
        return code;
    }
    if (code && err->text[0])
        cli_complain(err);
    *err = *why;
    return other;
}

/* tapedeck contract compare: whether two contracts take each other's messages.
 */
#include "cli/shared/schema_options.h"
#include "cli/shared/tape_output.h"
#include "cli/verbs/compat_show.h"
#include "cli/verbs/contract.h"
#include "validator/audit/declare.h"

struct sides {
    struct check_contract *contracts[2];
    struct audit_profile *profiles[2];
    struct compat compat;
};

static enum td_code load(struct sides *sides, const struct cli_args *args,
                         const struct schema_options *how, struct td_error *err)
{
    enum td_code code = TD_OK;

    for (int i = 0; i < 2 && !code; i++) {
        code = check_contract_load(&sides->contracts[i],
                                   cli_operand(args, i + 1), how, err);
        if (!code)
            sides->profiles[i] = audit_declare(sides->contracts[i], NULL);
    }
    return code;
}

static enum td_code show(const struct sides *sides, const struct cli_args *args,
                         struct td_error *err)
{
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);
    enum td_code code;

    if (cli_json(args)) {
        td_json_object(&w, NULL);
        cli_compat_json(&w, &sides->compat);
        td_json_object_end(&w);
        (void)td_json_line(&w);
    } else {
        cli_compat_text(&out, &sides->compat, cli_verbose(args));
    }
    code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

/* With --strict the new contract must take all that the old one does. */
static enum td_code judge(const struct sides *sides,
                          const struct cli_args *args, struct td_error *err)
{
    const struct compat_way *way = &sides->compat.backward;

    if (!cli_flag(args, "strict"))
        return TD_OK;
    if (!compat_is_known(way))
        return td_error_set(err, TD_FAILED, cli_operand(args, 2), 0,
                            "nothing could be tried that %s accepts",
                            cli_operand(args, 1));
    if (!way->proofs_len)
        return TD_OK;
    return td_error_set(err, TD_FAILED, cli_operand(args, 2), 0,
                        "refuses what %s accepts", cli_operand(args, 1));
}

enum td_code cli_contract_compare(const struct cli_args *args,
                                  const struct schema_options *how,
                                  struct td_error *err)
{
    struct sides sides = {.contracts = {NULL}};
    enum td_code code = TD_OK;

    if (cli_operands(args) != 3) {
        (void)td_error_set(err, TD_USAGE, "compare", 0, "needs two contracts");
        return td_error_hint(err, "write: tapedeck contract compare OLD NEW");
    }
    code = load(&sides, args, how, err);
    if (!code) {
        const struct compat_side old = {.profile = sides.profiles[0],
                                        .contract = sides.contracts[0]};
        const struct compat_side now = {.profile = sides.profiles[1],
                                        .contract = sides.contracts[1]};

        code = compat_judge(&sides.compat, &old, &now, err);
    }
    if (!code)
        code = show(&sides, args, err);
    if (!code)
        code = judge(&sides, args, err);
    compat_release(&sides.compat);
    for (int i = 0; i < 2; i++) {
        audit_profile_free(sides.profiles[i]);
        check_contract_free(sides.contracts[i]);
    }
    return code;
}

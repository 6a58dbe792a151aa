/* tapedeck contract coverage: what of a contract streams have put to the test.
 */
#include "cli/shared/schema_options.h"
#include "cli/shared/tape_output.h"
#include "cli/shared/tape_paths.h"
#include "cli/verbs/contract.h"
#include "cli/verbs/coverage_report.h"
#include "core/log.h"
#include "validator/coverage/coverage.h"

#include <inttypes.h>
#include <string.h>

#define MISSING_SHOWN 6 /* of each part, all with -v */

static void add_part(struct td_buf *out, const struct coverage_part *part,
                     const char *name, bool verbose)
{
    uint32_t shown = verbose || part->missing_len < MISSING_SHOWN
                         ? part->missing_len
                         : MISSING_SHOWN;

    (void)td_buf_addf(out, "%-11s %" PRIu32 " of %" PRIu32, name, part->seen,
                      part->all);
    (void)td_buf_add_text(out, part->missing_len ? "; not: " : "");
    for (uint32_t i = 0; i < shown; i++) {
        (void)td_buf_add_text(out, i ? ", " : "");
        (void)td_text_clean(out, td_text(part->missing[i]));
    }
    if (shown < part->missing_len)
        (void)td_buf_addf(out, ", and %" PRIu32 " more (-v)",
                          part->missing_len - shown);
    (void)td_buf_add_byte(out, '\n');
}

static void add_text(struct td_buf *out, const struct coverage *coverage,
                     bool verbose)
{
    uint32_t share = coverage_share(coverage);

    for (int i = 0; i < COVERAGE_PARTS_LEN; i++) {
        /* What contracts rarely have only where there is any. */
        if (coverage->parts[i].all || i < COVERAGE_CHANNELS)
            add_part(out, &coverage->parts[i],
                     coverage_part_text((enum coverage_part_kind)i), verbose);
    }
    if (coverage->mutants_few)
        (void)td_buf_addf(out,
                          "            only %" PRIu32 " mutants were tried, as "
                          "the streams are long: that none fails a rule says "
                          "little\n",
                          coverage->mutants_few);
    (void)td_buf_addf(
        out, "coverage %" PRIu32 ".%" PRIu32 " %%, %" PRIu32 " stream%s",
        share / 10, share % 10, coverage->tapes.len,
        coverage->tapes.len == 1 ? "" : "s");
    if (coverage->failed)
        (void)td_buf_addf(out, ", %" PRIu32 " of them not as the contract says",
                          coverage->failed);
    if (coverage->unread.len)
        (void)td_buf_addf(out, ", %" PRIu32 " more not read",
                          coverage->unread.len);
    (void)td_buf_add_byte(out, '\n');
}

static void add_json(struct td_buf *out, const struct coverage *coverage)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_fixed(&w, "coverage", coverage_share(coverage) / 10.0, 1);
    td_json_put_u64(&w, "streams", coverage->tapes.len);
    td_json_put_u64(&w, "failed", coverage->failed);
    if (coverage->unread.len)
        td_json_put_u64(&w, "unread", coverage->unread.len);
    if (coverage->mutants_few)
        td_json_put_u64(&w, "mutants_tried", coverage->mutants_few);
    for (int i = 0; i < COVERAGE_PARTS_LEN; i++) {
        const struct coverage_part *part = &coverage->parts[i];

        td_json_object(&w, coverage_part_text((enum coverage_part_kind)i));
        td_json_put_u64(&w, "seen", part->seen);
        td_json_put_u64(&w, "all", part->all);
        td_json_array(&w, "missing");
        for (uint32_t j = 0; j < part->missing_len; j++)
            td_json_put_text(&w, NULL, part->missing[j]);
        td_json_array_end(&w);
        td_json_object_end(&w);
    }
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static enum td_code judge(const struct cli_args *args,
                          const struct coverage *coverage, struct td_error *err)
{
    uint64_t least = cli_number(args, "min");
    uint32_t share = coverage_share(coverage);

    if (share >= least * 10)
        return TD_OK;
    return td_error_set(err, TD_FAILED, cli_operand(args, 1), 0,
                        "coverage is %" PRIu32 ".%" PRIu32
                        " %%, less than %" PRIu64 " %%",
                        share / 10, share % 10, least);
}

static enum td_code cover(const struct cli_args *args,
                          const struct check_options *how, struct td_error *err)
{
    struct cli_tape_paths paths = {.len = 0};
    struct coverage coverage = {.failed = 0};
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    for (int i = 2; i < cli_operands(args) && !code; i++)
        code = cli_tape_paths_add(&paths, cli_operand(args, i), err);
    if (!code)
        code = coverage_run(&coverage, how, paths.list, paths.len,
                            cli_flag(args, "mutants"), err);
    if (!code) {
        if (cli_json(args))
            add_json(&out, &coverage);
        else
            add_text(&out, &coverage, cli_verbose(args));
        code = cli_print(&out, err);
    }
    if (!code)
        code = cli_coverage_reports(
            args, how->contract, &coverage,
            coverage_share(&coverage) >= cli_number(args, "min") * 10, err);
    if (!code)
        code = cli_tapes_unread(&coverage.unread, err);
    if (!code)
        code = judge(args, &coverage, err);
    if (!code)
        code = cli_tapes_verdict(&coverage.tapes, err);
    td_buf_release(&out);
    coverage_release(&coverage);
    cli_tape_paths_release(&paths);
    return code;
}

static enum td_code check_tapes(const struct cli_args *args,
                                struct td_error *err)
{
    if (cli_operands(args) < 3) {
        (void)td_error_set(err, TD_USAGE, "coverage", 0,
                           "needs a contract and tapes");
        return td_error_hint(err,
                             "write: tapedeck contract coverage FILE TAPE...");
    }
    for (int i = 2; i < cli_operands(args); i++) {
        if (strcmp(cli_operand(args, i), "-") == 0)
            return td_error_set(err, TD_USAGE, "-", 0,
                                "tapes are read twice, so they must be files");
    }
    return TD_OK;
}

enum td_code cli_contract_coverage(const struct cli_args *args,
                                   const struct schema_options *how,
                                   struct td_error *err)
{
    const char *dialect = cli_text(args, "dialect");
    struct check_contract *contract = NULL;
    struct check_options options = {.max_findings = 1, .dialect = dialect};
    enum td_code code = check_tapes(args, err);

    if (!code)
        code = cli_report_check(args, err);
    if (!code)
        code = check_contract_load(&contract, cli_operand(args, 1), how, err);
    if (!code && dialect)
        code = check_contract_dialect(contract, dialect, err);
    options.contract = contract;
    if (!code)
        code = cover(args, &options, err);
    check_contract_free(contract);
    return code;
}

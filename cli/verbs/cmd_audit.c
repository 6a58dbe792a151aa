/* tapedeck audit: what streams are really like, and what has changed. */
#include "cli/shared/check_options.h"
#include "cli/shared/tape_output.h"
#include "cli/shared/tape_paths.h"
#include "cli/verbs/audit_report.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "validator/audit/declare.h"
#include "validator/audit/settings.h"
#include "validator/audit/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS "audit.yaml" /* in the working directory */

static const struct cli_option options[] = {
    {.name = "against",
     .type = CLI_LIST,
     .value = "TAPE",
     .help = "an older tape: say what has changed since; may be repeated"},
    {.name = "baseline",
     .type = CLI_LIST,
     .value = "FILE",
     .help = "what --state kept of older tapes: say what has changed since; "
             "may be repeated"},
    {.name = "state",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "keep the statistics there, for a later --baseline"},
    {.name = "contract",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "what events and fields should be there: say which are not in it, "
             "and which never came"},
    {.name = "dialect",
     .type = CLI_TEXT,
     .value = "NAME",
     .help = "which of the contract's dialects the streams speak"},
    {.name = "name",
     .type = CLI_TEXT,
     .value = "POINTER",
     .help = "where messages have their name, as /event; default: as the "
             "contract says, or what the transport gave, else /type"},
    {.name = "fail-on",
     .type = CLI_LIST,
     .value = "KIND,...",
     .help = "exit status 1 if there is a remark of one of these kinds, as "
             "renamed,two-types (docs/audit.md); any: of every kind that needs "
             "you"},
    {.name = "settings",
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "what is let pass, until when, how large messages may be, and "
             "what fails (docs/audit.md); default: audit.yaml, if it is there"},
    CLI_REPORT_OPTION,
    CLI_SCHEMA_OPTIONS,
    {.name = NULL},
};

/* What is released when all is said. */
struct auditing {
    const struct cli_args *args;
    struct audit_profile *profile;
    struct audit_profile *old;
    struct audit_profile *declared;
    struct check_contract *contract;
    struct cli_tape_paths paths;
    struct cli_tape_paths old_paths;
    struct audit_tapes tapes;
    struct audit_tapes old_tapes;
    struct audit_remarks remarks;
    struct audit_settings settings;
    struct compat compat;
    struct td_buf out;
};

static unsigned cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 1 ? (unsigned)n : 1;
}

static enum td_code read_contract(struct auditing *a, struct td_error *err)
{
    const char *path = cli_text(a->args, "contract");
    struct schema_options how;
    enum td_code code = cli_schema_read(&how, a->args, err);

    if (!code && path)
        code = check_contract_load(&a->contract, path, &how, err);
    if (!code && path && cli_given(a->args, "dialect"))
        code = check_contract_dialect(a->contract, cli_text(a->args, "dialect"),
                                      err);
    if (!code && path)
        a->declared = audit_declare(a->contract, cli_text(a->args, "dialect"));
    if (!code && !path && cli_given(a->args, "dialect"))
        code = td_error_set(err, TD_USAGE, "--dialect", 0,
                            "is of a contract: --contract FILE");
    cli_schema_release(&how);
    return code;
}

/* Where messages have their name. */
static const char *name_of(const struct auditing *a)
{
    const char *name = cli_text(a->args, "name");

    return name || !a->contract ? name : a->contract->name_pointer;
}

/* Whose contract may tell events by more than their names. */
static struct check_options options_of(const struct auditing *a)
{
    return (struct check_options){.contract = a->contract,
                                  .dialect = cli_text(a->args, "dialect")};
}

static enum td_code read_old(struct auditing *a, struct td_error *err)
{
    const struct check_options how = options_of(a);
    struct audit_gather what = {.name = name_of(a),
                                .jobs = cores(),
                                .go_on = true,
                                .how = audit_naming(&how)};
    const char *const *against = cli_list(a->args, "against");
    const char *const *states = cli_list(a->args, "baseline");
    enum td_code code = TD_OK;

    for (; *against && !code; against++)
        code = cli_tape_paths_add(&a->old_paths, *against, err);
    if (code)
        return code;
    what.paths = a->old_paths.list;
    what.paths_len = a->old_paths.len;
    if (what.paths_len)
        code = audit_gather(&what, &a->old, &a->old_tapes, err);
    else if (*states)
        a->old = audit_profile_new(what.name);
    for (; *states && !code; states++)
        code = audit_state_load(*states, a->old, &a->old_tapes, err);
    if (a->old)
        audit_profile_close(a->old);
    return code;
}

/* A file that is there must be one of these: it is replaced. */
static enum td_code check_state(const struct cli_args *args,
                                struct td_error *err)
{
    static const char begin[] = "{\"audit\":";
    const char *path = cli_text(args, "state");
    char head[sizeof(begin)] = {0};
    FILE *file = path ? fopen(path, "rbe") : NULL;
    size_t len = file ? fread(head, 1, sizeof(head) - 1, file) : 0;

    if (!file)
        return TD_OK;
    (void)fclose(file);
    if (!len || strcmp(head, begin) == 0)
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, path, 0,
                       "is no state of an audit, and would be replaced");
    return td_error_hint(err, "give --state another name");
}

static enum td_code keep_state(const struct auditing *a, struct td_error *err)
{
    const char *path = cli_text(a->args, "state");
    struct td_buf out = {0};
    enum td_code code;

    if (!path)
        return TD_OK;
    audit_state_write(&out, a->profile, &a->tapes);
    code = td_fs_replace(path, td_buf_bytes(&out), err);
    td_buf_release(&out);
    return code;
}

static enum td_code read_tapes(struct auditing *a, struct td_error *err)
{
    const struct check_options how = options_of(a);
    struct audit_gather what = {.name = name_of(a),
                                .jobs = cores(),
                                .go_on = true,
                                .how = audit_naming(&how)};
    enum td_code code = TD_OK;

    for (int i = 0; i < cli_operands(a->args) && !code; i++) {
        cli_say_waiting(a->args, cli_operand(a->args, i), CLI_MESSAGES);
        code = cli_tape_paths_add(&a->paths, cli_operand(a->args, i), err);
    }
    if (code)
        return code;
    what.paths = a->paths.list;
    what.paths_len = a->paths.len;
    return audit_gather(&what, &a->profile, &a->tapes, err);
}

static enum td_code show(struct auditing *a, struct td_error *err)
{
    const struct cli_audit_page page = {.profile = a->profile,
                                        .tapes = &a->tapes,
                                        .old = a->old,
                                        .old_tapes = &a->old_tapes,
                                        .declared = a->declared,
                                        .contract = a->contract,
                                        .remarks = &a->remarks,
                                        .compat = a->old ? &a->compat : NULL,
                                        .out = &a->out,
                                        .verbose = cli_verbose(a->args),
                                        .color = cli_color(a->args, 1)};
    enum td_code code;

    if (cli_json(a->args))
        cli_audit_json(&page);
    else
        cli_audit_text(&page);
    code = cli_print(&a->out, err);
    return code ? code
                : cli_audit_reports(a->args, &page, a->settings.kinds, err);
}

/* Kinds with commas between them, a bit each. */
static enum td_code add_kinds(struct auditing *a, const char *names,
                              struct td_error *err)
{
    enum td_code code = TD_OK;

    for (const char *at = names; at && !code;) {
        size_t len = strcspn(at, ",");
        char *name = td_strndup(at, len);
        uint32_t kinds = audit_kinds_of(name);

        a->settings.kinds |= kinds;
        if (!kinds) {
            code = td_error_set(err, TD_USAGE, "--fail-on", 0,
                                "there is no remark of the kind \"%s\"", name);
            (void)td_error_hint(err, "docs/audit.md has them; or any");
        }
        free(name);
        at = at[len] ? at + len + 1 : NULL;
    }
    return code;
}

/* The kinds that fail it. */
static enum td_code read_kinds(struct auditing *a, struct td_error *err)
{
    const char *const *list = cli_list(a->args, "fail-on");
    enum td_code code = TD_OK;

    for (; *list && !code; list++)
        code = add_kinds(a, *list, err);
    return code;
}

/* What --settings names; else audit.yaml, if it is there. */
static enum td_code read_settings(struct auditing *a, struct td_error *err)
{
    const char *path = cli_text(a->args, "settings");
    struct td_jsonx doc = {0};
    enum td_code code;

    if (!path && access(SETTINGS, F_OK) == 0)
        path = SETTINGS;
    if (!path)
        return TD_OK;
    code = td_jsonx_load(&doc, path, err);
    if (!code)
        code = audit_settings_read(&a->settings, &doc, err);
    td_jsonx_release(&doc);
    return code;
}

/* The first file of one side that could not be read; the page has them all. */
static enum td_code unread(const struct audit_tapes *tapes,
                           struct td_error *err)
{
    for (uint32_t i = 0; i < tapes->len; i++) {
        if (tapes->list[i].failed) {
            *err = *tapes->list[i].failed;
            return err->code;
        }
    }
    return TD_OK;
}

static enum td_code verdict(const struct auditing *a, struct td_error *err)
{
    uint32_t found = 0;
    enum td_code code = unread(&a->tapes, err);

    if (!code)
        code = unread(&a->old_tapes, err);
    if (code)
        return code;
    for (uint32_t i = 0; i < a->remarks.len; i++)
        found += a->settings.kinds >> a->remarks.list[i].kind & 1;
    if (found)
        return td_error_set(err, TD_FAILED, "", 0,
                            "%" PRIu32 " remark%s of --fail-on", found,
                            found == 1 ? "" : "s");
    return cli_tapes_verdict(&a->tapes, err);
}

/* Whether consumers of the one side take what the other one says. */
static enum td_code judge_compat(struct auditing *a, struct td_error *err)
{
    const struct compat_side old = {.profile = a->old};
    const struct compat_side now = {.profile = a->profile};

    return compat_judge(&a->compat, &old, &now, err);
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct auditing a = {.args = args};
    struct audit_sides sides;
    enum td_code code = read_settings(&a, err);

    if (!code)
        code = read_kinds(&a, err);
    if (!code)
        code = cli_report_check(args, err);
    if (!code)
        code = check_state(args, err);
    if (!code)
        code = read_contract(&a, err);
    if (!code)
        code = read_old(&a, err);
    if (!code)
        code = read_tapes(&a, err);
    if (!code) {
        sides = (struct audit_sides){.profile = a.profile,
                                     .tapes = &a.tapes,
                                     .old = a.old,
                                     .declared = a.declared,
                                     .old_tapes = &a.old_tapes};
        audit_remark(&a.remarks, &sides);
        audit_settle(&a.settings, &sides, (int64_t)td_wall_ns(td_clock_real()),
                     &a.remarks);
        if (a.old)
            code = judge_compat(&a, err);
        if (!code)
            code = show(&a, err);
        if (!code)
            code = keep_state(&a, err);
    }
    if (!code)
        code = verdict(&a, err);
    audit_remarks_release(&a.remarks);
    audit_settings_release(&a.settings);
    compat_release(&a.compat);
    audit_profile_free(a.profile);
    audit_profile_free(a.old);
    audit_profile_free(a.declared);
    check_contract_free(a.contract);
    audit_tapes_release(&a.tapes);
    audit_tapes_release(&a.old_tapes);
    cli_tape_paths_release(&a.paths);
    cli_tape_paths_release(&a.old_paths);
    td_buf_release(&a.out);
    return code;
}

const struct cli_command cli_cmd_audit = {
    .name = "audit",
    .summary = "Say what events on tapes are like, and what has changed.",
    .usage = "TAPE...",
    .details =
        "Tapes or NDJSON, any number of them or folders of them, are read "
        "once: the names\nof events, and of each its fields, how often they "
        "are there, their types, values\nand formats. What somebody has to "
        "look at comes first: a field that was renamed\nor moved, one field "
        "with two types, a value that may be a secret, a message that\ncame "
        "twice; with --against also what is gone.\n"
        "Exit status 0 whatever was found, but for --fail-on (1); 3: a tape "
        "is torn;\n4: a file could not be read, and the others were.",
    .examples = "tapedeck audit run.tape.gz\n"
                "tapedeck audit runs -v\n"
                "tapedeck audit new.tape.gz --against old.tape.gz\n"
                "tapedeck audit runs/*.tape.gz --baseline last-week.audit "
                "--state this-week.audit\n"
                "tapedeck audit run.tape.gz --contract std:ag-ui --fail-on "
                "undeclared\n"
                "tapedeck audit runs/*.tape.gz --report html=audit.html\n"
                "tapedeck audit a.ndjson --json --fail-on any",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};

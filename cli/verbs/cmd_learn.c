/* tapedeck learn: a contract of good runs. */
#include "cli/shared/tape_output.h"
#include "cli/shared/tape_paths.h"
#include "cli/verbs/learn_evaluate.h"
#include "core/fs.h"
#include "core/mem.h"
#include "validator/learn/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "where to write the contract; default: stdout"},
    CLI_OVERWRITE_OPTION,
    {.name = "name",
     .type = CLI_TEXT,
     .value = "POINTER",
     .help = "where messages have their name, as /event; default: what the "
             "transport gave, else /type"},
    {.name = "update",
     .type = CLI_TEXT,
     .value = "CONTRACT",
     .help = "begin with this contract: its text stays, what no longer holds "
             "is marked, what is new is added"},
    {.name = "evaluate",
     .type = CLI_FLAG,
     .help = "write no contract: hold out each run once, and say whether what "
             "is learned of the others accepts it and catches faults in it"},
    {.name = "loose",
     .type = CLI_FLAG,
     .help = "rules need half of the usual evidence"},
    {.name = "tight", .type = CLI_FLAG, .help = "they need twice as much"},
    {.name = "all",
     .type = CLI_FLAG,
     .help = "all rules that held, however little speaks for them"},
    {.name = NULL},
};

/* What is released when all is said. */
struct learning {
    const struct cli_args *args;
    struct audit_profile *profile;
    struct audit_tapes tapes;
    struct audit_tapes unread;
    struct learn_mine *mine;
    struct td_buf out;
    enum learn_strictness strictness;
    struct check_contract *contract; /* that is updated, or NULL */
    const char *name;                /* pointer of the name, or NULL */
    struct cli_tape_paths paths;
};

static enum td_code read_strictness(struct learning *l, struct td_error *err)
{
    static const struct {
        const char *name;
        enum learn_strictness strictness;
    } names[] = {
        {"loose", LEARN_LOOSE}, {"tight", LEARN_TIGHT}, {"all", LEARN_ALL}};
    unsigned given = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!cli_flag(l->args, names[i].name))
            continue;
        l->strictness = names[i].strictness;
        given++;
    }
    return given < 2 ? TD_OK
                     : td_error_set(err, TD_USAGE, "learn", 0,
                                    "--loose, --tight and --all exclude each "
                                    "other");
}

static enum td_code name_paths(struct learning *l, struct td_error *err)
{
    const char *out = cli_text(l->args, "output");
    enum td_code code = TD_OK;

    for (int i = 0; i < cli_operands(l->args) && !code; i++) {
        const char *path = cli_operand(l->args, i);

        if (strcmp(path, "-") == 0)
            return td_error_set(err, TD_USAGE, "-", 0,
                                "tapes are read twice, so they must be files");
        code = cli_tape_paths_add(&l->paths, path, err);
    }
    for (uint32_t i = 0; out && i < l->paths.len && !code; i++)
        code = cli_not_onto(out, l->paths.list[i], err);
    return code;
}

static enum td_code gather(struct learning *l, struct td_error *err)
{
    const struct audit_gather what = {.paths = l->paths.list,
                                      .paths_len = l->paths.len,
                                      .name = l->name,
                                      .jobs = 2};
    enum td_code code =
        audit_gather_readable(&what, &l->profile, &l->tapes, &l->unread, err);

    if (code || audit_profile_messages(l->profile))
        return code;
    code = cli_tapes_unread(&l->unread, err);
    if (!code)
        code = cli_tapes_verdict(&l->tapes, err);
    if (!code)
        code = td_error_set(err, TD_FORMAT, cli_operand(l->args, 0), 0,
                            "no message to learn from");
    return code;
}

/* The contract that is updated says where names and data are. */
static struct learn_writing writing_of(const struct learning *l)
{
    const struct check_contract *k = l->contract;
    const char *data = k ? k->data_pointer : learn_data_of(l->profile);

    return (struct learn_writing){.profile = l->profile,
                                  .mine = l->mine,
                                  .data = strchr(data + (*data != 0), '/')
                                              ? learn_data_of(l->profile)
                                              : data,
                                  .name = l->name,
                                  .strictness = l->strictness};
}

static enum td_code update(struct learning *l,
                           const struct learn_writing *learned,
                           struct td_error *err)
{
    const struct learn_update what = {.path = cli_text(l->args, "update"),
                                      .contract = l->contract,
                                      .learned = learned,
                                      .tapes = &l->tapes};
    struct learn_changes changes;
    enum td_code code = learn_update(&l->out, &what, &changes, err);

    if (!code && !cli_flag(l->args, "quiet"))
        (void)fprintf(stderr,
                      "%" PRIu32 " no longer hold%s, %" PRIu32
                      " new event%s, %" PRIu32 " new rule%s%s\n",
                      changes.broken, changes.broken == 1 ? "s" : "",
                      changes.new_events, changes.new_events == 1 ? "" : "s",
                      changes.new_rules, changes.new_rules == 1 ? "" : "s",
                      changes.apart ? ", some as comments at the end" : "");
    return code;
}

static enum td_code learn(struct learning *l, struct td_error *err)
{
    struct learn_writing what = writing_of(l);
    enum td_code code;

    l->mine = learn_mine_new(l->profile, what.data);
    what.mine = l->mine;
    code = learn_mine_run(l->mine, &l->tapes, err);
    if (!code && l->contract)
        code = update(l, &what, err);
    else if (!code)
        learn_write(&l->out, &what);
    return code;
}

/* --update: the contract, and where it says that names are. */
static enum td_code read_contract(struct learning *l, struct td_error *err)
{
    const char *path = cli_text(l->args, "update");
    enum td_code code = TD_OK;

    l->name = cli_text(l->args, "name");
    if (path)
        code = check_contract_load(&l->contract, path, NULL, err);
    if (!code && path && !l->name)
        l->name = l->contract->name_pointer;
    return code;
}

static enum td_code put(struct learning *l, struct td_error *err)
{
    const char *path = cli_text(l->args, "output");
    enum td_code code;
    int fd;

    if (!path)
        return cli_print(&l->out, err);
    if (strcmp(path, "-") == 0 || cli_flag(l->args, "overwrite"))
        return td_fs_replace(path, td_buf_bytes(&l->out), err);
    code = td_fs_create(&fd, path, TD_FS_NEW, err);
    if (code)
        return code;
    code = td_fs_write(fd, td_buf_bytes(&l->out), path, err);
    (void)close(fd);
    return code;
}

static enum td_code write_contract(struct learning *l, struct td_error *err)
{
    enum td_code code = gather(l, err);

    if (!code)
        code = learn(l, err);
    return code ? code : put(l, err);
}

static enum td_code evaluate(struct learning *l, struct td_error *err)
{
    struct learn_evaluation what = {.name = l->name,
                                    .strictness = l->strictness};
    const char **paths;
    enum td_code code;

    if (cli_given(l->args, "update") || cli_given(l->args, "output"))
        return td_error_set(err, TD_USAGE, "--evaluate", 0,
                            "writes no contract: no --update and no --output");
    code = gather(l, err); /* which can be read, and are all of them whole? */
    if (!code && l->tapes.len < 2) /* none that could be held out */
        code = cli_tapes_unread(&l->unread, err);
    if (code)
        return code;
    paths = (const char **)td_calloc(l->tapes.len, sizeof(*paths));
    for (uint32_t i = 0; i < l->tapes.len; i++)
        paths[i] = l->tapes.list[i].path;
    what.paths = paths;
    what.paths_len = l->tapes.len;
    code = cli_learn_evaluate(l->args, &what, err);
    free((void *)paths);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct learning l = {.args = args};
    enum td_code code = read_strictness(&l, err);

    if (!code)
        code = read_contract(&l, err);
    if (!code)
        code = name_paths(&l, err);
    if (!code && cli_flag(args, "evaluate"))
        code = evaluate(&l, err);
    else if (!code)
        code = write_contract(&l, err);
    if (!code)
        code = cli_tapes_unread(&l.unread, err);
    if (!code)
        code = cli_tapes_verdict(&l.tapes, err);
    learn_mine_free(l.mine);
    audit_profile_free(l.profile);
    check_contract_free(l.contract);
    audit_tapes_release(&l.tapes);
    audit_tapes_release(&l.unread);
    td_buf_release(&l.out);
    cli_tape_paths_release(&l.paths);
    return code;
}

const struct cli_command cli_cmd_learn = {
    .name = "learn",
    .summary = "Write a contract that good runs have kept.",
    .usage = "TAPE...",
    .details =
        "Tapes or NDJSON of runs that were good, or folders of them; each is "
        "read twice, so\nthey are files. The contract has a schema for every "
        "event and the rules that held on\nall tapes and had enough chances "
        "not to, with the evidence as comments. What follows\nfrom other rules "
        "is left out. Read it, and keep what you mean: docs/audit.md.\n"
        "Exit status 3: a tape is torn; 4: a file could not be read, and the "
        "others were.",
    .examples = "tapedeck learn runs/*.tape.gz -o run.contract.yaml\n"
                "tapedeck learn --update run.contract.yaml new.tape.gz -o "
                "run.contract.yaml --overwrite\n"
                "tapedeck learn --evaluate runs/*.tape.gz\n"
                "tapedeck learn a.ndjson b.ndjson c.ndjson",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};

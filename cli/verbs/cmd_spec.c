/* tapedeck spec: what is to be made, question by question. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/plan.h"
#include "core/fs.h"
#include "orchestrator/spec/docs.h"
#include "orchestrator/spec/show.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE ".tapedeck"
#define PLACE STATE "/spec.json"

static const struct cli_option options[] = {
    {.name = "spec",
     .type = CLI_TEXT,
     .value = "FILE",
     .preset = PLACE,
     .help = "where the specification is kept"},
    {.name = "type",
     .type = CLI_TEXT,
     .value = "TYPE",
     .help = "of the application, if it is not to be found by the words of the "
             "description: web_app, api_backend, mobile_app, saas_platform, "
             "ecommerce, dashboard, integration or other"},
    {.name = "focus",
     .type = CLI_CHOICE,
     .value = "WHAT",
     .choices = CLI_PLAN_FOCUSES,
     .preset = "general",
     .help = "what matters most: plans that are made of it look at that more "
             "closely"},
    {.name = "replace",
     .type = CLI_FLAG,
     .help = "begin anew where a specification is kept already"},
    {.name = "output",
     .letter = 'o',
     .type = CLI_TEXT,
     .value = "DIR",
     .preset = STATE,
     .help = "with docs: where to write them"},
    {.name = NULL},
};

static enum td_code save(const struct spec *spec, const char *path,
                         struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code;

    if (!strncmp(path, STATE "/", strlen(STATE "/")))
        (void)mkdir(STATE, 0755);
    spec_write(spec, &text);
    code = td_fs_replace(path, td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

/* What is asked next, as talk. */
static void say_next(const struct cli_args *args, const struct spec *spec)
{
    enum spec_category category;
    const char *question = spec_next(spec, &category);

    if (question)
        cli_say(args, "%s: %s Answer: tapedeck spec answer %s TEXT",
                spec_category_name(category), question,
                spec_category_name(category));
    else
        cli_say(args, "all is answered; go on with: tapedeck plan generate");
}

static enum td_code print(const struct cli_args *args, const struct spec *spec,
                          struct td_buf *text, struct td_error *err)
{
    struct td_json_writer w = td_json_writer(text);

    if (cli_json(args)) {
        td_buf_clear(text);
        spec_show_json(spec, &w, NULL);
        (void)td_json_line(&w);
    }
    return cli_print(text, err);
}

/* ---- begin ---- */

static enum td_code check_new(const struct cli_args *args, const char *path,
                              struct td_error *err)
{
    struct spec old = {0};
    struct td_error why;

    if (cli_flag(args, "replace") || access(path, F_OK) != 0)
        return TD_OK;
    if (spec_load(&old, path, &why) == TD_OK)
        (void)td_error_set(err, TD_USAGE, path, 0,
                           "has \"%.100s\" already (%u %%)", old.description,
                           spec_completeness(&old));
    else
        (void)td_error_set(err, TD_USAGE, path, 0, "is there already");
    spec_release(&old);
    return td_error_hint(err, "give --replace, or another file with --spec");
}

static void join(const struct cli_args *args, int from, struct td_buf *out)
{
    for (int i = from; i < cli_operands(args); i++)
        (void)td_buf_addf(out, "%s%s", i > from ? " " : "",
                          cli_operand(args, i));
}

static enum td_code begin(const struct cli_args *args, struct spec *spec,
                          struct td_error *err)
{
    const char *path = cli_text(args, "spec");
    const char *wanted = cli_text(args, "type");
    enum spec_type type = wanted ? spec_type_of(wanted) : SPEC_TYPES;
    struct td_buf text = {0};
    enum td_code code = check_new(args, path, err);

    if (code == TD_OK && wanted && type == SPEC_TYPES)
        code = spec_no_type(wanted, err);
    join(args, 0, &text);
    if (code == TD_OK)
        code = spec_begin(spec, td_buf_bytes(&text), type, err);
    spec->focus = spec_focus_of(cli_text(args, "focus"));
    if (code == TD_OK)
        code = save(spec, path, err);
    td_buf_clear(&text);
    if (code == TD_OK) {
        spec_show_line(spec, &text);
        code = print(args, spec, &text, err);
        say_next(args, spec);
    }
    td_buf_release(&text);
    return code;
}

/* ---- answer ---- */

/* Which category is answered, and from which operand on the answer stands. */
static enum td_code find_category(const struct cli_args *args,
                                  const struct spec *spec,
                                  enum spec_category *category, int *from,
                                  struct td_error *err)
{
    const char *word = cli_operands(args) > 1 ? cli_operand(args, 1) : "";

    *from = 1;
    if (cli_operands(args) > 2) {
        *from = 2;
        *category = spec_category_of(word);
        return *category == SPEC_CATEGORIES ? spec_no_category(word, err)
                                            : TD_OK;
    }
    if (!*word || spec_category_of(word) != SPEC_CATEGORIES) {
        (void)td_error_set(err, TD_USAGE, "answer", 0, "there is no answer");
        return td_error_hint(err, "write: tapedeck spec answer [CATEGORY] "
                                  "TEXT");
    }
    if (spec_next(spec, category))
        return TD_OK;
    (void)td_error_set(err, TD_USAGE, "answer", 0, "all is answered");
    return td_error_hint(err, "to change one, say which: tapedeck spec answer "
                              "users TEXT");
}

static enum td_code answer(const struct cli_args *args, struct spec *spec,
                           struct td_error *err)
{
    enum spec_category category = SPEC_CATEGORIES;
    struct td_buf text = {0};
    int from = 1;
    enum td_code code = find_category(args, spec, &category, &from, err);

    join(args, from, &text);
    if (code == TD_OK)
        code = spec_answer(spec, category, td_buf_bytes(&text), err);
    if (code == TD_OK)
        code = save(spec, cli_text(args, "spec"), err);
    td_buf_clear(&text);
    if (code == TD_OK) {
        spec_show_answer(spec, category, &text);
        code = print(args, spec, &text, err);
        if (!spec_question(spec->type, category))
            cli_say(args, "%s is not asked of %s: kept, not counted",
                    spec_category_name(category), spec_type_name(spec->type));
        say_next(args, spec);
    }
    td_buf_release(&text);
    return code;
}

/* ---- look ---- */

static enum td_code show(const struct cli_args *args, struct spec *spec,
                         struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code;

    spec_show_text(spec, &text);
    code = print(args, spec, &text, err);
    td_buf_release(&text);
    return code;
}

static enum td_code ready(const struct cli_args *args, struct spec *spec,
                          struct td_error *err)
{
    struct td_buf text = {0};
    struct td_buf missing = {0};
    enum td_code code;

    spec_show_missing(spec, &missing);
    (void)td_buf_addf(&text, "%s; %u %%\n", missing.len ? "not ready" : "ready",
                      spec_completeness(spec));
    code = print(args, spec, &text, err);
    if (code == TD_OK && missing.len > 0) {
        (void)td_error_set(err, TD_FAILED, cli_text(args, "spec"), 0,
                           "not answered: %s", td_buf_str(&missing));
        code = td_error_hint(err, "answer them: tapedeck spec answer CATEGORY "
                                  "TEXT");
    }
    td_buf_release(&missing);
    td_buf_release(&text);
    return code;
}

/* ---- documents ---- */

static enum td_code write_doc(const struct spec *spec, const char *dir,
                              enum spec_doc which, struct td_error *err)
{
    struct td_buf text = {0};
    struct td_buf path = {0};
    enum td_code code;

    spec_doc_markdown(spec, which, &text);
    (void)td_buf_addf(&path, "%s/%s.md", dir, spec_doc_name(which));
    code = td_fs_replace(td_buf_str(&path), td_buf_bytes(&text), err);
    td_buf_clear(&text);
    td_buf_clear(&path);
    spec_doc_json(spec, which, &text);
    (void)td_buf_addf(&path, "%s/%s.json", dir, spec_doc_name(which));
    if (code == TD_OK)
        code = td_fs_replace(td_buf_str(&path), td_buf_bytes(&text), err);
    td_buf_release(&path);
    td_buf_release(&text);
    return code;
}

static enum td_code docs(const struct cli_args *args, struct spec *spec,
                         struct td_error *err)
{
    const char *dir = cli_text(args, "output");
    struct td_buf said = {0};
    enum td_code code = TD_OK;

    if (mkdir(dir, 0755) != 0 && access(dir, F_OK) != 0)
        return td_error_errno(err, TD_IO, dir, errno, "cannot be made");
    for (unsigned i = 0; code == TD_OK && i < SPEC_DOCS; i++) {
        code = write_doc(spec, dir, (enum spec_doc)i, err);
        (void)td_buf_addf(&said, "%s/%s.md\n%s/%s.json\n", dir,
                          spec_doc_name((enum spec_doc)i), dir,
                          spec_doc_name((enum spec_doc)i));
    }
    if (code == TD_OK)
        code = print(args, spec, &said, err);
    td_buf_release(&said);
    return code;
}

static const struct {
    const char *name;
    enum td_code (*run)(const struct cli_args *args, struct spec *spec,
                        struct td_error *err);
    bool alone; /* only if it is the only word: else a description begins */
} actions[] = {{"answer", answer, false},
               {"show", show, true},
               {"ready", ready, true},
               {"docs", docs, true}};

static enum td_code act(const struct cli_args *args, size_t i,
                        struct td_error *err)
{
    struct spec spec = {0};
    enum td_code code = spec_load(&spec, cli_text(args, "spec"), err);

    if (code == TD_IO && err->errnum == ENOENT)
        (void)td_error_hint(err, "begin one: tapedeck spec \"API for wine\"");
    if (code == TD_OK)
        code = actions[i].run(args, &spec, err);
    spec_release(&spec);
    return code;
}

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    struct spec spec = {0};
    enum td_code code;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (!strcmp(cli_operand(args, 0), actions[i].name) &&
            (!actions[i].alone || cli_operands(args) == 1))
            return act(args, i, err);
    code = begin(args, &spec, err);
    spec_release(&spec);
    return code;
}

const struct cli_command cli_cmd_spec = {
    .name = "spec",
    .summary = "Say what is to be made, question by question.",
    .usage = "DESCRIPTION | answer [CATEGORY] TEXT | show | ready | docs",
    .words = "answer|show|ready|docs",
    .details =
        "DESCRIPTION begins: its words tell the type of application, and the "
        "type what is asked. Nothing else of it is understood.\n"
        "answer  a category, or what is asked next. Answering again changes "
        "the answer. Of any type it is asked: users, features, auth, scale, "
        "timeline; and one thing more, as data of an API: \"wine(name: text "
        "1..80, year: integer optional), order(total: money)\".\n"
        "show    all that is answered and asked.\n"
        "ready   exit status 1, and what is missing, until all that is "
        "required is answered.\n"
        "docs    write specification, requirements and architecture, as "
        "Markdown and as JSON.\n"
        "\n"
        "Understood are lists; none, password, token or oauth; numbers (2k, "
        "50 req/s) or small, medium, large, massive; asap, 6 weeks or a date; "
        "entities with fields of the types text, integer, number, money, "
        "bool, date, email, url. All else is refused.",
    .examples = "tapedeck spec \"API for wine\"\n"
                "tapedeck spec answer data \"wine(name: text)\"\n"
                "tapedeck spec ready && tapedeck plan generate -o plan.yaml",
    .options = options,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};

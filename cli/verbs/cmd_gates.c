/* tapedeck gates: work on a gates.yaml without running it. */
#include "cli/shared/tape_output.h"
#include "cli/verbs/gates.h"
#include "core/fs.h"
#include "validator/gates/explain.h"
#include "validator/gates/load.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE ".tapedeck/gates.yaml"

extern const unsigned char cli_gates_schema_text[];
extern const size_t cli_gates_schema_text_len;

static const struct cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .type = CLI_TEXT,
     .value = "FILE",
     .help = "with init: where to write, " PLACE " of the project if not given;"
             " - is stdout"},
    {.name = "strict",
     .type = CLI_FLAG,
     .help = "warnings of lint are exit status 1"},
    {.name = NULL},
};

/* Remarks of one file, as they come. */
struct remarks {
    const struct cli_args *args;
    struct td_buf out;
    struct td_json_writer w;
    const char *level;
    uint64_t errors;
    uint64_t doubts;
};

static void on_remark(void *self, const struct td_error *what)
{
    struct remarks *r = self;

    r->errors += !strcmp(r->level, "error");
    r->doubts += !strcmp(r->level, "warning");
    if (!cli_json(r->args)) {
        (void)td_buf_addf(&r->out, "%s: %s: %s%s%s\n", what->where, r->level,
                          what->text, *what->hint ? "; " : "", what->hint);
        return;
    }
    td_json_object(&r->w, NULL);
    td_json_put_text(&r->w, "where", what->where);
    td_json_put_text(&r->w, "level", r->level);
    td_json_put_text(&r->w, "text", what->text);
    td_json_put_text(&r->w, "hint", what->hint);
    td_json_object_end(&r->w);
}

static enum td_code lint_code(const struct remarks *r, const char *path,
                              struct td_error *err)
{
    bool strict = cli_flag(r->args, "strict");

    if (r->errors > 0)
        return td_error_set(err, TD_USAGE, path, 0, "%llu error%s",
                            (unsigned long long)r->errors,
                            r->errors == 1 ? "" : "s");
    if (strict && r->doubts > 0)
        return td_error_set(err, TD_FAILED, path, 0, "%llu warning%s",
                            (unsigned long long)r->doubts,
                            r->doubts == 1 ? "" : "s");
    return TD_OK;
}

static enum td_code lint(const struct cli_args *args, const char *path,
                         struct td_error *err)
{
    struct remarks r = {.args = args, .level = "error"};
    const struct td_jsonx_errors to = {on_remark, &r};
    struct gates_file file = {0};
    struct td_error why = {0};
    enum td_code code;
    enum td_code printed;

    r.w = td_json_writer(&r.out);
    if (cli_json(args))
        td_json_array(&r.w, NULL);
    code = gates_load(&file, path, &to, &why);
    if (code && r.errors == 0)
        on_remark(&r, &why);
    r.level = "warning";
    if (code == TD_OK)
        gates_doubts(&file, &to);
    if (cli_json(args)) {
        td_json_array_end(&r.w);
        (void)td_json_line(&r.w);
    }
    gates_release(&file);
    if (code && code != TD_USAGE) {
        td_buf_release(&r.out);
        *err = why;
        return code;
    }
    printed = cli_print(&r.out, err);
    td_buf_release(&r.out);
    return printed ? printed : lint_code(&r, path, err);
}

static void explain_json(struct td_buf *out, const struct gates_file *file)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_array(&w, NULL);
    for (size_t i = 0; i < file->len; i++) {
        struct td_buf text = {0};

        gates_explain_check(&text, &file->checks[i]);
        td_json_object(&w, NULL);
        td_json_put_text(&w, "gate", file->checks[i].name);
        td_json_put_text(&w, "kind", verdict_kind_text(file->checks[i].kind));
        td_json_put_string(&w, "text", td_buf_bytes(&text));
        td_json_object_end(&w);
        td_buf_release(&text);
    }
    td_json_array_end(&w);
    (void)td_json_line(&w);
}

static enum td_code explain(const struct cli_args *args, const char *path,
                            struct td_error *err)
{
    struct gates_file file = {0};
    struct td_buf out = {0};
    enum td_code code = gates_load(&file, path, NULL, err);

    if (code == TD_OK) {
        if (cli_json(args))
            explain_json(&out, &file);
        else
            gates_explain(&out, &file);
        code = cli_print(&out, err);
    }
    td_buf_release(&out);
    gates_release(&file);
    return code;
}

static enum td_code schema(const struct cli_args *args, const char *path,
                           struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code;

    (void)args;
    (void)path;
    (void)td_buf_add(&out, cli_gates_schema_text, cli_gates_schema_text_len);
    code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

static enum td_code write_draft(const char *path, struct td_buf *text,
                                struct td_error *err)
{
    if (!strcmp(path, "-"))
        return cli_print(text, err);
    if (access(path, F_OK) == 0) {
        (void)td_error_set(err, TD_IO, path, 0, "is there already");
        return td_error_hint(err, "remove it first, or write to another place "
                                  "with -o");
    }
    return td_fs_replace(path, td_buf_bytes(text), err);
}

static enum td_code init(const struct cli_args *args, const char *dir,
                         struct td_error *err)
{
    const char *output = cli_text(args, "output");
    struct td_buf text = {0};
    struct td_buf path = {0};
    enum td_code code = cli_gates_draft(&text, dir, err);

    if (output) {
        (void)td_buf_add_text(&path, output);
    } else {
        (void)td_buf_addf(&path, "%s/.tapedeck", dir);
        if (code == TD_OK)
            (void)mkdir(td_buf_str(&path), 0755);
        (void)td_buf_add_text(&path, "/gates.yaml");
    }
    if (code == TD_OK)
        code = write_draft(td_buf_str(&path), &text, err);
    if (code == TD_OK && (!output || strcmp(output, "-") != 0))
        cli_say(args, "wrote %s; run it: tapedeck validate --gates %s",
                td_buf_str(&path), td_buf_str(&path));
    td_buf_release(&path);
    td_buf_release(&text);
    return code;
}

static const struct {
    const char *name;
    enum td_code (*run)(const struct cli_args *args, const char *path,
                        struct td_error *err);
    const char *preset; /* of the operand; NULL: it takes none */
} actions[] = {{"init", init, "."},
               {"explain", explain, PLACE},
               {"lint", lint, PLACE},
               {"schema", schema, NULL}};

static enum td_code run(const struct cli_args *args, struct td_error *err)
{
    const char *word = cli_operand(args, 0);
    const char *path = cli_operands(args) > 1 ? cli_operand(args, 1) : NULL;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(word, actions[i].name) != 0)
            continue;
        if (path && !actions[i].preset)
            return td_error_set(err, TD_USAGE, word, 0, "takes no file");
        return actions[i].run(args, path ? path : actions[i].preset, err);
    }
    (void)td_error_set(err, TD_USAGE, word, 0, "no such thing to do");
    return td_error_hint(err, "write init, explain, lint or schema");
}

const struct cli_command cli_cmd_gates = {
    .name = "gates",
    .summary = "Work on a gates.yaml: begin one, find errors, read it.",
    .usage = "init [DIR] | explain|lint [FILE] | schema",
    .words = "init|explain|lint|schema",
    .details =
        "init    look at a project (CMake, Meson, Make, npm, Python, cargo, "
        "Go) and write a gates.yaml that works at once.\n"
        "explain each gate as sentences.\n"
        "lint    every error, and warnings: gates that cannot fail, reports "
        "that may be old.\n"
        "schema  the JSON Schema of gates.yaml, for editors.\n"
        "\n"
        "FILE is " PLACE " if not given. The gates run with validate --gates.\n"
        "Exit status 0: fine. 1: a warning, with --strict. 2: the file is "
        "wrong.",
    .examples = "tapedeck gates init\n"
                "tapedeck gates lint --strict\n"
                "tapedeck gates schema > gates.schema.json",
    .options = options,
    .min_operands = 1,
    .max_operands = 2,
    .run = run,
};

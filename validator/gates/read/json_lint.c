/* Findings in JSON: gcc, ESLint, ruff and golangci-lint.
 *
 * gcc writes an array for each unit it compiles, a line each, amid the text of
 * the linker; what it could not compile is an error without an option. ESLint
 * marks what it could not parse as fatal. ruff has no code for that. A missing
 * list of golangci-lint is clean, unless its report tells an error or warnings.
 */
#include "validator/gates/read/formats.h"
#include "validator/gates/read/reader.h"

enum { RULE, MESSAGE, FILE_NAME, PLAIN };

static enum check_level level_of(struct td_bytes word)
{
    if (td_bytes_is(word, "error") || td_bytes_is(word, "fatal error") ||
        td_bytes_is(word, "sorry, unimplemented"))
        return CHECK_LEVEL_ERROR;
    return td_bytes_is(word, "note") || td_bytes_is(word, "info") ||
                   td_bytes_is(word, "hint")
               ? CHECK_LEVEL_INFO
               : CHECK_LEVEL_WARN;
}

/* -Wx and -Werror=x are rule x. */
static struct td_bytes bare_rule(struct td_bytes rule)
{
    if (read_begins(rule, "-Werror="))
        return read_after(rule, 8);
    return read_begins(rule, "-W") ? read_after(rule, 2) : rule;
}

static void gcc_finding(struct read_reader *r, const struct td_json_doc *doc,
                        uint32_t at)
{
    struct read_finding f = {0};
    struct td_bytes kind = read_text(r, PLAIN, doc, at, "kind");
    uint32_t caret = read_member(doc, at, "/locations/0/caret");

    if (td_bytes_is(kind, "note")) /* of the finding before */
        return;
    f.level = level_of(kind);
    f.rule = bare_rule(read_text(r, RULE, doc, at, "option"));
    f.message = read_text(r, MESSAGE, doc, at, "message");
    f.broken = f.level == CHECK_LEVEL_ERROR && f.rule.len == 0;
    f.file = read_text(r, FILE_NAME, doc, caret, "file");
    f.line = read_count(doc, caret, "line");
    f.column = read_count(doc, caret, "column");
    read_tell_finding(r, &f);
}

static bool is_list(const struct td_json_doc *doc)
{
    return doc->len > 0 && doc->values[0].kind == TD_JSON_ARRAY;
}

static void on_gcc(struct read_reader *r, struct td_bytes line)
{
    struct td_json_doc *doc = &r->doc;

    line = read_trim(line);
    if (line.len == 0)
        return;
    if (line.ptr[0] != '[') {
        r->end.unknown++;
        if (read_begins(line, "collect2: error: ")) {
            struct read_finding f = {
                .level = CHECK_LEVEL_ERROR, .broken = true, .message = line};

            read_tell_finding(r, &f);
        }
        return;
    }
    if (r->line_is_cut || td_json_parse(doc, line, READ_DEPTH_MAX, NULL) ||
        !is_list(doc)) {
        read_partial(r, "a list of findings that is no JSON");
        return;
    }
    r->end.has_work = true;
    for (uint32_t i = 1; i < doc->len; i = doc->values[i].next)
        gcc_finding(r, doc, i);
}

static void finish_gcc(struct read_reader *r)
{
    if (!r->end.has_work && r->end.leaves == 0)
        read_wrong(r, "it has no list of gcc");
}

enum { ESLINT_FILE, ESLINT_MESSAGE, ESLINT_END };
static const char *const eslint_paths[] = {"/*/filePath", "/*/messages/*",
                                           "</*/messages", NULL};

static void on_eslint(struct read_reader *r, unsigned path,
                      const struct td_json_doc *doc)
{
    struct read_finding f = {.level = CHECK_LEVEL_WARN};

    if (path == ESLINT_FILE) {
        struct td_bytes file = read_string(r, PLAIN, doc, 0);

        (void)read_keep(r, FILE_NAME, file);
        r->end.files++;
        return;
    }
    if (path == ESLINT_END)
        return;
    if (read_count(doc, 0, "severity") == 2)
        f.level = CHECK_LEVEL_ERROR;
    f.rule = read_text(r, RULE, doc, 0, "ruleId");
    f.message = read_text(r, MESSAGE, doc, 0, "message");
    f.broken = read_true(doc, 0, "fatal");
    f.file = read_kept(r, FILE_NAME);
    f.line = read_count(doc, 0, "line");
    f.column = read_count(doc, 0, "column");
    read_tell_finding(r, &f);
}

static void finish_eslint(struct read_reader *r)
{
    if (read_json_root(r->json) != '[')
        read_wrong(r, "it is not the list that ESLint writes");
    r->end.has_work = r->end.files > 0;
}

static const char *const ruff_paths[] = {"/*", NULL};

static void on_ruff(struct read_reader *r, unsigned path,
                    const struct td_json_doc *doc)
{
    struct read_finding f = {.level = CHECK_LEVEL_WARN};

    (void)path;
    if (read_member(doc, 0, "location") == UINT32_MAX ||
        read_member(doc, 0, "filename") == UINT32_MAX) {
        read_wrong(r, "it is not the list that ruff writes");
        return;
    }
    f.rule = read_text(r, RULE, doc, 0, "code");
    f.broken = f.rule.len == 0 || td_bytes_is(f.rule, "invalid-syntax");
    if (f.broken)
        f.level = CHECK_LEVEL_ERROR;
    f.message = read_text(r, MESSAGE, doc, 0, "message");
    f.file = read_text(r, FILE_NAME, doc, 0, "filename");
    f.line = read_count(doc, 0, "/location/row");
    f.column = read_count(doc, 0, "/location/column");
    read_tell_finding(r, &f);
}

static void finish_ruff(struct read_reader *r)
{
    if (read_json_root(r->json) != '[')
        read_wrong(r, "it is not the list that ruff writes");
    r->end.has_work = true;
}

enum { GOLANGCI_ISSUE, GOLANGCI_WARNING, GOLANGCI_ERROR, GOLANGCI_REPORT };
static const char *const golangci_paths[] = {"/Issues/*", "/Report/Warnings/*",
                                             "/Report/Error", "</Report", NULL};

static void golangci_issue(struct read_reader *r, const struct td_json_doc *doc)
{
    struct read_finding f = {0};
    struct td_bytes severity = read_text(r, PLAIN, doc, 0, "Severity");

    f.level = level_of(severity);
    f.rule = read_text(r, RULE, doc, 0, "FromLinter");
    f.broken = td_bytes_is(f.rule, "typecheck");
    if (f.broken)
        f.level = CHECK_LEVEL_ERROR;
    f.message = read_text(r, MESSAGE, doc, 0, "Text");
    f.file = read_text(r, FILE_NAME, doc, 0, "/Pos/Filename");
    f.line = read_count(doc, 0, "/Pos/Line");
    f.column = read_count(doc, 0, "/Pos/Column");
    read_tell_finding(r, &f);
}

static void on_golangci(struct read_reader *r, unsigned path,
                        const struct td_json_doc *doc)
{
    struct read_finding f = {.level = CHECK_LEVEL_ERROR, .broken = true};

    r->end.has_work = true;
    if (path == GOLANGCI_ISSUE) {
        golangci_issue(r, doc);
        return;
    }
    if (path == GOLANGCI_REPORT)
        return;
    f.message = path == GOLANGCI_WARNING ? read_text(r, MESSAGE, doc, 0, "Text")
                                         : read_string(r, MESSAGE, doc, 0);
    f.rule = td_text(path == GOLANGCI_WARNING ? "warning" : "");
    if (f.message.len > 0)
        read_tell_finding(r, &f);
}

static void finish_golangci(struct read_reader *r)
{
    if (!r->end.has_work)
        read_wrong(r, "it has neither issues nor a report of golangci-lint");
}

static const struct read_way ways[] = {
    {.size = sizeof(struct read_reader),
     .line = on_gcc,
     .line_max = READ_RECORD_MAX,
     .finish = finish_gcc},
    {.size = sizeof(struct read_reader),
     .paths = eslint_paths,
     .record = on_eslint,
     .finish = finish_eslint},
    {.size = sizeof(struct read_reader),
     .paths = ruff_paths,
     .record = on_ruff,
     .finish = finish_ruff},
    {.size = sizeof(struct read_reader),
     .paths = golangci_paths,
     .record = on_golangci,
     .finish = finish_golangci},
};

static struct read_reader *open_gcc(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[0]);
}

static struct read_reader *open_eslint(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[1]);
}

static struct read_reader *open_ruff(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[2]);
}

static struct read_reader *open_golangci(const struct read_sink *sink)
{
    return read_way_open(sink, &ways[3]);
}

const struct read_format read_gcc_json = {
    "gcc-json", VERDICT_LINT, "gcc -fdiagnostics-format=json",
    open_gcc,   read_way_put, read_way_end};
const struct read_format read_eslint = {
    "eslint",    VERDICT_LINT, "ESLint --format json",
    open_eslint, read_way_put, read_way_end};
const struct read_format read_ruff = {
    "ruff",    VERDICT_LINT, "ruff check --output-format json",
    open_ruff, read_way_put, read_way_end};
const struct read_format read_golangci = {
    "golangci",    VERDICT_LINT, "golangci-lint, JSON",
    open_golangci, read_way_put, read_way_end};

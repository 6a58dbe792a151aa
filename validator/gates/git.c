#include "validator/gates/git.h"

#include "validator/gates/capture.h"

#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 40

/* Files where blanks at the beginning of a line mean something. */
static const char *const blank_files[] = {
    "*.py",   "*.pyi", "Makefile", "*.mk", "*.yml", "*.yaml",
    "*.haml", "*.pug", "*.nim",    "*.hs", "*.md",  NULL};

struct answer {
    struct td_buf out;
    struct td_buf talk;
    int status;
};

static enum td_code ask(struct answer *a, const char *root,
                        const char *const *words, struct td_error *err)
{
    const char *argv[ARGS_MAX + 4] = {"git", "-c", "core.quotePath=false"};
    size_t len = 3;

    while (*words && len < ARGS_MAX)
        argv[len++] = *words++;
    td_buf_init(&a->out, GATES_GIT_MAX);
    td_buf_init(&a->talk, 4096);
    return gates_capture(root, argv, &a->out, &a->talk, &a->status, err);
}

static void release(struct answer *a)
{
    td_buf_release(&a->out);
    td_buf_release(&a->talk);
}

/* The last line of the answer, or NULL if git said no. */
static const char *one_line(struct td_arena *arena, const char *root,
                            const char *const *words)
{
    struct answer a = {0};
    const char *line = NULL;

    if (ask(&a, root, words, NULL) == TD_OK && a.status == 0) {
        while (a.out.len > 0 && a.out.ptr[a.out.len - 1] == '\n')
            a.out.len--;
        line = td_buf_str(&a.out);
        if (strrchr(line, '\n'))
            line = strrchr(line, '\n') + 1;
        line = td_arena_copy(arena, line);
    }
    release(&a);
    return line;
}

#define WORDS(...)                                                             \
    (const char *const[])                                                      \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }

/* The line, and *text is behind it. */
static struct td_bytes take_line(const char **text)
{
    struct td_bytes line = td_bytes(*text, strcspn(*text, "\n"));

    *text += line.len;
    *text += **text == '\n';
    return line;
}

/* Three lines, and the commit if there is one. */
static void read_facts(struct gates_facts *facts, struct td_arena *arena,
                       struct td_buf *out)
{
    const char *text = td_buf_str(out);
    struct td_bytes line;

    (void)take_line(&text);
    facts->shallow = td_bytes_is(take_line(&text), "true");
    line = take_line(&text);
    if (line.len > 0)
        facts->prefix = td_arena_text(arena, line);
    line = take_line(&text);
    if (line.len >= 40)
        facts->commit = td_arena_text(arena, line);
}

/* Why git tells nothing. It does not touch what belongs to somebody else, as a
 * checkout in a container often does, until it is told to.
 */
static const char *what_is_missing(struct answer *a)
{
    if (strstr(td_buf_str(&a->talk), "safe.directory"))
        return "git does not trust this repository, which another user owns: "
               "git config --global --add safe.directory DIRECTORY";
    return "the project is not in a git repository";
}

void gates_git_facts(struct gates_facts *facts, struct td_arena *arena,
                     const char *root)
{
    struct answer a = {0};
    enum td_code code =
        ask(&a, root,
            WORDS("rev-parse", "--git-dir", "--is-shallow-repository",
                  "--show-prefix", "HEAD"),
            NULL);

    *facts = (struct gates_facts){0};
    if (code)
        facts->missing = "git is not installed";
    else if (a.out.len == 0)
        facts->missing = what_is_missing(&a);
    else
        read_facts(facts, arena, &a.out);
    release(&a);
    facts->is_repository = !facts->missing;
    if (facts->missing || !facts->commit)
        return;
    if (!facts->shallow)
        facts->first =
            one_line(arena, root, WORDS("rev-list", "--max-parents=0", "HEAD"));
    if (ask(&a, root, WORDS("status", "--porcelain", "--untracked-files=no"),
            NULL) == TD_OK)
        facts->dirty = a.status == 0 && a.out.len > 0;
    release(&a);
}

static enum td_code refuse_base(const struct gates_facts *facts,
                                const char *ref, int status,
                                struct td_error *err)
{
    (void)td_error_set(err, TD_TOOL, ref, 0,
                       status == 1 ? "it and HEAD have no commit in common"
                                   : "git knows no such revision");
    if (facts->shallow)
        return td_error_hint(err, "this is a shallow clone: fetch all of the "
                                  "history (fetch-depth: 0)");
    return td_error_hint(err, "see git branch -a, and fetch it first");
}

static enum td_code find_base(struct gates_changes *changes,
                              struct td_arena *arena, const char *root,
                              const char *ref, struct td_error *err)
{
    struct gates_facts facts;
    struct answer a = {0};
    enum td_code code;

    gates_git_facts(&facts, arena, root);
    if (facts.missing)
        return td_error_set(err, TD_TOOL, "--changed-since", 0, "%s",
                            facts.missing);
    if (*ref == '-')
        return refuse_base(&facts, ref, 128, err);
    code = ask(&a, root, WORDS("merge-base", ref, "HEAD"), err);
    if (code == TD_OK && a.status != 0)
        code = refuse_base(&facts, ref, a.status, err);
    if (code == TD_OK) {
        while (a.out.len > 0 && a.out.ptr[a.out.len - 1] == '\n')
            a.out.len--;
        changes->base = td_arena_text(arena, td_buf_bytes(&a.out));
    }
    release(&a);
    return code;
}

/* The diff of what is among blank_files, or of what is not. */
static enum td_code read_diff(struct gates_changes *changes,
                              struct td_arena *arena, const char *root,
                              int blanks, struct td_error *err)
{
    const char *argv[ARGS_MAX] = {"diff",
                                  "-U0",
                                  "-M",
                                  "--inter-hunk-context=0",
                                  "--relative",
                                  "--no-ext-diff",
                                  "--no-textconv",
                                  "--no-color",
                                  "--src-prefix=a/",
                                  "--dst-prefix=b/",
                                  "--submodule=short"};
    size_t len = 11;
    struct answer a = {0};
    enum td_code code;

    if (blanks == 0)
        argv[len++] = "-w";
    argv[len++] = changes->base;
    argv[len++] = "--";
    if (blanks == 0)
        argv[len++] = ".";
    for (size_t i = 0; blanks < 2 && blank_files[i]; i++)
        argv[len++] = td_arena_print(
            arena, blanks ? ":(glob)**/%s" : ":(exclude,glob)**/%s",
            blank_files[i]);
    code = ask(&a, root, argv, err);
    if (code == TD_OK && a.status != 0)
        code = td_error_set(err, TD_TOOL, "git diff", 0, "%.200s",
                            td_buf_str(&a.talk));
    if (code == TD_OK)
        code = gates_diff_read(changes, arena, td_buf_bytes(&a.out), err);
    release(&a);
    return code;
}

/* Names with a NUL behind each. */
static struct verdict_words split_names(struct td_arena *arena,
                                        const struct td_buf *text)
{
    struct verdict_words names = {0};
    size_t count = 0;
    const char *at = (const char *)text->ptr;
    const char *end = at + text->len;

    for (size_t i = 0; i < text->len; i++)
        count += text->ptr[i] == 0;
    names.list = td_arena_alloc(arena, (count + 1) * sizeof(*names.list));
    while (names.len < count && at < end) {
        names.list[names.len++] = td_arena_copy(arena, at);
        at += strlen(at) + 1;
    }
    return names;
}

static void add_untracked(struct gates_changes *changes, struct td_arena *arena,
                          const char *root)
{
    struct answer a = {0};
    struct verdict_words names = {0};
    struct gates_change *list;

    if (ask(&a, root, WORDS("ls-files", "-o", "--exclude-standard", "-z"),
            NULL) == TD_OK &&
        a.status == 0)
        names = split_names(arena, &a.out);
    release(&a);
    list =
        td_arena_alloc(arena, (changes->len + names.len + 1) * sizeof(*list));
    if (changes->len > 0)
        memcpy(list, changes->list, changes->len * sizeof(*list));
    for (size_t i = 0; i < names.len; i++)
        list[changes->len++] =
            (struct gates_change){.path = names.list[i], .all = true};
    changes->list = list;
}

static int compare_change(const void *x, const void *y)
{
    const struct gates_change *a = x;
    const struct gates_change *b = y;

    return strcmp(a->path, b->path);
}

enum td_code gates_git_changes(struct gates_changes *changes,
                               struct td_arena *arena, const char *root,
                               const char *ref, bool blanks,
                               struct td_error *err)
{
    enum td_code code = find_base(changes, arena, root, ref, err);

    if (code == TD_OK)
        code = read_diff(changes, arena, root, blanks ? 2 : 0, err);
    if (code == TD_OK && !blanks)
        code = read_diff(changes, arena, root, 1, err);
    if (code)
        return code;
    add_untracked(changes, arena, root);
    qsort(changes->list, changes->len, sizeof(*changes->list), compare_change);
    return TD_OK;
}

enum td_code gates_git_since(struct gates_changes *changes,
                             struct td_arena *arena, const char *root,
                             const char *commit, struct td_error *err)
{
    enum td_code code;

    changes->base = commit;
    code = *commit == '-' ? td_error_set(err, TD_TOOL, commit, 0,
                                         "git knows no such revision")
                          : read_diff(changes, arena, root, 2, err);
    if (code)
        return code;
    add_untracked(changes, arena, root);
    qsort(changes->list, changes->len, sizeof(*changes->list), compare_change);
    return TD_OK;
}

const struct gates_change *gates_change_of(const struct gates_changes *changes,
                                           const char *path)
{
    const struct gates_change key = {.path = path};

    return changes->len == 0 ? NULL
                             : bsearch(&key, changes->list, changes->len,
                                       sizeof(*changes->list), compare_change);
}

bool gates_change_has(const struct gates_change *change, uint64_t line)
{
    if (!change || change->all)
        return change != NULL;
    for (size_t i = 0; i < change->len; i++) {
        if (line >= change->lines[i].from && line <= change->lines[i].to)
            return true;
    }
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct verdict_words gates_git_files(struct td_arena *arena, const char *root)
{
    struct answer a = {0};
    struct verdict_words names = {0};

    if (ask(&a, root, WORDS("ls-files", "-co", "--exclude-standard", "-z"),
            NULL) == TD_OK &&
        a.status == 0)
        names = split_names(arena, &a.out);
    release(&a);
    if (names.len > 0)
        qsort(names.list, names.len, sizeof(*names.list), compare_names);
    return names;
}

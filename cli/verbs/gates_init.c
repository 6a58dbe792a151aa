/* gates init: what kind of project is this, and which gates does it have? */
#include "cli/verbs/gates.h"
#include "cli/verbs/gates_script.h"
#include "core/fs.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct project {
    const char *dir;
    struct td_buf text; /* of the file that says what it is */
};

static bool has(const struct project *p, const char *name)
{
    struct td_buf path = {0};
    bool there;

    (void)td_buf_addf(&path, "%s/%s", p->dir, name);
    there = access(td_buf_str(&path), R_OK) == 0;
    td_buf_release(&path);
    return there;
}

/* Does a file of the project have this word in it? */
static bool says(struct project *p, const char *name, const char *word)
{
    struct td_buf path = {0};
    bool there;

    td_buf_release(&p->text);
    td_buf_init(&p->text, (size_t)4 << 20);
    (void)td_buf_addf(&path, "%s/%s", p->dir, name);
    there = td_fs_read_file(&p->text, td_buf_str(&path), NULL) == TD_OK &&
            strstr(td_buf_str(&p->text), word);
    td_buf_release(&path);
    return there;
}

/* Some of these files has the word in it; ends with NULL. */
static bool some_says(struct project *p, const char *const *names,
                      const char *word)
{
    for (; *names; names++) {
        if (has(p, *names) && says(p, *names, word))
            return true;
    }
    return false;
}

/* Does a line of a file of the project begin with this? */
static bool begins_line(struct project *p, const char *name, const char *word)
{
    if (!says(p, name, word))
        return false;
    for (const char *at = td_buf_str(&p->text); at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (!strncmp(at, word, strlen(word)))
            return true;
    }
    return false;
}

static void add(struct td_buf *out, const char *text)
{
    (void)td_buf_add_text(out, text);
}

/* Coverage that a gate of tests has written, held to the baseline. */
static void add_coverage(struct td_buf *out, const char *format,
                         const char *file)
{
    (void)td_buf_addf(out,
                      "  coverage:\n"
                      "    kind: coverage\n"
                      "    needs: [unit]\n"
                      "    reads: {%s: \"${unit.OUT}/%s\"}\n"
                      "    fail: {lines: ratchet}\n",
                      format, file);
}

/* A linter whose exit status is 1 if it finds something. */
static void add_lint(struct td_buf *out, const char *run, const char *format)
{
    (void)td_buf_addf(out,
                      "  lint:\n"
                      "    kind: lint\n"
                      "    run: %s\n"
                      "    reads: {%s: $OUT/lint.json}\n"
                      "    exits: {clean: [0], found: [1]}\n"
                      "    fail: {new: 0}\n",
                      run, format);
}

/* Tests whose report is not understood: only their exit status counts. */
static void add_plain_tests(struct td_buf *out, const char *needs,
                            const char *run)
{
    (void)td_buf_addf(out,
                      "  test: # with a report of the tests each is named: see "
                      "kind: tests\n"
                      "    kind: custom\n"
                      "%s    run: %s\n",
                      needs, run);
}

static void draft_cmake(struct project *p, struct td_buf *out)
{
    static const char *const words[] = {"enable_testing", "ENABLE_TESTING",
                                        "include(CTest)", "INCLUDE(CTest)"};
    bool tests = false;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        tests = tests || says(p, "CMakeLists.txt", words[i]);
    add(out, "  configure:\n"
             "    kind: custom\n"
             "    run: cmake -S . -B build\n"
             "  build:\n"
             "    kind: custom\n"
             "    needs: [configure]\n"
             "    run: cmake --build build\n");
    if (tests)
        add(out, "  unit:\n"
                 "    kind: tests\n"
                 "    needs: [build]\n"
                 "    run: ctest --test-dir build --no-tests=error "
                 "--output-junit $OUT/junit.xml\n"
                 "    reads: {junit: $OUT/junit.xml}\n");
    else
        add(out, "# CMakeLists.txt calls neither enable_testing() nor "
                 "include(CTest), so ctest has no test to run.\n");
}

static void draft_meson(struct project *p, struct td_buf *out)
{
    (void)p;
    add(out, "  configure:\n"
             "    kind: custom\n"
             "    run: test -d build || meson setup build\n"
             "    shell: true\n"
             "  build:\n"
             "    kind: custom\n"
             "    needs: [configure]\n"
             "    run: meson compile -C build\n"
             "  unit:\n"
             "    kind: tests\n"
             "    needs: [build]\n"
             "    run: meson test -C build\n"
             "    reads: {junit: build/meson-logs/testlog.junit.xml}\n");
}

static void draft_make(struct project *p, struct td_buf *out)
{
    const char *file = has(p, "GNUmakefile") ? "GNUmakefile"
                       : has(p, "makefile")  ? "makefile"
                                             : "Makefile";
    bool tests = begins_line(p, file, "test:");
    bool checks = !tests && begins_line(p, file, "check:");

    add(out, "  build:\n"
             "    kind: custom\n"
             "    run: make\n");
    if (tests || checks)
        add_plain_tests(out, "    needs: [build]\n",
                        tests ? "make test" : "make check");
}

/* npx --no runs what the project has installed, and fetches nothing. The words
 * that the project's own scripts give to a tool are kept, but for what decides
 * about its report.
 */
struct npm {
    struct cli_script_call call;
    bool told; /* a script calls the tool */
};

static struct npm npm_open(struct project *p, const char *tool,
                           const char *also, const char *const *without)
{
    struct npm npm = {0};

    (void)says(p, "package.json", "");
    npm.told =
        cli_script_find(&npm.call, td_buf_bytes(&p->text), tool, also, without);
    return npm;
}

/* A gate of tests whose command ends with the words of the script. */
static void add_npm_tests(struct td_buf *out, struct npm *npm, const char *run,
                          const char *env, const char *reads, bool shell)
{
    const char *more = td_buf_str(&npm->call.env);

    (void)td_buf_addf(out,
                      "  unit:\n"
                      "    kind: tests\n"
                      "    run: %s%s\n%s",
                      run, td_buf_str(&npm->call.words),
                      shell ? "    shell: true\n" : "");
    if (*env || *more)
        (void)td_buf_addf(out, "    env: {%s%s%s}\n", env,
                          *env && *more ? ", " : "", more);
    (void)td_buf_addf(out, "    reads: {%s}\n", reads);
    cli_script_release(&npm->call);
}

#define PLAIN_OUTPUT "CI: \"1\", NO_COLOR: \"1\""

static void draft_jest(struct project *p, struct td_buf *out)
{
    static const char *const without[] = {
        "--json",     "--outputFile=",        "--coverage",
        "--watch",    "--coverageDirectory=", "--collectCoverage",
        "--watchAll", "--coverageReporters=", NULL};
    struct npm npm = npm_open(p, "jest", NULL, without);

    add_npm_tests(out, &npm,
                  "npx --no -- jest --json --outputFile=$OUT/jest.json "
                  "--coverage --coverageReporters=lcovonly "
                  "--coverageDirectory=$OUT/cov",
                  PLAIN_OUTPUT, "jest: $OUT/jest.json", false);
    add_coverage(out, "lcov", "cov/lcov.info");
}

/* Its JSON is that of jest. */
static void draft_vitest(struct project *p, struct td_buf *out)
{
    static const char *const without[] = {
        "run",         "watch",         "--run", "--watch", "--coverage",
        "--reporter=", "--outputFile=", "--ui",  NULL};
    struct npm npm = npm_open(p, "vitest", NULL, without);
    bool covers = says(p, "package.json", "\"@vitest/coverage-");

    add_npm_tests(out, &npm,
                  covers ? "npx --no -- vitest run --reporter=json "
                           "--outputFile=$OUT/vitest.json "
                           "--coverage --coverage.reporter=lcovonly "
                           "--coverage.reportsDirectory=$OUT/cov"
                         : "npx --no -- vitest run --reporter=json "
                           "--outputFile=$OUT/vitest.json",
                  PLAIN_OUTPUT, "jest: $OUT/vitest.json", false);
    if (covers)
        add_coverage(out, "lcov", "cov/lcov.info");
}

/* Runs a command under c8 or nyc, where the project has one. True: it does. */
static bool add_cover(struct project *p, struct td_buf *run)
{
    const char *tool = says(p, "package.json", "\"c8\":")    ? "c8"
                       : says(p, "package.json", "\"nyc\":") ? "nyc"
                                                             : NULL;

    if (tool)
        (void)td_buf_addf(run, "npx --no -- %s --reporter=lcovonly %s ", tool,
                          strcmp(tool, "c8")
                              ? "--report-dir=$OUT/cov --temp-dir=$OUT/nyc"
                              : "--reports-dir=$OUT/cov");
    return tool != NULL;
}

static void draft_covered(struct project *p, struct td_buf *out,
                          struct npm *npm, const char *alone,
                          const char *command, bool shell)
{
    struct td_buf run = {0};
    bool covers = add_cover(p, &run);

    if (!covers)
        add(&run, alone);
    add(&run, command);
    add_npm_tests(out, npm, td_buf_str(&run), "", "junit: $OUT/junit.xml",
                  shell);
    td_buf_release(&run);
    if (covers)
        add_coverage(out, "lcov", "cov/lcov.info");
}

static void draft_mocha(struct project *p, struct td_buf *out)
{
    static const char *const without[] = {"--reporter=",
                                          "-R=",
                                          "--reporter-option=",
                                          "--reporter-options=",
                                          "-O=",
                                          "--watch",
                                          "-w",
                                          NULL};
    struct npm npm = npm_open(p, "mocha", NULL, without);

    draft_covered(p, out, &npm, "npx --no -- ",
                  "mocha --reporter xunit "
                  "--reporter-option output=$OUT/junit.xml",
                  false);
}

/* False: no script calls it. Patterns of files are for a shell: Node.js 20 does
 * not read them.
 */
static bool draft_node(struct project *p, struct td_buf *out)
{
    static const char *const without[] = {"--test",
                                          "--watch",
                                          "--test-reporter=",
                                          "--test-reporter-destination=",
                                          "--experimental-test-coverage",
                                          NULL};
    struct npm npm = npm_open(p, "node", "--test", without);
    bool shell = strchr(td_buf_str(&npm.call.words), '*');

    if (!npm.told && !says(p, "package.json", "node --test")) {
        cli_script_release(&npm.call);
        return false;
    }
    draft_covered(p, out, &npm, "",
                  "node --test --test-reporter=junit "
                  "--test-reporter-destination=$OUT/junit.xml",
                  shell);
    return true;
}

static void draft_npm_tests(struct project *p, struct td_buf *out)
{
    if (says(p, "package.json", "\"jest\":"))
        draft_jest(p, out);
    else if (says(p, "package.json", "\"vitest\":"))
        draft_vitest(p, out);
    else if (says(p, "package.json", "\"mocha\":"))
        draft_mocha(p, out);
    else if (!draft_node(p, out) && says(p, "package.json", "\"test\":"))
        add_plain_tests(out, "", "npm test");
}

static void draft_eslint(struct project *p, struct td_buf *out)
{
    static const char *const without[] = {"-f=", "--format=",      "--fix",
                                          "-o=", "--output-file=", NULL};
    struct npm npm = npm_open(p, "eslint", NULL, without);
    struct td_buf run = {0};

    (void)td_buf_addf(&run, "npx --no -- eslint -f json -o $OUT/lint.json%s",
                      npm.told ? td_buf_str(&npm.call.words) : " .");
    add_lint(out, td_buf_str(&run), "eslint");
    td_buf_release(&run);
    cli_script_release(&npm.call);
}

static void draft_npm(struct project *p, struct td_buf *out)
{
    draft_npm_tests(p, out);
    if (says(p, "package.json", "\"eslint\":"))
        draft_eslint(p, out);
    if (!strstr(td_buf_str(out), "kind:"))
        add(out, "  installed:\n"
                 "    kind: custom\n"
                 "    run: npm ls\n");
}

/* Of the tests in a directory some are of unittest, and none is of pytest. */
static bool tests_by_unittest(struct project *p, const char *dir)
{
    struct td_buf path = {0};
    bool found = false;
    bool pytest = false;
    DIR *list;

    (void)td_buf_addf(&path, "%s/%s", p->dir, dir);
    list = opendir(td_buf_str(&path));
    for (const struct dirent *e; list && (e = readdir(list)) != NULL;) {
        size_t len = strlen(e->d_name);

        if (strncmp(e->d_name, "test", 4) != 0 || len < 4 ||
            strcmp(e->d_name + len - 3, ".py") != 0)
            continue;
        td_buf_clear(&path);
        (void)td_buf_addf(&path, "%s/%s", dir, e->d_name);
        found = found || says(p, td_buf_str(&path), "unittest.TestCase");
        pytest = pytest || says(p, td_buf_str(&path), "pytest");
    }
    if (list)
        (void)closedir(list);
    td_buf_release(&path);
    return found && !pytest;
}

/* True if it has tests that Python runs by itself: pytest may not be there. */
static bool draft_unittest(struct project *p, const char *const *files,
                           struct td_buf *out)
{
    static const char *const dirs[] = {"tests", "test", "."};

    if (some_says(p, files, "pytest") || has(p, "pytest.ini") ||
        has(p, "conftest.py"))
        return false;
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        if (tests_by_unittest(p, dirs[i])) {
            struct td_buf run = {0};

            (void)td_buf_addf(&run, "python3 -m unittest discover -s %s",
                              dirs[i]);
            add_plain_tests(out, "", td_buf_str(&run));
            td_buf_release(&run);
            return true;
        }
    return false;
}

static void draft_pytest(struct td_buf *out, bool covers)
{
    (void)td_buf_addf(out,
                      "  unit:\n"
                      "    kind: tests\n"
                      "    run: python3 -m pytest "
                      "--junitxml=$OUT/junit.xml%s\n"
                      "    reads: {junit: $OUT/junit.xml}\n",
                      covers ? " --cov --cov-report=xml:$OUT/coverage.xml"
                             : "");
    if (covers)
        add_coverage(out, "cobertura", "coverage.xml");
}

static void draft_python(struct project *p, struct td_buf *out)
{
    static const char *const files[] = {
        "pyproject.toml",   "setup.cfg", "setup.py", "requirements-dev.txt",
        "requirements.txt", "tox.ini",   NULL};

    if (!draft_unittest(p, files, out))
        draft_pytest(out, some_says(p, files, "pytest-cov"));
    if (has(p, "ruff.toml") || has(p, ".ruff.toml") ||
        some_says(p, files, "ruff"))
        add_lint(out, "ruff check --output-format=json -o $OUT/lint.json .",
                 "ruff");
}

static void draft_cargo(struct project *p, struct td_buf *out)
{
    (void)p;
    add(out, "  build:\n"
             "    kind: custom\n"
             "    run: cargo build --tests\n");
    add_plain_tests(out, "    needs: [build]\n", "cargo test");
}

/* golangci-lint cuts its lists by default; its version 2 has other options. */
static void draft_golangci(struct project *p, struct td_buf *out)
{
    static const char *const files[] = {".golangci.yml", ".golangci.yaml",
                                        NULL};

    if (!has(p, files[0]) && !has(p, files[1]))
        return;
    add_lint(out,
             some_says(p, files, "version: \"2\"")
                 ? "golangci-lint run --max-issues-per-linter=0 "
                   "--max-same-issues=0 --output.json.path=$OUT/lint.json"
                 : "golangci-lint run --max-issues-per-linter=0 "
                   "--max-same-issues=0 --out-format=json:$OUT/lint.json",
             "golangci");
}

static void draft_go(struct project *p, struct td_buf *out)
{
    add(out, "  unit:\n"
             "    kind: tests\n"
             "    run: go test -count=1 -json -coverprofile=$OUT/cover.out "
             "./... > $OUT/test.jsonl\n"
             "    shell: true\n"
             "    reads: {go-json: $OUT/test.jsonl}\n");
    add_coverage(out, "go-cover", "cover.out");
    draft_golangci(p, out);
}

static const struct {
    const char *file;
    const char *what;
    void (*draft)(struct project *p, struct td_buf *out);
} kinds[] = {
    {"CMakeLists.txt", "CMake", draft_cmake},
    {"meson.build", "Meson", draft_meson},
    {"package.json", "npm", draft_npm},
    {"Cargo.toml", "cargo", draft_cargo},
    {"go.mod", "Go", draft_go},
    {"pyproject.toml", "Python", draft_python},
    {"setup.py", "Python", draft_python},
    {"setup.cfg", "Python", draft_python},
    {"pytest.ini", "Python", draft_python},
    {"GNUmakefile", "Make", draft_make},
    {"Makefile", "Make", draft_make},
    {"makefile", "Make", draft_make},
};

enum td_code cli_gates_draft(struct td_buf *out, const char *dir,
                             struct td_error *err)
{
    struct project p = {.dir = dir};
    DIR *folder = opendir(dir);

    if (!folder)
        return td_error_errno(err, TD_IO, dir, errno, "cannot open");
    (void)closedir(folder);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!has(&p, kinds[i].file))
            continue;
        (void)td_buf_addf(out,
                          "# Gates of this project (%s): tapedeck validate "
                          "--gates .tapedeck/gates.yaml\n"
                          "gates: 1\n"
                          "checks:\n",
                          kinds[i].what);
        kinds[i].draft(&p, out);
        td_buf_release(&p.text);
        return TD_OK;
    }
    (void)td_error_set(err, TD_USAGE, dir, 0,
                       "there is no project of a kind that is known here");
    return td_error_hint(err, "it looks for CMakeLists.txt, meson.build, "
                              "package.json, Cargo.toml, go.mod, "
                              "pyproject.toml, Makefile");
}

/* gates init: what kind of project is this, and which gates does it have? */
#include "cli/verbs/gates.h"
#include "core/fs.h"
#include "validator/gates/read/read.h"

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
    there = td_fs_read(&p->text, td_buf_str(&path), NULL) == TD_OK &&
            strstr(td_buf_str(&p->text), word);
    td_buf_release(&path);
    return there;
}

static void draft_cmake(struct project *p, struct td_buf *out)
{
    (void)p;
    (void)td_buf_add_text(out,
                          "  configure:\n"
                          "    kind: custom\n"
                          "    run: cmake -S . -B build\n"
                          "  build:\n"
                          "    kind: custom\n"
                          "    needs: [configure]\n"
                          "    run: cmake --build build\n"
                          "  unit:\n"
                          "    kind: tests\n"
                          "    needs: [build]\n"
                          "    run: ctest --test-dir build --no-tests=error "
                          "--output-junit $OUT/junit.xml\n"
                          "    reads: {junit: $OUT/junit.xml}\n");
}

static void draft_meson(struct project *p, struct td_buf *out)
{
    (void)p;
    (void)td_buf_add_text(
        out, "  configure:\n"
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
    bool tests = says(p, has(p, "Makefile") ? "Makefile" : "makefile", "test:");
    bool checks =
        !tests &&
        says(p, has(p, "Makefile") ? "Makefile" : "makefile", "check:");

    (void)td_buf_add_text(out, "  build:\n"
                               "    kind: custom\n"
                               "    run: make\n");
    if (tests || checks)
        (void)td_buf_addf(out,
                          "  test: # a report of the tests says more: see "
                          "kind: tests\n"
                          "    kind: custom\n"
                          "    needs: [build]\n"
                          "    run: make %s\n",
                          tests ? "test" : "check");
}

static void draft_npm_tests(struct project *p, struct td_buf *out)
{
    if (read_find("jest") && says(p, "package.json", "\"jest\""))
        (void)td_buf_add_text(
            out, "  unit:\n"
                 "    kind: tests\n"
                 "    run: npx jest --json --outputFile=$OUT/jest.json "
                 "--coverage --coverageReporters=lcov "
                 "--coverageDirectory=$OUT/cov\n"
                 "    env: {CI: \"1\", NO_COLOR: \"1\"}\n"
                 "    reads: {jest: $OUT/jest.json}\n"
                 "  coverage:\n"
                 "    kind: coverage\n"
                 "    needs: [unit]\n"
                 "    reads: {lcov: \"${unit.OUT}/cov/lcov.info\"}\n"
                 "    fail: {lines: ratchet}\n");
    else if (says(p, "package.json", "node --test"))
        (void)td_buf_add_text(out,
                              "  unit:\n"
                              "    kind: tests\n"
                              "    run: node --test --test-reporter=junit "
                              "--test-reporter-destination=$OUT/junit.xml\n"
                              "    reads: {junit: $OUT/junit.xml}\n");
    else if (says(p, "package.json", "\"test\""))
        (void)td_buf_add_text(out, "  test: # a report of the tests says more: "
                                   "see kind: tests\n"
                                   "    kind: custom\n"
                                   "    run: npm test\n");
}

static void draft_npm(struct project *p, struct td_buf *out)
{
    draft_npm_tests(p, out);
    if (read_find("eslint") && says(p, "package.json", "\"eslint\""))
        (void)td_buf_add_text(out,
                              "  lint:\n"
                              "    kind: lint\n"
                              "    run: npx eslint -f json -o $OUT/eslint.json "
                              ".\n"
                              "    reads: {eslint: $OUT/eslint.json}\n"
                              "    exits: {clean: [0], found: [1]}\n"
                              "    fail: {new: 0}\n");
    if (!strstr((const char *)td_buf_str(out), "kind:"))
        (void)td_buf_add_text(out, "  syntax:\n"
                                   "    kind: custom\n"
                                   "    run: npm ls\n");
}

static void draft_python(struct project *p, struct td_buf *out)
{
    bool ruff = read_find("ruff") && (has(p, "ruff.toml") ||
                                      says(p, "pyproject.toml", "[tool.ruff"));

    (void)td_buf_add_text(
        out, "  unit:\n"
             "    kind: tests\n"
             "    run: python3 -m pytest --junitxml=$OUT/junit.xml\n"
             "    reads: {junit: $OUT/junit.xml}\n");
    if (ruff)
        (void)td_buf_add_text(out, "  lint:\n"
                                   "    kind: lint\n"
                                   "    run: ruff check --output-format=json "
                                   "-o $OUT/ruff.json .\n"
                                   "    reads: {ruff: $OUT/ruff.json}\n"
                                   "    exits: {clean: [0], found: [1]}\n"
                                   "    fail: {new: 0}\n");
}

static void draft_cargo(struct project *p, struct td_buf *out)
{
    (void)p;
    (void)td_buf_add_text(out, "  build:\n"
                               "    kind: custom\n"
                               "    run: cargo build --tests\n"
                               "  test: # a report of the tests says more: see "
                               "kind: tests\n"
                               "    kind: custom\n"
                               "    needs: [build]\n"
                               "    run: cargo test\n");
}

static void draft_go(struct project *p, struct td_buf *out)
{
    (void)p;
    if (!read_find("go")) {
        (void)td_buf_add_text(out, "  test:\n"
                                   "    kind: custom\n"
                                   "    run: go test ./...\n");
        return;
    }
    (void)td_buf_add_text(
        out, "  unit:\n"
             "    kind: tests\n"
             "    run: go test -count=1 -json ./... > $OUT/test.jsonl\n"
             "    shell: true\n"
             "    reads: {go: $OUT/test.jsonl}\n");
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
    {"pytest.ini", "Python", draft_python},
    {"Makefile", "Make", draft_make},
    {"makefile", "Make", draft_make},
};

enum td_code cli_gates_draft(struct td_buf *out, const char *dir,
                             struct td_error *err)
{
    struct project p = {.dir = dir};

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

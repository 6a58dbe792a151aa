/* gates.yaml: what is read, and what is said of what is wrong. */
#include "tests/suites.h"
#include "validator/gates/load.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *text; /* a gate named g; or a whole file */
    const char *where;
    const char *what;
    const char *hint;
} rows[] = {
    {"{kind: custom, run: make}", "", "", ""},
    {"{kind: custom, rum: make}", "g:3:21", "a gate has no key \"rum\"",
     "did you mean run?"},
    {"{run: make}", "g:3:3", "the gate g has no kind",
     "write kind: tests, coverage, lint, performance, stream or custom"},
    {"{kind: test, run: make}", "g:3:13", "\"test\" is no kind of gate",
     "did you mean tests?"},
    {"{kind: custom}", "g:3:3", "a gate of kind custom needs run", ""},
    {"{kind: tests, run: make}", "g:3:3", "a gate of kind tests needs reads",
     ""},
    {"{kind: stream}", "g:3:3", "a gate of kind stream needs tape", ""},
    {"{kind: performance, a: x}", "g:3:3", "a gate of kind performance needs b",
     ""},
    {"{kind: performance, a: x, b: y, blocks: 3}", "g:3:3",
     "fewer than 8 blocks cannot show anything with p < 0.01 twice", ""},
    {"{kind: performance, a: x, b: y, blocks: 300}", "g:3:46",
     "blocks is at most 60", ""},
    {"{kind: custom, run: make && make test}", "g:3:26",
     "run is run without a shell, and has && in it",
     "add shell: true, or put it into quotes if the program is to have it"},
    {"{kind: custom, run: \"make 'x\"}", "g:3:26",
     "a quote in run is not closed", ""},
    {"{kind: custom, run: \"\"}", "g:3:26", "run is empty", ""},
    {"{kind: custom, run: []}", "g:3:26", "run is an empty command", ""},
    {"{kind: custom, run: [\"\", x]}", "g:3:26",
     "the program of run is an empty text", ""},
    {"{kind: custom, shell: true, run: \" \"}", "g:3:39",
     "run is an empty command", ""},
    {"{kind: custom, run: [a, 1]}", "g:3:30",
     "run is a text or a list of texts", ""},
    {"{kind: custom, run: x, timeout: soon}", "g:3:38", "\"soon\" is no time",
     "write it as 90s, 10m or 1h"},
    {"{kind: custom, run: x, pool: gpu}", "g:3:35", "\"gpu\" is no pool",
     "did you mean cpu?"},
    {"{kind: custom, run: x, needs: h}", "g:3:36", "there is no gate \"h\"",
     "g is the only one"},
    {"{kind: custom, run: x, needs: [g]}", "g:3:3",
     "gates need each other in a ring: g -> g", ""},
    {"{kind: custom, run: x, shell: maybe}", "g:3:36", "shell is true or false",
     ""},
    {"{kind: custom, run: x, env: [a]}", "g:3:34",
     "env is an object: NAME and value", ""},
    {"{kind: custom, run: x, env: {a=b: 1}}", "g:3:35",
     "\"a=b\" is no name of a variable", ""},
    {"{kind: custom, run: x, exits: {clean: 0}}", "g:3:44",
     "exits are lists, as [0, 1]", ""},
    {"{kind: custom, run: x, exits: {clean: [300]}}", "g:3:45",
     "an exit status is at most 255", ""},
    {"{kind: custom, run: x, min: 3}", "g:3:34",
     "min means nothing in a gate of kind custom", ""},
    {"{kind: custom, run: x, reads: {junit: j}}", "g:3:37",
     "junit is not about custom", "there are none"},
    {"{kind: tests, reads: {lcov: j}}", "g:3:28", "lcov is not about tests",
     NULL},
    {"{kind: tests, reads: {junnit: j}}", "g:3:28",
     "no reader is called \"junnit\"", "did you mean junit?"},
    {"{kind: tests, reads: {junit: j}, fail: {fialed: 0}}", "g:3:46",
     "tests has no measure \"fialed\"", "did you mean failed?"},
    {"{kind: tests, reads: {junit: j}, fail: {failed: ratchet}}", "g:3:54",
     "this measure has no baseline to compare with", ""},
    {"{kind: tests, reads: {junit: j}, fail: {failed: 5%}}", "g:3:54",
     "this measure is a count: write it without %", ""},
    {"{kind: coverage, reads: {lcov: j}, fail: {lines: 90}}", "g:3:55",
     "this measure is a share: write it with %", ""},
    {"{kind: coverage, reads: {lcov: j}, fail: {lines: much}}", "g:3:55",
     "a limit is written as 5, \"<= 5\", \">= 90%\" or ratchet", ""},
    {"{kind: coverage, reads: {lcov: j}, fail: {src/: \">= 90%\"}}", "", "",
     ""},
    {"{kind: coverage, reads: {lcov: j}, unmeasured: no}", "g:3:53",
     "\"no\" is no way to treat unmeasured source",
     "there are tell, warn, fail"},
    {"{kind: tests, reads: {junit: j}, retry: {times: 11}}", "g:3:54",
     "times is at most 10", ""},
    {"{kind: tests, reads: {junit: j}, min: -1}", "g:3:44",
     "min is a whole number", ""},
};

static struct td_error load(const char *text)
{
    struct gates_file file = {0};
    struct td_error err = {0};

    (void)!gates_parse(&file, "g", td_text(text), NULL, &err);
    gates_release(&file);
    return err;
}

static void each_mistake_is_named_where_it_is(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[400];
        struct td_error err;

        (void)snprintf(text, sizeof(text), "gates: 1\nchecks:\n  g: %s\n",
                       rows[i].text);
        err = load(text);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
        CU_ASSERT_STRING_EQUAL(err.text, rows[i].what);
        if (strcmp(err.text, rows[i].what) != 0 ||
            strcmp(err.where, rows[i].where) != 0)
            (void)fprintf(stderr, "%s\n  %s: %s; %s\n", rows[i].text, err.where,
                          err.text, err.hint);
        if (rows[i].hint)
            CU_ASSERT_STRING_EQUAL(err.hint, rows[i].hint);
    }
}

static const struct {
    const char *text;
    const char *where;
    const char *what;
} files[] = {
    {"[]", "g:1:1", "gates.yaml is an object of keys"},
    {"{}", "g:1:1", "the key gates is missing"},
    {"gates: 1", "g:1:1", "the key checks is missing"},
    {"gates: 2\nchecks: {g: {kind: custom, run: x}}", "g:1:8",
     "this is no version of gates.yaml that is known"},
    {"gates: 1\nchecks: []", "g:2:9", "checks is an object: a name and a gate"},
    {"gates: 1\nchecks: {}", "g:2:9", "there is no gate in it"},
    {"gates: 1\nchecks: {../x: {kind: custom, run: x}}", "g:2:10",
     "\"../x\" is no name for a gate"},
    {"gates: 1\nchecks: {-x: {kind: custom, run: x}}", "g:2:10",
     "\"-x\" is no name for a gate"},
    {"gates: 1\nchecks: {x: 1}", "g:2:13", "a gate is an object of keys"},
    {"gates: 1\ncheck: {}", "g:2:1", "gates.yaml has no key \"check\""},
    {"gates: 1\nchecks:\n"
     "  a: {kind: custom, run: x, needs: b}\n"
     "  b: {kind: custom, run: x, needs: [c]}\n"
     "  c: {kind: custom, run: x, needs: [a]}\n",
     "g:3:3", "gates need each other in a ring: a -> b -> c -> a"},
    {"gates: 1\nchecks:\n"
     "  d: {kind: custom, run: x, needs: a}\n"
     "  a: {kind: custom, run: x, needs: b}\n"
     "  b: {kind: custom, run: x, needs: [a]}\n",
     "g:4:3", "gates need each other in a ring: a -> b -> a"},
    {"gates: 1\nchecks:\n"
     "  a: {kind: custom, run: x}\n"
     "  b: {kind: custom, run: \"cat ${a.OUT}/x\"}\n",
     "g:4:26", "${a.OUT} is of a gate that b does not need"},
    {"gates: 1\nchecks:\n"
     "  a: {kind: custom, run: x}\n"
     "  b: {kind: custom, run: x, needs: a}\n"
     "  c: {kind: custom, run: \"cat ${a.OUT}/x\", needs: b}\n",
     "", ""},
};

static void each_file_that_is_none_is_refused(void)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct td_error err = load(files[i].text);

        CU_ASSERT_STRING_EQUAL(err.where, files[i].where);
        CU_ASSERT_STRING_EQUAL(err.text, files[i].what);
        if (strcmp(err.text, files[i].what) != 0)
            (void)fprintf(stderr, "%s\n  %s: %s\n", files[i].text, err.where,
                          err.text);
    }
}

static void what_is_not_said_has_its_default(void)
{
    struct gates_file file = {0};

    CU_ASSERT_EQUAL_FATAL(
        gates_parse(&file, "p/.tapedeck/gates.yaml",
                    td_text("gates: 1\nchecks:\n"
                            "  g: {kind: performance, a: x, b: y z}\n"
                            "  h: {kind: custom, run: [a b, c], env: {N: 1}}"),
                    NULL, NULL),
        TD_OK);
    CU_ASSERT_STRING_EQUAL(file.root, "p");
    CU_ASSERT_EQUAL(file.len, 2);
    CU_ASSERT_EQUAL(file.checks[0].timeout_ns, GATES_TIMEOUT_NS);
    CU_ASSERT_EQUAL(file.checks[0].pool, GATES_EXCLUSIVE);
    CU_ASSERT_EQUAL(file.checks[0].blocks, GATES_BLOCKS);
    CU_ASSERT_EQUAL(file.checks[0].b.len, 2);
    CU_ASSERT_EQUAL(file.checks[1].pool, GATES_CPU);
    CU_ASSERT_EQUAL(file.checks[1].run.len, 2);
    CU_ASSERT_STRING_EQUAL(file.checks[1].run.list[0], "a b");
    CU_ASSERT_STRING_EQUAL(file.checks[1].env.list[0], "N=1");
    gates_release(&file);
}

static const struct {
    const char *path;
    const char *root;
} roots[] = {{"gates.yaml", "."},
             {".tapedeck/gates.yaml", "."},
             {"./gates.yaml", "."},
             {"a/b/gates.yaml", "a/b"},
             {"a/.tapedeck/gates.yaml", "a"},
             {"/gates.yaml", "/"},
             {"/.tapedeck/gates.yaml", "/"},
             {"/a/x.tapedeck/gates.yaml", "/a/x.tapedeck"}};

static void the_project_is_around_the_file(void)
{
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        struct gates_file file = {0};

        CU_ASSERT_EQUAL(gates_parse(&file, roots[i].path,
                                    td_text("gates: 1\nchecks: {g: {kind: "
                                            "custom, run: x}}"),
                                    NULL, NULL),
                        TD_OK);
        CU_ASSERT_STRING_EQUAL(file.root, roots[i].root);
        gates_release(&file);
    }
}

CU_TestInfo validator_gates_load_tests[] = {
    {"each mistake is named where it is", each_mistake_is_named_where_it_is},
    {"each file that is none is refused", each_file_that_is_none_is_refused},
    {"what is not said has its default", what_is_not_said_has_its_default},
    {"the project is around the file", the_project_is_around_the_file},
    CU_TEST_INFO_NULL,
};

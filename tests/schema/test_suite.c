/* The official JSON Schema test suite: every required case of every draft, and
 * the optional ones that speak of what this engine does.
 *
 * Debian has it in libtest-json-schema-acceptance-perl. Another copy, newer
 * perhaps, is run as well if TD_JSON_SCHEMA_SUITE names its folder.
 */
#include "core/json_shape.h"
#include "schema/schema.h"
#include "tests/suites.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define DEBIAN "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance"

struct score {
    const char *suite;
    const char *draft; /* the name of its folder */
    const char *dialect;
    bool formats;
    unsigned groups;
    unsigned cases;
    unsigned passed;
};

static uint32_t member(const struct td_jsonx *x, uint32_t at, const char *name)
{
    return td_json_member(&x->json, at, td_text(name));
}

static void text_of(const struct td_jsonx *x, uint32_t at, char out[200])
{
    struct td_buf text = {0};

    (void)td_json_unescape(&text, td_json_inner(&x->json, at));
    (void)snprintf(out, 200, "%s", td_buf_str(&text));
    td_buf_release(&text);
}

static void count_problem(void *self, const struct schema_problem *problem)
{
    ++*(unsigned *)self;
    CU_ASSERT(problem->expected[0] != '\0' && problem->schema_path[0] != '\0');
}

/* By its shape, once that is known, a value is judged the same. */
static void run_shapes(struct schema_run *run, uint32_t root,
                       struct td_bytes text, enum td_code code)
{
    struct td_json_shapes *shapes = td_json_shapes_new(TD_JSON_DEPTH);
    struct td_json_doc doc = {0};

    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL_FATAL(td_json_shapes_parse(shapes, &doc, text, NULL),
                              TD_OK);
        CU_ASSERT_EQUAL(schema_test(run, root, (struct schema_value){&doc, 0}),
                        code);
    }
    CU_ASSERT(doc.shape > 0 || doc.values[0].kind < TD_JSON_ARRAY);
    td_json_release(&doc);
    td_json_shapes_free(shapes);
}

/* Both passes must agree, and a failure must have a reason. */
static bool run_case(struct schema_run *run, uint32_t root,
                     const struct td_jsonx *x, uint32_t test)
{
    struct schema_value data = {&x->json, member(x, test, "data")};
    bool valid = x->json.values[member(x, test, "valid")].kind == TD_JSON_TRUE;
    enum td_code fast = schema_test(run, root, data);
    unsigned problems = 0;
    enum td_code slow =
        schema_explain(run, root, data, count_problem, &problems);

    CU_ASSERT_EQUAL(fast, slow);
    CU_ASSERT_EQUAL(problems > 0, slow == TD_FAILED);
    run_shapes(run, root, td_json_raw(data.doc, data.at), fast);
    return fast == (valid ? TD_OK : TD_FAILED);
}

static void run_cases(struct score *score, const struct schema_set *set,
                      uint32_t root, const struct td_jsonx *x, uint32_t group,
                      const char *file)
{
    struct schema_run *run = schema_run_new(set);
    uint32_t tests = member(x, group, "tests");
    char name[200];
    char what[200];

    text_of(x, member(x, group, "description"), name);
    for (uint32_t t = tests + 1; t < x->json.values[tests].next;
         t = x->json.values[t].next) {
        score->cases++;
        if (run_case(run, root, x, t)) {
            score->passed++;
            continue;
        }
        text_of(x, member(x, t, "description"), what);
        printf("\n    %s %s: %s: %s\n", score->draft, file, name, what);
        CU_FAIL("a case of the suite fails");
    }
    schema_run_free(run);
}

static void run_group(struct score *score, const struct td_jsonx *x,
                      uint32_t group, const char *file)
{
    struct td_buf remotes = {0};
    struct schema_map map[2] = {{"http://localhost:1234/", NULL}};
    struct schema_options how = {.dialect = score->dialect,
                                 .assert_format = score->formats,
                                 .assert_content = score->formats,
                                 .map = map};
    struct schema_set *set;
    struct td_error err = {0};
    char name[200];
    uint32_t root;

    (void)td_buf_addf(&remotes, "%s/remotes", score->suite);
    map[0].folder = td_buf_str(&remotes);
    set = schema_set_new(&how);
    score->groups++;
    if (schema_set_add(set, x, member(x, group, "schema"), &root, &err)) {
        text_of(x, member(x, group, "description"), name);
        printf("\n    %s %s: %s: %s: %s\n", score->draft, file, name, err.where,
               err.text);
        CU_FAIL("a schema of the suite is refused");
    } else {
        run_cases(score, set, root, x, group, file);
    }
    schema_set_free(set);
    td_buf_release(&remotes);
}

static void run_file(struct score *score, const char *folder, const char *file)
{
    struct td_jsonx x = {0};
    struct td_error err = {0};
    struct td_buf path = {0};

    (void)td_buf_addf(&path, "%s/%s", folder, file);
    if (td_jsonx_load(&x, td_buf_str(&path), &err))
        printf("\n    %s: %s\n", err.where, err.text);
    CU_ASSERT_FATAL(x.json.len > 0);
    for (uint32_t group = 1; group < x.json.len;
         group = x.json.values[group].next)
        run_group(score, &x, group, file);
    td_jsonx_release(&x);
    td_buf_release(&path);
}

/* Every file of a folder; *files counts them. */
static void run_folder(struct score *score, const char *below, unsigned *files)
{
    struct dirent **names = NULL;
    struct td_buf folder = {0};
    int count;

    (void)td_buf_addf(&folder, "%s/tests/%s%s", score->suite, score->draft,
                      below);
    count = scandir(td_buf_str(&folder), &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (strstr(names[i]->d_name, ".json")) {
            run_file(score, td_buf_str(&folder), names[i]->d_name);
            ++*files;
        }
        free(names[i]);
    }
    free(names);
    td_buf_release(&folder);
}

static void run_draft(const char *draft, const char *dialect)
{
    const char *suites[] = {DEBIAN, getenv("TD_JSON_SCHEMA_SUITE")};

    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        struct score must = {
            .suite = suites[i], .draft = draft, .dialect = dialect};
        struct score may = must;
        struct score formats;
        unsigned files = 0;

        if (!suites[i])
            continue;
        run_folder(&must, "", &files);
        CU_ASSERT(files > 25);
        may.formats = true;
        formats = may;
        run_folder(&may, "/optional", &files);
        run_folder(&formats, "/optional/format", &files);
        printf("\n    %s: %u of %u required cases (%u groups), %u of %u "
               "optional ones, %u of %u of formats\n    ",
               draft, must.passed, must.cases, must.groups, may.passed,
               may.cases, formats.passed, formats.cases);
    }
}

static void draft_2020_12(void)
{
    run_draft("draft2020-12", "https://json-schema.org/draft/2020-12/schema");
}

static void draft_2019_09(void)
{
    run_draft("draft2019-09", "https://json-schema.org/draft/2019-09/schema");
}

static void draft_7(void)
{
    run_draft("draft7", "http://json-schema.org/draft-07/schema#");
}

static void draft_6(void)
{
    run_draft("draft6", "http://json-schema.org/draft-06/schema#");
}

static void draft_4(void)
{
    run_draft("draft4", "http://json-schema.org/draft-04/schema#");
}

CU_TestInfo schema_suite_tests[] = {
    {"draft 2020-12", draft_2020_12},
    {"draft 2019-09", draft_2019_09},
    {"draft 7", draft_7},
    {"draft 6", draft_6},
    {"draft 4", draft_4},
    CU_TEST_INFO_NULL,
};

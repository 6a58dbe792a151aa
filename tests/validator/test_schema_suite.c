/* The official JSON Schema test suite, required cases of two drafts.
 *
 * The suite is not part of the project: it is looked for in the folder that
 * TD_JSON_SCHEMA_SUITE names, in fixtures/schemas/suite, and beside the
 * checkout in shared/suites/json-schema. Without it the tests are skipped.
 *
 * What is not supported is listed case group by case group: a group on the list
 * must be refused when it is compiled, every other group must pass whole.
 */
#include "tests/suites.h"
#include "validator/schema.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The folder of the suite, or NULL. */
static const char *suite_folder(void)
{
    const char *folders[] = {getenv("TD_JSON_SCHEMA_SUITE"),
                             TD_SOURCE_DIR "/fixtures/schemas/suite",
                             TD_SOURCE_DIR "/../shared/suites/json-schema"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (folders[i] && access(folders[i], R_OK) == 0)
            return folders[i];
    }
    return NULL;
}

struct score {
    const char *draft;
    const char *dialect;
    const char *remotes;
    unsigned groups;
    unsigned passed;
    unsigned refused;
    unsigned cases;
};

/* What this version refuses: $dynamicRef, unevaluatedItems and -Properties,
 * custom metaschemas, and references to the metaschemas, which it does not
 * carry.
 */
static const struct {
    const char *draft;
    const char *file;
    const char *group; /* NULL: every group of the file */
} unsupported[] = {
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef to an $anchor in the same schema resource behaves like a "
     "normal $ref to an $anchor"},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef to a $dynamicAnchor in the same schema resource behaves "
     "like a normal $ref to an $anchor"},
    {"draft2020-12", "unevaluatedItems.json", NULL},
    {"draft2020-12", "unevaluatedProperties.json", NULL},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef resolves to the first $dynamicAnchor still in scope that "
     "is encountered when the schema is evaluated"},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef without anchor in fragment behaves identical to $ref"},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef with intermediate scopes that don't include a matching "
     "$dynamicAnchor does not affect dynamic scope resolution"},
    {"draft2020-12", "dynamicRef.json",
     "An $anchor with the same name as a $dynamicAnchor is not used for "
     "dynamic scope resolution"},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef without a matching $dynamicAnchor in the same schema "
     "resource behaves like a normal $ref to $anchor"},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef with a non-matching $dynamicAnchor in the same schema "
     "resource behaves like a normal $ref to $anchor"},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef that initially resolves to a schema with a matching "
     "$dynamicAnchor resolves to the first $dynamicAnchor in the dynamic "
     "scope"},
    {"draft2020-12", "dynamicRef.json",
     "A $dynamicRef that initially resolves to a schema without a matching "
     "$dynamicAnchor behaves like a normal $ref to $anchor"},
    {"draft2020-12", "dynamicRef.json",
     "multiple dynamic paths to the $dynamicRef keyword"},
    {"draft2020-12", "dynamicRef.json",
     "after leaving a dynamic scope, it is not used by a $dynamicRef"},
    {"draft2020-12", "dynamicRef.json",
     "strict-tree schema, guards against misspelled properties"},
    {"draft2020-12", "dynamicRef.json",
     "tests for implementation dynamic anchor and reference link"},
    {"draft2020-12", "dynamicRef.json",
     "$ref and $dynamicAnchor are independent of order - $defs first"},
    {"draft2020-12", "dynamicRef.json",
     "$ref and $dynamicAnchor are independent of order - $ref first"},
    {"draft2020-12", "dynamicRef.json",
     "$ref to $dynamicRef finds detached $dynamicAnchor"},
    {"draft2020-12", "dynamicRef.json",
     "$dynamicRef points to a boolean schema"},
    {"draft2020-12", "dynamicRef.json",
     "$dynamicRef skips over intermediate resources - direct reference"},
    {"draft2020-12", "dynamicRef.json",
     "$dynamicRef avoids the root of each schema, but scopes are still "
     "registered"},
    {"draft2020-12", "defs.json", "validate definition against metaschema"},
    {"draft2020-12", "not.json",
     "collect annotations inside a 'not', even if collection is disabled"},
    {"draft2020-12", "ref.json", "remote ref, containing refs itself"},
    {"draft2020-12", "ref.json",
     "ref creates new scope when adjacent to keywords"},
    {"draft2020-12", "vocabulary.json",
     "schema that uses custom metaschema with with no validation vocabulary"},
    {"draft2020-12", "vocabulary.json",
     "ignore unrecognized optional vocabulary"},
    {"draft7", "definitions.json", "validate definition against metaschema"},
    {"draft7", "ref.json", "remote ref, containing refs itself"},
};

static bool is_unsupported(const struct score *score, const char *file,
                           const char *group)
{
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
        if (!strcmp(unsupported[i].draft, score->draft) &&
            !strcmp(unsupported[i].file, file) &&
            (!unsupported[i].group || !strcmp(unsupported[i].group, group)))
            return true;
    }
    return false;
}

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

static void count_problem(void *self, const struct check_problem *problem)
{
    ++*(unsigned *)self;
    CU_ASSERT(problem->expected[0] != '\0' && problem->schema_path[0] != '\0');
}

/* Both speeds must agree, and a failure must have a reason. */
static bool run_case(struct check_schema_run *run, uint32_t root,
                     const struct td_jsonx *x, uint32_t test)
{
    struct check_value data = {&x->json, member(x, test, "data")};
    bool valid = x->json.values[member(x, test, "valid")].kind == TD_JSON_TRUE;
    enum td_code fast = check_schema_test(run, root, data);
    unsigned problems = 0;
    enum td_code slow =
        check_schema_explain(run, root, data, count_problem, &problems);

    CU_ASSERT_EQUAL(fast, slow);
    CU_ASSERT_EQUAL(problems > 0, slow == TD_FAILED);
    return fast == (valid ? TD_OK : TD_FAILED);
}

static bool run_group(struct score *score, const struct td_jsonx *x,
                      uint32_t group, const char *file)
{
    struct check_schema_map map[] = {{"http://localhost:1234/", score->remotes},
                                     {NULL, NULL}};
    struct check_schema_options how = {.dialect = score->dialect, .map = map};
    struct check_schemas *set = check_schemas_new(&how);
    uint32_t tests = member(x, group, "tests");
    struct td_error err = {0};
    char name[200];
    char what[200];
    bool good = true;
    uint32_t root;
    enum td_code code =
        check_schemas_add(set, x, member(x, group, "schema"), &root, &err);

    text_of(x, member(x, group, "description"), name);
    if (is_unsupported(score, file, name)) {
        score->refused++;
        good = code == TD_USAGE;
        if (!good)
            printf("\n    %s %s: %s: is supported\n", score->draft, file, name);
    } else if (code) {
        good = false;
        printf("\n    %s %s: %s: %s: %s\n", score->draft, file, name, err.where,
               err.text);
    } else {
        struct check_schema_run *run = check_schema_run_new(set);

        for (uint32_t t = tests + 1; t < x->json.values[tests].next;
             t = x->json.values[t].next) {
            bool right = run_case(run, root, x, t);

            score->cases++;
            good &= right;
            text_of(x, member(x, t, "description"), what);
            if (!right)
                printf("\n    %s %s: %s: %s\n", score->draft, file, name, what);
        }
        check_schema_run_free(run);
        score->passed += good;
    }
    check_schemas_free(set);
    return good;
}

static void run_file(struct score *score, const char *folder, const char *file)
{
    struct td_jsonx x = {0};
    struct td_error err = {0};
    struct td_buf path = {0};

    (void)td_buf_addf(&path, "%s/%s", folder, file);
    if (td_jsonx_load(&x, td_buf_str(&path), &err))
        printf("\n    %s: %s\n", err.where, err.text);
    CU_ASSERT_EQUAL_FATAL(x.json.len > 0, true);
    for (uint32_t group = 1; group < x.json.len;
         group = x.json.values[group].next) {
        score->groups++;
        CU_ASSERT(run_group(score, &x, group, file));
    }
    td_jsonx_release(&x);
    td_buf_release(&path);
}

static void run_draft(struct score *score)
{
    struct dirent **files;
    const char *suite = suite_folder();
    char folder[512];
    char remotes[512];
    int count;

    if (!suite) {
        test_skip("the suite is not there; TD_JSON_SCHEMA_SUITE may name it");
        return;
    }
    (void)snprintf(folder, sizeof(folder), "%s/tests/%s", suite, score->draft);
    (void)snprintf(remotes, sizeof(remotes), "%s/remotes", suite);
    score->remotes = remotes;
    count = scandir(folder, &files, NULL, alphasort);
    CU_ASSERT_FATAL(count > 2);
    for (int i = 0; i < count; i++) {
        if (strstr(files[i]->d_name, ".json"))
            run_file(score, folder, files[i]->d_name);
        free(files[i]);
    }
    free(files);
    printf("\n    %s: %u of %u groups pass (%u cases), %u are refused as not "
           "supported\n    ",
           score->draft, score->passed, score->groups, score->cases,
           score->refused);
}

static void draft_2020_12(void)
{
    struct score score = {.draft = "draft2020-12"};

    run_draft(&score);
}

static void draft_7(void)
{
    struct score score = {.draft = "draft7",
                          .dialect = "http://json-schema.org/draft-07/schema#"};

    run_draft(&score);
}

CU_TestInfo validator_schema_suite_tests[] = {
    {"draft 2020-12", draft_2020_12},
    {"draft 7", draft_7},
    CU_TEST_INFO_NULL,
};

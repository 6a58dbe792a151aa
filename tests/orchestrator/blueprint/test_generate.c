/* Plans out of blueprints: loaded by the reader of plans, equal for equal
 * specifications, and the bytes of each task as the plan says.
 */
#include "orchestrator/blueprint/generate.h"
#include "orchestrator/plan/load.h"
#include "tests/suites.h"

#include <string.h>

static void make_spec(struct spec *spec, const char *data)
{
    CU_ASSERT_EQUAL(spec_begin(spec, td_text("API for wine"), SPEC_TYPES, NULL),
                    TD_OK);
    if (data)
        CU_ASSERT_EQUAL(spec_answer(spec, SPEC_DATA, td_text(data), NULL),
                        TD_OK);
}

static enum td_code make_plan(struct blue_plan *plan, const char *name,
                              const char *data, struct td_error *err)
{
    struct blueprint blueprint = {0};
    struct spec spec = {0};
    enum td_code code = blue_load(&blueprint, name, ".", err);

    make_spec(&spec, data);
    if (code == TD_OK)
        code = blue_generate(plan, &blueprint, &spec, err);
    blue_release(&blueprint);
    spec_release(&spec);
    return code;
}

static const struct {
    const char *blueprint;
    const char *data;
    size_t tasks;
    size_t files;
    size_t waves; /* 0: any */
} sizes[] = {
    {"rest-c", "a", 33 + 11, 6 + 5, 10},
    {"rest-c", "a, b", 33 + 22, 6 + 10, 10},
    {"rest-c", "a, b, c, d, e, f, g, h", 121, 46, 10},
    {"rest-c", NULL, 44, 11, 10},
    {"lib-c", "a, b, c", 18 + 21, 6 + 9, 0},
    {"cli-c", "a, b, c", 19 + 21, 6 + 9, 0},
};

/* What the reader of plans sees in it. */
static void check_loaded(const struct blue_plan *made, struct td_bytes text)
{
    struct plan plan = {0};
    struct td_error err = {0};

    if (plan_parse(&plan, "p", text, NULL, &err))
        printf("%s: %s\n", err.where, err.text);
    CU_ASSERT_EQUAL(plan.task_count, made->tasks);
    CU_ASSERT_EQUAL(plan.waves, made->waves);
    CU_ASSERT_TRUE(plan.own_workspace);
    plan_release(&plan);
}

static void plans_have_their_size(void)
{
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct blue_plan plan = {0};
        struct td_buf yaml = {0};

        CU_ASSERT_EQUAL(
            make_plan(&plan, sizes[i].blueprint, sizes[i].data, NULL), TD_OK);
        if (plan.tasks != sizes[i].tasks || plan.files != sizes[i].files)
            printf("%s: %zu %zu\n", sizes[i].blueprint, plan.tasks, plan.files);
        CU_ASSERT_EQUAL(plan.tasks, sizes[i].tasks);
        CU_ASSERT_EQUAL(plan.files, sizes[i].files);
        if (sizes[i].waves)
            CU_ASSERT_EQUAL(plan.waves, sizes[i].waves);
        CU_ASSERT_TRUE(plan.defaults.len > 0);
        blue_plan_yaml(&plan, &yaml);
        check_loaded(&plan, td_buf_bytes(&plan.json));
        check_loaded(&plan, td_buf_bytes(&yaml));
        td_buf_release(&yaml);
        blue_plan_release(&plan);
    }
}

/* Each plan is whole: no task of it depends on one that was left out. */
static void depth_and_focus_choose_tasks(void)
{
    static const struct {
        enum blue_level depth;
        const char *focus;
        const char *has, *lacks; /* ids, in quotes as in the plan */
        bool told;               /* that nothing is there for the focus */
    } rows[] = {
        {BLUE_STANDARD, NULL, "\"coverage\"", "\"hardened\"", false},
        {BLUE_LIGHT, NULL, "\"test_a\"", "\"coverage\"", false},
        {BLUE_LIGHT, NULL, "\"readme\"", "\"sanitize_a\"", false},
        {BLUE_LIGHT, "security", "\"sanitize_a\"", "\"coverage\"", false},
        {BLUE_LIGHT, "performance", "\"optimized\"", "\"hardened\"", false},
        {BLUE_LIGHT, "performance", "\"optimized\"", "\"hardened\"", false},
        {BLUE_STANDARD, "security", "\"hardened\"", "\"optimized\"", false},
        {BLUE_DEEP, NULL, "\"optimized\"", "\"no such\"", false},
        {BLUE_DEEP, "accessibility", "\"hardened\"", "\"no such\"", true},
    };

    for (size_t b = 0; blue_builtin(b); b++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct blueprint blueprint = {0};
            struct blue_plan plan = {0};
            struct spec spec = {0};
            bool told = false;

            make_spec(&spec, "a");
            CU_ASSERT_EQUAL(blue_load(&blueprint, blue_builtin(b), ".", NULL),
                            TD_OK);
            blueprint.wanted = rows[i].depth;
            if (i % 2) {
                blueprint.focus = rows[i].focus;
            } else if (rows[i].focus) {
                spec.focus = spec_focus_of(rows[i].focus);
            } else {
                blueprint.focus = "general"; /* whatever the specification */
                spec.focus = SPEC_ON_SECURITY;
            }
            CU_ASSERT_EQUAL(blue_generate(&plan, &blueprint, &spec, NULL),
                            TD_OK);
            CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&plan.json), rows[i].has));
            CU_ASSERT_PTR_NULL(strstr(td_buf_str(&plan.json), rows[i].lacks));
            for (size_t d = 0; d < plan.defaults.len; d++)
                told |= !strncmp(plan.defaults.items[d], "focus: ", 7);
            CU_ASSERT_EQUAL(told, rows[i].told);
            check_loaded(&plan, td_buf_bytes(&plan.json));
            blue_plan_release(&plan);
            blue_release(&blueprint);
            spec_release(&spec);
        }
    }
}

static void depth_and_focus_are_words_that_are_known(void)
{
    static const struct {
        const char *keys;
        const char *text; /* NULL: fine */
    } rows[] = {
        {"depth: deep", NULL},
        {"depth: standard, focus: security", NULL},
        {"depth: light", "this is no depth from which on a task is there"},
        {"depth: 3", "this is no depth from which on a task is there"},
        {"focus: speed", "this is nothing that a task may look at"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct blueprint blueprint = {0};
        struct td_buf text = {0};
        struct td_error err = {0};

        (void)td_buf_addf(&text,
                          "blueprint: 1\ntasks:\n- {id: a, run: make, %s}\n",
                          rows[i].keys);
        CU_ASSERT_EQUAL(blue_parse(&blueprint, "b", td_buf_bytes(&text), &err),
                        rows[i].text ? TD_USAGE : TD_OK);
        if (rows[i].text)
            CU_ASSERT_STRING_EQUAL(err.text, rows[i].text);
        blue_release(&blueprint);
        td_buf_release(&text);
    }
}

static void equal_specifications_give_equal_bytes(void)
{
    struct blue_plan a = {0};
    struct blue_plan b = {0};

    CU_ASSERT_EQUAL(make_plan(&a, "rest-c", "x, y", NULL), TD_OK);
    CU_ASSERT_EQUAL(make_plan(&b, "rest-c", "x, y", NULL), TD_OK);
    CU_ASSERT_TRUE(
        td_bytes_equal(td_buf_bytes(&a.json), td_buf_bytes(&b.json)));
    blue_plan_release(&a);
    blue_plan_release(&b);
}

/* Of each task of a blueprint: its bytes have the sum that the plan says. */
static void tasks_give_what_the_plan_says(void)
{
    struct blue_plan made = {0};
    struct plan plan = {0};
    size_t files = 0;

    CU_ASSERT_EQUAL(make_plan(&made, "rest-c", "x, y(z: bool)", NULL), TD_OK);
    CU_ASSERT_EQUAL(
        plan_parse(&plan, "p", td_buf_bytes(&made.json), NULL, NULL), TD_OK);
    for (uint32_t i = 0; i < plan.task_count; i++) {
        struct td_buf out = {0};

        if (plan.tasks[i].provider != PLAN_BLUEPRINT)
            continue;
        CU_ASSERT_EQUAL(blue_check_task(td_text(plan.tasks[i].with), ".", NULL),
                        TD_OK);
        CU_ASSERT_EQUAL(
            blue_render_task(&out, td_text(plan.tasks[i].with), ".", NULL),
            TD_OK);
        CU_ASSERT_TRUE(out.len > 0);
        CU_ASSERT_EQUAL(plan.tasks[i].outputs.count, 1);
        files++;
        td_buf_release(&out);
    }
    CU_ASSERT_EQUAL(files, made.files);
    plan_release(&plan);
    blue_plan_release(&made);
}

#define SPEC                                                                   \
    "\"spec\":{\"spec\":1,\"description\":\"API\",\"answers\":{\"data\":"      \
    "\"x\"}}"

static const struct {
    const char *with;
    const char *text; /* part of the error; NULL: it is taken */
} requests[] = {
    {"{\"blueprint\":\"rest-c\",\"template\":\"service.h.mustache\"," SPEC "}",
     NULL},
    {"{\"blueprint\":\"rest-c\",\"template\":\"entity.h.mustache\","
     "\"entity\":\"x\"," SPEC "}",
     NULL},
    {"{\"blueprint\":\"rest-c\",\"template\":\"service.h.mustache\","
     "\"sha256\":\"00\"," SPEC "}",
     "not what the plan says"},
    {"{\"blueprint\":\"rest-c\",\"template\":\"entity.h.mustache\","
     "\"entity\":\"y\"," SPEC "}",
     "no entity \"y\""},
    {"{\"blueprint\":\"rest-c\",\"template\":\"entity.h.mustache\"," SPEC "}",
     "nobody knows"},
    {"{\"blueprint\":\"rest-c\",\"template\":\"../x\"," SPEC "}",
     "no name of a template"},
    {"{\"blueprint\":\"rest-c\",\"template\":\"x\"," SPEC "}",
     "there is no template x"},
    {"{\"blueprint\":\"rest-d\",\"template\":\"x\"," SPEC "}",
     "no blueprint \"rest-d\""},
    {"{\"blueprint\":\"rest-c\"," SPEC "}", "template is missing"},
    {"{\"blueprint\":\"rest-c\",\"template\":\"x\"}", "no spec"},
    {"{\"blueprint\":1,\"template\":\"x\"," SPEC "}", "is a text"},
    {"{\"blueprints\":\"rest-c\"}", "no key \"blueprints\""},
    {"[]", "is an object"},
    {"", ""},
};

static void requests_are_checked(void)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct td_buf out = {0};
        struct td_error err = {0};
        enum td_code code =
            blue_render_task(&out, td_text(requests[i].with), ".", &err);

        CU_ASSERT_EQUAL(code == TD_OK, requests[i].text == NULL);
        if (requests[i].text && !strstr(err.text, requests[i].text))
            printf("%s: %s\n", requests[i].with, err.text);
        if (requests[i].text)
            CU_ASSERT_PTR_NOT_NULL(strstr(err.text, requests[i].text));
        td_buf_release(&out);
    }
}

static const struct {
    const char *description;
    const char *blueprint; /* NULL: none suits */
    const char *words;
} choices[] = {
    {"API for wine", "rest-c", ""},
    {"a C library for wine", "lib-c", "library"},
    {"command-line tool", "cli-c", "command-line, tool"},
    {"una herramienta", "cli-c", "herramienta"},
    {"mobile app", NULL, ""},
    {"a thing", NULL, ""},
    {"a dashboard", NULL, ""},
};

static void blueprints_are_chosen_by_type_and_words(void)
{
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct spec spec = {0};
        struct td_buf words = {0};
        struct td_error err = {0};
        const char *name = "";

        CU_ASSERT_EQUAL(spec_begin(&spec, td_text(choices[i].description),
                                   SPEC_TYPES, NULL),
                        TD_OK);
        CU_ASSERT_EQUAL(blue_choose(&name, &spec, &words, &err),
                        choices[i].blueprint ? TD_OK : TD_USAGE);
        if (choices[i].blueprint) {
            CU_ASSERT_STRING_EQUAL(name, choices[i].blueprint);
            CU_ASSERT_STRING_EQUAL(td_buf_str(&words), choices[i].words);
        } else {
            CU_ASSERT_STRING_EQUAL(err.hint,
                                   "choose: --blueprint rest-c, lib-c, cli-c");
        }
        td_buf_release(&words);
        spec_release(&spec);
    }
}

CU_TestInfo orchestrator_blueprint_generate_tests[] = {
    {"plans have their size", plans_have_their_size},
    {"depth and focus choose tasks", depth_and_focus_choose_tasks},
    {"depth and focus are words that are known",
     depth_and_focus_are_words_that_are_known},
    {"equal specifications give equal bytes",
     equal_specifications_give_equal_bytes},
    {"tasks give what the plan says", tasks_give_what_the_plan_says},
    {"requests are checked", requests_are_checked},
    {"blueprints are chosen by type and words",
     blueprints_are_chosen_by_type_and_words},
    CU_TEST_INFO_NULL,
};

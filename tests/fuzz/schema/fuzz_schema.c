/* "SCHEMA\0VALUE": any schema compiles or is refused, any value is judged, and
 * both speeds of the machine agree.
 */
#include "core/json_shape.h"
#include "schema/schema.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *self, const struct check_problem *problem)
{
    (void)problem;
    ++*(unsigned *)self;
}

/* The output agrees and is JSON. */
static void judge_output(struct check_schema_run *run, uint32_t root,
                         struct check_value value, enum td_code slow)
{
    struct td_buf out = {0};
    enum td_code code =
        check_schema_output(run, root, value, CHECK_OUTPUT_HIERARCHICAL, &out);

    if (code != slow && code != TD_LIMIT && slow != TD_LIMIT)
        abort();
    if (code != TD_LIMIT && td_json_check(td_buf_bytes(&out), 4096, NULL))
        abort();
    td_buf_release(&out);
}

/* Once its shape is known, a document is judged the same. */
static void judge_shape(struct check_schema_run *run, uint32_t root,
                        struct td_bytes text, enum td_code fast)
{
    struct td_json_shapes *shapes = td_json_shapes_new(64);
    struct td_json_doc doc = {0};

    for (int i = 0; i < 4; i++) {
        struct check_value value = {&doc, 0};
        enum td_code code;

        if (td_json_shapes_parse(shapes, &doc, text, NULL))
            abort();
        code = check_schema_test(run, root, value);
        if (code != fast && code != TD_LIMIT && fast != TD_LIMIT)
            abort();
    }
    td_json_release(&doc);
    td_json_shapes_free(shapes);
}

static void judge(const struct check_schemas *set, uint32_t root,
                  struct td_bytes text)
{
    struct check_schema_run *run = check_schema_run_new(set);
    struct td_json_doc doc = {0};

    if (td_json_parse(&doc, text, 64, NULL) == TD_OK) {
        struct check_value value = {&doc, 0};
        enum td_code fast = check_schema_test(run, root, value);
        unsigned problems = 0;
        enum td_code slow =
            check_schema_explain(run, root, value, count, &problems);

        if (fast != slow && fast != TD_LIMIT && slow != TD_LIMIT)
            abort();
        if (slow == TD_OK && problems > 0)
            abort();
        judge_output(run, root, value, slow);
        judge_shape(run, root, text, fast);
    }
    td_json_release(&doc);
    check_schema_run_free(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct check_schema_map map[] = {{"file:", "/nonexistent"},
                                                  {NULL, NULL}};
    struct check_schema_options how = {
        .assert_format = true, .map = map, .trust = true};
    const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
    struct check_schemas *set;
    struct td_jsonx x = {0};
    uint32_t root;

    if (!cut || td_jsonx_parse(&x, "fuzz", TD_JSONX_JSON,
                               td_bytes(data, (size_t)(cut - data)), NULL))
        return 0;
    set = check_schemas_new(&how);
    if (check_schemas_add(set, &x, 0, &root, NULL) == TD_OK)
        judge(set, root, td_bytes(cut + 1, (size_t)(data + size - (cut + 1))));
    check_schemas_free(set);
    td_jsonx_release(&x);
    return 0;
}

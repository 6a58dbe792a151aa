/* "SCHEMA\0VALUE": any schema compiles or is refused, any value is judged, and
 * both speeds of the machine agree.
 */
#include "core/json_shape.h"
#include "schema/schema.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *self, const struct schema_problem *problem)
{
    (void)problem;
    ++*(unsigned *)self;
}

/* The output agrees and is JSON. */
static void judge_output(struct schema_run *run, uint32_t root,
                         struct schema_value value, enum td_code slow)
{
    struct td_buf out = {0};
    enum td_code code =
        schema_output(run, root, value, SCHEMA_OUTPUT_HIERARCHICAL, &out);

    if (code != slow && code != TD_LIMIT && slow != TD_LIMIT)
        abort();
    if (code != TD_LIMIT && td_json_check(td_buf_bytes(&out), 4096, NULL))
        abort();
    td_buf_release(&out);
}

/* Once its shape is known, a document is judged the same. */
static void judge_shape(struct schema_run *run, uint32_t root,
                        struct td_bytes text, enum td_code fast)
{
    struct td_json_shapes *shapes = td_json_shapes_new(64);
    struct td_json_doc doc = {0};

    for (int i = 0; i < 4; i++) {
        struct schema_value value = {&doc, 0};
        enum td_code code;

        if (td_json_shapes_parse(shapes, &doc, text, NULL))
            abort();
        code = schema_test(run, root, value);
        if (code != fast && code != TD_LIMIT && fast != TD_LIMIT)
            abort();
    }
    td_json_release(&doc);
    td_json_shapes_free(shapes);
}

static void judge(const struct schema_set *set, uint32_t root,
                  struct td_bytes text)
{
    struct schema_run *run = schema_run_new(set);
    struct td_json_doc doc = {0};

    if (td_json_parse(&doc, text, 64, NULL) == TD_OK) {
        struct schema_value value = {&doc, 0};
        enum td_code fast = schema_test(run, root, value);
        unsigned problems = 0;
        enum td_code slow = schema_explain(run, root, value, count, &problems);

        if (fast != slow && fast != TD_LIMIT && slow != TD_LIMIT)
            abort();
        if (slow == TD_OK && problems > 0)
            abort();
        judge_output(run, root, value, slow);
        judge_shape(run, root, text, fast);
    }
    td_json_release(&doc);
    schema_run_free(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct schema_map map[] = {{"file:", "/nonexistent"},
                                            {NULL, NULL}};
    struct schema_options how = {
        .assert_format = true, .map = map, .trust = true};
    const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
    struct schema_set *set;
    struct td_jsonx x = {0};
    uint32_t root;

    if (!cut || td_jsonx_parse(&x, "fuzz", TD_JSONX_JSON,
                               td_bytes(data, (size_t)(cut - data)), NULL))
        return 0;
    set = schema_set_new(&how);
    if (schema_set_add(set, &x, 0, &root, NULL) == TD_OK)
        judge(set, root, td_bytes(cut + 1, (size_t)(data + size - (cut + 1))));
    schema_set_free(set);
    td_jsonx_release(&x);
    return 0;
}

/* A blueprint.yaml of any bytes: refused with a place, or a plan that is JSON
 * and that YAML says as well.
 */
#include "orchestrator/blueprint/generate.h"

#include <stdlib.h>

static struct spec spec;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (spec_begin(&spec, td_text("API for wine"), SPEC_TYPES, NULL) ||
        spec_answer(&spec, SPEC_DATA,
                    td_text("wine(name: text), order(total: money)"), NULL))
        abort();
    return 0;
}

static void check_plan(const struct blue_plan *plan)
{
    struct td_jsonx doc = {0};
    struct td_buf yaml = {0};

    if (td_json_check(td_buf_bytes(&plan->json), TD_JSON_DEPTH, NULL))
        abort();
    blue_plan_yaml(plan, &yaml);
    if (td_jsonx_parse(&doc, "plan", TD_JSONX_YAML, td_buf_bytes(&yaml), NULL))
        abort();
    td_jsonx_release(&doc);
    td_buf_release(&yaml);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct blueprint blueprint = {0};
    struct blue_plan plan = {0};
    struct td_error err = {0};

    if (blue_parse(&blueprint, "fuzz", td_bytes(data, size), &err) != TD_OK) {
        if (blueprint.name)
            abort();
        return 0;
    }
    if (blue_generate(&plan, &blueprint, &spec, &err) == TD_OK)
        check_plan(&plan);
    blue_plan_release(&plan);
    blue_release(&blueprint);
    return 0;
}

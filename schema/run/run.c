#include "schema/run/run.h"

enum td_code schema_run_test(struct schema_run *run, uint32_t root,
                             struct schema_value value)
{
    bool good;

    schema_run_begin(run, value);
    if (schema_shape_holds(run, root, value))
        return TD_OK;
    schema_run_begin(run, value);
    good = schema_eval(run, root, value.at, NULL);
    if (run->gave_up)
        return TD_LIMIT;
    return good ? TD_OK : TD_FAILED;
}

/* A plan, YAML or JSON. What is taken is written to a text that is read to the
 * same text, can be drawn in every view, and comes to an end in a simulation.
 */
#include "orchestrator/plan/load.h"
#include "orchestrator/view/view.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const struct plan *plan)
{
    struct plan again = {0};
    struct td_buf a = {0};
    struct td_buf b = {0};

    if (plan_write(plan, &a) ||
        plan_parse(&again, plan->name, td_buf_bytes(&a), NULL, NULL) ||
        plan_write(&again, &b) ||
        !td_bytes_equal(td_buf_bytes(&a), td_buf_bytes(&b)))
        abort();
    plan_release(&again);
    td_buf_release(&a);
    td_buf_release(&b);
}

static void check_drawn(const struct plan *plan)
{
    static const struct view_pick all = {.phase = 0};
    const struct view_subject of = {.plan = plan, .workers = 2};
    const struct view_style style = {.width = VIEW_WIDTH_MIN};
    struct view *view = view_new(&of);
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    if (view_draw(view, VIEW_FULL, &style, &all, &out) ||
        view_draw_starts(view, &style, &out) ||
        view_draw_why(view, plan->task_count - 1, &style, &out) ||
        view_draw_review(view, &style, &out))
        abort();
    view_dot(plan, &out);
    view_mermaid(plan, &out);
    td_buf_clear(&out);
    td_json_object(&w, NULL);
    view_json_review(view, &w);
    td_json_object_end(&w);
    if (td_json_line(&w) || td_json_check(td_buf_bytes(&out), 64, NULL))
        abort();
    td_buf_release(&out);
    view_free(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan plan = {0};

    if (plan_parse(&plan, "fuzz", td_bytes(data, size), NULL, NULL) != TD_OK)
        return 0;
    check_written(&plan);
    check_drawn(&plan);
    plan_release(&plan);
    return 0;
}

/* context: what the models of the run were told and have said, in tokens. */
#include "console/console_internal.h"

#include <inttypes.h>
#include <string.h>

#define WARN_PERCENT 75

static void put_item(struct console *c, const struct seen_task *task)
{
    const struct text_style *style = &c->options.style;

    (void)td_buf_add_text(&c->text, "  ");
    text_clean(&c->text, td_text(seen_task_id(task)), style);
    (void)td_buf_add_text(&c->text, " ");
    text_clean(&c->text, td_text(task->name), style);
    if (task->provider && *task->provider) {
        (void)td_buf_add_text(&c->text, "  ");
        text_clean(&c->text, td_text(task->provider), style);
    }
    (void)td_buf_addf(&c->text, "  %" PRIu64 " tokens\n", task->tokens);
}

static enum td_code show(struct console *c, bool verbose, struct td_error *err)
{
    const struct seen *s = c->seen;
    uint32_t items = 0;
    uint64_t percent = 0;
    uint64_t warn =
        c->options.wants.warn ? c->options.wants.warn : WARN_PERCENT;

    for (uint32_t i = 0; i < s->task_count; i++)
        items += s->tasks[i].tokens > 0;
    if (items == 0)
        return td_error_set(err, TD_FAILED, "", 0,
                            "context: this run has no model context");
    for (uint32_t i = 0; verbose && i < s->task_count; i++)
        if (s->tasks[i].tokens > 0)
            put_item(c, &s->tasks[i]);
    (void)td_buf_addf(&c->text, "%" PRIu32 " items, %" PRIu64 " tokens", items,
                      s->tokens);
    if (s->tokens_max) {
        percent = (uint64_t)((double)s->tokens * 100 / (double)s->tokens_max);
        (void)td_buf_addf(&c->text, " of %" PRIu64 ", %" PRIu64 "%% used",
                          s->tokens_max, percent);
    }
    (void)td_buf_add_text(&c->text, "\n");
    if (percent > warn)
        (void)td_buf_addf(&c->text, "! more than %" PRIu64 "%% is used\n",
                          warn);
    return TD_OK;
}

enum td_code console_context(struct console *c, const struct words_call *call,
                             struct td_error *err)
{
    const char *what = call->arg_count ? call->args[0] : "show";

    if (!strcmp(what, "show") || !strcmp(what, "stats"))
        return show(c, words_flag(call, "verbose"), err);
    if (!strcmp(what, "clear"))
        return td_error_set(err, TD_FAILED, "", 0,
                            "context: each request to a model stands alone, so "
                            "there is nothing to clear");
    return td_error_set(err, TD_USAGE, "", 0,
                        "context: wants show or stats, got \"%s\"", what);
}

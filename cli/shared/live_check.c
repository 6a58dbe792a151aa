#include "cli/shared/live_check.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/json_writer.h"
#include "core/mem.h"
#include "reports/json.h"
#include "reports/text.h"

#include <stdlib.h>
#include <unistd.h>

struct cli_live {
    struct cli_live_options how;
    struct check *check;
    const struct check_verdict *verdict; /* once it is decided */
    size_t told;                         /* findings that had their line */
    bool begun;                          /* the check knows the time of it */
    bool over;
};

struct cli_live *cli_live_new(const struct cli_live_options *options)
{
    struct cli_live *live = td_calloc(1, sizeof(*live));

    live->how = *options;
    live->check = check_new(&options->check->how, options->input);
    return live;
}

void cli_live_free(struct cli_live *live)
{
    if (!live)
        return;
    check_free(live->check);
    free(live);
}

static void write_talk(const struct cli_live *live, const struct td_buf *text)
{
    if (live->how.before_line)
        live->how.before_line(live->how.ctx);
    /* Nobody is left to tell when stderr is gone. */
    if (td_fs_write(STDERR_FILENO, td_buf_bytes(text), "stderr", NULL))
        return;
}

struct check *cli_live_check(struct cli_live *live)
{
    return live->check;
}

void cli_live_tell(struct cli_live *live)
{
    const struct check_verdict *v = check_so_far(live->check);
    struct td_buf text = {0};

    if (v->findings_len <= live->told || live->told > CLI_LIVE_FINDINGS)
        return;
    for (; live->told < v->findings_len && live->told < CLI_LIVE_FINDINGS;
         live->told++)
        report_text_finding(&text, v, &v->findings[live->told]);
    if (live->told == CLI_LIVE_FINDINGS) {
        live->told++;
        (void)td_buf_add_text(&text,
                              "further findings are told at the end only\n");
    }
    if (text.len > 0 && !cli_quiet(live->how.args))
        write_talk(live, &text);
    td_buf_release(&text);
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct cli_live *live = self;

    (void)err;
    if (live->over)
        return TD_FAILED;
    if (!live->begun)
        check_began(live->check, td_wall_ns(td_clock_real()) - ev->at_ns);
    live->begun = true;
    live->over = live->how.on_tape ? check_event(live->check, ev)
                                   : check_received(live->check, ev);
    cli_live_tell(live);
    return live->over ? TD_FAILED : TD_OK;
}

struct td_sink cli_live_sink(struct cli_live *live)
{
    return (struct td_sink){.put = put, .self = live};
}

enum td_code cli_live_end(struct cli_live *live, struct td_error *err)
{
    const struct cli_args *args = live->how.args;
    struct td_buf text = {0};
    enum td_code code;

    live->verdict = check_end(live->check);
    code = check_verdict_code(live->verdict);
    report_text(&text, live->verdict,
                (struct report_style){cli_verbose(args),
                                      cli_color(args, STDERR_FILENO)});
    if (!cli_quiet(args) && !cli_json(args))
        write_talk(live, &text);
    if (code)
        cli_check_say(live->verdict, code, live->verdict->input, err);
    td_buf_release(&text);
    return code;
}

enum td_code cli_live_vacuous(const struct cli_live *live, struct td_error *err)
{
    if (live->verdict->outcome != CHECK_VACUOUS)
        return TD_OK;
    return td_error_set(err, TD_FAILED, live->verdict->input, 0,
                        "sent nothing that the contract speaks of");
}

void cli_live_json(const struct cli_live *live, struct td_json_writer *w,
                   const char *key)
{
    report_json(w, key, live->verdict);
}

/* What the stream of an execution comes to: a journal may have a million
 * events, so it is judged beside the loop.
 */
#include "orchestrator/serve/call.h"
#include "orchestrator/serve/later.h"

#include "core/fs.h"
#include "core/mem.h"
#include "orchestrator/run/judge.h"
#include "reports/formats.h"
#include "reports/verdict_json.h"
#include "reports/verdict_load.h"

#include <stdio.h>
#include <stdlib.h>

#define VERDICT_MAX ((size_t)16 << 20)

struct judging {
    struct serve_later later;
    struct serve_journal journal;
    char id[RUN_ID_SIZE];
    char *path;   /* of the journal */
    char *folder; /* of the execution */
    bool finished;
    bool runs; /* here, or in another process */
    bool page; /* wanted, in the folder */
    struct run_judge *stream;
    bool completed; /* the stream has its end, whatever is still to be done */
};

static enum td_code hear(void *ctx, const struct journal_said *said,
                         struct td_error *err)
{
    struct judging *judging = ctx;

    (void)err;
    judging->completed =
        judging->completed || td_bytes_is(said->type, "execution_completed");
    run_judge_hear(judging->stream, said->line);
    return TD_OK;
}

/* verdict.json of the validate phase, if it is over. */
static void put_phase(const struct judging *judging, struct td_json_writer *w)
{
    struct td_buf path = {0};
    struct td_buf text = {.max = VERDICT_MAX};
    struct td_error ignored; /* there was no such phase, or it is not over */

    (void)td_buf_addf(&path, "%s/verdict.json", judging->folder);
    if (!td_fs_read(&text, td_buf_str(&path), &ignored))
        td_json_put_raw(w, "phase", serve_line(td_buf_bytes(&text)));
    td_buf_release(&path);
    td_buf_release(&text);
}

static enum td_code write_page(const struct verdict_document *doc,
                               const char *path, struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code = report_write_html(&doc, 1, &text, err);

    if (!code)
        code = td_fs_replace(path, td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

/* The verdict as a page in the folder of the execution: of all of it, or while
 * it goes on of its stream. */
static void put_page(const struct judging *judging,
                     const struct verdict_document *stream,
                     struct td_json_writer *w)
{
    struct verdict_document whole;
    struct td_buf path = {0};
    struct td_error err;
    char *page;
    enum td_code code;

    verdict_document_init(&whole);
    (void)td_buf_addf(&path, "%s/verdict.json", judging->folder);
    code = report_verdict_load(&whole, td_buf_str(&path), &err);
    td_buf_clear(&path);
    (void)td_buf_addf(&path, "%s/report.html", judging->folder);
    code = write_page(code ? stream : &whole, td_buf_str(&path), &err);
    page = code ? NULL : realpath(td_buf_str(&path), NULL);
    if (page)
        td_json_put_text(w, "html", page);
    else
        td_json_put_text(w, "html_error", code ? err.text : "it has gone");
    free(page);
    verdict_document_release(&whole);
    td_buf_release(&path);
}

static void put_verdict(struct judging *judging, struct run_judge *judge)
{
    struct serve_answer *answer = &judging->later.answer;
    const struct verdict_document *doc =
        run_judge_end(judge, judging->id, false);
    struct td_json_writer w = td_json_writer(&answer->data);
    struct td_buf text = {0};

    if (report_verdict_json(&text, doc)) {
        serve_fail(answer, 500, "the verdict is too long");
        td_buf_release(&text);
        return;
    }
    (void)td_buf_addf(&answer->output, "%s: %s", judging->id,
                      check_outcome_text(doc->outcome));
    td_json_object(&w, NULL);
    td_json_put_text(&w, "state",
                     judging->finished || judging->completed ? "ended"
                     : judging->runs                         ? "running"
                                                             : "suspended");
    td_json_put_raw(&w, "stream", serve_line(td_buf_bytes(&text)));
    put_phase(judging, &w);
    if (judging->page)
        put_page(judging, doc, &w);
    td_json_object_end(&w);
    if (doc->outcome == CHECK_FAIL || doc->outcome == CHECK_ERROR)
        serve_fail(answer, 409, "%s", td_buf_str(&answer->output));
    td_buf_release(&text);
}

static enum td_code hear_all(struct judging *judging, bool cut,
                             struct td_error *err)
{
    enum td_code code;

    run_judge_free(judging->stream);
    judging->stream = NULL;
    code = run_judge_new(&judging->stream, judging->path, err);
    if (!code && cut)
        run_judge_cut(judging->stream,
                      judging->runs ? "under way: nothing has failed so far"
                                    : "cut short: nothing has failed so far");
    if (!code)
        code = serve_fold(&judging->journal, hear, judging, NULL, err);
    return code;
}

/* Between the last event and the end of the execution the stream is taken for
 * one that goes on, until its end is read: then it is judged as a whole. */
static void judge(struct serve_later *later)
{
    struct judging *judging = (struct judging *)later;
    struct td_error err;
    enum td_code code = hear_all(judging, !judging->finished, &err);

    if (!code && judging->completed && !judging->finished)
        code = hear_all(judging, false, &err);
    if (code)
        serve_fail_by(&later->answer, &err);
    else
        put_verdict(judging, judging->stream);
    run_judge_free(judging->stream);
}

static void judged(struct serve_later *later)
{
    struct judging *judging = (struct judging *)later;

    serve_answer_release(&later->answer);
    free(judging->path);
    free(judging->folder);
    free(judging);
}

void serve_command_validate(const struct serve_call *call)
{
    const struct serve_exec *exec = serve_call_exec(call);
    struct judging *judging;

    if (!exec)
        return;
    judging = td_calloc(1, sizeof(*judging));
    judging->later.work = judge;
    judging->later.release = judged;
    judging->later.answer = *call->answer;
    (void)snprintf(judging->id, sizeof(judging->id), "%s", exec->id);
    judging->path = td_strdup(exec->journal);
    judging->folder = run_folder_of(exec->serve->state, exec->id);
    judging->finished = exec->known.finished;
    judging->runs = exec->run || run_holder(exec->journal) > 0;
    judging->page = serve_arg_flag(call, "html");
    judging->journal = serve_journal(exec);
    judging->journal.path = judging->path;
    judging->journal.stop = &judging->later.stop;
    call->answer->later = &judging->later;
}

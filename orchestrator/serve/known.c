/* What is known of an execution by its journal. */
#include "orchestrator/serve/serve_internal.h"

#include <stdio.h>

struct looking {
    struct serve_known *out;
    const struct serve_journal *journal;
    struct td_json_doc doc;
    bool validates; /* it has a validate phase, */
    bool judged;    /* which is over */
    bool completed; /* its last event is there */
    int exit;       /* of that phase */
};

static void take(char *to, size_t size, struct td_bytes text)
{
    (void)snprintf(to, size, "%.*s", (int)text.len, (const char *)text.ptr);
}

static enum td_code take_options(void *ctx, struct td_bytes plan,
                                 struct td_bytes options, struct td_error *err)
{
    struct looking *l = ctx;
    struct serve_known *out = l->out;
    uint32_t at;

    (void)plan;
    if (td_json_parse(&l->doc, options, TD_JSON_DEPTH_ALL, err))
        return err->code;
    at = td_json_member(&l->doc, 0, td_text("validate"));
    l->validates = at && l->doc.values[at].kind == TD_JSON_TRUE;
    take(out->session, sizeof(out->session), serve_text(&l->doc, 0, "session"));
    take(out->request, sizeof(out->request),
         serve_text(&l->doc, 0, "request_id"));
    take(out->request_hash, sizeof(out->request_hash),
         serve_text(&l->doc, 0, "request_sha256"));
    return TD_OK;
}

static enum td_code count_line(void *ctx, const struct td_event *line,
                               struct td_error *err)
{
    struct looking *l = ctx;

    serve_flow_count(&l->out->flow, line);
    return serve_journal_check(l->journal, err);
}

static enum td_code take_status(void *ctx, const struct journal_said *said,
                                struct td_error *err)
{
    struct looking *l = ctx;

    (void)err;
    if (!td_bytes_is(said->type, "execution_completed"))
        return TD_OK;
    l->completed = true;
    take(l->out->status, sizeof(l->out->status),
         serve_text(said->doc, said->data, "status"));
    return TD_OK;
}

static void take_verdict(void *ctx, const struct td_event *line)
{
    struct looking *l = ctx;

    if (!td_bytes_is(line->name, JOURNAL_JUDGED) ||
        td_json_parse(&l->doc, line->payload, TD_JSON_DEPTH, NULL))
        return;
    l->judged = true;
    take(l->out->verdict, sizeof(l->out->verdict),
         serve_text(&l->doc, 0, "verdict"));
    l->exit = (int)serve_number(&l->doc, 0, "exit");
}

static void found_so(const struct looking *l, const struct journal_found *found)
{
    struct serve_known *out = l->out;

    out->last_seq = found->mark.seq;
    out->torn = found->torn;
    out->finished = l->completed && (l->judged || !l->validates);
    out->exit = found->exit == 0 && l->judged ? l->exit : found->exit;
}

enum td_code serve_look(struct serve_known *out,
                        const struct serve_journal *journal,
                        struct td_error *err)
{
    static const struct journal_listener listener = {.line = count_line,
                                                     .created = take_options,
                                                     .said = take_status,
                                                     .noted = take_verdict};
    struct looking l = {.out = out, .journal = journal};
    struct journal_found found;
    enum td_code code;

    *out = (struct serve_known){.exit = -1};
    code =
        journal_fold(journal->path, journal->clock, &listener, &l, &found, err);
    if (!code) {
        found_so(&l, &found);
        journal_found_release(&found);
    }
    td_json_release(&l.doc);
    return code;
}

#include "cli/verbs/audit_report.h"

#include "cli/shared/hash_input.h"
#include "cli/shared/show_command.h"
#include "core/log.h"
#include "tape/reader.h"
#include "validator/audit/tell.h"

#include <inttypes.h>

#define FINDINGS_MAX 10000 /* further ones are counted */
#define TIMES_MAX    500   /* findings whose event is looked up on its tape */

struct audit_report {
    struct verdict_document *doc;
    struct verdict_gate *gate;
    const struct cli_audit_page *page;
    uint32_t kinds;
    uint32_t times;
};

static bool fails(const struct audit_report *r, enum audit_remark_kind kind)
{
    return r->kinds >> kind & 1;
}

static enum check_level level_of(const struct audit_report *r,
                                 enum audit_remark_kind kind)
{
    if (fails(r, kind) || kind == AUDIT_REMARK_UNREAD)
        return CHECK_LEVEL_ERROR;
    return audit_remark_needs(kind) ? CHECK_LEVEL_WARN : CHECK_LEVEL_INFO;
}

static void add_rules(struct audit_report *r)
{
    struct verdict_rule **end = &r->gate->rules;

    for (int i = 0; i < AUDIT_REMARKS_LEN; i++) {
        enum audit_remark_kind kind = (enum audit_remark_kind)i;
        struct verdict_rule *rule = (struct verdict_rule *)td_arena_alloc(
            &r->doc->arena, sizeof(*rule));

        rule->id = audit_remark_text(kind);
        rule->what = audit_remark_what(kind);
        rule->level = level_of(r, kind);
        rule->applied = rule->judged = audit_profile_messages(r->page->profile);
        for (uint32_t j = 0; j < r->page->remarks->len; j++)
            rule->total += r->page->remarks->list[j].kind == kind;
        rule->outcome = rule->total && rule->level != CHECK_LEVEL_INFO
                            ? CHECK_FAIL
                            : CHECK_PASS;
        *end = rule;
        end = &rule->next;
    }
}

/* What prints the event again. */
static const char *repro_of(const struct audit_report *r,
                            const struct cli_audit_page *page,
                            const struct audit_remark *remark, const char *path)
{
    const struct audit_tapes *tapes =
        remark->in_old ? page->old_tapes : page->tapes;
    struct td_buf word = {0};
    const char *text;

    if (!tapes->list[remark->place.tape].is_tape || strcmp(path, "-") == 0)
        return NULL;
    cli_shell_word(&word, path);
    text = td_arena_print(&r->doc->arena, "tapedeck cat --seq %" PRIu64 " %s",
                          remark->place.seq, td_buf_str(&word));
    td_buf_release(&word);
    return text;
}

/* Where the contract names the event. */
static void point_at_contract(struct audit_report *r, struct verdict_finding *f,
                              const struct audit_remark *remark)
{
    const struct check_contract_event *event =
        r->page->contract
            ? check_contract_event(r->page->contract, td_text(remark->event))
            : NULL;

    if (!event || !event->doc)
        return;
    f->file = td_arena_copy(&r->doc->arena, event->doc->name);
    f->line = td_jsonx_where(event->doc, event->source).line;
}

/* The event that shows it: which it is, and whose. */
static const char *event_of(const struct audit_report *r,
                            const struct audit_remark *remark)
{
    struct td_buf text = {0};
    const char *kept;

    (void)td_text_clean(&text, td_text(remark->event));
    cli_audit_origin(&text, r->page, remark);
    kept = td_arena_copy(&r->doc->arena, td_buf_str(&text));
    td_buf_release(&text);
    return kept;
}

/* When the event was, for those of a tape: reports count the others, which have
 * no time, as lines of their file.
 */
static void look_up(struct verdict_finding *f, const char *path)
{
    const struct tape_read_options how = {.threads = 0};
    struct tape_reader *reader = NULL;
    struct td_event ev;
    struct td_error err;

    if (!tape_reader_open(&reader, path, &how, &err) &&
        !tape_reader_seek_seq(reader, f->seq, &err) &&
        !tape_reader_next(reader, &ev, &err) && ev.seq == f->seq) {
        f->has_t = true;
        f->t_ns = ev.at_ns;
    }
    tape_reader_close(reader);
}

static void add_finding(struct audit_report *r,
                        const struct audit_remark *remark)
{
    struct verdict_finding *f = verdict_add_finding(r->doc);
    struct td_arena *arena = &r->doc->arena;
    const char *tape = cli_audit_tape(r->page, remark);

    f->gate = r->gate->name;
    f->rule = audit_remark_text(remark->kind);
    f->level = level_of(r, remark->kind);
    f->message = td_arena_print(
        arena, "%s%s%s%s%s: %s", cli_audit_whose(remark),
        *remark->path ? " " : "", remark->path, remark->to ? " -> " : "",
        remark->to ? remark->to : "", remark->text);
    /* What went to another place is shown there. */
    if (*remark->path)
        f->path = td_arena_copy(arena,
                                tape && remark->to ? remark->to : remark->path);
    if (tape && remark->kind == AUDIT_REMARK_UNREAD) {
        f->file = td_arena_copy(arena, tape);
    } else if (tape) {
        f->file = td_arena_copy(arena, tape);
        f->seq = remark->place.seq;
        f->excerpt = event_of(r, remark);
        f->repro = repro_of(r, r->page, remark, tape);
        if (f->repro && r->times++ < TIMES_MAX)
            look_up(f, tape);
    } else {
        point_at_contract(r, f, remark);
    }
}

static void add_streams(struct audit_report *r, const struct audit_tapes *tapes)
{
    for (uint32_t i = 0; i < tapes->len; i++)
        if (!tapes->list[i].failed)
            cli_hash_stream(r->doc, r->gate, tapes->list[i].path,
                            &tapes->list[i].state);
}

static void add_gate(struct audit_report *r)
{
    const struct cli_audit_page *page = r->page;
    uint32_t failed = 0;
    uint32_t unread = 0;

    r->gate->name = "audit";
    r->gate->kind = VERDICT_STREAM;
    r->gate->events = audit_profile_messages(page->profile);
    for (uint32_t i = 0; i < page->remarks->len; i++) {
        failed += fails(r, page->remarks->list[i].kind);
        unread += page->remarks->list[i].kind == AUDIT_REMARK_UNREAD;
    }
    r->gate->outcome = unread ? CHECK_ERROR : failed ? CHECK_FAIL : CHECK_PASS;
    r->gate->warned = !failed && !unread && page->remarks->needs;
    if (unread)
        r->gate->reason = td_arena_print(&r->doc->arena,
                                         "%" PRIu32 " file%s could not be read",
                                         unread, unread == 1 ? "" : "s");
    else if (failed || page->remarks->needs)
        r->gate->reason = td_arena_print(
            &r->doc->arena, "%" PRIu32 " of %" PRIu32 " remarks need you",
            page->remarks->needs, page->remarks->len);
    add_streams(r, page->tapes);
    add_streams(r, page->old_tapes);
    add_rules(r);
    for (uint32_t i = 0; i < page->remarks->len && i < FINDINGS_MAX; i++)
        add_finding(r, &page->remarks->list[i]);
    if (page->remarks->len > FINDINGS_MAX)
        r->doc->truncated_findings += page->remarks->len - FINDINGS_MAX;
    r->gate->names = audit_tell(page->profile, page->declared, &r->doc->arena);
}

enum td_code cli_audit_reports(const struct cli_args *args,
                               const struct cli_audit_page *page,
                               uint32_t kinds, struct td_error *err)
{
    struct verdict_document doc;
    struct audit_report r = {.doc = &doc, .page = page, .kinds = kinds};

    if (!cli_list(args, "report")[0])
        return TD_OK;
    cli_report_begin(args, &doc);
    r.gate = verdict_add_gate(&doc);
    add_gate(&r);
    return cli_report_end(args, &doc, err);
}

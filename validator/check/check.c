#include "core/mem.h"
#include "core/payload.h"
#include "core/suggest.h"
#include "core/utf8.h"
#include "schema/value/pointer.h"
#include "validator/check/check_internal.h"
#include "validator/check/declared.h"
#include "validator/contract/contract.h"
#include "validator/verdict/lens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool take_item(void *self, struct check_item *item);

struct check *check_new(const struct check_options *options, const char *input)
{
    struct check *c = td_calloc(1, sizeof(*c));

    c->how = *options;
    c->tape = NONE;
    c->loss = NONE;
    c->unknown = NONE;
    c->direction = NONE;
    c->channel_rule = NONE;
    c->schema = NONE;
    check_verdict_init(&c->verdict, input);
    c->verdict.strict = options->strict;
    c->json = check_verdict_rule(&c->verdict, "json", "every message is JSON",
                                 CHECK_LEVEL_ERROR, options->max_findings);
    if (options->schemas)
        c->schema =
            check_verdict_rule(&c->verdict, "schema", "schema: *",
                               CHECK_LEVEL_ERROR, options->max_findings);
    if (options->contract)
        check_contract_rules(c);
    check_inspector_init(&c->inspector, &c->how);
    if (options->jobs > 1)
        c->parallel = check_parallel_new(&c->how, options->jobs, take_item, c);
    return c;
}

void check_free(struct check *check)
{
    if (!check)
        return;
    check_parallel_free(check->parallel);
    check_inspector_release(&check->inspector);
    check_engine_free(check->engine);
    check_channels_free(check->channels);
    check_segment_release(&check->segment);
    check_verdict_release(&check->verdict);
    td_json_release(&check->doc);
    check_renaming_release(&check->renaming);
    free(check);
}

struct schema_report {
    struct check *check;
    const struct check_message *m;
    uint32_t rule;
    uint32_t from; /* the value that was judged, within the message */
    bool wire;     /* as it came, before it was renamed */
};

static void on_problem(void *self, const struct schema_problem *p)
{
    struct schema_report *r = self;
    const struct check_message *m = r->m;
    struct td_buf excerpt = {0};
    struct td_buf path = {0};
    struct check_finding f = {
        .rule = r->rule,
        .seq = m->seq,
        .has_t = m->has_t,
        .t_ns = m->t_ns,
        .schema_path = (char *)(uintptr_t)p->schema_path,
        .expected = (char *)(uintptr_t)p->expected,
        .found = (char *)(uintptr_t)p->found,
        .related = {{m->seq, m->has_t, m->t_ns, NULL}},
        .related_len = 1,
    };

    if (check_verdict_only_counts_of(&r->check->verdict, r->rule,
                                     p->schema_path))
        return;
    if (r->wire)
        schema_pointer(&path, m->wire, m->wire_at, p->at);
    else
        check_message_path(&path, m, p->at);
    schema_excerpt(&excerpt, check_message_raw(m), EXCERPT);
    f.path = (char *)(uintptr_t)td_buf_str(&path);
    f.excerpt = (char *)(uintptr_t)td_buf_str(&excerpt);
    check_verdict_find(&r->check->verdict, &f);
    td_buf_release(&path);
    td_buf_release(&excerpt);
}

/* Another thread's run may have come to the limit: this one comes there again
 * to say which it is, once a rule.
 */
static void tell_limit(struct check *c, struct schema_run *run, uint32_t root,
                       struct schema_value value,
                       const struct schema_report *report)
{
    struct td_buf why = {0};

    if (c->verdict.rules[report->rule].reason[0])
        return;
    if (schema_test(run, root, value) == TD_LIMIT) {
        schema_say_limit(run, &why);
        check_verdict_gave_up(&c->verdict, report->rule, report->m->seq,
                              report->m->name, td_buf_str(&why));
    }
    td_buf_release(&why);
}

/* The fast pass said that something is wrong: code. */
static void find_by_schema(struct check *c, struct schema_run *run,
                           uint32_t root, enum td_code code,
                           const struct schema_report *report)
{
    struct schema_value value = {
        report->wire ? report->m->wire : report->m->doc, report->from};

    if (code == TD_FAILED)
        code = schema_explain(run, root, value, on_problem,
                              (void *)(uintptr_t)report);
    if (code == TD_LIMIT)
        tell_limit(c, run, root, value, report);
}

static void find_one(struct check *c, struct check_finding f,
                     const struct check_message *m, struct td_bytes excerpt)
{
    struct td_buf text = {0};

    if (m && m->seq) {
        f.seq = m->seq;
        f.has_t = m->has_t;
        f.t_ns = m->t_ns;
        f.related[f.related_len++] =
            (struct check_related){m->seq, m->has_t, m->t_ns, NULL};
    }
    schema_excerpt(&text, excerpt, EXCERPT);
    f.excerpt = (char *)(uintptr_t)td_buf_str(&text);
    check_verdict_find(&c->verdict, &f);
    td_buf_release(&text);
}

void check_find(struct check *c, uint32_t rule, const struct check_message *m,
                struct td_bytes excerpt, const char *expected,
                const char *found)
{
    const struct check_finding f = {.rule = rule,
                                    .expected = (char *)(uintptr_t)expected,
                                    .found = (char *)(uintptr_t)found};

    if (!check_verdict_only_counts(&c->verdict, rule))
        find_one(c, f, m, excerpt);
}

static const char *const kinds[] = {
    [TD_JSON_NULL] = "null",       [TD_JSON_FALSE] = "false",
    [TD_JSON_TRUE] = "true",       [TD_JSON_NUMBER] = "a number",
    [TD_JSON_STRING] = "text",     [TD_JSON_ARRAY] = "an array",
    [TD_JSON_OBJECT] = "an object"};

/* The message has nothing where the contract's stream.data points. */
static TD_RARE void find_no_data(struct check *c, uint32_t rule,
                                 const struct check_message *m)
{
    const struct td_json_value *v = &m->doc->values[m->at];
    struct td_buf expected = {0};
    struct td_buf found = {0};
    uint32_t shown = 0;

    (void)td_buf_addf(&expected, "data at %.80s (stream.data of the contract)",
                      c->how.contract->data_pointer);
    (void)td_buf_addf(&found, "none there: the message is %s", kinds[v->kind]);
    for (uint32_t key = m->at + 1;
         v->kind == TD_JSON_OBJECT && key < v->next && shown < 8;
         key = m->doc->values[key + 1].next) {
        (void)td_buf_add_text(&found, shown++ ? ", " : " with the members ");
        schema_excerpt(&found, td_json_inner(m->doc, key), 40);
    }
    if (shown < v->count && shown > 0)
        (void)td_buf_add_text(&found, ", ...");
    check_find(c, rule, m, td_json_raw(m->doc, m->at), td_buf_str(&expected),
               td_buf_str(&found));
    td_buf_release(&expected);
    td_buf_release(&found);
}

/* The event whose name is nearest. */
static void add_nearest(const struct check_contract *k, struct td_bytes name,
                        struct td_buf *out)
{
    char word[64];
    struct td_suggestion near = {.word = word};

    if (name.len < 3 || name.len >= sizeof(word))
        return; /* anything is near a letter or two */
    memcpy(word, name.ptr, name.len);
    word[name.len] = '\0';
    for (uint32_t i = 0; i < k->events_len; i++)
        td_suggest(&near, (const char *)k->events[i].name.ptr);
    if (near.best)
        (void)td_buf_addf(out, "; did you mean \"%.80s\"?", near.best);
}

static void say_unknown(const struct check_contract *k,
                        const struct check_message *m, struct td_buf *found)
{
    if (m->name.len > 0) {
        (void)td_buf_add_byte(found, '"');
        schema_excerpt(found, m->name, 80);
        (void)td_buf_add_byte(found, '"');
    } else if (m->plain.ptr) {
        (void)td_buf_add_text(found, "a message that is no JSON, and of no "
                                     "event of text or bytes");
    } else if (k->matched_len > 0 && k->events[k->matched[0]].by_shape) {
        (void)td_buf_add_text(found, "a message that has the name and the "
                                     "shape of none");
    } else if (k->name_pointer && !*k->name_pointer) {
        (void)td_buf_add_text(found, "a message that has the shape of none");
    } else {
        (void)td_buf_addf(found, "a message without a name at %.80s",
                          k->name_pointer ? k->name_pointer : "/type");
    }
}

/* An event that the contract does not name: the first of each name is told, the
 * others are counted.
 */
static TD_RARE void find_unknown(struct check *c, const struct check_message *m)
{
    static char expected[] = "an event that the contract names";
    struct td_buf alike = {0};
    struct td_buf found = {0};
    struct check_finding f = {.rule = c->unknown, .expected = expected};

    c->verdict.rules[c->unknown].applied++;
    say_unknown(c->how.contract, m, &alike);
    f.alike = td_buf_str(&alike);
    if (!check_verdict_only_counts_alike(&c->verdict, c->unknown, f.alike)) {
        (void)td_buf_add_bytes(&found, td_buf_bytes(&alike));
        add_nearest(c->how.contract, m->name, &found);
        f.found = (char *)(uintptr_t)td_buf_str(&found);
        find_one(c, f, m, check_message_raw(m));
    }
    td_buf_release(&alike);
    td_buf_release(&found);
}

/* The message does not fit the schema of its event. */
static TD_RARE void find_in_event(struct check *c,
                                  const struct check_message *m,
                                  const struct check_view *view, uint32_t rule)
{
    const struct check_contract_event *e = view->event;
    bool wire = e->on_wire && m->aliases;
    struct schema_report report = {.check = c,
                                   .m = m,
                                   .rule = rule,
                                   .from = wire ? m->wire_data : m->data,
                                   .wire = wire};

    if (m->data == NONE)
        find_no_data(c, rule, m);
    else
        find_by_schema(c, c->inspector.event_run, e->root, view->content,
                       &report);
}

/* The message is not the text, or the bytes, that its event is. */
static TD_RARE void find_plain(struct check *c, const struct check_message *m,
                               const struct check_view *view, uint32_t rule)
{
    const struct check_contract_event *e = view->event;
    struct td_buf expected = {0};
    struct td_buf found = {0};
    struct schema_report report = {.check = c, .m = m, .rule = rule};

    if (e->form == CHECK_FORM_TEXT && td_utf8_valid(m->plain)) {
        find_by_schema(c, c->inspector.event_run, e->root, view->content,
                       &report);
        return;
    }
    if (e->form == CHECK_FORM_TEXT)
        (void)td_buf_add_text(&expected, "text, which is UTF-8");
    else
        check_plain_say(&expected, &e->bytes);
    check_plain_found(&found, m->plain);
    check_find(c, rule, m, m->plain, td_buf_str(&expected), td_buf_str(&found));
    td_buf_release(&expected);
    td_buf_release(&found);
}

static void judge_event(struct check *c, const struct check_message *m,
                        const struct check_view *view)
{
    const struct check_contract_event *e = view->event;
    uint32_t rule = c->first_event + (uint32_t)(e - c->inspector.events);

    c->verdict.rules[rule].applied++;
    if (e->way != CHECK_WAY_ANY && m->way != CHECK_WAY_ANY)
        check_judge_way(c, m, e->way);
    if (c->channel)
        check_judge_channel(c, m, view);
    if (e->form != CHECK_FORM_JSON && view->content)
        find_plain(c, m, view, rule);
    else if (e->has_schema && (m->data == NONE || view->content))
        find_in_event(c, m, view, rule);
}

/* The message does not fit the schema that all are held to. */
static TD_RARE void find_in_message(struct check *c,
                                    const struct check_message *m,
                                    const struct check_view *view)
{
    struct schema_report report = {
        .check = c, .m = m, .rule = c->schema, .from = view->at};

    find_by_schema(c, c->inspector.message_run, c->how.root, view->message,
                   &report);
}

bool check_is_over(const struct check *c)
{
    return c->how.fail_fast && c->verdict.failed;
}

static TD_RARE void find_no_json(struct check *c, const struct check_message *m,
                                 struct td_bytes text)
{
    struct td_error why = {0};
    char found[400];

    if (!td_json_check(text, TD_JSON_DEPTH, &why))
        return;
    (void)snprintf(found, sizeof(found),
                   "text that is none: %s (byte %" PRIu64 ")", why.text,
                   why.offset);
    check_find(c, c->json, m, text, "a JSON value", found);
}

/* The name stands twice: who takes the first one sees another event. */
static TD_RARE void
find_two_names(struct check *c, const struct check_message *m, uint32_t other)
{
    struct td_buf found = {0};

    schema_excerpt(&found, td_json_raw(m->doc, other), 80);
    (void)td_buf_add_text(&found, " and then \"");
    schema_excerpt(&found, m->name, 80);
    (void)td_buf_add_byte(&found, '"');
    check_find(c, c->json, m, check_message_raw(m),
               "one name of the event, not two", td_buf_str(&found));
    td_buf_release(&found);
}

static TD_RARE void judge_odd(struct check *c, struct check_message *m,
                              const struct check_view *view)
{
    m->plain = view->plain;
    if (view->other_name && !view->plain.ptr)
        find_two_names(c, m, view->other_name);
}

static void judge_by_contract(struct check *c, struct check_message *m,
                              const struct check_view *view)
{
    if (view->event) {
        if (view->content || c->how.contract->set.rules_len > 0)
            check_message_rename(m, view->event->aliases, &c->renaming);
        judge_event(c, m, view);
    } else if (c->unknown != NONE) {
        find_unknown(c, m);
    }
    if (c->how.contract->set.rules_len > 0)
        check_engine_message(c->engine, m);
}

/* By the name that the tape gives or the message has. */
static TD_APART void show(struct check *c, const struct check_message *m,
                          struct td_bytes text, struct td_bytes given,
                          const struct check_view *view)
{
    struct verdict_around_event event = {m->seq, m->has_t, m->t_ns, given,
                                         text};
    uint32_t at = view->data == CHECK_NO_VALUE ? view->at : view->data;

    if (given.len == 0 && view->json)
        event.name = view->name;
    if (view->json && view->doc)
        event.text = td_json_raw(view->doc, view->at);
    verdict_lens_put(c->how.lens, &event, view->json ? view->doc : NULL, at);
}

/* The findings that were made since this was asked. */
static TD_APART void show_findings(struct check *c)
{
    for (; c->shown < c->verdict.findings_len; c->shown++)
        verdict_lens_want(c->how.lens, &c->verdict.findings[c->shown]);
}

enum td_code check_judge(struct check *c, struct check_message *m,
                         struct td_bytes text, struct td_bytes given,
                         const struct check_view *view)
{
    if (!view) {
        check_inspect(&c->inspector, text, given, m->way, &c->view);
        view = &c->view;
    }
    if (c->channel)
        view = check_look_on_channel(c, m, text, given, view);
    c->verdict.events++;
    c->verdict.rules[c->json].applied++;
    if (c->how.lens)
        show(c, m, text, given, view);
    if (view->json) {
        m->doc = view->doc;
        m->at = view->at;
        m->data = view->data;
        m->name = view->name;
        m->event = view->word;
        if (view->odd)
            judge_odd(c, m, view);
        if (c->how.schemas) {
            c->verdict.rules[c->schema].applied++;
            if (view->message)
                find_in_message(c, m, view);
        }
        if (c->how.contract)
            judge_by_contract(c, m, view);
    } else {
        find_no_json(c, m, text);
    }
    if (c->how.lens)
        show_findings(c);
    return check_is_over(c) ? TD_FAILED : TD_OK;
}

static bool take_item(void *self, struct check_item *item)
{
    struct check *c = self;
    const struct td_event *ev = &item->ev;
    struct check_message m = {
        .seq = ev->seq, .has_t = item->from.has_t, .t_ns = ev->at_ns};

    if (item->from.line)
        return check_judge(c, &m, ev->payload, ev->name, item->view) != TD_OK;
    return check_take_event(c, ev, item->from.wall_ns,
                            item->looked ? item->view : NULL) != TD_OK;
}

void check_drain(struct check *c)
{
    if (c->parallel)
        check_parallel_drain(c->parallel);
}

static enum td_code take_line(struct check *check, struct check_message *m,
                              struct td_bytes line)
{
    struct check_origin from = {.line = true, .has_t = m->has_t};
    struct td_event ev = {.seq = m->seq, .at_ns = m->t_ns};

    if (td_payload_is_blank(line))
        return TD_OK;
    if (line.ptr[line.len - 1] == '\r')
        line.len--;
    if (!check->parallel)
        return check_judge(check, m, line, td_bytes(NULL, 0), NULL);
    ev.payload = line;
    check_parallel_put(check->parallel, &ev, from, true);
    return check_parallel_is_over(check->parallel) ? TD_FAILED : TD_OK;
}

enum td_code check_line(struct check *check, uint64_t number,
                        struct td_bytes line)
{
    struct check_message m = {.seq = number};

    return take_line(check, &m, line);
}

enum td_code check_line_at(struct check *check, uint64_t number, uint64_t t_ns,
                           struct td_bytes line)
{
    struct check_message m = {.seq = number, .has_t = true, .t_ns = t_ns};

    return take_line(check, &m, line);
}

enum td_code check_message(struct check *check, uint64_t number,
                           struct td_bytes name, struct td_bytes text)
{
    struct check_message m = {.seq = number};

    if (name.len == 0 && td_payload_is_blank(text))
        return check_is_over(check) ? TD_FAILED : TD_OK;
    return check_judge(check, &m, text, name, NULL);
}

void check_show(struct check *check, const char *before, const char *after)
{
    free(check->verdict.show_before);
    free(check->verdict.show_after);
    check->verdict.show_before = td_strdup(before);
    check->verdict.show_after = td_strdup(after);
}

const struct check_verdict *check_so_far(struct check *check)
{
    check_drain(check);
    return &check->verdict;
}

/* Why a rule of ours had nothing to judge. */
static const char *why_vacuous(const struct check *c, uint32_t rule)
{
    if (rule == c->direction)
        return "no event came whose direction is known";
    if (rule == c->channel_rule)
        return "no connection was at an address of the contract";
    return c->how.contract && rule >= c->first_event ? "no such event came"
                                                     : "no message came";
}

const struct check_verdict *check_end(struct check *check)
{
    const struct check_contract *k = check->how.contract;
    bool stopped;

    check_drain(check);
    stopped = check_is_over(check);
    if (k)
        check_engine_end(check->engine,
                         check->cut || check->how.cut || stopped ||
                             (k->may_be_cut && !check->tape_input));
    for (uint32_t i = 0; i < check->verdict.rules_len; i++) {
        struct check_result *r = &check->verdict.rules[i];
        bool ours = !k || i < check->first_rule || i == check->channel_rule;

        if (ours)
            r->judged = r->applied;
        if (ours && r->applied == 0 && r->total == 0 && i != check->unknown &&
            r->outcome == CHECK_PASS)
            check_verdict_settle(&check->verdict, i, CHECK_VACUOUS,
                                 why_vacuous(check, i));
    }
    if (check->how.lens)
        show_findings(check);
    if (check->how.lens && k)
        check_declared_tell(k, check->how.dialect, check->how.lens);
    check->verdict.lens = check->how.lens;
    check_verdict_close(&check->verdict);
    return &check->verdict;
}

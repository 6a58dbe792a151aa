/* A gate of a stream: its rules, a finding with its neighbours, its timeline,
 * fields and latencies.
 */
#include "tests/web/page_scenes.h"
#include "validator/verdict/lens.h"

static struct verdict_rule *rule(struct verdict_document *doc,
                                 struct verdict_gate *g, const char *id,
                                 const char *what, enum check_outcome outcome)
{
    struct verdict_rule **end = &g->rules;

    while (*end)
        end = &(*end)->next;
    *end = td_arena_alloc(&doc->arena, sizeof(**end));
    (*end)->id = id;
    (*end)->what = what;
    (*end)->outcome = outcome;
    (*end)->judged = outcome == CHECK_VACUOUS ? 0 : 38;
    (*end)->total = outcome == CHECK_FAIL;
    return *end;
}

void page_draw(struct verdict_document *doc, struct verdict_gate *g,
               uint64_t events)
{
    static const char *const names[] = {
        "progress_update",  "heartbeat",      "order_placed",
        "order_paid",       "order_shipped",  "stock_changed",
        "price_changed",    "user_joined",    "user_left",
        "payment_declined", "refund_started", "execution_completed",
        "cart_abandoned",   "audit_written"};
    struct verdict_timeline_maker *maker = verdict_timeline_new();
    uint64_t seed = 7;
    uint64_t t = 0;

    for (uint64_t i = 0; i < events; i++) {
        size_t name;

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        name = (seed >> 33) % 100 < 55 ? 0 : (seed >> 40) % 14;
        if (i % (events / 6 + 1) > events / 9 && name != 1 && i % 4)
            name = 1;
        t += (seed >> 45) % 2000000 * (name == 1 ? 3 : 1);
        if (i && i % (events / 5 + 1) == 0)
            t += events * 60000;
        verdict_timeline_put(maker, t, td_text(names[name]));
    }
    g->events = events;
    g->timeline = verdict_timeline_make(maker, &doc->arena);
    verdict_timeline_free(maker);
}

/* The neighbours of event 77, and what its events have. */
static void look(struct verdict_document *doc, struct verdict_gate *g,
                 struct verdict_finding *f)
{
    struct verdict_lens *lens = verdict_lens_new();
    struct td_json_doc json = {0};
    const struct check_finding found = {
        .seq = f->seq, .has_t = true, .t_ns = f->t_ns};
    struct verdict_timeline *drawn = g->timeline;

    for (uint64_t seq = 70; seq < 80; seq++) {
        const char *text = td_arena_print(
            &doc->arena,
            seq == 77 ? "{\"total\":39,\"ok\":true}"
                      : "{\"completed_tasks\":%llu,\"task\":{\"id\":"
                        "\"task-%llu\",\"status\":\"%s\"%s}}",
            (unsigned long long)seq - 38, (unsigned long long)seq,
            seq % 4 ? "done" : "running",
            seq % 3 ? "" : ",\"retries\":[1,null]");
        struct verdict_around_event e = {
            seq, true, f->t_ns + (seq - 77) * 177000000,
            td_text(seq == 77 ? "execution_completed" : "progress_update"),
            td_text(text)};

        if (td_json_parse(&json, e.text, TD_JSON_DEPTH, NULL) == TD_OK)
            verdict_lens_put(lens, &e, &json, 0);
    }
    verdict_lens_want(lens, &found);
    verdict_lens_expect(lens, td_text("progress_update"), "/eta", 0);
    verdict_lens_expect(lens, td_text("progress_update"), "/task/note",
                        1u << TD_JSON_STRING | 1u << TD_JSON_NULL);
    verdict_lens_expect(lens, td_text("refund_started"), "/amount", 0);
    verdict_lens_tell(lens, doc, g, f);
    g->timeline = drawn;
    td_json_release(&json);
    verdict_lens_free(lens);
}

/* Five of them, one upon the other; the fourth is short. */
static void wave(struct verdict_document *doc, struct verdict_timeline *t)
{
    static const unsigned ends[] = {0, 20, 46, 70, 72, 100};
    uint64_t all = t->end_ns - t->start_ns;

    t->waves_len = 5;
    t->waves = td_arena_alloc(&doc->arena, 5 * sizeof(*t->waves));
    for (size_t i = 0; i < t->waves_len; i++)
        t->waves[i] =
            (struct verdict_wave){i + 1, t->start_ns + all / 100 * ends[i],
                                  t->start_ns + all / 100 * ends[i + 1]};
}

static void measured(struct verdict_document *doc, struct verdict_gate *g)
{
    static const struct verdict_latency rows[] = {
        {.id = "answer-in-time",
         .what = "from order_placed to order_paid it takes at most 2s",
         .spread = {812, 41000000, 380000000, 910000000, 1720000000}},
        {.id = "heartbeat",
         .what = "from one heartbeat to the next it takes at most 1s",
         .spread = {160, 9000, 31000, 47000, 120000}}};
    struct verdict_latency **end = &g->latencies;

    for (size_t i = 0; i < 2; i++, end = &(*end)->next) {
        *end = td_arena_alloc(&doc->arena, sizeof(**end));
        **end = rows[i];
    }
}

void page_stream(struct verdict_document *doc)
{
    struct verdict_gate *g = page_gate(doc, "stream", VERDICT_STREAM,
                                       CHECK_FAIL, "1 of 4 rules failed");
    struct verdict_finding *f;

    page_measure(doc, g, "findings", 1, 0);
    page_draw(doc, g, 4000);
    rule(doc, g, "total-is-done", "count task[status == 'done']", CHECK_FAIL);
    rule(doc, g, "started-first", "first: execution_started", CHECK_PASS);
    rule(doc, g, "refund-in-5s", "response: refund_started within 5 s",
         CHECK_VACUOUS)
        ->reason = "no refund_started in this stream";
    rule(doc, g, "ends", "last: execution_completed", CHECK_OPEN)->reason =
        "the stream was cut before its end";
    f = page_find(doc, "stream", "total-is-done",
                  "expected 40 tasks that are done, found 39");
    f->seq = 77;
    f->has_t = true;
    f->t_ns = 1381000000;
    f->path = "/data/total";
    f->expected = "40 (as event 1 says)";
    f->found = "39";
    f->fp = "1:5c3a";
    f->excerpt = "execution_completed {\"total\":39,\"ok\":true}";
    f->witness[0] = (struct verdict_witness){
        1, true, 4000000, "execution_started {\"total_tasks\":40}"};
    f->witness[1] = (struct verdict_witness){
        76, true, 1204000000, "progress_update {\"completed_tasks\":38}"};
    f->witness_len = 2;
    f->repro = "tapedeck cat --seq 77 run.tape.gz";
    look(doc, g, f);
    wave(doc, g->timeline);
    measured(doc, g);
}

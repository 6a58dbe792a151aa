/* What rules say of a stream: that they hold, and findings in words. */
#include "core/mem.h"
#include "schema/value/pointer.h"
#include "schema/value/timestamp.h"
#include "validator/engine/engine_internal.h"

#include <stdlib.h>

#define EXCERPT 160 /* bytes of a message in a finding */
#define VALUE   80  /* bytes of one value in it */

static uint32_t index_of(const struct check_run *run)
{
    return run->place->engine->first + run->place->rule;
}

static struct engine_pending *pending_of(const struct check_run *run)
{
    return run->place->instance ? run->place->instance->pending : NULL;
}

bool check_rule_fail(struct check_run *run)
{
    struct engine_pending *p = pending_of(run);
    const struct check_result *r = engine_result(run);

    check_rule_pass(run);
    if (!p)
        return !check_verdict_only_counts(run->place->engine->verdict,
                                          index_of(run));
    p->failed++;
    return p->len + r->total < r->max;
}

void check_rule_open(struct check_run *run, const char *why)
{
    check_verdict_settle(run->place->engine->verdict, index_of(run), CHECK_OPEN,
                         why);
}

void check_rule_undecided(struct check_run *run, const char *why)
{
    check_verdict_settle(run->place->engine->verdict, index_of(run),
                         CHECK_ERROR, why);
}

void check_rule_gave_up(struct check_run *run, const struct check_message *m,
                        const char *why)
{
    check_verdict_gave_up(run->place->engine->verdict, index_of(run), m->seq,
                          m->name, why);
}

/* A rule that hears every message of the one stream there is: then what it is
 * not told can be counted later.
 */
static bool may_idle(const struct check_rule *rule,
                     const struct check_ruleset *c)
{
    return rule->by == CHECK_NO_VALUE && rule->scope == CHECK_GLOBALLY &&
           !rule->ends && !rule->shared_roles && !rule->roles[0].selector &&
           c->key == CHECK_NO_VALUE && !c->ends;
}

void check_rule_done(struct check_run *run)
{
    struct check_engine *f = run->place->engine;
    struct engine_rule *r = &f->rules[run->place->rule];

    r->idle = may_idle(run->rule, f->set);
    r->idle_since = f->messages;
}

bool engine_read_time(struct check_engine *f,
                      const struct check_time_source *time,
                      const struct check_message *m, int64_t *ns)
{
    uint32_t at = check_field_at(f->fields, time->field);

    if (at == CHECK_NO_VALUE)
        return false;
    if (m->doc->values[at].kind == TD_JSON_STRING)
        return schema_instant_text(td_json_inner(m->doc, at), time->unit, ns);
    if (m->doc->values[at].kind != TD_JSON_NUMBER)
        return false;
    return schema_timestamp_number(td_json_raw(m->doc, at), time->unit, ns);
}

static const struct check_time_source *source_of(const struct check_run *run)
{
    const struct check_time_source *own = &run->rule->time;

    return own->clock == CHECK_CLOCK_STREAM ? &run->place->engine->set->time
                                            : own;
}

static uint64_t spread_at(struct td_histogram *samples, unsigned percent)
{
    int64_t ns = td_histogram_percentile(samples, percent);

    return ns > 0 ? (uint64_t)ns : 0;
}

void check_rule_spread(struct check_run *run, struct td_histogram *samples)
{
    struct engine_rule *r = &run->place->engine->rules[run->place->rule];

    if (source_of(run)->clock != CHECK_CLOCK_SEQUENCE)
        td_histogram_merge(&r->spread, samples);
}

void check_rule_move(struct check_run *run, uint32_t index, const char *from,
                     const char *to, bool taken)
{
    struct check_engine *f = run->place->engine;

    check_verdict_move(f->verdict, f->first + run->place->rule, index, from, to,
                       taken);
}

void engine_tell_spread(struct td_histogram *samples, struct check_spread *out)
{
    if (samples->len > 0)
        *out = (struct check_spread){.n = samples->len,
                                     .p50 = spread_at(samples, 50),
                                     .p95 = spread_at(samples, 95),
                                     .p99 = spread_at(samples, 99),
                                     .max = spread_at(samples, 100)};
}

static void find_no_time(struct check_run *run, const struct check_message *m)
{
    const struct check_engine *f = run->place->engine;
    uint32_t field = source_of(run)->field;
    uint32_t at = check_field_at(f->fields, field);
    struct check_note note;

    if (run->rule->missing == CHECK_MISSING_SKIP || !check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, at);
    (void)td_buf_addf(&note.expected, "a time at %s",
                      check_field_text(f->set->words, field));
    check_note_value(&note.found, m, at);
    check_note_end(&note);
}

bool check_rule_time(struct check_run *run, const struct check_message *m,
                     int64_t *at)
{
    const struct check_time_source *time = source_of(run);
    struct check_engine *f = run->place->engine;
    struct engine_rule *r = &f->rules[run->place->rule];
    bool has = true;

    if (time->clock == CHECK_CLOCK_SEQUENCE) {
        *at = (int64_t)m->number;
    } else if (time->clock != CHECK_CLOCK_EVENT) {
        has = m->has_t;
        *at = (int64_t)m->t_ns;
        r->no_time = r->no_time || !has;
    } else if (time == &f->set->time) {
        has = m->has_clock;
        *at = m->clock_ns;
    } else {
        has = engine_read_time(f, time, m, at);
    }
    if (has) {
        r->has_last = true;
        r->last = *at;
    } else if (time->clock == CHECK_CLOCK_EVENT) {
        find_no_time(run, m);
    }
    return has;
}

bool check_rule_end_time(const struct check_run *run, int64_t *at)
{
    const struct check_engine *f = run->place->engine;
    const struct check_time_source *time = source_of(run);
    bool stream = time == &f->set->time;

    if (time->clock == CHECK_CLOCK_SEQUENCE) {
        *at = (int64_t)f->messages;
        return true;
    }
    if (time->clock != CHECK_CLOCK_EVENT) {
        *at = (int64_t)f->t_ns;
        return f->has_t;
    }
    *at = stream ? f->clock_ns : f->rules[run->place->rule].last;
    return stream ? f->has_clock : f->rules[run->place->rule].has_last;
}

const char *check_rule_field_text(const struct check_run *run, uint32_t field)
{
    return check_field_text(run->place->engine->set->words, field);
}

static void find_missing(struct check_run *run, const struct check_message *m,
                         uint32_t field)
{
    const char *text = check_rule_field_text(run, field);
    struct check_note note;

    if (!check_rule_fail(run))
        return;
    check_note_begin(&note, run, m, CHECK_NO_VALUE);
    (void)td_buf_addf(&note.expected, "%s%s", *text ? "the field " : "data",
                      text);
    (void)td_buf_add_text(&note.found, "none");
    check_note_end(&note);
}

uint32_t check_rule_field(struct check_run *run, const struct check_message *m,
                          uint32_t field)
{
    uint32_t at = check_field_at(run->fields, field);

    if (at == CHECK_NO_VALUE && run->rule->missing != CHECK_MISSING_SKIP)
        find_missing(run, m, field);
    return at;
}

void engine_miss_key(struct check_run *run, const struct check_message *m)
{
    const struct check_group_by *by =
        &run->place->engine->set->group_bys.list[run->rule->by];

    for (uint32_t i = 0; i < by->len; i++) {
        if (check_field_at(run->fields, by->fields[i]) == CHECK_NO_VALUE) {
            find_missing(run, m, by->fields[i]);
            return;
        }
    }
}

void check_note_begin(struct check_note *note, struct check_run *run,
                      const struct check_message *m, uint32_t at)
{
    *note = (struct check_note){.run = run, .m = m, .at = at};
}

void check_note_related(struct check_note *note, const struct check_seen *seen,
                        struct td_bytes value)
{
    size_t room = CHECK_RELATED_MAX - (note->m ? 1 : 0);

    if (seen->seq == 0 || note->related_len >= room)
        return;
    schema_excerpt(&note->values[note->related_len], value, VALUE);
    note->seen[note->related_len++] = *seen;
}

void check_note_about(struct check_note *note, const struct check_seen *seen)
{
    note->about = *seen;
    check_note_related(note, seen, td_bytes(NULL, 0));
}

void check_note_name(struct td_buf *out, struct td_bytes name)
{
    (void)td_buf_add_byte(out, '"');
    schema_excerpt(out, name, VALUE);
    (void)td_buf_add_byte(out, '"');
}

void check_note_scope(struct check_note *note)
{
    const struct check_rule *rule = note->run->rule;
    static const char *const words[] = {[CHECK_GLOBALLY] = "",
                                        [CHECK_AFTER] = " after ",
                                        [CHECK_BEFORE] = " before ",
                                        [CHECK_BETWEEN] = " between ",
                                        [CHECK_AFTER_UNTIL] = " between "};

    (void)td_buf_add_text(&note->expected, words[rule->scope]);
    if (rule->opens)
        check_selector_say(rule->opens, &note->expected, td_bytes(NULL, 0));
    if (rule->opens && rule->closes)
        (void)td_buf_add_text(&note->expected, " and ");
    if (rule->closes)
        check_selector_say(rule->closes, &note->expected, td_bytes(NULL, 0));
}

/* "task_id = "t1"" of the parts of a key. */
static void write_parts(struct td_buf *out, const struct check_words *words,
                        const struct check_group_by *by, struct td_bytes key)
{
    struct td_json_doc doc = {0};
    uint32_t at = 0;

    if (td_json_parse(&doc, key, TD_JSON_DEPTH_CAP, NULL) == TD_OK) {
        at = by->len > 1 ? 1 : 0;
        for (uint32_t i = 0; i < by->len; i++) {
            (void)td_buf_addf(out, "%s%s = ", out->len > 0 ? ", " : "",
                              check_field_text(words, by->fields[i]));
            schema_excerpt_value(out, &doc, at, VALUE);
            at = doc.values[at].next;
        }
    }
    td_json_release(&doc);
}

bool check_rule_has_key(const struct check_run *run)
{
    const struct check_place *p = run->place;
    uint32_t by = run->rule->by;

    return by != CHECK_NO_VALUE &&
           engine_key_of(p->engine, &p->partition->keys[by]) != SCHEMA_NO_KEY;
}

struct td_bytes check_rule_key(const struct check_run *run)
{
    const struct check_place *p = run->place;

    if (run->rule->by != CHECK_NO_VALUE && p->instance)
        return schema_intern_text(&p->partition->keys[run->rule->by].keys,
                                  p->instance->key);
    if (p->partition_index > 0)
        return schema_intern_text(&p->engine->streams, p->partition_index - 1);
    return td_bytes(NULL, 0);
}

static void write_key(struct td_buf *out, const struct check_run *run)
{
    const struct check_place *p = run->place;
    const struct check_ruleset *c = p->engine->set;
    struct check_group_by stream = {.fields = {c->key}, .len = 1};
    struct td_bytes key;

    if (p->partition_index > 0) {
        key = schema_intern_text(&p->engine->streams, p->partition_index - 1);
        if (key.len > 0)
            write_parts(out, c->words, &stream, key);
    }
    if (run->rule->by == CHECK_NO_VALUE || !p->instance)
        return;
    key = schema_intern_text(&p->partition->keys[run->rule->by].keys,
                             p->instance->key);
    write_parts(out, c->words, &c->group_bys.list[run->rule->by], key);
}

static void keep(struct check_run *run, struct check_finding *f)
{
    struct engine_pending *p = pending_of(run);

    if (!p) {
        check_verdict_find(run->place->engine->verdict, f);
        return;
    }
    p->list = td_realloc(p->list, (p->len + 1) * sizeof(*p->list));
    p->list[p->len++] = check_finding_copy(f);
}

static void set_message(struct check_note *note, struct check_finding *f,
                        struct td_buf *path, struct td_buf *excerpt)
{
    const struct check_message *m = note->m;
    struct td_buf *value;

    if (!m) {
        f->seq = note->about.seq;
        f->has_t = note->about.has_t;
        f->t_ns = note->about.t_ns;
        return;
    }
    f->seq = m->seq;
    f->has_t = m->has_t;
    f->t_ns = m->t_ns;
    value = &note->values[note->related_len];
    note->seen[note->related_len++] = check_seen(m);
    schema_excerpt(excerpt, check_message_raw(m), EXCERPT);
    if (note->at == CHECK_NO_VALUE)
        return;
    check_message_path(path, m, note->at);
    schema_excerpt_value(value, m->doc, note->at, VALUE);
}

void check_note_end(struct check_note *note)
{
    struct check_finding f = {.rule = index_of(note->run)};
    struct td_buf key = {0};
    struct td_buf path = {0};
    struct td_buf excerpt = {0};

    set_message(note, &f, &path, &excerpt);
    write_key(&key, note->run);
    f.key = (char *)(uintptr_t)td_buf_str(&key);
    f.path = (char *)(uintptr_t)td_buf_str(&path);
    f.excerpt = (char *)(uintptr_t)td_buf_str(&excerpt);
    f.expected = (char *)(uintptr_t)td_buf_str(&note->expected);
    f.found = (char *)(uintptr_t)td_buf_str(&note->found);
    for (; f.related_len < note->related_len; f.related_len++) {
        const struct check_seen *seen = &note->seen[f.related_len];
        struct td_buf *value = &note->values[f.related_len];

        f.related[f.related_len] = (struct check_related){
            seen->seq, seen->has_t, seen->t_ns,
            value->len ? (char *)(uintptr_t)td_buf_str(value) : NULL};
    }
    keep(note->run, &f);
    td_buf_release(&key);
    td_buf_release(&path);
    td_buf_release(&excerpt);
    td_buf_release(&note->expected);
    td_buf_release(&note->found);
    for (size_t i = 0; i < CHECK_RELATED_MAX; i++)
        td_buf_release(&note->values[i]);
}

void check_note_value(struct td_buf *out, const struct check_message *m,
                      uint32_t at)
{
    if (at == CHECK_NO_VALUE)
        (void)td_buf_add_text(out, "nothing");
    else
        schema_excerpt_value(out, m->doc, at, VALUE);
}

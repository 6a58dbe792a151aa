#include "validator/verdict/verdict.h"

#include "core/log.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

const char *check_outcome_text(enum check_outcome outcome)
{
    static const char *const texts[] = {
#define CHECK_OUTCOME_TEXT(name, text) [CHECK_##name] = (text),
        CHECK_OUTCOMES(CHECK_OUTCOME_TEXT)
#undef CHECK_OUTCOME_TEXT
    };

    return texts[outcome];
}

const char *check_level_text(enum check_level level)
{
    static const char *const texts[] = {"error", "warn", "info"};

    return texts[level];
}

void check_verdict_init(struct check_verdict *v, const char *input)
{
    *v = (struct check_verdict){.input = td_strdup(input)};
}

static void release_groups(struct check_result *r)
{
    for (uint32_t i = 0; i < r->groups_len; i++)
        free(r->groups[i].schema_path);
    free(r->groups);
}

void check_verdict_release(struct check_verdict *v)
{
    for (uint32_t i = 0; i < v->rules_len; i++) {
        free(v->rules[i].id);
        free(v->rules[i].what);
        free(v->rules[i].note);
        free(v->rules[i].where);
        free(v->rules[i].reason);
        for (uint32_t m = 0; m < v->rules[i].moves_len; m++) {
            free(v->rules[i].moves[m].from);
            free(v->rules[i].moves[m].to);
        }
        free(v->rules[i].moves);
        release_groups(&v->rules[i]);
    }
    for (size_t i = 0; i < v->findings_len; i++)
        check_finding_release(&v->findings[i]);
    free(v->rules);
    free(v->findings);
    free(v->input);
    free(v->show_before);
    free(v->show_after);
    *v = (struct check_verdict){0};
}

uint32_t check_verdict_rule(struct check_verdict *v, const char *id,
                            const char *what, enum check_level level,
                            uint64_t max)
{
    v->rules = td_realloc(v->rules, (v->rules_len + 1) * sizeof(*v->rules));
    v->rules[v->rules_len] = (struct check_result){
        .id = td_strdup(id),
        .what = td_strdup(what),
        .level = level,
        .outcome = CHECK_PASS,
        .max = max,
        .mostly = CHECK_WHOLE,
        .reason = td_strdup(""),
    };
    return v->rules_len++;
}

static char *copy(const char *text)
{
    return td_strdup(text ? text : "");
}

struct check_finding check_finding_copy(const struct check_finding *f)
{
    struct check_finding kept = *f;

    kept.alike = NULL;
    kept.key = copy(f->key);
    kept.path = copy(f->path);
    kept.schema_path = copy(f->schema_path);
    kept.expected = copy(f->expected);
    kept.found = copy(f->found);
    kept.excerpt = copy(f->excerpt);
    for (size_t i = 0; i < f->related_len; i++) {
        if (f->related[i].value)
            kept.related[i].value = td_strdup(f->related[i].value);
    }
    return kept;
}

void check_finding_release(struct check_finding *f)
{
    free(f->key);
    free(f->path);
    free(f->schema_path);
    free(f->expected);
    free(f->found);
    free(f->excerpt);
    for (size_t i = 0; i < f->related_len; i++)
        free(f->related[i].value);
    *f = (struct check_finding){0};
}

bool check_verdict_is_fatal(const struct check_verdict *v, uint32_t rule)
{
    const struct check_result *r = &v->rules[rule];

    return r->mostly == CHECK_WHOLE &&
           (r->level == CHECK_LEVEL_ERROR ||
            (v->strict && r->level == CHECK_LEVEL_WARN));
}

static void count(struct check_verdict *v, uint32_t rule)
{
    struct check_result *r = &v->rules[rule];

    r->total++;
    if (r->mostly == CHECK_WHOLE)
        r->outcome = CHECK_FAIL;
    v->failed = v->failed || check_verdict_is_fatal(v, rule);
}

/* The group of a keyword, added if it is the first of it; NULL: there are too
 * many.
 */
static struct check_group *group_of(struct check_result *r,
                                    const char *schema_path)
{
    for (uint32_t i = 0; i < r->groups_len; i++) {
        if (!strcmp(r->groups[i].schema_path, schema_path))
            return &r->groups[i];
    }
    if (r->groups_len == CHECK_GROUPS)
        return NULL;
    if (!r->groups)
        r->groups = td_calloc(CHECK_GROUPS, sizeof(*r->groups));
    r->groups[r->groups_len] =
        (struct check_group){.schema_path = td_strdup(schema_path)};
    return &r->groups[r->groups_len++];
}

static bool has_room(const struct check_result *r, const struct check_group *g)
{
    return r->total < r->max || (g && g->total == 0 && r->max > 0);
}

/* Count a finding; whether there is room for it. */
static bool take(struct check_verdict *v, uint32_t rule,
                 const char *schema_path, bool alike, bool only_if_full)
{
    struct check_result *r = &v->rules[rule];
    struct check_group *g =
        schema_path && schema_path[0] ? group_of(r, schema_path) : NULL;
    bool room = has_room(r, g) && !(alike && g && g->total > 0);

    if (room && only_if_full)
        return true;
    count(v, rule);
    if (g) {
        g->alike = alike;
        g->total++;
        g->kept += room;
    }
    return room;
}

bool check_verdict_only_counts(struct check_verdict *v, uint32_t rule)
{
    return !take(v, rule, NULL, false, true);
}

bool check_verdict_only_counts_of(struct check_verdict *v, uint32_t rule,
                                  const char *schema_path)
{
    return !take(v, rule, schema_path, false, true);
}

bool check_verdict_only_counts_alike(struct check_verdict *v, uint32_t rule,
                                     const char *alike)
{
    return !take(v, rule, alike, true, true);
}

void check_verdict_find(struct check_verdict *v, const struct check_finding *f)
{
    if (!take(v, f->rule, f->alike ? f->alike : f->schema_path, f->alike,
              false))
        return;
    v->findings =
        td_realloc(v->findings, (v->findings_len + 1) * sizeof(*v->findings));
    v->findings[v->findings_len++] = check_finding_copy(f);
}

void check_verdict_settle(struct check_verdict *v, uint32_t rule,
                          enum check_outcome outcome, const char *reason)
{
    struct check_result *r = &v->rules[rule];

    if (r->outcome == CHECK_FAIL || outcome < r->outcome)
        return;
    r->outcome = outcome;
    free(r->reason);
    r->reason = td_strdup(reason);
}

void check_verdict_move(struct check_verdict *v, uint32_t rule, uint32_t index,
                        const char *from, const char *to, bool taken)
{
    struct check_result *r = &v->rules[rule];

    if (index == r->moves_len) {
        r->moves = (struct check_move *)td_list_room(r->moves, r->moves_len,
                                                     sizeof(*r->moves));
        r->moves[r->moves_len++] = (struct check_move){
            .from = from ? td_strdup(from) : NULL, .to = td_strdup(to)};
    }
    r->moves[index].taken = r->moves[index].taken || taken;
}

void check_verdict_gave_up(struct check_verdict *v, uint32_t rule, uint64_t seq,
                           struct td_bytes name, const char *reason)
{
    struct check_result *r = &v->rules[rule];
    struct td_buf text = {0};

    if (r->outcome == CHECK_ERROR || (r->outcome == CHECK_FAIL && r->reason[0]))
        return;
    (void)td_buf_addf(&text, "seq %llu", (unsigned long long)seq);
    if (name.len > 0) {
        (void)td_buf_add_text(&text, ", ");
        (void)td_text_clean(&text, name);
    }
    (void)td_buf_addf(&text, ": %s", reason);
    if (r->outcome == CHECK_FAIL) {
        free(r->reason);
        r->reason = td_strdup(td_buf_str(&text));
    } else {
        check_verdict_settle(v, rule, CHECK_ERROR, td_buf_str(&text));
    }
    td_buf_release(&text);
}

/* What a rule does to the whole: its outcome, as far as its level counts. */
static enum check_outcome weight(const struct check_verdict *v,
                                 const struct check_result *r)
{
    bool counts = r->level == CHECK_LEVEL_ERROR ||
                  (v->strict && r->level == CHECK_LEVEL_WARN);

    if (!counts || (r->optional && r->outcome == CHECK_VACUOUS))
        return CHECK_PASS;
    if (r->outcome == CHECK_VACUOUS || r->outcome == CHECK_SKIPPED)
        return v->strict ? CHECK_FAIL : CHECK_PASS;
    return r->outcome;
}

void check_verdict_close(struct check_verdict *v)
{
    bool applied = v->rules_len == 0;

    v->outcome = CHECK_PASS;
    for (uint32_t i = 0; i < v->rules_len; i++) {
        enum check_outcome outcome = weight(v, &v->rules[i]);

        applied |= v->rules[i].outcome != CHECK_VACUOUS;
        if (outcome > v->outcome && v->outcome != CHECK_FAIL)
            v->outcome = outcome;
        if (outcome == CHECK_FAIL) /* is certain, whatever else is not */
            v->outcome = CHECK_FAIL;
    }
    if (!applied && v->outcome == CHECK_PASS)
        v->outcome = CHECK_VACUOUS;
}

enum td_code check_verdict_code(const struct check_verdict *v)
{
    if (v->outcome == CHECK_FAIL)
        return TD_FAILED;
    if (v->outcome == CHECK_ERROR)
        return TD_TOOL;
    return v->lossy || v->outcome == CHECK_OPEN ? TD_LOSSY : TD_OK;
}

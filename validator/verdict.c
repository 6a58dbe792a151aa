#include "validator/verdict.h"

#include "core/mem.h"

#include <stdlib.h>

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

void check_verdict_release(struct check_verdict *v)
{
    for (uint32_t i = 0; i < v->rules_len; i++) {
        free(v->rules[i].id);
        free(v->rules[i].what);
        free(v->rules[i].reason);
    }
    for (size_t i = 0; i < v->findings_len; i++) {
        free(v->findings[i].path);
        free(v->findings[i].schema_path);
        free(v->findings[i].expected);
        free(v->findings[i].found);
        free(v->findings[i].excerpt);
    }
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
        .reason = td_strdup(""),
    };
    return v->rules_len++;
}

static char *copy(const char *text)
{
    return td_strdup(text ? text : "");
}

bool check_verdict_only_counts(struct check_verdict *v, uint32_t rule)
{
    struct check_result *r = &v->rules[rule];

    if (r->total < r->max)
        return false;
    r->outcome = CHECK_FAIL;
    r->total++;
    return true;
}

void check_verdict_find(struct check_verdict *v, const struct check_finding *f)
{
    struct check_result *rule = &v->rules[f->rule];
    struct check_finding *kept;

    if (check_verdict_only_counts(v, f->rule))
        return;
    rule->outcome = CHECK_FAIL;
    rule->total++;
    v->findings =
        td_realloc(v->findings, (v->findings_len + 1) * sizeof(*v->findings));
    kept = &v->findings[v->findings_len++];
    *kept = *f;
    kept->path = copy(f->path);
    kept->schema_path = copy(f->schema_path);
    kept->expected = copy(f->expected);
    kept->found = copy(f->found);
    kept->excerpt = copy(f->excerpt);
}

void check_verdict_close(struct check_verdict *v)
{
    bool applied = v->rules_len == 0;

    v->outcome = CHECK_PASS;
    for (uint32_t i = 0; i < v->rules_len; i++) {
        const struct check_result *rule = &v->rules[i];

        applied |= rule->outcome != CHECK_VACUOUS;
        if (rule->level != CHECK_LEVEL_ERROR ||
            rule->outcome == CHECK_VACUOUS || rule->outcome == CHECK_SKIPPED)
            continue;
        if (rule->outcome > v->outcome && v->outcome != CHECK_FAIL)
            v->outcome = rule->outcome;
        if (rule->outcome == CHECK_FAIL) /* is certain, whatever else is not */
            v->outcome = CHECK_FAIL;
    }
    if (!applied)
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

#include "replayer/fault_rules.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>

struct play_fault_rules {
    struct play_fault_rule list[PLAY_FAULTS_MAX];
    size_t count;
    uint64_t seed;
};

static enum td_code read_one(struct play_fault_rules *rules,
                             const struct play_fault_options *options,
                             struct td_error *err)
{
    struct play_fault_rule *rule = &rules->list[rules->count];
    const char *spec = options->specs[rules->count];
    enum td_code code;

    if (rules->count == PLAY_FAULTS_MAX)
        return td_error_set(err, TD_USAGE, "--fault", 0, "more than %d faults",
                            PLAY_FAULTS_MAX);
    code = play_fault_read(rule, spec, rules->seed, rules->count, err);
    if (!code && rule->kind == PLAY_FAULT_STATUS && !options->answers)
        return td_error_set(err, TD_USAGE, "--fault", 0,
                            "\"%s\": only with --answer", spec);
    return code;
}

enum td_code play_fault_rules_new(struct play_fault_rules **out,
                                  const struct play_fault_options *options,
                                  struct td_error *err)
{
    struct play_fault_rules *rules = td_calloc(1, sizeof(*rules));
    enum td_code code = TD_OK;

    rules->seed = options->seed;
    while (!code && options->specs[rules->count]) {
        code = read_one(rules, options, err);
        rules->count += !code;
    }
    if (code) {
        play_fault_rules_free(rules);
        return code;
    }
    *out = rules;
    return TD_OK;
}

void play_fault_rules_free(struct play_fault_rules *rules)
{
    free(rules);
}

struct play_fault_rule *play_fault_rules_list(struct play_fault_rules *rules,
                                              size_t *count)
{
    *count = rules->count;
    return rules->list;
}

/* ---- requests that are refused ---- */

uint64_t play_fault_rules_choose(struct play_fault_rules *rules,
                                 const struct td_event *request)
{
    uint64_t chosen = 0;

    for (size_t i = 0; i < rules->count; i++) {
        struct play_fault_rule *rule = &rules->list[i];
        struct play_fault_rule branch;

        if (rule->kind != PLAY_FAULT_STATUS)
            continue;
        branch = play_fault_branch(rule, request->exchange);
        branch.passed = rule->passed;
        if (play_fault_hits(&branch, request))
            chosen |= UINT64_C(1) << i;
        rule->passed = branch.passed;
    }
    return chosen;
}

const struct play_fault_rule *
play_fault_rules_refuse(struct play_fault_rules *rules, uint64_t chosen,
                        uint64_t before, const struct td_event *request)
{
    for (size_t i = 0; i < rules->count; i++) {
        struct play_fault_rule *rule = &rules->list[i];

        if (!(chosen >> i & 1))
            continue;
        if (before < rule->amount) {
            play_fault_done(rule, request);
            return rule;
        }
        before -= rule->amount;
    }
    return NULL;
}

/* ---- what came of it ---- */

static void say_places(const struct play_fault_rule *rule, struct td_buf *out)
{
    size_t shown =
        rule->count < PLAY_FAULT_SHOWN ? rule->count : PLAY_FAULT_SHOWN;

    if (shown == 0 || rule->kind == PLAY_FAULT_SLOW)
        return;
    (void)td_buf_add_text(out, " (");
    if (rule->by_exchange)
        (void)td_buf_addf(out, "exchange%s ", rule->count == 1 ? "" : "s");
    for (size_t i = 0; i < shown; i++)
        (void)td_buf_addf(out, "%s%s%" PRIu64, i ? ", " : "",
                          rule->by_exchange ? "" : "#", rule->told[i]);
    (void)td_buf_add_text(out, rule->count > shown ? ", ...)" : ")");
}

void play_fault_rules_say(const struct play_fault_rules *rules,
                          struct td_buf *out)
{
    (void)td_buf_addf(out, "faults (seed %" PRIu64 "): ", rules->seed);
    for (size_t i = 0; i < rules->count; i++) {
        const struct play_fault_rule *rule = &rules->list[i];

        (void)td_buf_addf(out, "%s%" PRIu64 " x ", i ? ", " : "", rule->count);
        play_fault_name(rule, out);
        say_places(rule, out);
    }
    (void)td_buf_add_byte(out, '\n');
}

void play_fault_rules_json(const struct play_fault_rules *rules,
                           struct td_json_writer *w, const char *key)
{
    td_json_object(w, key);
    td_json_put_u64(w, "seed", rules->seed);
    td_json_array(w, "list");
    for (size_t i = 0; i < rules->count; i++) {
        const struct play_fault_rule *rule = &rules->list[i];

        td_json_object(w, NULL);
        td_json_put_text(w, "fault", rule->text);
        td_json_put_u64(w, "count", rule->count);
        td_json_array(w, rule->by_exchange ? "exchanges" : "events");
        for (size_t k = 0; k < rule->count && k < PLAY_FAULT_TOLD; k++)
            td_json_put_u64(w, NULL, rule->told[k]);
        td_json_array_end(w);
        td_json_object_end(w);
    }
    td_json_array_end(w);
    td_json_object_end(w);
}

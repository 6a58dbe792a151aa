/* How an attempt is limited, and tried again. */
#include "orchestrator/plan/load_internal.h"

#define WEIGHT_MAX 100000
#define COUNT_MAX  1000000000 /* open files, processes */
#define EXIT_MAX   255

/* Classes that `retry.on` may name. */
#define TRIES_EVER ((1u << PLAN_BUDGET) - 1)

static bool is(const struct plan_loader *l, uint32_t at, enum td_json_kind kind)
{
    return td_jsonx_is(&l->doc, at, kind);
}

/* A timeout of nothing would end everything, so it is a word. */
static enum td_code take_timeout(struct plan_loader *l, uint32_t at,
                                 const char *what, uint64_t *ns)
{
    enum td_code code;

    if (td_jsonx_is_text(&l->doc, at, "none")) {
        *ns = 0;
        return TD_OK;
    }
    code = plan_take_time(l, at, what, ns);
    if (code == TD_OK && *ns == 0) {
        (void)plan_refuse(l, at, "%s is no time at all", what);
        return td_error_hint(&l->why, "write none if there is no limit");
    }
    return code;
}

static enum td_code read_queue(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return take_timeout(l, at, "timeout.queue", &l->task->timeout.queue);
}

static enum td_code read_run_time(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return take_timeout(l, at, "timeout.run", &l->task->timeout.run);
}

static enum td_code read_total(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return take_timeout(l, at, "timeout.total", &l->task->timeout.total);
}

static enum td_code read_heartbeat(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return take_timeout(l, at, "timeout.heartbeat",
                        &l->task->timeout.heartbeat);
}

enum td_code plan_read_timeout(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"queue", read_queue},
                                               {"run", read_run_time},
                                               {"total", read_total},
                                               {"heartbeat", read_heartbeat},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "timeout has"};
    struct plan_loader *l = self;

    l->task->timeout = (struct plan_timeouts){0};
    if (is(l, at, TD_JSON_OBJECT))
        return plan_read_members(l, at, &shape);
    return take_timeout(l, at, "timeout", &l->task->timeout.run);
}

static enum td_code read_attempts(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    uint64_t attempts = 1;
    enum td_code code =
        plan_take_count(l, at, "attempts", PLAN_ATTEMPTS_MAX, &attempts);

    l->task->retry.attempts = (uint32_t)attempts;
    l->said |= PLAN_SAID_ATTEMPTS;
    return code;
}

static enum td_code read_backoff(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_time(l, at, "backoff", &l->task->retry.backoff_ns);
}

static enum td_code read_exit(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    const struct td_json_value *v = l->doc.json.values;
    uint8_t *list;
    uint32_t n = 0;

    if (!is(l, at, TD_JSON_ARRAY) || v[at].count == 0 ||
        v[at].count > EXIT_MAX) {
        (void)plan_refuse(l, at, "exit is a list of exit statuses");
        return td_error_hint(&l->why, "write it like [6, 28]");
    }
    list = td_arena_alloc(&l->plan->arena, v[at].count);
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        uint64_t status = 0;

        if (plan_take_count(l, i, "an exit status", EXIT_MAX, &status))
            return TD_USAGE;
        list[n++] = (uint8_t)status;
    }
    l->task->retry.exit = list;
    l->task->retry.exit_count = n;
    return TD_OK;
}

/* The classes that may be tried again, to choose from. */
static enum td_code refuse_class(struct plan_loader *l, uint32_t at)
{
    const char *words[PLAN_FAULTS + 1] = {0};
    unsigned which = 0;

    for (unsigned i = 0; i < PLAN_FAULTS && TRIES_EVER >> i & 1; i++)
        words[i] = plan_fault_word((enum plan_fault)i);
    return plan_take_choice(l, at, "a class in on", words, &which);
}

static enum td_code read_on(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    const struct td_json_value *v = l->doc.json.values;
    uint32_t classes = 0;

    if (!is(l, at, TD_JSON_ARRAY) || v[at].count == 0) {
        (void)plan_refuse(l, at, "on is a list of classes of failures");
        return td_error_hint(&l->why, "write it like [timeout, exit_status]");
    }
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        enum plan_fault fault = PLAN_FAULTS;

        if (is(l, i, TD_JSON_STRING))
            fault = plan_fault_of(td_json_inner(&l->doc.json, i));
        if (!(TRIES_EVER >> fault & 1))
            return refuse_class(l, i);
        classes |= 1u << fault;
    }
    l->task->retry.on = classes;
    return TD_OK;
}

enum td_code plan_read_retry(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"attempts", read_attempts},
                                               {"backoff", read_backoff},
                                               {"exit", read_exit},
                                               {"on", read_on},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "retry has"};
    struct plan_loader *l = self;

    l->task->retry = plan_retry_default();
    l->said &= ~(unsigned)PLAN_SAID_ATTEMPTS;
    if (!is(l, at, TD_JSON_OBJECT)) {
        (void)plan_refuse(l, at, "retry is an object");
        return td_error_hint(&l->why, "write it like {attempts: 3}");
    }
    return plan_read_members(l, at, &shape);
}

enum td_code plan_read_pool(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    const struct plan *plan = l->plan;
    const char **names;

    l->place->pool = at;
    for (uint32_t i = 0; i < plan->pool_count; i++) {
        if (td_jsonx_is_text(&l->doc, at, plan->pools[i].name)) {
            l->task->pool = i;
            return TD_OK;
        }
    }
    if (!is(l, at, TD_JSON_STRING))
        return plan_refuse(l, at, "pool is the name of one of pools");
    if (plan->pool_count == 0) {
        (void)plan_refuse(l, at, "the plan has no pools");
        return td_error_hint(&l->why, "add pools: {NAME: SLOTS} to it");
    }
    names = td_arena_alloc(&l->plan->arena,
                           (plan->pool_count + 1) * sizeof(*names));
    for (uint32_t i = 0; i < plan->pool_count; i++)
        names[i] = plan->pools[i].name;
    return plan_take_choice(l, at, "pool", names, &l->task->pool);
}

enum td_code plan_read_weight(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    uint64_t weight = 1;
    enum td_code code = plan_take_count(l, at, "weight", WEIGHT_MAX, &weight);

    l->task->weight = (uint32_t)weight;
    l->place->weight = at;
    return code;
}

static enum td_code read_cpu(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    uint64_t ns = 0;
    enum td_code code = plan_take_time(l, at, "limits.cpu", &ns);

    l->task->limits.cpu_ns = ns;
    if (code == TD_OK && ns == 0)
        return plan_refuse(l, at, "limits.cpu is no time at all");
    return code;
}

static enum td_code read_mem(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_size(l, at, "limits.mem", &l->task->limits.memory);
}

static enum td_code read_files(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_count(l, at, "limits.files", COUNT_MAX,
                           &l->task->limits.files);
}

static enum td_code read_procs(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_count(l, at, "limits.procs", COUNT_MAX,
                           &l->task->limits.procs);
}

enum td_code plan_read_limits(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"cpu", read_cpu},
                                               {"mem", read_mem},
                                               {"files", read_files},
                                               {"procs", read_procs},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "limits has"};
    struct plan_loader *l = self;

    l->task->limits = (struct plan_limits){0};
    if (!is(l, at, TD_JSON_OBJECT)) {
        (void)plan_refuse(l, at, "limits is an object");
        return td_error_hint(&l->why, "write it like {cpu: 60s, mem: 1G}");
    }
    return plan_read_members(l, at, &shape);
}

static enum td_code read_ask(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_text(l, at, "ask", &l->task->approval.ask);
}

static enum td_code read_expires(void *self, uint32_t at)
{
    struct plan_loader *l = self;
    uint64_t *ns = &l->task->approval.expires_ns;
    enum td_code code = plan_take_time(l, at, "expires", ns);

    if (code == TD_OK && *ns == 0)
        return plan_refuse(l, at, "expires is no time at all");
    return code;
}

enum td_code plan_read_approval(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {
        {"ask", read_ask}, {"expires", read_expires}, {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "approval has"};
    struct plan_loader *l = self;

    l->task->approval = (struct plan_approval){0};
    if (!is(l, at, TD_JSON_OBJECT) || !td_jsonx_member(&l->doc, at, "ask")) {
        (void)plan_refuse(l, at, "approval is an object with the key ask");
        return td_error_hint(&l->why, "write it like {ask: \"Publish?\", "
                                      "expires: 8h}");
    }
    return plan_read_members(l, at, &shape);
}

enum td_code plan_read_soft_fail(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_flag(l, at, "soft_fail", &l->task->soft_fail);
}

enum td_code plan_read_grace(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_time(l, at, "grace", &l->task->grace_ns);
}

enum td_code plan_read_log(void *self, uint32_t at)
{
    struct plan_loader *l = self;

    return plan_take_size(l, at, "log", &l->task->log_max);
}

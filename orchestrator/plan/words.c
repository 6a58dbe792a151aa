/* The words of a plan's enums, and the names of its tasks on the wire. */
#include "orchestrator/plan/plan.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const faults[PLAN_FAULTS] = {
    [PLAN_EXIT_STATUS] = "exit_status",
    [PLAN_SIGNAL] = "signal",
    [PLAN_TIMEOUT] = "timeout",
    [PLAN_RATE_LIMITED] = "rate_limited",
    [PLAN_SERVER_ERROR] = "server_error",
    [PLAN_DISCONNECTED] = "disconnected",
    [PLAN_MALFORMED] = "malformed",
    [PLAN_OUTPUT_MISSING] = "output_missing",
    [PLAN_NOT_FOUND] = "not_found",
    [PLAN_BAD_REQUEST] = "bad_request",
    [PLAN_REFUSED] = "refused",
    [PLAN_NOT_RECORDED] = "not_recorded",
    [PLAN_BUDGET] = "budget",
    [PLAN_DEPENDENCY] = "dependency_error",
    [PLAN_CANCELLED] = "cancelled",
    [PLAN_EXPIRED] = "approval_expired",
    [PLAN_INFRASTRUCTURE] = "infrastructure_error",
};

const char *plan_fault_word(enum plan_fault fault)
{
    return faults[fault];
}

enum plan_fault plan_fault_of(struct td_bytes word)
{
    unsigned i = 0;

    while (i < PLAN_FAULTS && !td_bytes_is(word, faults[i]))
        i++;
    return (enum plan_fault)i;
}

const char *plan_provider_word(enum plan_provider provider)
{
    static const char *const words[] = {"shell", "command", "openai", "replay",
                                        "blueprint"};

    return words[provider];
}

const char *plan_when_word(enum plan_when when)
{
    static const char *const words[] = {"success", "always", "failure"};

    return words[when];
}

const char *plan_task_name(char out[PLAN_TASK_NAME], uint32_t place)
{
    (void)snprintf(out, PLAN_TASK_NAME, "task_%03u", place);
    return out;
}

bool plan_is_id(const char *id)
{
    size_t len = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_");

    return islower((unsigned char)*id) && !id[len] && len <= PLAN_ID_MAX;
}

/* Any bytes as an audit's file, in YAML and JSON: refused, or what it says
 * settles the remarks of a small audit.
 */
#include "validator/audit/settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void settle(const struct audit_settings *settings)
{
    struct audit_profile *profile = audit_profile_new(NULL);
    struct audit_tape list = {.path = "a"};
    const struct audit_tapes tapes = {&list, 1};
    const struct audit_sides sides = {.profile = profile, .tapes = &tapes};
    struct audit_remarks remarks = {.len = 0};
    const struct audit_message m = {
        .place = {0, 1},
        .payload = td_text("{\"type\":\"a\",\"token\":\"sk-0123456789\"}")};
    uint32_t before;

    audit_profile_add(profile, &m);
    audit_profile_close(profile);
    audit_remark(&remarks, &sides);
    before = remarks.len;
    audit_settle(settings, &sides, INT64_C(1800000000) * 1000000000, &remarks);
    if (remarks.len + remarks.silenced < before)
        abort();
    audit_remarks_release(&remarks);
    audit_profile_free(profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int syntax = TD_JSONX_JSON; syntax <= TD_JSONX_YAML; syntax++) {
        struct audit_settings settings = {.name = NULL};
        struct td_jsonx doc = {0};
        struct td_error err = {0};

        if (!td_jsonx_parse(&doc, "x", (enum td_jsonx_syntax)syntax,
                            td_bytes(data, size), &err) &&
            !audit_settings_read(&settings, &doc, &err))
            settle(&settings);
        audit_settings_release(&settings);
        td_jsonx_release(&doc);
    }
    return 0;
}

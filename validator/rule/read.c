#include "validator/rule/read.h"

#include "core/clock.h"
#include "core/mem.h"
#include "schema/value/decimal.h"

#include <inttypes.h>
#include <stdlib.h>

#define NAMES_MAX 64
#define SHOWN     60 /* bytes of a wrong text in an error */

uint32_t check_read_key(const struct check_loader *l, uint32_t at,
                        const char *key)
{
    return td_json_member(&l->doc->json, at, td_text(key));
}

static bool is_kind(const struct check_loader *l, uint32_t at,
                    enum td_json_kind kind)
{
    return l->doc->json.values[at].kind == kind;
}

bool check_read_is(const struct check_loader *l, uint32_t at, const char *text)
{
    return is_kind(l, at, TD_JSON_STRING) &&
           td_json_string_is(&l->doc->json, at, td_text(text));
}

enum td_code check_read_text(struct check_loader *l, uint32_t at,
                             const char *what, char **out)
{
    struct td_buf text = {0};

    if (!is_kind(l, at, TD_JSON_STRING))
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err, "%s", what);
    (void)td_json_unescape(&text, td_json_inner(&l->doc->json, at));
    *out = td_strdup(td_buf_str(&text));
    td_buf_release(&text);
    return TD_OK;
}

static enum td_code add_name(struct check_loader *l, uint32_t at,
                             const char *what, struct check_names *names)
{
    char *name = NULL;
    enum td_code code;

    if (names->len == NAMES_MAX)
        return td_jsonx_fail(l->doc, at, TD_LIMIT, l->err,
                             "more than %d names here", NAMES_MAX);
    code = check_read_text(l, at, what, &name);
    if (code)
        return code;
    names->list =
        td_realloc(names->list, (names->len + 1) * sizeof(*names->list));
    names->list[names->len++] = name;
    return TD_OK;
}

enum td_code check_read_names(struct check_loader *l, uint32_t at,
                              const char *what, struct check_names *names)
{
    const struct td_json_value *values = l->doc->json.values;
    enum td_code code = TD_OK;

    if (!is_kind(l, at, TD_JSON_ARRAY))
        return add_name(l, at, what, names);
    for (uint32_t i = at + 1; i < values[at].next && code == TD_OK;
         i = values[i].next)
        code = add_name(l, i, what, names);
    return code;
}

enum td_code check_read_count(struct check_loader *l, uint32_t at,
                              const char *what, uint64_t *out)
{
    struct schema_decimal d;
    int64_t n = -1;

    if (is_kind(l, at, TD_JSON_NUMBER)) {
        schema_decimal_read(&d, td_json_raw(&l->doc->json, at));
        if (!schema_decimal_int64(&d, &n))
            n = -1;
    }
    if (n < 0)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "%s is an integer from 0", what);
    *out = (uint64_t)n;
    return TD_OK;
}

enum td_code check_read_choice(struct check_loader *l, uint32_t at,
                               const char *const *texts, const char *what,
                               uint32_t *out)
{
    for (*out = 0; texts[*out]; ++*out) {
        if (check_read_is(l, at, texts[*out]))
            return TD_OK;
    }
    return td_jsonx_fail(l->doc, at, TD_USAGE, l->err, "%s", what);
}

enum td_code check_read_field(struct check_loader *l, uint32_t at,
                              uint32_t *out)
{
    char *text = NULL;
    enum td_code code = check_read_text(
        l, at, "a field is text like status, a.b or /data/status", &text);

    if (code)
        return code;
    *out = check_field_read(l->words, td_text(text));
    if (text[0] == '$' && text[1] == '.')
        code = td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "\"%.*s\" is of expressions: a field of the whole "
                             "message is a pointer here, like /data/status",
                             SHOWN, text);
    else if (*out == CHECK_NO_VALUE)
        code = td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "\"%.*s\" names no field: write it like status, "
                             "a.b or /data/status",
                             SHOWN, text);
    free(text);
    return code;
}

enum td_code check_read_fields(struct check_loader *l, uint32_t at,
                               struct check_group_by *out)
{
    const struct td_json_value *values = l->doc->json.values;
    enum td_code code = TD_OK;

    *out = (struct check_group_by){0};
    if (!is_kind(l, at, TD_JSON_ARRAY)) {
        out->len = 1;
        return check_read_field(l, at, &out->fields[0]);
    }
    if (values[at].count > CHECK_GROUP_BY_MAX)
        return td_jsonx_fail(l->doc, at, TD_LIMIT, l->err,
                             "more than %d fields", CHECK_GROUP_BY_MAX);
    for (uint32_t i = at + 1; i < values[at].next && code == TD_OK;
         i = values[i].next)
        code = check_read_field(l, i, &out->fields[out->len++]);
    return code;
}

enum td_code check_read_duration(struct check_loader *l,
                                 const struct check_rule *rule, uint32_t at,
                                 int64_t *out)
{
    uint64_t count = 0;
    uint64_t ns;
    enum td_code code;

    if (rule->time.clock == CHECK_CLOCK_SEQUENCE) {
        code = check_read_count(l, at, "with clock: sequence this", &count);
        *out = (int64_t)count;
        return code;
    }
    if (is_kind(l, at, TD_JSON_STRING) &&
        !td_duration_read(td_json_inner(&l->doc->json, at), &ns)) {
        *out = (int64_t)ns;
        return TD_OK;
    }
    return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                         "a duration is text like 250ms, 1.5s, 5m or 2h");
}

/* event:/POINTER */
static enum td_code read_event_clock(struct check_loader *l, uint32_t at,
                                     struct check_time_source *out)
{
    static const char prefix[] = "event:";
    struct td_bytes text = td_json_inner(&l->doc->json, at);
    struct td_buf pointer = {0};
    bool good = is_kind(l, at, TD_JSON_STRING) &&
                text.len > sizeof(prefix) - 1 &&
                memcmp(text.ptr, prefix, sizeof(prefix) - 1) == 0;

    if (!good)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "a clock is recorded, sequence or "
                             "event:/POINTER of a field");
    (void)td_json_unescape(&pointer, td_bytes(text.ptr + sizeof(prefix) - 1,
                                              text.len - sizeof(prefix) + 1));
    out->field = check_field_read(l->words, td_buf_bytes(&pointer));
    td_buf_release(&pointer);
    out->clock = CHECK_CLOCK_EVENT;
    out->unit = TD_NS_PER_MS;
    if (out->field == CHECK_NO_VALUE)
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "a clock is recorded, sequence or "
                             "event:/POINTER of a field");
    return TD_OK;
}

/* {event: FIELD, unit: ms} */
static enum td_code read_long_clock(struct check_loader *l, uint32_t at,
                                    struct check_time_source *out)
{
    static const char *const names[] = {"ns", "us", "ms", "s", NULL};
    static const int64_t ns[] = {1, 1000, TD_NS_PER_MS, TD_NS_PER_S};
    uint32_t event = check_read_key(l, at, "event");
    uint32_t unit = check_read_key(l, at, "unit");
    uint32_t index = 2;
    enum td_code code;

    if (!event || l->doc->json.values[at].count != (unit ? 2 : 1))
        return td_jsonx_fail(l->doc, at, TD_USAGE, l->err,
                             "a clock with a unit is {event: FIELD, unit: "
                             "s}");
    code = check_read_field(l, event, &out->field);
    if (code == TD_OK && unit)
        code = check_read_choice(
            l, unit, names, "the unit of a clock is ns, us, ms or s", &index);
    out->clock = CHECK_CLOCK_EVENT;
    if (code == TD_OK)
        out->unit = ns[index];
    return code;
}

enum td_code check_read_clock(struct check_loader *l, uint32_t at,
                              struct check_time_source *out)
{
    *out = (struct check_time_source){.field = CHECK_NO_VALUE};
    if (is_kind(l, at, TD_JSON_OBJECT))
        return read_long_clock(l, at, out);
    out->clock = CHECK_CLOCK_RECORDED;
    if (check_read_is(l, at, "recorded"))
        return TD_OK;
    out->clock = CHECK_CLOCK_SEQUENCE;
    if (check_read_is(l, at, "sequence"))
        return TD_OK;
    return read_event_clock(l, at, out);
}

static enum td_code check_room(struct check_loader *l, uint32_t at,
                               const struct check_rule *rule)
{
    if (check_rule_room(rule))
        return TD_OK;
    return td_jsonx_fail(l->doc, at, TD_LIMIT, l->err,
                         "a rule may speak of %d selectors", CHECK_ROLES);
}

enum td_code check_read_role(struct check_loader *l, uint32_t at,
                             struct check_rule *rule, bool shared)
{
    struct check_selector *selector = NULL;
    enum td_code code = check_room(l, at, rule);

    if (code == TD_OK)
        code = check_selector_load(&selector, l->words, l->doc, at, l->err);
    if (code == TD_OK)
        (void)check_rule_listen(rule, selector, shared);
    return code;
}

enum td_code check_read_field_role(struct check_loader *l, uint32_t at,
                                   struct check_rule *rule, bool shared,
                                   uint32_t *field)
{
    struct check_selector *selector = NULL;
    enum td_code code = check_room(l, at, rule);

    if (code == TD_OK)
        code = check_selector_load_field(&selector, field, l->words, l->doc, at,
                                         l->err);
    if (code == TD_OK)
        (void)check_rule_listen(rule, selector, shared);
    return code;
}

void check_write_duration(struct td_buf *out, const struct check_rule *rule,
                          int64_t ns)
{
    char text[TD_AMOUNT_SIZE];

    if (rule->time.clock == CHECK_CLOCK_SEQUENCE) {
        (void)td_buf_addf(out, "%" PRId64 " message%s", ns, ns == 1 ? "" : "s");
        return;
    }
    (void)td_buf_add_text(out, ns < 0 ? "-" : "");
    (void)td_buf_add_text(out,
                          td_duration_text(text, (uint64_t)(ns < 0 ? -ns : ns),
                                           TD_DURATION_EXACT));
}

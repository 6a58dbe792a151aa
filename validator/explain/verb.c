#include "validator/explain/explain_internal.h"
#include "validator/verb/bound.h"

static bool text_is(const struct check_writer *s, uint32_t at, const char *text)
{
    return at && s->doc->json.values[at].kind == TD_JSON_STRING &&
           td_json_string_is(&s->doc->json, at, td_text(text));
}

static void say_first(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the first event is ");
    check_say_selector(s, at);
}

static void say_last(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the last event is ");
    check_say_selector(s, at);
}

/* " at least A and at most B" of the keys that the rule has; ends with and. */
static bool say_bound(const struct check_writer *s, bool first,
                      const char *words, const char *key)
{
    if (check_say_key(s, key) == 0)
        return first;
    check_say(s, first ? "" : " and ");
    (void)check_say_if(s, words, key);
    return false;
}

/* The bounds of a number: "at least 1 and at most 3". */
static void say_number(const struct check_writer *s)
{
    uint32_t between = check_say_key(s, "between");
    bool first = true;

    first = say_bound(s, first, "", "equals");
    first = say_bound(s, first, "exactly ", "exactly");
    first = say_bound(s, first, "at least ", "at_least");
    (void)say_bound(s, first, "at most ", "at_most");
    if (between == 0)
        return;
    check_say_value(s, between + 1);
    check_say(s, " to ");
    check_say_value(s, s->doc->json.values[between + 1].next);
}

/* True if one of the values under a key of the rule is calculated. */
static bool is_calculated(const struct check_writer *s, const char *key)
{
    const struct td_json_doc *json = &s->doc->json;
    uint32_t at = check_say_key(s, key);
    bool is = false;

    for (uint32_t i = at; at && i < json->values[at].next; i++) {
        struct td_buf text = {0};

        if (json->values[i].kind != TD_JSON_STRING)
            continue;
        (void)td_json_unescape(&text, td_json_inner(json, i));
        is = is || check_bound_is_calculated(td_buf_bytes(&text));
        td_buf_release(&text);
    }
    return is;
}

/* Where the rule is about each key: whom it asks. */
static void say_whom(const struct check_writer *s)
{
    for (size_t i = 0; check_say_key(s, "by") && check_bound_keys[i]; i++) {
        if (is_calculated(s, check_bound_keys[i]))
            check_say(s, ", asked of the whole stream");
    }
}

static void say_count(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the number of ");
    check_say_events(s, at);
    check_say(s, " is ");
    say_number(s);
    say_whom(s);
}

static void say_absent(const struct check_writer *s, uint32_t at)
{
    check_say(s, "there is no ");
    check_say_selector(s, at);
}

/* [A, B, C]: every C comes after B, and every B after A. */
static void say_before(const struct check_writer *s, uint32_t at)
{
    const struct td_json_value *values = s->doc->json.values;
    uint32_t each = check_say_key(s, "each");
    bool only_first = text_is(s, each, "first");
    uint32_t last = at + 1;

    for (uint32_t i = values[at + 1].next; i < values[at].next;
         last = i, i = values[i].next) {
        check_say(s, last > at + 1 ? " and " : "");
        check_say(s, only_first ? "the first " : "every ");
        check_say_selector(s, i);
        check_say(s, text_is(s, each, "pair") ? " comes after its own "
                                              : " comes after ");
        check_say_selector(s, last);
    }
}

static void say_conforms(const struct check_writer *s, uint32_t at)
{
    if (!text_is(s, check_say_key(s, "at"), "")) {
        if (!check_say_if(s, "the value at ", "at"))
            check_say(s, "the data");
        check_say(s, " of ");
    }
    check_say(s, "every ");
    check_say_selector(s, at);
    check_say(s, " meets a schema");
}

static void say_response(const struct check_writer *s, uint32_t at)
{
    const struct td_json_doc *json = &s->doc->json;
    const struct check_writer inner = {s->out, s->doc, at};

    check_say(s, "every ");
    check_say_selector(s, td_json_member(json, at, td_text("trigger")));
    check_say(s, " is followed by ");
    check_say_selector(s, td_json_member(json, at, td_text("expect")));
    (void)check_say_if(&inner, " within ", "within");
}

static void say_unique(const struct check_writer *s, uint32_t at)
{
    if (!check_say_key(s, "on_fields")) {
        check_say(s, "the value of ");
        check_say_field(s, at);
        check_say(s, " never comes twice");
        return;
    }
    check_say(s, "no two ");
    check_say_events(s, at);
    (void)check_say_if(s, " have the same ", "on_fields");
}

static void say_no_duplicate(const struct check_writer *s, uint32_t at)
{
    check_say(s, "no ");
    check_say_selector(s, at);
    check_say(s, " comes twice");
    (void)check_say_if(s, " within ", "within");
    (void)check_say_if(s, " with the same ", "same");
}

static void say_requires(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};
    uint32_t from = check_say_key(&inner, "from");

    check_say(s, "what every ");
    check_say_selector(s, check_say_key(&inner, "event"));
    (void)check_say_if(&inner, " has as ", "known");
    check_say(s, check_say_key(&inner, "order") || check_say_key(s, "order")
                     ? " is somewhere also "
                     : " is before that also ");
    check_say_field(s, from);
}

static void say_monotonic(const struct check_writer *s, uint32_t at)
{
    uint32_t mode = check_say_key(s, "mode");

    check_say(s, "the value of ");
    check_say_field(s, at);
    if (text_is(s, mode, "increasing"))
        check_say(s, " always increases");
    else if (text_is(s, mode, "decreasing"))
        check_say(s, " always decreases");
    else if (text_is(s, mode, "non-increasing"))
        check_say(s, " never increases");
    else
        check_say(s, " never decreases");
}

static void say_step(const struct check_writer *s, uint32_t at)
{
    bool first = true;

    check_say(s, "the value of ");
    check_say_field(s, at);
    check_say(s, " changes from one to the next ");
    first = say_bound(s, first, "by at least ", "by_at_least");
    (void)say_bound(s, first, "by at most ", "by_at_most");
}

static void say_constant(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the value of ");
    check_say_field(s, at);
    check_say(s, " never changes");
    (void)check_say_if(s, " and equals ", "equals");
}

static void say_contiguous(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the value of ");
    check_say_field(s, at);
    check_say(s, " goes up by one each time");
    (void)check_say_if(s, ", from ", "from");
}

/* Percentiles and bounds of durations. */
static void say_times(const struct check_writer *s)
{
    bool first = true;

    first = say_bound(s, first, "at least ", "min");
    first = say_bound(s, first, "at most ", "max");
    first = say_bound(s, first, "in half of the cases at most ", "p50");
    first = say_bound(s, first, "in 95% of the cases at most ", "p95");
    (void)say_bound(s, first, "in 99% of the cases at most ", "p99");
}

static void say_gap(const struct check_writer *s, uint32_t at)
{
    check_say(s, "from one ");
    check_say_selector(s, at);
    check_say(s, " to the next it takes ");
    say_times(s);
}

static void say_rate(const struct check_writer *s, uint32_t at)
{
    bool first = true;

    check_say(s, "the number of ");
    check_say_events(s, at);
    (void)check_say_if(s, " in any ", "window");
    check_say(s, " is ");
    first = say_bound(s, first, "at least ", "min");
    (void)say_bound(s, first, "at most ", "max");
}

static void say_latency(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};

    check_say(s, "from ");
    check_say_selector(s, check_say_key(&inner, "from"));
    check_say(s, " to ");
    check_say_selector(s, check_say_key(&inner, "to"));
    check_say(s, " it takes ");
    say_times(&inner);
}

static void say_allowed(const struct check_writer *s, uint32_t allow)
{
    const struct td_json_doc *json = &s->doc->json;

    for (uint32_t key = allow + 1; key < json->values[allow].next;
         key = json->values[key + 1].next) {
        check_say(s, key == allow + 1 ? ": " : "; ");
        check_say_value(s, key);
        check_say(s, json->values[key + 1].kind == TD_JSON_ARRAY &&
                             json->values[key + 1].count == 0
                         ? " to nothing"
                         : " to ");
        check_say_value(s, key + 1);
    }
}

static void say_states(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};
    uint32_t allow = check_say_key(&inner, "allow");

    (void)check_say_if(&inner, "the state ", "field");
    (void)check_say_if(&inner, " starts as ", "start");
    if (allow) {
        check_say(s, " and goes from");
        say_allowed(s, allow);
    }
    (void)check_say_if(&inner, "; it ends as ", "final");
}

static bool is_true(const struct check_writer *s, const char *key)
{
    uint32_t at = check_say_key(s, key);

    return at && s->doc->json.values[at].kind == TD_JSON_TRUE;
}

static void say_sequence(const struct check_writer *s, uint32_t at)
{
    check_say(s, "the events come as ");
    check_say_value(s, at);
    check_say(s, is_true(s, "anchored") ? ", from the first to the last" : "");
    check_say(s, is_true(s, "strict") ? ", with no other event between" : "");
}

static void say_on(const struct check_writer *s, uint32_t at)
{
    check_say(s, "in every ");
    check_say_selector(s, at);
    (void)check_say_if(s, ", ", "expr");
    (void)check_say_if(s, ", give or take ", "tol");
}

static void say_clock_skew(const struct check_writer *s, uint32_t at)
{
    const struct check_writer inner = {s->out, s->doc, at};

    (void)check_say_if(&inner, "the time at ", "event");
    (void)check_say_if(
        &inner, " and the time of its recording differ by at most ", "max");
}

static const struct {
    const char *verb;
    void (*say)(const struct check_writer *s, uint32_t at);
} verbs[] = {
    {"first", say_first},
    {"last", say_last},
    {"count", say_count},
    {"absent", say_absent},
    {"conforms", say_conforms},
    {"before", say_before},
    {"response", say_response},
    {"unique", say_unique},
    {"no_duplicate", say_no_duplicate},
    {"requires", say_requires},
    {"monotonic", say_monotonic},
    {"step", say_step},
    {"constant", say_constant},
    {"contiguous", say_contiguous},
    {"gap", say_gap},
    {"rate", say_rate},
    {"latency", say_latency},
    {"states", say_states},
    {"sequence", say_sequence},
    {"on", say_on},
    {"clock_skew", say_clock_skew},
};

void check_say_verb(const struct check_writer *s)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        uint32_t at = check_say_key(s, verbs[i].verb);

        if (at) {
            verbs[i].say(s, at);
            return;
        }
    }
}

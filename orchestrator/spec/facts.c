#include "orchestrator/spec/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(struct spec_facts *facts, const char *prefix, const char *from,
                const char *fmt, ...) TD_PRINTF(4, 5);

static void add(struct spec_facts *facts, const char *prefix, const char *from,
                const char *fmt, ...)
{
    struct spec_fact *fact = &facts->list[facts->len];
    char text[512];
    va_list ap;

    if (facts->len == SPEC_FACTS_MAX)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    facts->len++;
    fact->id = *prefix
                   ? td_arena_print(&facts->arena, "%s%zu", prefix, facts->len)
                   : "";
    fact->text = td_arena_copy(&facts->arena, text);
    fact->from = td_arena_copy(&facts->arena, from);
}

void spec_facts_release(struct spec_facts *facts)
{
    td_arena_release(&facts->arena);
    facts->len = 0;
}

/* ---- requirements ---- */

void spec_functions(const struct spec *spec, struct spec_facts *facts)
{
    const struct spec_list *features = &spec->answers[SPEC_FEATURES].list;
    const struct spec_entities *data = &spec->answers[SPEC_DATA].entities;

    for (size_t i = 0; i < features->len; i++)
        add(facts, "F", "features", "%s.", features->items[i]);
    for (size_t i = 0; i < data->len; i++) {
        char from[64];

        (void)snprintf(from, sizeof(from), "data: %s", data->list[i].name);
        add(facts, "F", from,
            "Each %s can be created, found, listed, replaced and removed; "
            "what does not fit its %zu field%s is refused with the reason.",
            data->list[i].name, data->list[i].len,
            data->list[i].len == 1 ? "" : "s");
    }
}

static void auth_quality(const struct spec *spec, struct spec_facts *facts)
{
    static const char *const texts[] = {
        "Nobody is asked who they are; it must not be reachable by strangers.",
        "Callers give a name and a password; passwords are kept hashed only.",
        "Callers give a token; it is compared in constant time and never "
        "logged.",
        "Callers come with a token of an OAuth 2 provider, whose signature "
        "and audience are checked."};

    if (spec->answers[SPEC_AUTHENTICATION].text)
        add(facts, "Q", "auth", "%s",
            texts[spec->answers[SPEC_AUTHENTICATION].auth]);
}

static void scale_quality(const struct spec *spec, struct spec_facts *facts)
{
    const struct spec_answer *a = &spec->answers[SPEC_SCALES];

    if (!a->text)
        return;
    if (a->amount == 0)
        add(facts, "Q", "scale", "The scale is %s; a number is not given.",
            spec_level_name(a->level));
    else
        add(facts, "Q", "scale", "It bears %llu%s (%s).",
            (unsigned long long)a->amount, a->per_second ? " a second" : "",
            spec_level_name(a->level));
}

static void time_quality(const struct spec *spec, struct spec_facts *facts)
{
    const struct spec_answer *a = &spec->answers[SPEC_TIME];

    if (!a->text)
        return;
    if (a->when == SPEC_DURATION)
        add(facts, "Q", "timeline", "It is there within %llu days.",
            (unsigned long long)a->days);
    else if (a->when == SPEC_DAY)
        add(facts, "Q", "timeline", "It is there by %s.", a->date);
    else
        add(facts, "Q", "timeline", "It is there as soon as possible.");
}

void spec_qualities(const struct spec *spec, struct spec_facts *facts)
{
    auth_quality(spec, facts);
    scale_quality(spec, facts);
    time_quality(spec, facts);
    for (unsigned i = SPEC_DESIGN; i < SPEC_CATEGORIES; i++) {
        const struct spec_list *list = &spec->answers[i].list;
        const char *name = spec_category_name((enum spec_category)i);

        for (size_t k = 0; k < list->len; k++)
            add(facts, "Q", name, "%s: %s.", name, list->items[k]);
    }
}

void spec_assumptions(const struct spec *spec, struct spec_facts *facts)
{
    const struct spec_entities *data = &spec->answers[SPEC_DATA].entities;

    if (!spec->answers[SPEC_AUTHENTICATION].text)
        add(facts, "A", "auth is not answered",
            "Nobody is asked who they are.");
    if (!spec->answers[SPEC_SCALES].text)
        add(facts, "A", "scale is not answered", "The scale is small.");
    for (size_t i = 0; i < data->len; i++) {
        if (data->list[i].bare)
            add(facts, "A", "data", "Each %s has a name and nothing else.",
                data->list[i].name);
        else if (data->list[i].untyped)
            add(facts, "A", "data", "Fields of %s without a type are text.",
                data->list[i].name);
    }
}

void spec_open(const struct spec *spec, struct spec_facts *facts)
{
    for (unsigned i = 0; i < SPEC_CATEGORIES; i++) {
        const char *question = spec_question(spec->type, (enum spec_category)i);

        if (question && !spec->answers[i].text)
            add(facts, "O", spec_category_name((enum spec_category)i), "%s",
                question);
    }
}

static bool keeps_people(const struct spec *spec)
{
    const struct spec_entities *data = &spec->answers[SPEC_DATA].entities;

    for (size_t i = 0; i < data->len; i++)
        for (size_t k = 0; k < data->list[i].len; k++)
            if (data->list[i].fields[k].type == SPEC_EMAIL)
                return true;
    return false;
}

/* Little time: as soon as possible, or less than six weeks. */
static bool is_hurried(const struct spec_answer *time)
{
    return time->text && (time->when == SPEC_ASAP ||
                          (time->when == SPEC_DURATION && time->days < 42));
}

void spec_risks(const struct spec *spec, struct spec_facts *facts)
{
    const struct spec_answer *auth = &spec->answers[SPEC_AUTHENTICATION];
    const struct spec_answer *scale = &spec->answers[SPEC_SCALES];
    const struct spec_answer *time = &spec->answers[SPEC_TIME];
    size_t features = spec->answers[SPEC_FEATURES].list.len;

    if (keeps_people(spec) && (!auth->text || auth->auth == SPEC_NONE))
        add(facts, "R", "data, auth",
            "Addresses of people are kept, and nobody is asked who they are.");
    if (scale->text && scale->level >= SPEC_LARGE && is_hurried(time))
        add(facts, "R", "scale, timeline",
            "The scale is %s, and there are less than six weeks.",
            spec_level_name(scale->level));
    if (features > 8 && is_hurried(time))
        add(facts, "R", "features, timeline",
            "%zu features are asked for within less than six weeks.", features);
    if (spec->answers[SPEC_PAYMENTS].text &&
        (!auth->text || auth->auth == SPEC_NONE))
        add(facts, "R", "payments, auth",
            "Money is paid, and nobody is asked who they are.");
    if (spec->also.len > 0)
        add(facts, "R", "description",
            "Its words speak of %s as well: is one thing meant, or two?",
            spec->also.items[0]);
    if (!spec_ready(spec))
        add(facts, "R", "completeness",
            "Not all that is required is answered (%u %%).",
            spec_completeness(spec));
}

/* ---- architecture ---- */

#define PARTS_MAX 4

/* Parts of each type, from who asks to who keeps. */
static const struct {
    const char *name;
    const char *does;
} parts[SPEC_TYPES][PARTS_MAX] = {
    [SPEC_WEB_APP] = {{"pages", "what a visitor sees"},
                      {"server", "pages, requests, rules"},
                      {"store", "what is kept"}},
    [SPEC_API_BACKEND] = {{"service", "requests, their checks, rules"},
                          {"store", "what is kept"}},
    [SPEC_MOBILE_APP] = {{"app", "screens, on the device"},
                         {"device store", "what works without network"},
                         {"service", "what devices share"},
                         {"store", "what is kept"}},
    [SPEC_SAAS_PLATFORM] = {{"pages", "what a customer sees"},
                            {"service", "requests and rules, a tenant each"},
                            {"billing", "plans, invoices"},
                            {"store", "what is kept, apart by tenant"}},
    [SPEC_ECOMMERCE] = {{"shop", "catalogue, cart, checkout"},
                        {"orders", "what was bought, and its state"},
                        {"payment", "the provider that is paid through"},
                        {"store", "what is kept"}},
    [SPEC_DASHBOARD] = {{"pages", "numbers as pictures"},
                        {"collector", "asks the sources"},
                        {"store", "numbers over time"}},
    [SPEC_INTEGRATION] = {{"source side", "hears or asks"},
                          {"queue", "what is on the way, so nothing is lost"},
                          {"target side", "tells, and tries again"}},
    [SPEC_OTHER] = {{"program", "all that it does"}, {"store", "what is kept"}},
};

void spec_parts(const struct spec *spec, struct spec_facts *facts)
{
    for (size_t i = 0; i < PARTS_MAX && parts[spec->type][i].name; i++)
        add(facts, "", parts[spec->type][i].name, "%s",
            parts[spec->type][i].does);
}

static void store_decision(const struct spec *spec, struct spec_facts *facts)
{
    static const char *const texts[] = {
        "One process with an embedded database (SQLite) is enough.",
        "One process with an embedded database (SQLite, WAL) is enough; "
        "readers do not wait for the writer.",
        "Several processes, so a database server; the state is in it alone.",
        "Data is split over several database servers by a key that must be "
        "chosen first."};
    const struct spec_answer *a = &spec->answers[SPEC_SCALES];

    add(facts, "D", a->text ? "scale" : "scale is not answered", "%s",
        texts[a->level]);
}

void spec_decisions(const struct spec *spec, struct spec_facts *facts)
{
    const struct spec_answer *auth = &spec->answers[SPEC_AUTHENTICATION];

    store_decision(spec, facts);
    if (!auth->text || auth->auth == SPEC_NONE)
        add(facts, "D", auth->text ? "auth" : "auth is not answered",
            "It listens on loopback or in a closed network only.");
    else
        add(facts, "D", "auth",
            "Who asks is checked (%s) before anything "
            "else, at one place.",
            spec_auth_name(auth->auth));
    if (spec->type == SPEC_INTEGRATION || spec->answers[SPEC_FAILURES].text)
        add(facts, "D", "failures",
            "Messages have an id, so that one that comes twice counts once.");
    if (spec->answers[SPEC_OFFLINE].text)
        add(facts, "D", "offline",
            "Changes made without network are kept in order and sent later; "
            "the last one wins, and says so.");
}

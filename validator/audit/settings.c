#include "validator/audit/settings.h"

#include "core/clock.h"
#include "core/glob.h"
#include "core/mem.h"
#include "core/suggest.h"
#include "core/take.h"
#include "validator/audit/remark_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct td_jsonx_reader r;
    struct audit_settings *out;
    struct audit_silence silence; /* that is read */
};

uint32_t audit_kinds_of(const char *word)
{
    uint32_t kinds = 0;

    for (int i = 0; i < AUDIT_REMARKS_LEN; i++) {
        enum audit_remark_kind kind = (enum audit_remark_kind)i;

        if (strcmp(word, "any") == 0 ? audit_remark_needs(kind)
                                     : !strcmp(audit_remark_text(kind), word))
            kinds |= 1u << i;
    }
    return kinds;
}

/* Reading. */

static enum td_code refuse(const struct reading *in, uint32_t at,
                           const char *why)
{
    return td_jsonx_fail(in->r.doc, at, TD_USAGE, in->r.err, "%s", why);
}

static enum td_code read_word(struct reading *in, uint32_t at, const char **out)
{
    char *text;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_STRING))
        return refuse(in, at, "this is no text");
    text = td_jsonx_text(in->r.doc, at);
    *out = td_arena_copy(&in->out->arena, text);
    free(text);
    return TD_OK;
}

static enum td_code read_version(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return td_bytes_is(td_json_raw(&in->r.doc->json, at), "1")
               ? TD_OK
               : refuse(in, at, "audit is 1: this is another version");
}

static enum td_code no_kind(struct reading *in, uint32_t at, const char *word)
{
    struct td_suggestion near = {.word = word};

    for (int i = 0; i < AUDIT_REMARKS_LEN; i++)
        td_suggest(&near, audit_remark_text((enum audit_remark_kind)i));
    (void)td_jsonx_fail(in->r.doc, at, TD_USAGE, in->r.err,
                        "there is no remark of the kind %s", word);
    return near.best ? td_error_hint(in->r.err, "did you mean %s?", near.best)
                     : td_error_hint(in->r.err, "docs/audit.md has them");
}

static enum td_code read_fail_on(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    const struct td_json_doc *json = &in->r.doc->json;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_ARRAY))
        return refuse(in, at, "fail_on is a list of kinds of remarks");
    for (uint32_t i = at + 1; i < json->values[at].next;
         i = json->values[i].next) {
        const char *word = "";
        uint32_t kinds;

        if (read_word(in, i, &word))
            return in->r.err->code;
        kinds = audit_kinds_of(word);
        if (!kinds)
            return no_kind(in, i, word);
        in->out->kinds |= kinds;
    }
    return TD_OK;
}

static enum td_code read_budget(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    const struct td_json_doc *json = &in->r.doc->json;
    struct audit_settings *out = in->out;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_OBJECT))
        return refuse(in, at, "budget is an object: EVENT: SIZE");
    for (uint32_t key = at + 1; key < json->values[at].next;
         key = json->values[key + 1].next) {
        char *event = td_jsonx_text(in->r.doc, key);
        struct td_bytes raw = td_jsonx_is(in->r.doc, key + 1, TD_JSON_STRING)
                                  ? td_json_inner(json, key + 1)
                                  : td_json_raw(json, key + 1);
        char *size = td_strndup(raw.ptr, raw.len);
        struct audit_budget budget = {.event =
                                          td_arena_copy(&out->arena, event)};
        enum td_code code = td_size_parse(size, &budget.bytes);

        free(event);
        free(size);
        if (code)
            return refuse(in, key + 1, "this is no size, as 4KiB");
        if (out->budgets_len == AUDIT_BUDGETS_MAX)
            return refuse(in, key, "these are too many budgets");
        out->budgets = (struct audit_budget *)td_list_room(
            out->budgets, out->budgets_len, sizeof(budget));
        out->budgets[out->budgets_len++] = budget;
    }
    return TD_OK;
}

static enum td_code read_kind(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    const char *word = "";
    enum td_code code = read_word(in, at, &word);
    uint32_t kinds = code ? 0 : audit_kinds_of(word);

    if (code)
        return code;
    if (!kinds || strcmp(word, "any") == 0)
        return no_kind(in, at, word);
    in->silence.any_kind = false;
    in->silence.kind = (enum audit_remark_kind)__builtin_ctz(kinds);
    return TD_OK;
}

static enum td_code read_event(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return read_word(in, at, &in->silence.event);
}

static enum td_code read_path(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;

    return read_word(in, at, &in->silence.path);
}

static enum td_code read_until(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    struct td_moment day = {.day = 0};
    const char *text = "";
    enum td_code code = read_word(in, at, &text);
    struct td_bytes rest = td_text(text);

    if (code)
        return code;
    if (!td_take_date(&rest, &day) || rest.len)
        return refuse(in, at, "until is a day, as 2026-12-31");
    day.day++;
    if (!td_moment_ns(&day, &in->silence.until_ns))
        in->silence.until_ns = day.day < 0 ? 0 : INT64_MAX;
    return TD_OK;
}

static enum td_code read_why(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    const char *text;

    return read_word(in, at, &text);
}

static enum td_code read_silence(struct reading *in, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {
        {"kind", read_kind},   {"event", read_event}, {"path", read_path},
        {"until", read_until}, {"why", read_why},     {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "a silence has"};
    struct audit_settings *out = in->out;
    enum td_code code;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_OBJECT))
        return refuse(in, at,
                      "a silence is an object: {kind, event, path, "
                      "until, why}");
    in->silence =
        (struct audit_silence){.any_kind = true,
                               .until_ns = INT64_MAX,
                               .line = td_jsonx_where(in->r.doc, at).line};
    code = td_jsonx_read(&in->r, at, &shape, in);
    if (!code && in->silence.any_kind && !in->silence.event &&
        !in->silence.path)
        code = refuse(in, at, "a silence says what of: kind, event or path");
    if (!code && out->silences_len == AUDIT_SILENCES_MAX)
        code = refuse(in, at, "these are too many silences");
    if (code)
        return code;
    out->silences = (struct audit_silence *)td_list_room(
        out->silences, out->silences_len, sizeof(*out->silences));
    out->silences[out->silences_len++] = in->silence;
    return TD_OK;
}

static enum td_code read_silences(void *self, uint32_t at)
{
    struct reading *in = (struct reading *)self;
    const struct td_json_doc *json = &in->r.doc->json;
    enum td_code code = TD_OK;

    if (!td_jsonx_is(in->r.doc, at, TD_JSON_ARRAY))
        return refuse(in, at, "silence is a list");
    for (uint32_t i = at + 1; i < json->values[at].next && !code;
         i = json->values[i].next)
        code = read_silence(in, i);
    return code;
}

enum td_code audit_settings_read(struct audit_settings *settings,
                                 const struct td_jsonx *doc,
                                 struct td_error *err)
{
    static const struct td_jsonx_key keys[] = {{"audit", read_version},
                                               {"fail_on", read_fail_on},
                                               {"budget", read_budget},
                                               {"silence", read_silences},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "an audit's file has"};
    struct reading in = {.r = {.doc = doc, .err = err}, .out = settings};

    settings->name = td_strndup(doc->name ? doc->name : "",
                                doc->name ? strlen(doc->name) : 0);
    if (!td_jsonx_member(doc, 0, "audit"))
        return refuse(&in, 0,
                      "this is no audit's file: it begins with "
                      "audit: 1");
    return td_jsonx_read(&in.r, 0, &shape, &in);
}

void audit_settings_release(struct audit_settings *settings)
{
    td_arena_release(&settings->arena);
    free(settings->name);
    free(settings->silences);
    free(settings->budgets);
    *settings = (struct audit_settings){.name = NULL};
}

/* What is let pass. */

/* The slashes of a pointer are characters like others. */
static bool takes_in(const char *pattern, const char *text)
{
    return td_glob_name(td_text(pattern), td_text(text), TD_GLOB_HIDDEN);
}

static uint64_t budget_of(const struct audit_settings *settings,
                          const char *event)
{
    for (uint32_t i = 0; i < settings->budgets_len; i++) {
        if (takes_in(settings->budgets[i].event, event))
            return settings->budgets[i].bytes;
    }
    return UINT64_MAX;
}

/* The largest message of each name that may not be as large. */
static void say_budgets(struct audit_remarker *r,
                        const struct audit_settings *settings)
{
    for (uint32_t i = 0; i < audit_profile_events(r->sides->profile); i++) {
        const struct audit_event *e = audit_profile_event(r->sides->profile, i);
        uint64_t budget = budget_of(settings, e->name);

        if (e->bytes_most <= budget)
            continue;
        r->event = e->name;
        audit_show(audit_say(r, AUDIT_REMARK_TOO_LARGE, NULL,
                             "a message of %" PRIu64 " bytes, its budget is "
                             "%" PRIu64,
                             e->bytes_most, budget),
                   e->largest, false);
    }
}

static bool is_about(const struct audit_silence *silence,
                     const struct audit_remark *remark)
{
    return (silence->any_kind || silence->kind == remark->kind) &&
           (!silence->event || takes_in(silence->event, remark->event)) &&
           (!silence->path || takes_in(silence->path, remark->path));
}

static bool is_silenced(const struct audit_settings *settings, int64_t wall_ns,
                        const struct audit_remark *remark)
{
    bool silenced = false;

    if (remark->kind == AUDIT_REMARK_UNREAD)
        return false;
    for (uint32_t i = 0; i < settings->silences_len; i++) {
        struct audit_silence *silence = &settings->silences[i];

        if (!is_about(silence, remark))
            continue;
        silence->hits++;
        silenced = silenced || wall_ns < silence->until_ns;
    }
    return silenced;
}

/* Silences that have ended, or that nothing needs. */
static void say_silences(struct audit_remarker *r,
                         const struct audit_settings *settings, int64_t wall_ns)
{
    r->event = "";
    for (uint32_t i = 0; i < settings->silences_len; i++) {
        const struct audit_silence *silence = &settings->silences[i];

        if (wall_ns >= silence->until_ns)
            audit_say(r, AUDIT_REMARK_SILENCE, NULL,
                      "%s:%" PRIu32 ": has ended, and is about %" PRIu32
                      " remark%s",
                      settings->name, silence->line, silence->hits,
                      silence->hits == 1 ? "" : "s");
        else if (!silence->hits)
            audit_say(r, AUDIT_REMARK_SILENCE, NULL,
                      "%s:%" PRIu32 ": is about no remark", settings->name,
                      silence->line);
    }
}

static void silence(const struct audit_settings *settings, int64_t wall_ns,
                    struct audit_remarks *remarks)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < settings->silences_len; i++)
        settings->silences[i].hits = 0;
    for (uint32_t i = 0; i < remarks->len; i++) {
        const struct audit_remark remark = remarks->list[i];

        if (!is_silenced(settings, wall_ns, &remark)) {
            remarks->list[kept++] = remark;
            continue;
        }
        remarks->needs -= audit_remark_needs(remark.kind);
        remarks->silenced++;
    }
    remarks->len = kept;
}

void audit_settle(const struct audit_settings *settings,
                  const struct audit_sides *sides, int64_t wall_ns,
                  struct audit_remarks *remarks)
{
    struct audit_remarker r = {.out = remarks, .sides = sides};

    say_budgets(&r, settings);
    silence(settings, wall_ns, remarks);
    say_silences(&r, settings, wall_ns);
    audit_remarks_sort(remarks);
}

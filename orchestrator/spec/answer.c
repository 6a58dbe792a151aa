#include "orchestrator/spec/answer.h"

#include "core/take.h"
#include "orchestrator/spec/bank.h"
#include "orchestrator/spec/words.h"

#include <string.h>

struct reading {
    struct spec_answer *answer;
    struct td_arena *arena;
    enum spec_category category;
    struct td_bytes text;
    struct spec_words words;
    struct td_error *err;
};

/* AUTH: "TEXT" is WHY; WHAT. */
static enum td_code refuse(struct reading *r, const char *why, const char *what)
{
    int len = r->text.len < 80 ? (int)r->text.len : 80;

    (void)td_error_set(r->err, TD_USAGE, spec_category_rows[r->category].name,
                       0, "\"%.*s\" %s", len, (const char *)r->text.ptr, why);
    return td_error_hint(r->err, "%s", what);
}

/* ---- lists ---- */

static struct td_bytes trim(struct td_bytes text)
{
    while (text.len > 0 && text.ptr[0] <= ' ') {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 &&
           (text.ptr[text.len - 1] <= ' ' || text.ptr[text.len - 1] == '.'))
        text.len--;
    return text;
}

static bool has_word(struct td_bytes text)
{
    struct spec_words words = {0};
    bool some;

    spec_words_of(&words, text);
    some = words.len > 0;
    spec_words_release(&words);
    return some;
}

/* Bytes of the separator at `at`; 0: there is none. */
static size_t separator(struct td_bytes text, size_t at)
{
    static const char *const words[] = {" and ", " y ", " und "};

    if (strchr(",;\n", text.ptr[at]))
        return 1;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text.len - at > strlen(words[i]) &&
            !memcmp(text.ptr + at, words[i], strlen(words[i])))
            return strlen(words[i]);
    return 0;
}

static enum td_code add_item(struct reading *r, struct td_bytes item)
{
    struct spec_list *list = &r->answer->list;

    item = trim(item);
    if (item.len == 0 || !has_word(item))
        return TD_OK;
    if (list->len == SPEC_ITEMS_MAX)
        return td_error_set(r->err, TD_USAGE,
                            spec_category_rows[r->category].name, 0,
                            "more than %d items", SPEC_ITEMS_MAX);
    list->items[list->len++] = td_arena_text(r->arena, item);
    return TD_OK;
}

static enum td_code read_list(struct reading *r)
{
    size_t from = 0;
    enum td_code code = TD_OK;

    r->answer->list.items = td_arena_alloc(
        r->arena, (SPEC_ITEMS_MAX + 1) * sizeof(*r->answer->list.items));
    for (size_t at = 0; code == TD_OK && at < r->text.len;) {
        size_t len = separator(r->text, at);

        if (len > 0) {
            code = add_item(r, td_bytes(r->text.ptr + from, at - from));
            from = at + len;
        }
        at += len ? len : 1;
    }
    if (code == TD_OK)
        code = add_item(r, td_bytes(r->text.ptr + from, r->text.len - from));
    if (code == TD_OK && r->answer->list.len == 0)
        return refuse(r, "names nothing", "write a list");
    return code;
}

/* ---- who somebody is ---- */

static const struct {
    const char *phrase;
    enum spec_auth auth;
} auth_words[] = {
    {"none", SPEC_NONE},           {"no", SPEC_NONE},
    {"nothing", SPEC_NONE},        {"nobody", SPEC_NONE},
    {"open", SPEC_NONE},           {"ninguna", SPEC_NONE},
    {"password", SPEC_PASSWORD},   {"passphrase", SPEC_PASSWORD},
    {"contrasena", SPEC_PASSWORD}, {"basic", SPEC_PASSWORD},
    {"token", SPEC_TOKEN},         {"jwt", SPEC_TOKEN},
    {"api key", SPEC_TOKEN},       {"apikey", SPEC_TOKEN},
    {"bearer", SPEC_TOKEN},        {"oauth", SPEC_OAUTH},
    {"oauth2", SPEC_OAUTH},        {"oidc", SPEC_OAUTH},
    {"openid", SPEC_OAUTH},        {"sso", SPEC_OAUTH},
    {"google", SPEC_OAUTH},        {"github", SPEC_OAUTH},
};

static enum td_code read_auth(struct reading *r)
{
    unsigned found = 0;

    for (size_t i = 0; i < sizeof(auth_words) / sizeof(auth_words[0]); i++)
        if (spec_words_find(&r->words, auth_words[i].phrase, NULL, NULL)) {
            found |= 1U << auth_words[i].auth;
            r->answer->auth = auth_words[i].auth;
        }
    if (found == 0)
        return refuse(r, "names no way to sign in",
                      "say none, password, token or oauth");
    if (found & (found - 1))
        return refuse(r, "is more than one of none, password, token, oauth",
                      "say one");
    return TD_OK;
}

/* ---- how much ---- */

/* What is behind the digits: a factor, and whether the number goes with it. */
static uint64_t factor(struct td_bytes *text)
{
    static const struct {
        const char *word;
        uint64_t times;
    } words[] = {{"thousand", 1000},      {"million", 1000000},
                 {"billion", 1000000000}, {"k", 1000},
                 {"m", 1000000},          {"mil", 1000}};
    struct td_bytes rest = trim(*text);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].word);

        if (rest.len < len ||
            strncasecmp((const char *)rest.ptr, words[i].word, len) != 0)
            continue;
        if (rest.len > len &&
            ((rest.ptr[len] | 0x20) >= 'a' && (rest.ptr[len] | 0x20) <= 'z'))
            continue;
        *text = td_bytes(rest.ptr + len, rest.len - len);
        return words[i].times;
    }
    return 1;
}

/* Digits with , or _ between groups of three, a decimal part, a factor. */
static uint64_t take_amount(struct td_bytes *text)
{
    uint64_t whole = 0;
    uint64_t tenths = 0;
    uint64_t times;

    while (text->len > 0) {
        bool digit = text->ptr[0] >= '0' && text->ptr[0] <= '9';
        bool group = strchr(",_'", text->ptr[0]) && text->len > 3 &&
                     text->ptr[1] >= '0' && text->ptr[1] <= '9';

        if (!digit && !group)
            break;
        if (digit && whole < 1000000000000)
            whole = whole * 10 + (uint64_t)(text->ptr[0] - '0');
        *text = td_bytes(text->ptr + 1, text->len - 1);
    }
    if (text->len > 1 && text->ptr[0] == '.' && text->ptr[1] >= '0' &&
        text->ptr[1] <= '9') {
        tenths = (uint64_t)(text->ptr[1] - '0');
        do
            *text = td_bytes(text->ptr + 1, text->len - 1);
        while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9');
    }
    times = factor(text);
    return whole * times + tenths * times / 10;
}

static bool is_rate(const struct reading *r)
{
    static const char *const words[] = {
        "req s",      "request s",  "requests s",  "msg s",
        "message s",  "messages s", "rps",         "qps",
        "per second", "a second",   "each second", "por segundo"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (spec_words_find(&r->words, words[i], NULL, NULL))
            return true;
    return false;
}

static enum spec_level level_of(uint64_t amount, bool per_second)
{
    static const uint64_t users[] = {1000, 100000, 1000000};
    static const uint64_t rates[] = {10, 100, 1000};
    const uint64_t *above = per_second ? rates : users;
    unsigned level = 0;

    while (level < SPEC_MASSIVE && amount >= above[level])
        level++;
    return (enum spec_level)level;
}

static enum td_code read_scale(struct reading *r)
{
    struct td_bytes rest = r->text;
    uint64_t most = 0;

    while (rest.len > 0) {
        uint64_t amount;

        if (rest.ptr[0] < '0' || rest.ptr[0] > '9') {
            rest = td_bytes(rest.ptr + 1, rest.len - 1);
            continue;
        }
        amount = take_amount(&rest);
        if (amount > most)
            most = amount;
    }
    r->answer->amount = most;
    r->answer->per_second = most > 0 && is_rate(r);
    r->answer->level = level_of(most, r->answer->per_second);
    if (most > 0)
        return TD_OK;
    for (unsigned i = 0; i <= SPEC_MASSIVE; i++)
        if (spec_words_find(&r->words, spec_level_name((enum spec_level)i),
                            NULL, NULL)) {
            r->answer->level = (enum spec_level)i;
            return TD_OK;
        }
    return refuse(r, "is no amount",
                  "write a number, as 2k or 50 req/s, or small, medium, large "
                  "or massive");
}

/* ---- when ---- */

static bool read_duration(struct reading *r, uint64_t amount,
                          struct td_bytes rest)
{
    static const struct {
        const char *phrase;
        uint64_t days;
    } units[] = {{"day", 1},    {"week", 7},  {"month", 30},
                 {"year", 365}, {"dia", 1},   {"semana", 7},
                 {"mes", 30},   {"ano", 365}, {"quarter", 91}};
    struct spec_words words = {0};

    spec_words_of(&words, rest);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (spec_words_match(&words, 0, units[i].phrase) && amount > 0 &&
            amount <= 10000) {
            r->answer->when = SPEC_DURATION;
            r->answer->days = amount * units[i].days;
        }
    spec_words_release(&words);
    return r->answer->days > 0;
}

static bool read_date(struct reading *r, struct td_bytes rest)
{
    struct td_bytes after = rest;
    struct td_moment m;

    if (!td_take_date(&after, &m))
        return false;
    r->answer->when = SPEC_DAY;
    r->answer->date = td_arena_text(
        r->arena, td_bytes(rest.ptr, (size_t)(after.ptr - rest.ptr)));
    return true;
}

static enum td_code read_timeline(struct reading *r)
{
    static const char *const soon[] = {"asap", "as soon as possible",
                                       "soon", "immediately",
                                       "ya",   "cuanto antes"};
    struct td_bytes rest = r->text;
    uint64_t amount;

    for (size_t i = 0; i < sizeof(soon) / sizeof(soon[0]); i++)
        if (spec_words_find(&r->words, soon[i], NULL, NULL))
            return TD_OK;
    while (rest.len > 0 && (rest.ptr[0] < '0' || rest.ptr[0] > '9'))
        rest = td_bytes(rest.ptr + 1, rest.len - 1);
    if (rest.len > 0 && read_date(r, rest))
        return TD_OK;
    if (rest.len > 0 && td_take_number(&rest, &amount) &&
        read_duration(r, amount, rest))
        return TD_OK;
    return refuse(r, "is no time",
                  "write asap, 6 weeks, or a date as "
                  "2026-12-31");
}

/* ---- all of them ---- */

static enum td_code read_form(struct reading *r)
{
    switch (spec_category_rows[r->category].form) {
    case SPEC_AUTH:
        return read_auth(r);
    case SPEC_SCALE:
        return read_scale(r);
    case SPEC_TIMELINE:
        return read_timeline(r);
    case SPEC_ENTITIES:
        return spec_entities_parse(&r->answer->entities, r->arena, r->text,
                                   r->err);
    case SPEC_LIST:
    default:
        return read_list(r);
    }
}

enum td_code spec_understand(struct spec_answer *answer, struct td_arena *arena,
                             enum spec_category category, struct td_bytes text,
                             struct td_error *err)
{
    struct reading r = {.answer = answer,
                        .arena = arena,
                        .category = category,
                        .text = trim(text),
                        .err = err};
    enum td_code code;

    spec_words_of(&r.words, r.text);
    if (r.words.len == 0)
        code = refuse(&r, "says nothing",
                      spec_category_rows[category].form == SPEC_LIST
                          ? "write a list"
                          : spec_category_rows[category].example);
    else
        code = read_form(&r);
    spec_words_release(&r.words);
    if (code == TD_OK)
        answer->text = td_arena_text(arena, trim(text));
    return code;
}

#include "replayer/fault_rule.h"

#include "core/clock.h"
#include "core/suggest.h"

#include <stdlib.h>
#include <string.h>

/* What "amount" is called of a kind, and how it is read. */
enum unit { UNIT_NONE, UNIT_TIME, UNIT_COUNT, UNIT_SIZE };

static const struct kind {
    const char *name;
    const char *option; /* of the amount; or NULL */
    enum unit unit;
    uint64_t preset; /* 0: it must be given */
    bool chosen;     /* wants to be told which events */
} kinds[] = {
    [PLAY_FAULT_DROP] = {"drop", NULL, UNIT_NONE, 0, true},
    [PLAY_FAULT_DUPLICATE] = {"duplicate", "times", UNIT_COUNT, 1, true},
    [PLAY_FAULT_DELAY] = {"delay", "by", UNIT_TIME, 0, true},
    [PLAY_FAULT_REORDER] = {"reorder", "by", UNIT_COUNT, 1, true},
    [PLAY_FAULT_CORRUPT] = {"corrupt", "bytes", UNIT_COUNT, 1, true},
    [PLAY_FAULT_UTF8_HALF] = {"utf8-half", NULL, UNIT_NONE, 0, true},
    [PLAY_FAULT_JSON_HALF] = {"json-half", NULL, UNIT_NONE, 0, true},
    [PLAY_FAULT_SSE_JOIN] = {"sse-join", NULL, UNIT_NONE, 0, true},
    [PLAY_FAULT_CUT] = {"cut", NULL, UNIT_NONE, 0, true},
    [PLAY_FAULT_SLOW] = {"slow", "rate", UNIT_SIZE, 0, false},
    [PLAY_FAULT_SILENCE] = {"silence", "for", UNIT_TIME, 0, true},
    [PLAY_FAULT_STATUS] = {"status", "times", UNIT_COUNT, 1, true},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* What a rule may say once. */
enum said {
    SAID_AMOUNT,
    SAID_CHANCE,
    SAID_NAME,
    SAID_AT,
    SAID_AFTER,
    SAID_RETRY,
    SAID_OF,
};

/* A rule being read. */
struct reading {
    struct play_fault_rule *rule;
    const char *text;
    unsigned said; /* a bit each */
    struct td_error *err;
};

void play_fault_name(const struct play_fault_rule *rule, struct td_buf *out)
{
    if (rule->kind == PLAY_FAULT_STATUS)
        (void)td_buf_addf(out, "%d", rule->status);
    else
        (void)td_buf_add_text(out, kinds[rule->kind].name);
}

static enum td_code wrong(const struct reading *r, const char *why,
                          struct td_bytes word)
{
    return td_error_set(r->err, TD_USAGE, "--fault", 0, "\"%s\": %s%.*s",
                        r->text, why, (int)word.len, (const char *)word.ptr);
}

/* "name=" is cut off the front of word. */
static bool takes(struct td_bytes *word, const char *name)
{
    size_t len = strlen(name);

    if (word->len <= len || memcmp(word->ptr, name, len) != 0 ||
        word->ptr[len] != '=')
        return false;
    *word = td_bytes(word->ptr + len + 1, word->len - len - 1);
    return true;
}

/* A word as a text with its end. */
#define WORD_MAX 64
static const char *to_text(char room[WORD_MAX], struct td_bytes word)
{
    size_t len = word.len < WORD_MAX - 1 ? word.len : WORD_MAX - 1;

    memcpy(room, word.ptr, len);
    room[len] = '\0';
    return room;
}

static bool read_count(struct td_bytes word, uint64_t *n)
{
    *n = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] < '0' || word.ptr[i] > '9' || word.len > 16)
            return false;
        *n = *n * 10 + (uint64_t)(word.ptr[i] - '0');
    }
    return word.len > 0;
}

/* An error of HTTP. */
static bool read_status(struct play_fault_rule *rule, struct td_bytes word)
{
    uint64_t n;

    if (!read_count(word, &n) || n < 400 || n > 599)
        return false;
    rule->status = (int)n;
    return true;
}

static enum td_code read_kind(struct reading *r, struct td_bytes word)
{
    char name[16] = "";
    struct td_suggestion near = {.word = name};
    struct td_bytes status = word;

    if (takes(&status, "status")) {
        r->rule->kind = PLAY_FAULT_STATUS;
        r->rule->amount = kinds[PLAY_FAULT_STATUS].preset;
        return read_status(r->rule, status)
                   ? TD_OK
                   : wrong(r, "no error of HTTP (400 to 599): ", word);
    }
    for (size_t i = 0; i < KINDS; i++) {
        if (i == PLAY_FAULT_STATUS || !td_bytes_is(word, kinds[i].name))
            continue;
        r->rule->kind = (enum play_fault_kind)i;
        r->rule->amount = kinds[i].preset;
        return TD_OK;
    }
    if (word.len < sizeof(name))
        memcpy(name, word.ptr, word.len);
    for (size_t i = 0; i < KINDS; i++)
        td_suggest(&near, kinds[i].name);
    (void)wrong(r, "there is no fault ", word);
    if (near.best)
        return td_error_hint(r->err, "did you mean %s%s?", near.best,
                             strcmp(near.best, "status") ? "" : "=429");
    return td_error_hint(r->err,
                         "choose drop, duplicate, delay, reorder, corrupt, "
                         "utf8-half, json-half, sse-join, cut, slow, silence "
                         "or, with --answer, status=429");
}

static bool read_amount(struct td_bytes word, enum unit unit, uint64_t *n)
{
    char room[WORD_MAX];
    const char *text = to_text(room, word);

    *n = 0;
    if (unit == UNIT_TIME)
        return !td_duration_parse(text, n) && *n > 0;
    if (unit == UNIT_SIZE)
        return !td_size_parse(text, n) && *n > 0;
    return read_count(word, n) && *n > 0 && *n <= PLAY_FAULT_TIMES;
}

static bool read_at(struct play_fault_rule *rule, struct td_bytes word)
{
    static const struct {
        const char *prefix;
        enum play_fault_at at;
    } rows[] = {{"seq:", PLAY_AT_SEQ}, {"exchange:", PLAY_AT_EXCHANGE}};
    char room[WORD_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = strlen(rows[i].prefix);

        if (word.len <= len || memcmp(word.ptr, rows[i].prefix, len) != 0)
            continue;
        rule->at = rows[i].at;
        return read_count(td_bytes(word.ptr + len, word.len - len),
                          &rule->place) &&
               rule->place > 0;
    }
    rule->at = PLAY_AT_TIME;
    return word.len > 1 && word.ptr[0] == '+' &&
           !td_duration_parse(to_text(room, word) + 1, &rule->place);
}

static bool read_chance(struct play_fault_rule *rule, struct td_bytes word)
{
    char room[WORD_MAX];
    char *end = NULL;

    to_text(room, word);
    if (word.len == 0 || strspn(room, "0123456789.") != strlen(room))
        return false;
    rule->chance = strtod(room, &end);
    rule->has_chance = true;
    return !*end && rule->chance <= 1;
}

static bool read_after(struct reading *r, struct td_bytes word)
{
    char room[WORD_MAX];

    return !td_size_parse(to_text(room, word), &r->rule->after);
}

static bool has_said(const struct reading *r, enum said what)
{
    return (r->said >> what & 1U) != 0;
}

/* What a cut counts, behind after=N. */
static enum td_code read_of(struct reading *r, struct td_bytes word)
{
    if (has_said(r, SAID_OF))
        return wrong(r, "it says twice what is counted: ", word);
    r->said |= 1U << SAID_OF;
    r->rule->bytes = td_bytes_is(word, "bytes");
    if (r->rule->bytes && r->rule->kind != PLAY_FAULT_CUT)
        return wrong(r, "only a cut counts ", word);
    return TD_OK;
}

static bool read_value(struct reading *r, enum said what, struct td_bytes value)
{
    switch (what) {
    case SAID_AMOUNT:
        return read_amount(value, kinds[r->rule->kind].unit, &r->rule->amount);
    case SAID_CHANCE:
        return read_chance(r->rule, value);
    case SAID_AT:
        return read_at(r->rule, value);
    case SAID_AFTER:
        return read_after(r, value);
    case SAID_NAME:
        r->rule->name = value;
        return true;
    case SAID_RETRY:
        r->rule->has_retry = true;
        return read_count(value, &r->rule->retry);
    case SAID_OF:
        break;
    }
    return false;
}

static enum td_code read_option(struct reading *r, struct td_bytes word)
{
    const struct kind *kind = &kinds[r->rule->kind];
    bool is_status = r->rule->kind == PLAY_FAULT_STATUS;
    const char *keys[] = {[SAID_AMOUNT] = kind->option,
                          [SAID_CHANCE] = "p",
                          [SAID_NAME] = "event",
                          [SAID_AT] = "at",
                          [SAID_AFTER] = "after",
                          [SAID_RETRY] = is_status ? "retry-after" : NULL};
    struct td_bytes value = word;
    size_t i = 0;

    if (has_said(r, SAID_AFTER) &&
        (td_bytes_is(word, "events") || td_bytes_is(word, "bytes")))
        return read_of(r, word);
    while (i < SAID_OF && (!keys[i] || !takes(&value, keys[i])))
        i++;
    if (i == SAID_OF) {
        (void)wrong(r, "what is ", word);
        return td_error_hint(
            r->err,
            "write %sat=seq:N, at=exchange:N, "
            "at=+TIME, after=N, p=0.1%s%s%s%s",
            is_status ? "" : "event=NAME, ", is_status ? ", retry-after=N" : "",
            kind->option ? " or " : "", kind->option ? kind->option : "",
            kind->option ? "=..." : "");
    }
    if (has_said(r, (enum said)i)) {
        (void)wrong(r, "it says a second time ", word);
        return td_error_hint(r->err, "write one --fault for each");
    }
    r->said |= 1U << i;
    return read_value(r, (enum said)i, value) ? TD_OK
                                              : wrong(r, "cannot be: ", word);
}

static enum td_code check(const struct reading *r)
{
    const struct play_fault_rule *rule = r->rule;
    const struct kind *kind = &kinds[rule->kind];

    if (rule->kind == PLAY_FAULT_STATUS && rule->name.len > 0) {
        (void)wrong(r, "a request has no event's name, as ", rule->name);
        return td_error_hint(r->err, "write at=exchange:N, after=N or p=0.1");
    }
    if (kind->option && !has_said(r, SAID_AMOUNT) && kind->preset == 0) {
        (void)wrong(r, "it does not say how much", td_text(""));
        return td_error_hint(r->err, "write %s=...", kind->option);
    }
    if (!kind->chosen || rule->has_chance || rule->name.len > 0 ||
        rule->at != PLAY_AT_ANY || has_said(r, SAID_AFTER))
        return TD_OK;
    (void)wrong(r, "it does not say which events", td_text(""));
    return td_error_hint(r->err, "write p=0.1, event=NAME, at=seq:N, "
                                 "at=exchange:N, at=+TIME or after=N");
}

/* The next word of a text. */
static bool next_word(const char **text, struct td_bytes *word)
{
    *text += strspn(*text, " \t");
    *word = td_bytes(*text, strcspn(*text, " \t"));
    *text += word->len;
    return word->len > 0;
}

enum td_code play_fault_read(struct play_fault_rule *rule, const char *text,
                             uint64_t seed, uint64_t number,
                             struct td_error *err)
{
    struct reading r = {.rule = rule, .text = text, .err = err};
    struct td_rand first;
    uint64_t state;
    struct td_bytes word;
    enum td_code code;

    *rule = (struct play_fault_rule){.text = text};
    td_rand_seeded(&first, seed + number);
    td_rand_bytes(&first, &state, sizeof(state));
    td_rand_seeded(&rule->rand, state);
    if (!next_word(&text, &word))
        return wrong(&r, "no fault is named", td_text(""));
    code = read_kind(&r, word);
    while (!code && next_word(&text, &word))
        code = read_option(&r, word);
    return code ? code : check(&r);
}

/* Of a number that a rule has by itself: the branch's is drawn of it. */
static void seed_branch(struct play_fault_rule *branch, uint64_t exchange)
{
    struct td_rand first = branch->rand;
    uint64_t state;

    td_rand_bytes(&first, &state, sizeof(state));
    td_rand_seeded(&branch->rand, state + exchange);
    td_rand_bytes(&branch->rand, &state, sizeof(state));
    td_rand_seeded(&branch->rand, state);
}

static bool is_lucky(struct play_fault_rule *rule)
{
    uint64_t word;

    td_rand_bytes(&rule->rand, &word, sizeof(word));
    return (double)(word >> 11) * 0x1p-53 < rule->chance;
}

struct play_fault_rule play_fault_branch(struct play_fault_rule *whole,
                                         uint64_t exchange)
{
    struct play_fault_rule branch = *whole;

    branch.whole = whole;
    branch.passed = branch.count = 0;
    seed_branch(&branch, exchange);
    if (branch.kind == PLAY_FAULT_CUT && branch.has_chance) {
        branch.off = !is_lucky(&branch);
        branch.has_chance = false;
    }
    return branch;
}

uint64_t play_fault_random(struct play_fault_rule *rule, uint64_t n)
{
    uint64_t word;

    td_rand_bytes(&rule->rand, &word, sizeof(word));
    return word % n;
}

static bool is_there(const struct play_fault_rule *rule,
                     struct play_fault_rule *whole, const struct td_event *ev)
{
    switch (rule->at) {
    case PLAY_AT_SEQ:
        return ev->seq == rule->place;
    case PLAY_AT_EXCHANGE:
        return ev->exchange == rule->place;
    case PLAY_AT_TIME:
        if (ev->at_ns < rule->place || whole->spent)
            return false;
        whole->spent = true;
        return true;
    case PLAY_AT_ANY:
        break;
    }
    return true;
}

bool play_fault_hits(struct play_fault_rule *rule, const struct td_event *ev)
{
    uint64_t before = rule->passed;

    if (rule->off ||
        (rule->name.len > 0 && !td_bytes_equal(rule->name, ev->name)))
        return false;
    if (!is_there(rule, rule->whole ? rule->whole : rule, ev))
        return false;
    rule->passed += rule->bytes ? ev->payload.len : 1;
    if (rule->bytes ? rule->passed <= rule->after : before < rule->after)
        return false;
    return !rule->has_chance || is_lucky(rule);
}

void play_fault_done(struct play_fault_rule *rule, const struct td_event *ev)
{
    bool by_exchange =
        (rule->kind == PLAY_FAULT_CUT || rule->kind == PLAY_FAULT_STATUS) &&
        ev->exchange > 0;

    if (rule->whole)
        rule = rule->whole;
    if (rule->count == 0)
        rule->by_exchange = by_exchange;
    if (rule->count < PLAY_FAULT_TOLD)
        rule->told[rule->count] = by_exchange ? ev->exchange : ev->seq;
    rule->count++;
}

#include "core/hash.h"
#include "core/mem.h"
#include "core/payload.h"
#include "recorder/redact_pieces.h"

#include <stdlib.h>

#define NONE UINT32_MAX

/* ---- reading rules ---- */

static void path_release(struct redact_path *path)
{
    for (size_t i = 0; i < path->len; i++)
        free(path->tokens[i]);
    path->len = 0;
}

void redact_way_free(struct redact_way *way)
{
    if (!way)
        return;
    path_release(&way->to);
    for (size_t i = 0; i < way->bys; i++)
        path_release(&way->by[i]);
    free(way);
}

/* ~1 and ~0 of RFC 6901, in place. */
static void decode(char *token)
{
    char *to = token;

    for (const char *at = token; *at; at++) {
        if (at[0] == '~' && (at[1] == '0' || at[1] == '1'))
            *to++ = *++at == '0' ? '~' : '/';
        else
            *to++ = *at;
    }
    *to = '\0';
}

static enum td_code path_read(struct redact_path *path, struct td_bytes word,
                              size_t offset, struct td_error *err)
{
    if (td_bytes_is(word, "\"\""))
        return TD_OK;
    if (word.len == 0 || word.ptr[0] != '/')
        return td_error_set(err, TD_USAGE, "", offset,
                            "the pointer has no leading slash");
    while (word.len > 0) {
        const uint8_t *rest = word.ptr + 1;
        const uint8_t *next = memchr(rest, '/', word.len - 1);
        size_t len = next ? (size_t)(next - rest) : word.len - 1;

        if (path->len == REDACT_TOKENS)
            return td_error_set(err, TD_USAGE, "", offset,
                                "the pointer has more than %d names",
                                REDACT_TOKENS);
        path->tokens[path->len] = td_strndup(rest, len);
        decode(path->tokens[path->len++]);
        word = td_bytes(rest + len, word.len - 1 - len);
    }
    return TD_OK;
}

/* The next word, and where it begins; empty at the end. */
static struct td_bytes next_word(const char *text, size_t *at)
{
    size_t begin = *at + strspn(text + *at, " \t");
    size_t len = strcspn(text + begin, " \t");

    *at = begin + len;
    return td_bytes(text + begin, len);
}

static enum td_code bys_read(struct redact_way *way, const char *text,
                             size_t *at, struct td_error *err)
{
    struct td_bytes word = next_word(text, at);

    if (word.len == 0)
        return td_error_set(err, TD_USAGE, "", *at,
                            "a pointer belongs behind \"by\"");
    for (; word.len; word = next_word(text, at)) {
        size_t offset = *at - word.len;
        enum td_code code;

        if (way->bys == REDACT_BY)
            return td_error_set(err, TD_USAGE, "", offset,
                                "more than %d pointers are behind \"by\"",
                                REDACT_BY);
        code = path_read(&way->by[way->bys++], word, offset, err);
        if (code)
            return code;
    }
    return TD_OK;
}

enum td_code redact_way_read(struct redact_way **out, const char *text,
                             struct td_error *err)
{
    struct redact_way *way = td_calloc(1, sizeof(*way));
    size_t at = 0;
    struct td_bytes word = next_word(text, &at);
    enum td_code code = path_read(&way->to, word, at - word.len, err);

    if (code == TD_OK) {
        word = next_word(text, &at);
        if (td_bytes_is(word, "by"))
            code = bys_read(way, text, &at, err);
        else if (word.len > 0)
            code = td_error_set(err, TD_USAGE, "", at - word.len,
                                "only \"by\" and pointers may follow");
    }
    if (code) {
        redact_way_free(way);
        way = NULL;
    }
    *out = way;
    return code;
}

/* ---- finding pieces ---- */

struct search {
    struct rec_redact *redact;
    const struct td_event *ev;
    const struct redact_way *way;
    size_t rule;
    uint64_t begun;                /* what of the key is known beforehand */
    uint32_t bound[REDACT_TOKENS]; /* what "*" stands for, by its place */
    uint32_t place[REDACT_TOKENS]; /* the same, counted from 0 */
    struct td_buf *out;
};

static bool is_star(const struct redact_path *path, size_t i)
{
    return i < path->len && path->tokens[i][0] == '*' && !path->tokens[i][1];
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

/* What a pointer behind "by" names, where "*" is what it is for the piece. */
static uint32_t follow(const struct search *s, const struct redact_path *by)
{
    const struct td_json_doc *doc = &s->redact->doc;
    uint32_t at = 0;

    for (size_t i = 0; i < by->len; i++) {
        struct td_bytes token = td_text(by->tokens[i]);

        if (is_star(by, i) && is_star(&s->way->to, i))
            at = s->bound[i];
        else if (doc->values[at].kind == TD_JSON_ARRAY)
            at = td_json_element(doc, at, token);
        else
            at = td_json_member(doc, at, token);
        if (at == 0)
            return NONE;
    }
    return at;
}

/* Whether what "*" stands for at a place is told apart by what is behind "by".
 */
static bool is_told(const struct redact_way *way, size_t i)
{
    for (size_t k = 0; k < way->bys; k++)
        if (is_star(&way->by[k], i))
            return true;
    return false;
}

/* A sender that says once what a text is of need not say it again: where a
 * pointer names nothing, or null, it is what it was at the piece before whose
 * values before it were equal.
 */
static uint64_t last_of(const struct search *s, uint64_t key, uint32_t at)
{
    const struct td_json_doc *doc = &s->redact->doc;
    struct redact_last *last = &s->redact->lasts[key % REDACT_LASTS];

    if (at != NONE && doc->values[at].kind != TD_JSON_NULL)
        *last = (struct redact_last){key, td_hash(td_json_raw(doc, at))};
    return last->key == key ? last->value : 0;
}

static uint64_t key_of(const struct search *s)
{
    uint64_t key = s->begun;

    for (size_t i = 0; i < s->way->to.len; i++)
        if (is_star(&s->way->to, i) && !is_told(s->way, i))
            key = mix(key, s->place[i]);
    for (size_t i = 0; i < s->way->bys; i++)
        key = mix(key,
                  last_of(s, mix(key, i + 1), follow(s, &s->way->by[i])) + i);
    return key;
}

static void add(const struct search *s, uint32_t at)
{
    const struct td_json_doc *doc = &s->redact->doc;
    struct td_bytes inner = td_json_inner(doc, at);
    struct redact_piece piece = {
        .key = key_of(s),
        .rule = s->rule,
        .start = (size_t)(inner.ptr - s->ev->payload.ptr),
        .len = inner.len,
        .quoted = true,
        .escaped = doc->values[at].flags & TD_JSON_ESCAPED};

    (void)td_buf_add(s->out, &piece, sizeof(piece));
}

/* As deep as a rule has names. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void look(struct search *s, uint32_t at, size_t i)
{
    const struct td_json_doc *doc = &s->redact->doc;
    const struct td_json_value *v = doc->values;
    bool object = v[at].kind == TD_JSON_OBJECT;
    uint32_t n = 0;

    if (i == s->way->to.len) {
        if (v[at].kind == TD_JSON_STRING)
            add(s, at);
        return;
    }
    if (!object && v[at].kind != TD_JSON_ARRAY)
        return;
    if (!object && !is_star(&s->way->to, i)) {
        n = td_json_element(doc, at, td_text(s->way->to.tokens[i]));
        if (n)
            look(s, n, i + 1);
        return;
    }
    for (uint32_t k = at + 1; k < v[at].next; k = v[k].next) {
        uint32_t value = object ? k + 1 : k;

        s->bound[i] = value;
        s->place[i] = n++;
        if (is_star(&s->way->to, i) ||
            td_json_string_is(doc, k, td_text(s->way->to.tokens[i])))
            look(s, value, i + 1);
        k = object ? k + 1 : k;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct redact_piece *x = a;
    const struct redact_piece *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

/* In order of their places; of two rules that name one place the first has it.
 */
static void sort(struct td_buf *out)
{
    struct redact_piece *list = (struct redact_piece *)(void *)out->ptr;
    size_t len = out->len / sizeof(*list);
    size_t kept = 0;

    qsort(list, len, sizeof(*list), by_place);
    for (size_t i = 0; i < len; i++)
        if (kept == 0 || list[i].start != list[kept - 1].start)
            list[kept++] = list[i];
    out->len = kept * sizeof(*list);
}

static uint64_t key_of_event(const struct td_event *ev, size_t rule)
{
    uint64_t key = mix(rule + 1, ev->conn);

    key = mix(key, ev->exchange * 2 + (ev->dir == TD_DIR_OUT));
    return ev->ns.len ? mix(key, td_hash(ev->ns)) : key;
}

/* The payload itself, as it stands: the only piece, if it is one. */
static void whole(struct search *s, size_t rule)
{
    struct redact_piece piece = {.rule = rule, .len = s->ev->payload.len};

    piece.key = key_of_event(s->ev, rule);
    (void)td_buf_add(s->out, &piece, sizeof(piece));
}

void redact_places(struct rec_redact *redact, const struct td_event *ev,
                   struct td_buf *out)
{
    struct search s = {.redact = redact, .ev = ev, .out = out};
    size_t root = SIZE_MAX;
    bool json =
        !td_json_parse(&redact->doc, td_payload_json(ev), TD_JSON_DEPTH, NULL);

    if (!redact->lasts)
        redact->lasts = td_calloc(REDACT_LASTS, sizeof(*redact->lasts));
    for (size_t i = 0; i < redact->rules.len; i++) {
        if (redact->rules.list[i].kind != REC_RULE_STREAM)
            continue;
        s.way = redact->rules.list[i].way;
        s.rule = i;
        s.begun = key_of_event(ev, i);
        if (s.way->to.len == 0 && root == SIZE_MAX)
            root = i;
        if (json)
            look(&s, 0, 0);
    }
    if (out->len == 0 && root < SIZE_MAX)
        whole(&s, root);
    if (out->len > sizeof(struct redact_piece))
        sort(out);
}

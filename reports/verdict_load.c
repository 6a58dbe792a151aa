#include "reports/verdict_load.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "reports/verdict_shape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A document while it is read. */
struct load {
    struct td_json_doc json;
    struct td_arena *arena;
    const char *name;
    struct td_error *err;
    struct td_buf text; /* of a string, without escapes */
};

/* A place of a struct to write to. */
#define TO(type, place) (*(type *)(void *)(place))

static enum td_code load_struct(struct load *l, uint32_t at,
                                const struct report_shape *shape, void *to);

/* ---- errors ---- */

/* Append the JSON Pointer of value `target`, from value `at` down. */
static void add_pointer(struct load *l, struct td_buf *out, uint32_t target)
{
    uint32_t at = 0;

    while (at != target) {
        const struct td_json_value *v = l->json.values;
        bool object = v[at].kind == TD_JSON_OBJECT;
        uint32_t child = at + 1 + object;
        uint32_t index = 0;

        for (; v[child].next <= target; index++)
            child = v[child].next + object;
        (void)td_buf_add_byte(out, '/');
        if (object)
            (void)td_buf_add_bytes(out, td_json_inner(&l->json, child - 1));
        else
            (void)td_buf_addf(out, "%lu", (unsigned long)index);
        at = child;
    }
}

static enum td_code refuse(struct load *l, uint32_t at, const char *why)
{
    struct td_buf pointer = {0};

    add_pointer(l, &pointer, at);
    (void)td_error_set(l->err, TD_USAGE, l->name, 0, "is no verdict: %s%s%s",
                       td_buf_str(&pointer), pointer.len ? " " : "it ", why);
    td_buf_release(&pointer);
    return TD_USAGE;
}

/* ---- values ---- */

static const struct td_json_value *value(const struct load *l, uint32_t at)
{
    return &l->json.values[at];
}

static bool is_null(const struct load *l, uint32_t at)
{
    return value(l, at)->kind == TD_JSON_NULL;
}

/* A byte 0 would end the text before its end. */
static void show_zeroes(struct load *l)
{
    struct td_buf shown = {0};

    for (size_t i = 0; i < l->text.len; i++)
        (void)(l->text.ptr[i] ? td_buf_add_byte(&shown, l->text.ptr[i])
                              : td_buf_add_text(&shown, "\xef\xbf\xbd"));
    td_buf_release(&l->text);
    l->text = shown;
}

static enum td_code load_text(struct load *l, uint32_t at, const char **to)
{
    if (value(l, at)->kind != TD_JSON_STRING)
        return refuse(l, at, "is no text");
    td_buf_clear(&l->text);
    if (td_json_unescape(&l->text, td_json_inner(&l->json, at)))
        return refuse(l, at, "is too long");
    if (l->text.len > 0 && memchr(l->text.ptr, 0, l->text.len))
        show_zeroes(l);
    *to = td_arena_text(l->arena, td_buf_bytes(&l->text));
    return TD_OK;
}

static enum td_code load_u64(struct load *l, uint32_t at, uint64_t max,
                             uint64_t *to)
{
    struct td_bytes raw = td_json_raw(&l->json, at);
    uint64_t n = 0;

    if (value(l, at)->kind != TD_JSON_NUMBER ||
        value(l, at)->flags & TD_JSON_NOT_INT || raw.ptr[0] == '-')
        return refuse(l, at, "is no whole number from 0");
    for (size_t i = 0; i < raw.len; i++) {
        unsigned digit = raw.ptr[i] - (unsigned)'0';

        if (n > (max - digit) / 10)
            return refuse(l, at, "is too large");
        n = n * 10 + digit;
    }
    *to = n;
    return TD_OK;
}

static enum td_code load_int(struct load *l, uint32_t at, int *to)
{
    uint64_t n;
    enum td_code code = load_u64(l, at, 0x7fffffff, &n);

    if (code == TD_OK)
        *to = (int)n;
    return code;
}

static enum td_code load_real(struct load *l, uint32_t at, double *to)
{
    struct td_bytes raw = td_json_raw(&l->json, at);
    char text[64];

    if (value(l, at)->kind != TD_JSON_NUMBER || raw.len >= sizeof(text))
        return refuse(l, at, "is no number");
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = 0;
    *to = strtod(text, NULL);
    return isfinite(*to) ? TD_OK : refuse(l, at, "is too large");
}

static enum td_code load_bool(struct load *l, uint32_t at, bool *to)
{
    enum td_json_kind kind = (enum td_json_kind)value(l, at)->kind;

    if (kind != TD_JSON_TRUE && kind != TD_JSON_FALSE)
        return refuse(l, at, "is neither true nor false");
    *to = kind == TD_JSON_TRUE;
    return TD_OK;
}

static enum td_code load_time(struct load *l, uint32_t at, uint64_t *to)
{
    if (value(l, at)->kind != TD_JSON_STRING ||
        td_time_parse(td_json_inner(&l->json, at), to))
        return refuse(l, at, "is no time as 2026-01-31T12:00:00Z");
    return TD_OK;
}

static enum td_code no_word(struct load *l, uint32_t at,
                            const char *(*words)(unsigned))
{
    struct td_buf why = {0};

    (void)td_buf_add_text(&why, "is none of");
    for (unsigned i = 0; words(i); i++)
        (void)td_buf_addf(&why, " %s", words(i));
    (void)refuse(l, at, td_buf_str(&why));
    td_buf_release(&why);
    return TD_USAGE;
}

static enum td_code load_word(struct load *l, uint32_t at,
                              const char *(*words)(unsigned), unsigned *to)
{
    bool text = value(l, at)->kind == TD_JSON_STRING;

    for (unsigned i = 0; text && words(i); i++) {
        if (td_json_string_is(&l->json, at, td_text(words(i)))) {
            *to = i;
            return TD_OK;
        }
    }
    return no_word(l, at, words);
}

/* ---- arrays ---- */

/* The array at `at` and how many are in it. */
static enum td_code open_array(struct load *l, uint32_t at, size_t *len)
{
    *len = 0;
    if (value(l, at)->kind != TD_JSON_ARRAY)
        return refuse(l, at, "is no list");
    *len = value(l, at)->count;
    return TD_OK;
}

static enum td_code load_pair(struct load *l, uint32_t at, uint64_t *to)
{
    size_t len;
    enum td_code code = open_array(l, at, &len);

    if (code == TD_OK && len != 2)
        code = refuse(l, at, "is no pair of numbers");
    if (code == TD_OK)
        code = load_u64(l, at + 1, UINT64_MAX, &to[0]);
    if (code == TD_OK)
        code = load_u64(l, at + 2, UINT64_MAX, &to[1]);
    return code;
}

static enum td_code load_texts(struct load *l, uint32_t at, const char ***list,
                               size_t *len)
{
    enum td_code code = open_array(l, at, len);

    if (code)
        return code;
    *list = td_arena_alloc(l->arena, (*len + 1) * sizeof(**list));
    at++;
    for (size_t i = 0; i < *len && !code; i++, at = value(l, at)->next)
        code = load_text(l, at, &(*list)[i]);
    return code;
}

/* Pairs of numbers, as gaps and as ranges: both are two of 64 bits. */
static enum td_code load_pairs(struct load *l, uint32_t at,
                               uint64_t (**list)[2], size_t *len)
{
    enum td_code code = open_array(l, at, len);

    if (code)
        return code;
    *list = td_arena_alloc(l->arena, (*len + 1) * sizeof(**list));
    at++;
    for (size_t i = 0; i < *len && !code; i++, at = value(l, at)->next) {
        code = load_pair(l, at, (*list)[i]);
        if (code == TD_OK && (*list)[i][0] > (*list)[i][1])
            code = refuse(l, at, "ends before it begins");
    }
    return code;
}

static enum td_code load_ranges(struct load *l, uint32_t at,
                                struct verdict_range **list, size_t *len)
{
    uint64_t(*pairs)[2];
    enum td_code code = load_pairs(l, at, &pairs, len);

    if (code)
        return code;
    *list = td_arena_alloc(l->arena, (*len + 1) * sizeof(**list));
    for (size_t i = 0; i < *len; i++)
        (*list)[i] = (struct verdict_range){pairs[i][0], pairs[i][1]};
    return TD_OK;
}

/* [number, from, to] of each. */
static enum td_code load_wave(struct load *l, uint32_t at,
                              struct verdict_wave *to)
{
    uint64_t *const parts[] = {&to->number, &to->from_ns, &to->to_ns};
    size_t len;
    enum td_code code = open_array(l, at, &len);

    if (code == TD_OK && len != 3)
        code = refuse(l, at, "is not a number, a beginning and an end");
    for (uint32_t i = 0; i < 3 && code == TD_OK; i++)
        code = load_u64(l, at + 1 + i, UINT64_MAX, parts[i]);
    if (code == TD_OK && to->from_ns > to->to_ns)
        code = refuse(l, at, "ends before it begins");
    return code;
}

static enum td_code load_waves(struct load *l, uint32_t at,
                               struct verdict_wave **list, size_t *len)
{
    struct verdict_wave *to;
    enum td_code code = open_array(l, at, len);

    if (code)
        return code;
    *list = to = td_arena_alloc(l->arena, (*len + 1) * sizeof(*to));
    for (at++; to < *list + *len && !code; at = value(l, at)->next)
        code = load_wave(l, at, to++);
    return code;
}

static enum td_code load_row(struct load *l, uint32_t at, size_t names,
                             uint32_t *to)
{
    size_t len;
    uint64_t n;
    enum td_code code = open_array(l, at, &len);

    if (code == TD_OK && len != names)
        code = refuse(l, at, "has not a count for each name");
    at++;
    for (size_t i = 0; i < names && !code; i++, at++) {
        code = load_u64(l, at, UINT32_MAX, &n);
        to[i] = code ? 0 : (uint32_t)n;
    }
    return code;
}

static enum td_code load_rows(struct load *l, uint32_t at,
                              struct verdict_timeline *line)
{
    size_t names = line->names.len;
    size_t len;
    enum td_code code = open_array(l, at, &len);

    if (code == TD_OK && len != line->bins_len)
        code = refuse(l, at, "has not a row for each bin");
    /* There is a count in the file for each that is made room for. */
    if (code == TD_OK && len > 0 && names > value(l, at)->next / len)
        code = refuse(l, at, "has not a count for each name");
    if (code)
        return code;
    line->counts =
        td_arena_alloc(l->arena, (len * names + 1) * sizeof(*line->counts));
    at++;
    for (size_t i = 0; i < len && !code; i++, at = value(l, at)->next)
        code = load_row(l, at, names, line->counts + i * names);
    return code;
}

static enum td_code load_lines(struct load *l, uint32_t at,
                               struct verdict_file *file)
{
    uint64_t left;
    size_t len;
    enum td_code code = load_texts(l, at, &file->source, &len);

    left = code ? 0 : len;
    for (size_t i = 0; i < file->changed_len && !code; i++) {
        uint64_t lines = file->changed[i].to - file->changed[i].from;

        if (lines >= left)
            return refuse(l, at, "has not a text for each changed line");
        left -= lines + 1;
    }
    return !code && left > 0
               ? refuse(l, at, "has not a text for each changed line")
               : code;
}

/* ---- members ---- */
/* NOLINTBEGIN(misc-no-recursion): as deep as the tables of shapes. */

static enum td_code load_list(struct load *l, uint32_t at,
                              const struct report_shape *shape, void *to)
{
    void **end = to;
    size_t len;
    enum td_code code = open_array(l, at, &len);

    at++;
    for (size_t i = 0; !code && i < len; i++, at = value(l, at)->next) {
        *end = td_arena_alloc(l->arena, shape->size);
        code = load_struct(l, at, shape, *end);
        end = *end;
    }
    return code;
}

static enum td_code load_some(struct load *l, uint32_t at,
                              const struct report_member *m, char *to)
{
    size_t *len = &TO(size_t, to + m->more);
    size_t wanted;
    enum td_code code = open_array(l, at, &wanted);

    if (code == TD_OK && wanted > CHECK_RELATED_MAX)
        code = refuse(l, at, "is too long");
    at++;
    for (*len = 0; !code && *len < wanted; at = value(l, at)->next, ++*len)
        code = load_struct(l, at, m->shape, to + m->at + *len * m->shape->size);
    return code;
}

/* The parts of a number, of member NAME_parts. */
static enum td_code load_number(struct load *l, uint32_t object, uint32_t at,
                                const char *name, struct verdict_number *to)
{
    char parts[40];
    uint64_t pair[2] = {0, 0};
    uint32_t where;
    enum td_code code;

    to->known = true;
    code = load_real(l, at, &to->value);
    (void)snprintf(parts, sizeof(parts), "%s_parts", name);
    where = td_json_member(&l->json, object, td_text(parts));
    if (code == TD_OK && where && !is_null(l, where))
        code = load_pair(l, where, pair);
    to->part = pair[0];
    to->whole = pair[1];
    return code;
}

static enum td_code load_one(struct load *l, uint32_t at,
                             const struct report_shape *shape, void **to)
{
    *to = td_arena_alloc(l->arena, shape->size);
    return load_struct(l, at, shape, *to);
}

static enum td_code load_integer(struct load *l, uint32_t at,
                                 enum report_type type, void *to)
{
    uint64_t n;
    uint64_t max = type == REPORT_U32  ? UINT32_MAX
                   : type == REPORT_NS ? INT64_MAX
                                       : UINT64_MAX;
    enum td_code code;

    if (type == REPORT_INT || type == REPORT_INT_IF || type == REPORT_INT_OR)
        return load_int(l, at, to);
    code = load_u64(l, at, max, &n);
    if (code)
        return code;
    if (type == REPORT_U32)
        TO(uint32_t, to) = (uint32_t)n;
    else if (type == REPORT_NS)
        TO(int64_t, to) = (int64_t)n;
    else
        TO(uint64_t, to) = n;
    return TD_OK;
}

static enum td_code load_value(struct load *l, uint32_t object, uint32_t at,
                               const struct report_member *m, char *self)
{
    void *to = self + m->at;
    void *more = self + m->more;

    if (m->type == REPORT_U64_IF || m->type == REPORT_INT_IF ||
        m->type == REPORT_PAIR_IF)
        TO(bool, more) = true;
    switch ((int)m->type) {
    case REPORT_TEXT:
        return load_text(l, at, to);
    case REPORT_TIME:
        return load_time(l, at, to);
    case REPORT_BOOL:
        return load_bool(l, at, to);
    case REPORT_REAL:
        return load_real(l, at, to);
    case REPORT_WORD:
        return load_word(l, at, m->words, to);
    case REPORT_WORDS:
        return load_texts(l, at, &TO(struct verdict_words, to).list,
                          &TO(struct verdict_words, to).len);
    case REPORT_NUMBER:
        return load_number(l, object, at, m->name, to);
    case REPORT_PAIR:
    case REPORT_PAIR_IF:
        return load_pair(l, at, to);
    case REPORT_RANGES:
        return load_ranges(l, at, to, more);
    case REPORT_GAPS:
        return load_pairs(l, at, to, more);
    case REPORT_WAVES:
        return load_waves(l, at, to, more);
    case REPORT_ROWS:
        return load_rows(l, at, (void *)self);
    case REPORT_LINES:
        return load_lines(l, at, (void *)self);
    case REPORT_LIST:
        return load_list(l, at, m->shape, to);
    case REPORT_SOME:
        return load_some(l, at, m, self);
    case REPORT_ONE:
        return load_one(l, at, m->shape, to);
    case REPORT_PART:
        return load_struct(l, at, m->shape, to);
    default:
        return load_integer(l, at, m->type, to);
    }
}

static enum td_code load_struct(struct load *l, uint32_t object,
                                const struct report_shape *shape, void *to)
{
    char why[80];
    enum td_code code = TD_OK;

    if (value(l, object)->kind != TD_JSON_OBJECT)
        return refuse(l, object, "is no object");
    for (const struct report_member *m = shape->members; m->name && !code;
         m++) {
        uint32_t at = td_json_member(&l->json, object, td_text(m->name));

        if (m->type == REPORT_NS)
            TO(int64_t, (char *)to + m->at) = -1;
        if (at && !is_null(l, at)) {
            code = load_value(l, object, at, m, to);
        } else if (m->needed) {
            (void)snprintf(why, sizeof(why), "lacks \"%s\"", m->name);
            code = refuse(l, object, why);
        }
    }
    return code;
}

/* NOLINTEND(misc-no-recursion) */

/* ---- the document ---- */

static enum td_code check_version(struct load *l)
{
    uint32_t schema = td_json_member(&l->json, 0, td_text("schema"));
    uint32_t version = td_json_member(&l->json, 0, td_text("version"));
    uint64_t n = 0;
    enum td_code code;

    if (!schema || value(l, schema)->kind != TD_JSON_STRING ||
        !td_json_string_is(&l->json, schema, td_text(VERDICT_SCHEMA)))
        return refuse(l, 0, "does not say \"schema\":\"" VERDICT_SCHEMA "\"");
    if (!version)
        return refuse(l, 0, "lacks \"version\"");
    code = load_u64(l, version, UINT64_MAX, &n);
    if (code == TD_OK && n == 0)
        return refuse(l, version, "is no version");
    if (code || n == VERDICT_VERSION)
        return code;
    (void)td_error_set(l->err, TD_USAGE, l->name, 0,
                       "is verdict.json version %llu; this program reads %d",
                       (unsigned long long)n, VERDICT_VERSION);
    return td_error_hint(l->err, "read it with the tapedeck that wrote it, or "
                                 "a later one");
}

/* What is added from now on goes behind what was read. */
static void find_ends(struct verdict_document *doc)
{
    while (*doc->gates_end)
        doc->gates_end = &(*doc->gates_end)->next;
    while (*doc->findings_end)
        doc->findings_end = &(*doc->findings_end)->next;
    while (*doc->tests_end)
        doc->tests_end = &(*doc->tests_end)->next;
    while (*doc->coverage_end)
        doc->coverage_end = &(*doc->coverage_end)->next;
    while (*doc->perf_end)
        doc->perf_end = &(*doc->perf_end)->next;
}

static enum td_code parse(struct load *l, struct td_bytes text)
{
    struct td_error why = {0};
    enum td_code code = td_json_parse(&l->json, text, REPORT_DEPTH, &why);

    if (code)
        return td_error_set(l->err, code == TD_LIMIT ? TD_LIMIT : TD_USAGE,
                            l->name, why.offset, "is no verdict: %s",
                            text.len ? why.text : "it is empty");
    return check_version(l);
}

enum td_code report_verdict_parse(struct verdict_document *doc,
                                  const char *name, struct td_bytes text,
                                  struct td_error *err)
{
    struct load l = {.arena = &doc->arena, .name = name, .err = err};
    enum td_code code = parse(&l, text);

    if (code == TD_OK)
        code = load_struct(&l, 0, &report_verdict_shape, doc);
    find_ends(doc);
    td_json_release(&l.json);
    td_buf_release(&l.text);
    return code;
}

enum td_code report_verdict_load(struct verdict_document *doc, const char *path,
                                 struct td_error *err)
{
    struct td_buf text = {.max = REPORT_FILE_MAX};
    enum td_code code = td_fs_read(&text, path, err);

    if (code == TD_OK)
        code = report_verdict_parse(doc, path, td_buf_bytes(&text), err);
    td_buf_release(&text);
    return code;
}

#include "reports/verdict_json.h"

#include "core/json_writer.h"
#include "reports/verdict_shape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* cmake embeds fixtures/schemas/verdict.json. */
extern const unsigned char report_verdict_schema_text[];
extern const size_t report_verdict_schema_text_len;

struct td_bytes report_verdict_schema(void)
{
    return td_bytes(report_verdict_schema_text, report_verdict_schema_text_len);
}

static void put_struct(struct td_json_writer *w, const char *key,
                       const struct report_shape *shape, const void *from);

/* What stands at a place of a struct. */
#define AS(type, place) (*(type const *)(const void *)(place))

/* With as few digits as tell it from every other; what is no number is null. */
static void put_real(struct td_json_writer *w, const char *key, double value)
{
    char text[40] = "";

    for (int digits = 6; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    td_json_put_raw(w, key, td_text(isfinite(value) ? text : ""));
}

static void put_pair(struct td_json_writer *w, const char *key,
                     const uint64_t *pair)
{
    td_json_array(w, key);
    td_json_put_u64(w, NULL, pair[0]);
    td_json_put_u64(w, NULL, pair[1]);
    td_json_array_end(w);
}

static void put_number(struct td_json_writer *w, const char *key,
                       const struct verdict_number *n)
{
    char parts[40];

    put_real(w, key, n->known ? n->value : (double)NAN);
    if (!n->known || n->whole == 0)
        return;
    (void)snprintf(parts, sizeof(parts), "%s_parts", key);
    put_pair(w, parts, (const uint64_t[]){n->part, n->whole});
}

static void put_texts(struct td_json_writer *w, const char *key,
                      const char *const *list, size_t len)
{
    td_json_array(w, key);
    for (size_t i = 0; i < len; i++)
        td_json_put_text(w, NULL, list[i]);
    td_json_array_end(w);
}

static void put_ranges(struct td_json_writer *w, const char *key,
                       const struct verdict_range *list, size_t len)
{
    td_json_array(w, key);
    for (size_t i = 0; i < len; i++)
        put_pair(w, NULL, (const uint64_t[]){list[i].from, list[i].to});
    td_json_array_end(w);
}

static void put_gaps(struct td_json_writer *w, const char *key,
                     const uint64_t (*gaps)[2], size_t len)
{
    td_json_array(w, key);
    for (size_t i = 0; i < len; i++)
        put_pair(w, NULL, gaps[i]);
    td_json_array_end(w);
}

static void put_waves(struct td_json_writer *w, const char *key,
                      const struct verdict_wave *waves, size_t len)
{
    td_json_array(w, key);
    for (size_t i = 0; i < len; i++) {
        td_json_array(w, NULL);
        td_json_put_u64(w, NULL, waves[i].number);
        td_json_put_u64(w, NULL, waves[i].from_ns);
        td_json_put_u64(w, NULL, waves[i].to_ns);
        td_json_array_end(w);
    }
    td_json_array_end(w);
}

static void put_rows(struct td_json_writer *w, const char *key,
                     const struct verdict_timeline *line)
{
    const uint32_t *count = line->counts;

    td_json_array(w, key);
    for (uint32_t i = 0; i < line->bins_len; i++) {
        td_json_array(w, NULL);
        for (size_t n = 0; n < line->names.len; n++)
            td_json_put_u64(w, NULL, *count++);
        td_json_array_end(w);
    }
    td_json_array_end(w);
}

/* A text for each line of `changed`. */
static void put_lines(struct td_json_writer *w, const char *key,
                      const struct verdict_file *file)
{
    size_t len = 0;

    if (!file->source) {
        td_json_put_null(w, key);
        return;
    }
    for (size_t i = 0; i < file->changed_len; i++)
        len += file->changed[i].to - file->changed[i].from + 1;
    put_texts(w, key, file->source, len);
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the tables of shapes. */
static void put_list(struct td_json_writer *w, const struct report_member *m,
                     const char *at)
{
    td_json_array(w, m->name);
    for (const void *item = AS(void *, at); item; item = AS(void *, item))
        put_struct(w, NULL, m->shape, item);
    td_json_array_end(w);
}

static void put_some(struct td_json_writer *w, const struct report_member *m,
                     const char *at, size_t len)
{
    td_json_array(w, m->name);
    for (size_t i = 0; i < len; i++)
        put_struct(w, NULL, m->shape, at + i * m->shape->size);
    td_json_array_end(w);
}

static void put_one(struct td_json_writer *w, const struct report_member *m,
                    const char *at)
{
    if (AS(void *, at))
        put_struct(w, m->name, m->shape, AS(void *, at));
    else
        td_json_put_null(w, m->name);
}

static void put_scalar(struct td_json_writer *w, const struct report_member *m,
                       const char *at, const char *more)
{
    bool null = (m->type == REPORT_U64_OR && AS(uint64_t, at) == 0) ||
                (m->type == REPORT_INT_OR && AS(int, at) == 0) ||
                (m->type == REPORT_NS && AS(int64_t, at) < 0) ||
                ((m->type == REPORT_U64_IF || m->type == REPORT_INT_IF ||
                  m->type == REPORT_PAIR_IF) &&
                 !AS(bool, more));

    if (null)
        td_json_put_null(w, m->name);
    else if (m->type == REPORT_INT || m->type == REPORT_INT_IF ||
             m->type == REPORT_INT_OR)
        td_json_put_i64(w, m->name, AS(int, at));
    else if (m->type == REPORT_U32)
        td_json_put_u64(w, m->name, AS(uint32_t, at));
    else if (m->type == REPORT_PAIR || m->type == REPORT_PAIR_IF)
        put_pair(w, m->name, (const uint64_t *)(const void *)at);
    else
        td_json_put_u64(w, m->name, AS(uint64_t, at));
}

static void put_member(struct td_json_writer *w, const struct report_member *m,
                       const char *from)
{
    const char *at = from + m->at;
    const char *more = from + m->more;

    switch ((int)m->type) {
    case REPORT_TEXT:
        td_json_put_text_or_null(w, m->name, AS(char *, at));
        return;
    case REPORT_TIME:
        td_json_put_time(w, m->name, AS(uint64_t, at));
        return;
    case REPORT_BOOL:
        td_json_put_bool(w, m->name, AS(bool, at));
        return;
    case REPORT_REAL:
        put_real(w, m->name, AS(double, at));
        return;
    case REPORT_WORD:
        td_json_put_text(w, m->name, m->words(AS(unsigned, at)));
        return;
    case REPORT_WORDS:
        put_texts(w, m->name, AS(struct verdict_words, at).list,
                  AS(struct verdict_words, at).len);
        return;
    case REPORT_NUMBER:
        put_number(w, m->name, (const void *)at);
        return;
    case REPORT_RANGES:
        put_ranges(w, m->name, AS(struct verdict_range *, at),
                   AS(size_t, more));
        return;
    case REPORT_GAPS:
        put_gaps(w, m->name, AS(void *, at), AS(size_t, more));
        return;
    case REPORT_WAVES:
        put_waves(w, m->name, AS(void *, at), AS(size_t, more));
        return;
    case REPORT_ROWS:
        put_rows(w, m->name, (const void *)from);
        return;
    case REPORT_LINES:
        put_lines(w, m->name, (const void *)from);
        return;
    case REPORT_LIST:
        put_list(w, m, at);
        return;
    case REPORT_SOME:
        put_some(w, m, at, AS(size_t, more));
        return;
    case REPORT_ONE:
        put_one(w, m, at);
        return;
    case REPORT_PART:
        put_struct(w, m->name, m->shape, at);
        return;
    default:
        put_scalar(w, m, at, more);
    }
}

static void put_members(struct td_json_writer *w,
                        const struct report_shape *shape, const void *from)
{
    for (const struct report_member *m = shape->members; m->name; m++)
        put_member(w, m, from);
}

static void put_struct(struct td_json_writer *w, const char *key,
                       const struct report_shape *shape, const void *from)
{
    td_json_object(w, key);
    put_members(w, shape, from);
    td_json_object_end(w);
}

/* NOLINTEND(misc-no-recursion) */

/* Gates by outcome; `warn` are among those that pass. */
static void put_counts(struct td_json_writer *w,
                       const struct verdict_document *doc)
{
    uint64_t counts[CHECK_ERROR + 1] = {0};
    uint64_t warned = 0;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        counts[g->outcome]++;
        warned += g->warned;
    }
    td_json_object(w, "counts");
    for (int o = CHECK_PASS; o <= CHECK_ERROR; o++)
        td_json_put_u64(w, check_outcome_text((enum check_outcome)o),
                        counts[o]);
    td_json_put_u64(w, "warn", warned);
    td_json_object_end(w);
}

enum td_code report_verdict_json(struct td_buf *out,
                                 const struct verdict_document *doc)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "schema", VERDICT_SCHEMA);
    td_json_put_u64(&w, "version", VERDICT_VERSION);
    put_counts(&w, doc);
    put_members(&w, &report_verdict_shape, doc);
    td_json_object_end(&w);
    return td_json_line(&w);
}

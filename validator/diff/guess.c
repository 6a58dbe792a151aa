#include "validator/diff/guess.h"

#include "core/mem.h"
#include "schema/value/fingerprint.h"

#include <stdlib.h>

#define NAMES_MAX  256  /* names of events that are looked at */
#define ROWS_MAX   1000 /* messages of one name and stream */
#define FIELDS_MAX 24   /* of one name */
#define DEPTH_MAX  3    /* levels of objects that are looked into */

/* A field of the first message of a name, and its values in all. */
struct candidate {
    char *pointer;
    bool id_like;
    bool text;
    bool missing; /* some message has it not, or masked */
    uint64_t *values[2];
};

struct name_sample {
    struct candidate fields[FIELDS_MAX];
    uint32_t fields_len;
    uint32_t rows[2];
};

struct guessing {
    const struct diff_setup *setup;
    struct diff_look *look;
    struct name_sample *samples; /* by name */
    struct td_buf scratch;
    struct td_buf pointer;
};

/* Whether a name ends as those of ids do; numbers are ids only of the first
 * few.
 */
static bool names_an_id(struct td_bytes key, bool text)
{
    static const char *const ends[] = {"id",   "Id",   "ID",  "key", "uuid",
                                       "name", "path", "uri", "url", "Key"};
    size_t count = text ? sizeof(ends) / sizeof(ends[0]) : 4;

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(ends[i]);

        if (key.len >= len && !memcmp(key.ptr + key.len - len, ends[i], len))
            return true;
    }
    return false;
}

static void add_field(struct guessing *g, struct name_sample *sample,
                      const struct td_json_doc *doc, uint32_t key)
{
    struct candidate *field;
    bool text = doc->values[key + 1].kind == TD_JSON_STRING;

    if (sample->fields_len == FIELDS_MAX ||
        (!text && doc->values[key + 1].kind != TD_JSON_NUMBER) ||
        g->pointer.len > 200)
        return;
    field = &sample->fields[sample->fields_len++];
    field->pointer = td_strdup(td_buf_str(&g->pointer));
    field->id_like = names_an_id(td_json_inner(doc, key), text);
    field->text = text;
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it */
static void add_fields(struct guessing *g, struct name_sample *sample,
                       const struct td_json_doc *doc, uint32_t at, int depth)
{
    size_t len = g->pointer.len;

    if (doc->values[at].kind != TD_JSON_OBJECT || depth == DEPTH_MAX)
        return;
    for (uint32_t i = at + 1; i < doc->values[at].next;
         i = doc->values[i + 1].next) {
        struct td_bytes key = td_json_inner(doc, i);

        /* A name that a pointer writes in another way identifies nothing. */
        if (memchr(key.ptr, '\\', key.len) || memchr(key.ptr, '/', key.len) ||
            memchr(key.ptr, '~', key.len) || key.len == 0)
            continue;
        (void)td_buf_addf(&g->pointer, "/%.*s", (int)key.len,
                          (const char *)key.ptr);
        add_field(g, sample, doc, i);
        add_fields(g, sample, doc, i + 1, depth + 1);
        g->pointer.len = len;
    }
}

static void take_row(struct guessing *g, struct name_sample *sample, int side,
                     const struct diff_view *view)
{
    uint32_t row = sample->rows[side];

    for (uint32_t i = 0; i < sample->fields_len; i++) {
        struct candidate *field = &sample->fields[i];
        uint32_t at = td_json_pointer(view->doc, view->root, field->pointer);

        if (field->missing)
            continue;
        if (at == DIFF_NO_VALUE || diff_look_mask(g->look, at) ||
            view->doc->values[at].kind < TD_JSON_NUMBER ||
            view->doc->values[at].kind > TD_JSON_STRING) {
            field->missing = true;
            continue;
        }
        field->values[side] = (uint64_t *)td_list_room(field->values[side], row,
                                                       sizeof(uint64_t));
        field->values[side][row] =
            schema_fingerprint_value(&g->scratch, view->doc, at);
    }
    sample->rows[side]++;
}

static void take(struct guessing *g, int side, const struct diff_view *view)
{
    struct name_sample *sample;
    const struct diff_name *name = diff_names_at(g->setup->names, view->name);

    if (!view->doc || view->name >= NAMES_MAX ||
        (name->rule && name->rule->identity))
        return;
    sample = &g->samples[view->name];
    if (sample->rows[0] + sample->rows[1] == 0) {
        td_buf_clear(&g->pointer);
        add_fields(g, sample, view->doc, view->root, 0);
    }
    if (sample->rows[side] < ROWS_MAX)
        take_row(g, sample, side, view);
}

static enum td_code read_side(struct guessing *g, int side, const char *path,
                              struct td_error *err)
{
    struct diff_source *source;
    struct diff_message m;
    struct diff_view view;
    enum td_code code = diff_source_open(&source, path, g->setup->what, err);

    for (uint32_t i = 0; i < DIFF_GUESS_MESSAGES && !code; i++) {
        code = diff_source_next(source, &m, err);
        if (!code)
            code = diff_look(g->look, &m, &view, err);
        if (!code)
            take(g, side, &view);
    }
    diff_source_close(source);
    return code == TD_END ? TD_OK : code;
}

/* The value of a row: of one field, or of two. */
static uint64_t value_of(const struct candidate *a, const struct candidate *b,
                         int side, uint32_t row)
{
    uint64_t value = a->values[side][row];

    return (b ? schema_fingerprint_mix(value * 3 + b->values[side][row])
              : value) |
           1;
}

/* Unique on both sides, and four of five on both. */
static bool identifies(const struct name_sample *sample,
                       const struct candidate *a, const struct candidate *b)
{
    struct diff_table tables[2] = {{0}, {0}};
    uint32_t least =
        sample->rows[0] < sample->rows[1] ? sample->rows[0] : sample->rows[1];
    uint32_t both = 0;
    bool made = true;

    for (int side = 0; side < 2 && made; side++) {
        for (uint32_t i = 0; i < sample->rows[side] && made; i++)
            (void)diff_table_add(&tables[side], value_of(a, b, side, i), i,
                                 &made);
    }
    for (uint32_t i = 0; i < sample->rows[0] && made; i++)
        both += diff_table_find(&tables[1], value_of(a, b, 0, i)) != NULL;
    diff_table_release(&tables[0]);
    diff_table_release(&tables[1]);
    return made && least > 1 && both * UINT64_C(5) >= least * UINT64_C(4);
}

static void choose(struct guessing *g, const struct name_sample *sample,
                   struct diff_identity *identity)
{
    const struct candidate *found[2] = {NULL, NULL};

    for (uint32_t i = 0; i < sample->fields_len && !found[0]; i++) {
        const struct candidate *a = &sample->fields[i];

        if (a->id_like && !a->missing && identifies(sample, a, NULL))
            found[0] = a;
    }
    for (uint32_t i = 0; i < sample->fields_len && !found[0]; i++) {
        const struct candidate *a = &sample->fields[i];

        for (uint32_t j = 0; j < sample->fields_len && !found[0]; j++) {
            const struct candidate *b = &sample->fields[j];

            if (i == j || !a->id_like || a->missing || b->missing || !b->text ||
                !identifies(sample, a, b))
                continue;
            found[0] = a;
            found[1] = b;
        }
    }
    for (int i = 0; i < 2 && found[i]; i++)
        identity->fields[identity->len++] =
            td_arena_copy(diff_names_arena(g->setup->names), found[i]->pointer);
    identity->guessed = identity->len > 0;
}

static void release_sample(struct name_sample *sample)
{
    for (uint32_t i = 0; i < sample->fields_len; i++) {
        free(sample->fields[i].pointer);
        free(sample->fields[i].values[0]);
        free(sample->fields[i].values[1]);
    }
}

enum td_code diff_guess(const struct diff_setup *setup,
                        const char *const *paths, struct td_error *err)
{
    struct guessing g = {
        .setup = setup,
        .look = diff_look_new(setup->masks, setup->names, NULL),
        .samples =
            (struct name_sample *)td_calloc(NAMES_MAX, sizeof(*g.samples))};
    enum td_code code = read_side(&g, 0, paths[0], err);

    if (!code)
        code = read_side(&g, 1, paths[1], err);
    for (uint32_t i = 0; i < NAMES_MAX; i++) {
        if (!code && g.samples[i].rows[0] && g.samples[i].rows[1])
            choose(&g, &g.samples[i],
                   &diff_names_at(setup->names, i)->identity);
        release_sample(&g.samples[i]);
    }
    diff_look_free(g.look);
    free(g.samples);
    td_buf_release(&g.scratch);
    td_buf_release(&g.pointer);
    return code;
}

/* One gate of gates.yaml: its keys. */
#include "validator/gates/load_internal.h"

#include "core/clock.h"
#include "validator/gates/limit.h"
#include "validator/gates/read/read.h"
#include "validator/gates/words.h"

#include <stdlib.h>
#include <string.h>

static const char *text_at(struct loader *l, uint32_t at)
{
    char *text = td_jsonx_text(l->r.doc, at);
    const char *kept = td_arena_copy(&l->file->arena, text);

    free(text);
    return kept;
}

/* A text as it stands; of a number or a truth value its digits or word. */
static const char *scalar_at(struct loader *l, uint32_t at)
{
    if (td_jsonx_is(l->r.doc, at, TD_JSON_STRING))
        return text_at(l, at);
    return td_arena_text(&l->file->arena, td_json_raw(&l->r.doc->json, at));
}

static enum td_code take_text(struct loader *l, uint32_t at, const char *key,
                              const char **out)
{
    if (!td_jsonx_is(l->r.doc, at, TD_JSON_STRING))
        return gates_refuse(l, at, "%s is a text", key);
    *out = text_at(l, at);
    return **out ? TD_OK : gates_refuse(l, at, "%s is empty", key);
}

static enum td_code take_count(struct loader *l, uint32_t at, const char *key,
                               uint64_t max, uint64_t *out)
{
    const struct td_json_value *v = &l->r.doc->json.values[at];
    const char *text = scalar_at(l, at);

    if (v->kind != TD_JSON_NUMBER || (v->flags & TD_JSON_NOT_INT) ||
        *text == '-' || strlen(text) > 18)
        return gates_refuse(l, at, "%s is a whole number", key);
    *out = strtoull(text, NULL, 10);
    return *out <= max ? TD_OK
                       : gates_refuse(l, at, "%s is at most %llu", key,
                                      (unsigned long long)max);
}

/* A text, or a list of them. */
static enum td_code take_words(struct loader *l, uint32_t at, const char *key,
                               struct verdict_words *out)
{
    const struct td_json_value *v = l->r.doc->json.values;
    uint32_t count = v[at].kind == TD_JSON_ARRAY ? v[at].count : 1;
    uint32_t i = v[at].kind == TD_JSON_ARRAY ? at + 1 : at;

    if (count > GATES_WORDS_MAX)
        return gates_refuse(l, at, "%s has more than %d entries", key,
                            GATES_WORDS_MAX);
    out->list =
        td_arena_alloc(&l->file->arena, (count + 1) * sizeof(*out->list));
    for (out->len = 0; out->len < count; out->len++, i = v[i].next) {
        if (v[i].kind != TD_JSON_STRING)
            return gates_refuse(l, i, "%s is a text or a list of texts", key);
        out->list[out->len] = text_at(l, i);
    }
    return TD_OK;
}

static const char *const kinds[] = {
#define KIND_TEXT(name, text) text,
    VERDICT_KINDS(KIND_TEXT)
#undef KIND_TEXT
        NULL};

/* Which of the words value at is; -1: none, and the error says so. */
static int take_choice(struct loader *l, uint32_t at, const char *key,
                       const char *const *words)
{
    const char *word = scalar_at(l, at);

    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], word))
            return i;
    }
    (void)gates_refuse(l, at, "\"%.60s\" is no %s", word, key);
    (void)gates_meant(l, word, words);
    return -1;
}

static enum td_code read_kind(void *self, uint32_t at)
{
    struct loader *l = self;
    int kind = take_choice(l, at, "kind of gate", kinds);

    l->check->kind = (enum verdict_kind)(kind < 0 ? 0 : kind);
    return kind < 0 ? TD_USAGE : TD_OK;
}

static enum td_code check_signs(struct loader *l, uint32_t at, const char *key,
                                const char *text)
{
    const struct td_bytes sign = gates_shell_sign(text);
    const bool lines = sign.len > 0 && *sign.ptr == '\n';

    if (sign.len == 0)
        return TD_OK;
    (void)gates_refuse(l, at, "%s is run without a shell, and has %.*s in it",
                       key, lines ? 60 : (int)(sign.len < 60 ? sign.len : 60),
                       lines ? "more than one line" : (const char *)sign.ptr);
    return td_error_hint(l->r.err,
                         lines ? "add shell: true, or make it one line, "
                                 "as run: >- does"
                               : "add shell: true, or put it into "
                                 "quotes if the program is to have it");
}

static enum td_code check_program(struct loader *l, uint32_t at,
                                  const char *key,
                                  const struct verdict_words *words)
{
    if (words->len == 0)
        return gates_refuse(l, at, "%s is an empty command", key);
    if (!*words->list[0])
        return gates_refuse(l, at, "the program of %s is an empty text", key);
    return TD_OK;
}

static enum td_code take_command(struct loader *l, uint32_t at, const char *key,
                                 struct verdict_words *out)
{
    const char *text = NULL;

    if (td_jsonx_is(l->r.doc, at, TD_JSON_ARRAY)) {
        enum td_code code = take_words(l, at, key, out);

        return code ? code : check_program(l, at, key, out);
    }
    if (take_text(l, at, key, &text))
        return TD_USAGE;
    if (l->check->shell && !text[strspn(text, " \t\r\n")])
        return gates_refuse(l, at, "%s is an empty command", key);
    if (l->check->shell) {
        out->list = td_arena_alloc(&l->file->arena, sizeof(*out->list));
        out->list[out->len++] = text;
        return TD_OK;
    }
    if (!gates_split(&l->file->arena, text, out))
        return gates_refuse(l, at, "a quote in %s is not closed", key);
    if (check_program(l, at, key, out))
        return TD_USAGE;
    return check_signs(l, at, key, text);
}

static enum td_code read_shell(void *self, uint32_t at)
{
    struct loader *l = self;

    return td_jsonx_flag(l->r.doc, at, "shell", &l->check->shell, l->r.err);
}

static enum td_code read_run(void *self, uint32_t at)
{
    return take_command(self, at, "run", &((struct loader *)self)->check->run);
}

static enum td_code read_a(void *self, uint32_t at)
{
    return take_command(self, at, "a", &((struct loader *)self)->check->a);
}

static enum td_code read_b(void *self, uint32_t at)
{
    return take_command(self, at, "b", &((struct loader *)self)->check->b);
}

static enum td_code read_dir(void *self, uint32_t at)
{
    return take_text(self, at, "dir", &((struct loader *)self)->check->dir);
}

static enum td_code read_tape(void *self, uint32_t at)
{
    return take_text(self, at, "tape", &((struct loader *)self)->check->tape);
}

static enum td_code read_contract(void *self, uint32_t at)
{
    return take_text(self, at, "contract",
                     &((struct loader *)self)->check->contract);
}

static enum td_code read_env(void *self, uint32_t at)
{
    struct loader *l = self;
    const struct td_json_value *v = l->r.doc->json.values;
    struct verdict_words *env = &l->check->env;

    if (v[at].kind != TD_JSON_OBJECT)
        return gates_refuse(l, at, "env is an object: NAME and value");
    env->list =
        td_arena_alloc(&l->file->arena, (v[at].count + 1) * sizeof(*env->list));
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        const char *name = text_at(l, key);

        if (!*name || strchr(name, '='))
            return gates_refuse(l, key, "\"%.60s\" is no name of a variable",
                                name);
        if (v[key + 1].count || v[key + 1].kind == TD_JSON_OBJECT ||
            v[key + 1].kind == TD_JSON_ARRAY)
            return gates_refuse(l, key + 1, "a variable is a text");
        env->list[env->len++] = td_arena_print(&l->file->arena, "%s=%s", name,
                                               scalar_at(l, key + 1));
    }
    return TD_OK;
}

static enum td_code read_timeout(void *self, uint32_t at)
{
    struct loader *l = self;
    const char *text = scalar_at(l, at);

    if (td_duration_parse(text, &l->check->timeout_ns) == TD_OK &&
        l->check->timeout_ns > 0)
        return TD_OK;
    (void)gates_refuse(l, at, "\"%.60s\" is no time", text);
    return td_error_hint(l->r.err, "write it as 90s, 10m or 1h");
}

static enum td_code read_pool(void *self, uint32_t at)
{
    static const char *const pools[] = {"cpu", "exclusive", NULL};
    struct loader *l = self;
    int pool = take_choice(l, at, "pool", pools);

    l->check->pool = pool > 0 ? GATES_EXCLUSIVE : GATES_CPU;
    return pool < 0 ? TD_USAGE : TD_OK;
}

static enum td_code read_unmeasured(void *self, uint32_t at)
{
    static const char *const words[] = {"tell", "warn", "fail", NULL};
    struct loader *l = self;
    int choice = take_choice(l, at, "way to treat unmeasured source", words);

    l->check->unmeasured = (enum gates_unmeasured)(choice < 0 ? 0 : choice);
    return choice < 0 ? TD_USAGE : TD_OK;
}

#define WORDS_READER(name)                                                     \
    static enum td_code read_##name(void *self, uint32_t at)                   \
    {                                                                          \
        struct loader *l = self;                                               \
                                                                               \
        return take_words(l, at, #name, &l->check->name);                      \
    }

WORDS_READER(needs)
WORDS_READER(newer_than)
WORDS_READER(roots)
WORDS_READER(include)
WORDS_READER(exclude)

#define COUNT_READER(name, max)                                                \
    static enum td_code read_##name(void *self, uint32_t at)                   \
    {                                                                          \
        struct loader *l = self;                                               \
                                                                               \
        return take_count(l, at, #name, max, &l->check->name);                 \
    }

COUNT_READER(min, UINT32_MAX)
COUNT_READER(must_see, UINT32_MAX)
COUNT_READER(blocks, GATES_BLOCKS_MAX)

#define FLAG_READER(name)                                                      \
    static enum td_code read_##name(void *self, uint32_t at)                   \
    {                                                                          \
        struct loader *l = self;                                               \
                                                                               \
        return td_jsonx_flag(l->r.doc, at, #name, &l->check->name, l->r.err);  \
    }

FLAG_READER(allow_empty)
FLAG_READER(whitespace)

/* A key of `reads` names a reader of the gate's kind. */
static enum td_code check_format(struct loader *l, uint32_t key,
                                 const char *name)
{
    const struct read_format *format = read_find(name);
    const char *known[64] = {0};
    size_t len = 0;

    if (format && format->kind == l->check->kind)
        return TD_OK;
    for (size_t i = 0; read_formats[i] && len < 63; i++) {
        if (read_formats[i]->kind == l->check->kind)
            known[len++] = read_formats[i]->name;
    }
    if (format)
        (void)gates_refuse(l, key, "%s is not about %s", name,
                           kinds[l->check->kind]);
    else
        (void)gates_refuse(l, key, "no reader is called \"%.60s\"", name);
    return gates_meant(l, name, known);
}

static enum td_code read_reads(void *self, uint32_t at)
{
    struct loader *l = self;
    const struct td_json_value *v = l->r.doc->json.values;
    size_t room = 0;

    if (v[at].kind != TD_JSON_OBJECT || v[at].count == 0)
        return gates_refuse(l, at, "reads is an object: format and files");
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next)
        room += v[key + 1].kind == TD_JSON_ARRAY ? v[key + 1].count : 1;
    l->check->inputs = td_arena_alloc(&l->file->arena,
                                      (room + 1) * sizeof(struct gates_input));
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        struct verdict_words globs;
        const char *format = text_at(l, key);

        if (check_format(l, key, format) ||
            take_words(l, key + 1, "reads", &globs))
            return TD_USAGE;
        for (size_t i = 0; i < globs.len; i++)
            l->check->inputs[l->check->inputs_len++] =
                (struct gates_input){format, globs.list[i]};
    }
    return TD_OK;
}

static enum td_code take_statuses(struct loader *l, uint32_t at,
                                  struct gates_exits *out)
{
    const struct td_json_value *v = l->r.doc->json.values;
    uint64_t status = 0;

    if (v[at].kind != TD_JSON_ARRAY || v[at].count == 0)
        return gates_refuse(l, at, "exits are lists, as [0, 1]");
    out->list = td_arena_alloc(&l->file->arena, v[at].count * sizeof(int));
    for (uint32_t i = at + 1; i < v[at].next; i = v[i].next) {
        if (take_count(l, i, "an exit status", 255, &status))
            return TD_USAGE;
        out->list[out->len++] = (int)status;
    }
    return TD_OK;
}

static enum td_code read_clean(void *self, uint32_t at)
{
    struct loader *l = self;

    return take_statuses(l, at, &l->check->clean);
}

static enum td_code read_found(void *self, uint32_t at)
{
    struct loader *l = self;

    return take_statuses(l, at, &l->check->found);
}

static enum td_code read_exits(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {
        {"clean", read_clean}, {"found", read_found}, {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "exits has"};
    struct loader *l = self;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return gates_refuse(l, at, "exits is an object: clean and found");
    return td_jsonx_read(&l->r, at, &shape, l);
}

static enum td_code read_times(void *self, uint32_t at)
{
    struct loader *l = self;

    return take_count(l, at, "times", GATES_TIMES_MAX, &l->check->retry_times);
}

static enum td_code read_known(void *self, uint32_t at)
{
    struct loader *l = self;

    return take_text(l, at, "known", &l->check->retry_known);
}

static enum td_code read_again(void *self, uint32_t at)
{
    return take_command(self, at, "run of retry",
                        &((struct loader *)self)->check->retry_run);
}

static enum td_code read_retry(void *self, uint32_t at)
{
    static const struct td_jsonx_key keys[] = {{"times", read_times},
                                               {"known", read_known},
                                               {"run", read_again},
                                               {NULL, NULL}};
    static const struct td_jsonx_shape shape = {keys, "retry has"};
    struct loader *l = self;

    if (!td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT))
        return gates_refuse(l, at, "retry is an object: times and known");
    if (td_jsonx_read(&l->r, at, &shape, l))
        return TD_USAGE;
    if (l->check->retry_run.len == 0 || l->check->retry_times > 0)
        return TD_OK;
    (void)gates_refuse(l, at, "retry has a command and is never tried");
    return td_error_hint(l->r.err, "add times: 2");
}

static enum td_code refuse_measure(struct loader *l, uint32_t key,
                                   const char *name)
{
    const struct gates_measure *m = gates_measures(l->check->kind);
    const char *known[16] = {0};
    size_t len = 0;

    for (; m->name && len < 15; m++)
        known[len++] = m->name;
    (void)gates_refuse(l, key, "%s has no measure \"%.60s\"",
                       kinds[l->check->kind], name);
    return gates_meant(l, name, known);
}

static enum td_code read_limit(struct loader *l, uint32_t key, bool warns)
{
    struct gates_limit *limit = &l->check->limits[l->check->limits_len];
    const struct gates_measure *m;
    const char *wrong;

    limit->measure = text_at(l, key);
    limit->text = scalar_at(l, key + 1);
    limit->warns = warns;
    m = gates_measure(l->check->kind, limit->measure);
    if (!m)
        return refuse_measure(l, key, limit->measure);
    wrong = gates_limit_read(limit, m, limit->text);
    if (wrong)
        return gates_refuse(l, key + 1, "%s", wrong);
    if (l->check->kind == VERDICT_PERFORMANCE && limit->op == GATES_AT_LEAST)
        return gates_refuse(l, key + 1, "%s is limited from above: write %.40s",
                            limit->measure,
                            limit->text + 2 + strspn(limit->text + 2, " "));
    l->check->limits_len++;
    return TD_OK;
}

static enum td_code read_limits(struct loader *l, uint32_t at, bool warns)
{
    const struct td_json_value *v = l->r.doc->json.values;
    struct gates_limit *more;

    if (v[at].kind != TD_JSON_OBJECT)
        return gates_refuse(l, at, "%s is an object: measure and limit",
                            warns ? "warn" : "fail");
    more = td_arena_alloc(&l->file->arena,
                          (l->check->limits_len + v[at].count + 1) *
                              sizeof(*more));
    if (l->check->limits_len > 0)
        memcpy(more, l->check->limits, l->check->limits_len * sizeof(*more));
    l->check->limits = more;
    for (uint32_t key = at + 1; key < v[at].next; key = v[key + 1].next) {
        if (read_limit(l, key, warns))
            return TD_USAGE;
    }
    return TD_OK;
}

static enum td_code read_fail(void *self, uint32_t at)
{
    return read_limits(self, at, false);
}

static enum td_code read_warn(void *self, uint32_t at)
{
    return read_limits(self, at, true);
}

/* shell before run, kind before what depends on it. */
static const struct td_jsonx_key keys[] = {
    {"kind", read_kind},
    {"shell", read_shell},
    {"run", read_run},
    {"dir", read_dir},
    {"env", read_env},
    {"timeout", read_timeout},
    {"needs", read_needs},
    {"pool", read_pool},
    {"reads", read_reads},
    {"newer_than", read_newer_than},
    {"roots", read_roots},
    {"include", read_include},
    {"exclude", read_exclude},
    {"unmeasured", read_unmeasured},
    {"whitespace", read_whitespace},
    {"min", read_min},
    {"allow_empty", read_allow_empty},
    {"must_see", read_must_see},
    {"exits", read_exits},
    {"retry", read_retry},
    {"fail", read_fail},
    {"warn", read_warn},
    {"a", read_a},
    {"b", read_b},
    {"blocks", read_blocks},
    {"tape", read_tape},
    {"contract", read_contract},
    {NULL, NULL},
};

const struct td_jsonx_shape gates_check_shape = {keys, "a gate has"};

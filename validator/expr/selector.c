#include "validator/expr/selector.h"

#include "core/alternatives.h"
#include "core/mem.h"
#include "core/suggest.h"
#include "validator/expr/compiler.h"
#include "validator/expr/expr.h"

#include <ctype.h>
#include <stdlib.h>

#define CHOICES_MAX 64   /* that one list has */
#define ALL_MAX     1000 /* of one text, with those of its sets */
#define SETS_MAX    16   /* sets within sets */

struct choice {
    bool any;
    uint32_t event;
    struct check_selector *set; /* or NULL: instead of the two */
    struct check_expr *filter;  /* or NULL */
    size_t from;                /* where it stands in the text that is read */
    size_t to;
};

/* A message of one of the choices, unless `except` matches it. */
struct check_selector {
    struct choice *choices;
    uint32_t len;
    struct check_selector *except; /* or NULL */
    char *text;
    size_t from; /* of `text` in what was read */
};

static enum td_code load(struct expr_reader *r, struct check_selector **out,
                         uint32_t *field);

static struct check_selector *new_selector(void)
{
    return td_calloc(1, sizeof(struct check_selector));
}

/* Selectors are as deep as SETS_MAX and exceptions allow. */
/* NOLINTBEGIN(misc-no-recursion) */
void check_selector_free(struct check_selector *selector)
{
    if (!selector)
        return;
    for (uint32_t i = 0; i < selector->len; i++) {
        check_selector_free(selector->choices[i].set);
        check_expr_free(selector->choices[i].filter);
    }
    check_selector_free(selector->except);
    free(selector->choices);
    free(selector->text);
    free(selector);
}
/* NOLINTEND(misc-no-recursion) */

static struct choice *add_choice(struct check_selector *s)
{
    s->choices = td_realloc(s->choices, (s->len + 1) * sizeof(*s->choices));
    s->choices[s->len] = (struct choice){0};
    return &s->choices[s->len++];
}

static void choose_event(struct choice *c, struct check_words *words,
                         struct td_bytes name)
{
    c->any = td_bytes_is(name, "*");
    if (!c->any)
        c->event = check_event_add(words, name);
}

struct check_selector *expr_selector_of_event(struct check_words *words,
                                              struct td_bytes name)
{
    struct check_selector *s = new_selector();

    choose_event(add_choice(s), words, name);
    s->text = td_strndup(name.ptr, name.len);
    return s;
}

/* What an exception takes away is kept: too many events are no harm. */
/* NOLINTNEXTLINE(misc-no-recursion) */
void expr_selector_widen(struct check_selector **all,
                         const struct check_selector *more)
{
    if (!*all) {
        *all = new_selector();
        (*all)->text = td_strdup("");
    }
    for (uint32_t i = 0; i < more->len; i++) {
        struct choice *c;

        if (more->choices[i].set) {
            expr_selector_widen(all, more->choices[i].set);
            continue;
        }
        c = add_choice(*all);
        c->any = more->choices[i].any;
        c->event = more->choices[i].event;
    }
}

/* Names are longer words here than in expressions: job:done, a-b, a.b. */
static size_t bare_length(const struct expr_reader *r)
{
    size_t pos = r->pos;

    if (pos < r->text.len && r->text.ptr[pos] == '*')
        return 1;
    while (pos < r->text.len && r->text.ptr[pos] > ' ' &&
           !strchr("[]|{}(),'\"?+*", r->text.ptr[pos]))
        pos++;
    return pos - r->pos;
}

/* The length of the event's name in NAME.FIELD: the longest that the contract
 * knows, else all up to the first dot.
 */
static size_t split_name(const struct check_words *words, struct td_bytes text)
{
    size_t first = text.len;

    for (size_t i = text.len - 1; i > 0; i--) {
        if (text.ptr[i] != '.')
            continue;
        first = i;
        if (check_event_find(words, td_bytes(text.ptr, i)) != CHECK_NO_EVENT)
            return i;
    }
    return first;
}

static enum td_code no_name(const struct expr_reader *r)
{
    struct expr_token t = expr_peek(r);

    if (t.kind == EXPR_BAD)
        return expr_unexpected(r, &t, "the name of an event");
    return expr_fail(r, t.from, "an event has no name");
}

/* In an expression of a contract that lists its events, others are mistakes. */
static enum td_code check_known(const struct expr_reader *r, size_t from,
                                struct td_bytes name)
{
    if (!r->expr || r->env->events == 0 || td_bytes_is(name, "*") ||
        check_event_find(r->env->words, name) < r->env->events)
        return TD_OK;
    return expr_fail(r, from, "there is no event \"%.*s\" in this contract",
                     (int)(name.len < 80 ? name.len : 80),
                     (const char *)name.ptr);
}

static enum td_code read_quoted(struct expr_reader *r,
                                const struct expr_token *t, struct choice *c)
{
    struct td_buf name = {0};
    enum td_code code = expr_string(r, t, &name);

    expr_take(r, t);
    if (code == TD_OK && name.len == 0)
        code = expr_fail(r, t->from, "an event has no name");
    if (code == TD_OK)
        code = check_known(r, t->from, td_buf_bytes(&name));
    if (code == TD_OK)
        c->event = check_event_add(r->env->words, td_buf_bytes(&name));
    td_buf_release(&name);
    return code;
}

static enum td_code read_name(struct expr_reader *r, struct choice *c,
                              bool with_field)
{
    struct expr_token t = expr_peek(r);
    struct td_bytes name;
    enum td_code code;

    if (t.kind == EXPR_STRING)
        return read_quoted(r, &t, c);
    r->pos = t.from;
    name = td_bytes(r->text.ptr + r->pos, bare_length(r));
    if (name.len == 0)
        return no_name(r);
    if (with_field && !td_bytes_is(name, "*"))
        name.len = split_name(r->env->words, name);
    code = check_known(r, t.from, name);
    if (code)
        return code;
    choose_event(c, r->env->words, name);
    r->pos += name.len;
    return TD_OK;
}

bool expr_is_set(const struct expr_reader *r)
{
    size_t from = expr_peek(r).from;

    return from < r->text.len && r->text.ptr[from] == '@';
}

/* The length of the name of a set. */
static size_t set_length(const struct expr_reader *r)
{
    size_t pos = r->pos;

    while (pos < r->text.len &&
           (isalnum(r->text.ptr[pos]) || r->text.ptr[pos] == '_' ||
            r->text.ptr[pos] == '-'))
        pos++;
    return pos - r->pos;
}

static enum td_code no_set(const struct expr_reader *r, size_t from,
                           struct td_bytes name)
{
    const struct check_words *words = r->env->words;
    char *word = td_strndup(name.ptr, name.len);
    struct td_suggestion near = {.word = word};

    (void)expr_fail(r, from, "there is no set \"@%.80s\"", word);
    for (uint32_t i = 0; i < check_set_count(words); i++)
        td_suggest(&near, (const char *)check_set_name(words, i).ptr);
    free(word);
    if (near.best)
        return td_error_hint(r->err, "did you mean @%s?", near.best);
    return td_error_hint(r->err, "name it under sets; an event of this name is "
                                 "quoted");
}

/* What the contract says of a set, which is next. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code read_set(struct expr_reader *r, struct choice *c)
{
    struct check_env env = *r->env;
    const struct check_set *set;
    struct expr_reader inner;
    struct td_bytes name;
    enum td_code code;

    r->pos = expr_peek(r).from + 1;
    name = expr_slice(r, r->pos, r->pos + set_length(r));
    set = check_set_find(env.words, name);
    if (!set)
        return no_set(r, r->pos - 1, name);
    if (r->sets == SETS_MAX)
        return expr_limit(r, "sets within sets more than 16 deep, or one "
                             "within itself");
    r->pos += name.len;
    env.doc = set->doc;
    code = expr_open(&inner, &env, set->at, "a set is a selector: A|B", r->err);
    if (code)
        return code;
    inner.choices = r->choices;
    inner.sets = r->sets + 1;
    code = load(&inner, &c->set, NULL);
    r->choices = inner.choices;
    expr_close(&inner);
    return code;
}

/* [FILTER], if there is one. */
static enum td_code read_filter(struct expr_reader *r, struct choice *c)
{
    enum td_code code;

    if (!expr_accept(r, '['))
        return TD_OK;
    code = expr_read_filter(r, &c->filter);
    return code ? code : expr_expect(r, ']', "a filter");
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code read_choice(struct expr_reader *r, struct choice *c,
                                bool with_field)
{
    enum td_code code;

    if (r->choices++ == ALL_MAX)
        return expr_limit(r, "more than 1000 alternatives, with those of sets");
    c->from = expr_peek(r).from;
    code = expr_is_set(r) ? read_set(r, c) : read_name(r, c, with_field);
    if (code == TD_OK)
        code = read_filter(r, c);
    c->to = r->pos;
    return code;
}

/* The selector that was read from `from` to here; freed on an error. */
static enum td_code finish(struct expr_reader *r, struct check_selector *s,
                           size_t from, enum td_code code,
                           struct check_selector **out)
{
    if (code) {
        check_selector_free(s);
        return code;
    }
    s->text = td_strndup(r->text.ptr + from, r->pos - from);
    s->from = from;
    *out = s;
    return TD_OK;
}

/* A|B */
/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code read_list(struct expr_reader *r, struct check_selector *s)
{
    enum td_code code;

    do {
        if (s->len == CHOICES_MAX)
            code = expr_limit(r, "more than 64 alternatives");
        else
            code = read_choice(r, add_choice(s), false);
    } while (code == TD_OK && expr_accept(r, '|'));
    return code;
}

/* What a complement is not: A, or (A|B); without `one` also A|B. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code read_except(struct expr_reader *r, struct check_selector *s,
                                bool one)
{
    enum td_code code;

    s->except = new_selector();
    if (expr_accept(r, '(')) {
        code = read_list(r, s->except);
        return code ? code : expr_expect(r, ')', "the events");
    }
    return one ? read_choice(r, add_choice(s->except), false)
               : read_list(r, s->except);
}

enum td_code expr_read_set(struct expr_reader *r, struct check_selector **out)
{
    struct check_selector *s = new_selector();
    size_t from = expr_peek(r).from;
    enum td_code code = read_set(r, add_choice(s));

    return finish(r, s, from, code, out);
}

/* !A is any event but A: the sign was stepped over. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code read_complement(struct expr_reader *r,
                                    struct check_selector *s, bool one)
{
    add_choice(s)->any = true;
    return read_except(r, s, one);
}

/* NOLINTNEXTLINE(misc-no-recursion) */
enum td_code expr_read_selector(struct expr_reader *r,
                                struct check_selector **out)
{
    struct check_selector *s = new_selector();
    size_t from = expr_peek(r).from;
    struct expr_token t;
    enum td_code code;

    if (expr_accept(r, '!')) {
        code = read_complement(r, s, false);
        return finish(r, s, from, code, out);
    }
    code = read_list(r, s);
    t = expr_peek(r);
    if (code == TD_OK && t.kind == EXPR_NAME && expr_is(r, &t, "except")) {
        expr_take(r, &t);
        code = read_except(r, s, false);
    }
    return finish(r, s, from, code, out);
}

enum td_code expr_read_one(struct expr_reader *r, struct check_selector **out)
{
    struct check_selector *s = new_selector();
    size_t from = expr_peek(r).from;
    struct choice *c;
    enum td_code code = TD_OK;

    if (expr_accept(r, '!')) {
        code = read_complement(r, s, true);
        return finish(r, s, from, code, out);
    }
    c = add_choice(s);
    r->pos = from;
    c->any = bare_length(r) == 1 && r->text.ptr[from] == '.';
    r->pos += c->any;
    if (!c->any)
        code = read_choice(r, c, false);
    else
        code = read_filter(r, c);
    return finish(r, s, from, code, out);
}

/* The dotted path behind the point that is next. */
static enum td_code read_field(struct expr_reader *r, uint32_t *field)
{
    size_t from = r->pos;
    size_t len;

    *field = CHECK_NO_VALUE;
    if (expr_accept(r, '.')) {
        len = bare_length(r);
        if (len > 0 && r->text.ptr[r->pos] != '/')
            *field = check_field_read(r->env->words,
                                      expr_slice(r, r->pos, r->pos + len));
        r->pos += len;
    }
    if (*field != CHECK_NO_VALUE)
        return TD_OK;
    return expr_fail(r, from, "expected EVENT.FIELD, like progress.percent");
}

/* NOLINTNEXTLINE(misc-no-recursion) */
enum td_code expr_read_selector_field(struct expr_reader *r,
                                      struct check_selector **out,
                                      uint32_t *field)
{
    struct check_selector *s = new_selector();
    size_t from = expr_peek(r).from;
    enum td_code code = read_choice(r, add_choice(s), true);
    struct check_selector *made = NULL;

    code = finish(r, s, from, code, &made);
    if (code)
        return code;
    code = read_field(r, field);
    if (code)
        check_selector_free(made);
    else
        *out = made;
    return code;
}

/* Nothing may follow. */
static enum td_code check_end(const struct expr_reader *r)
{
    struct expr_token t = expr_peek(r);

    if (t.kind == EXPR_END)
        return TD_OK;
    return expr_unexpected(r, &t, "the end of the selector");
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static enum td_code load(struct expr_reader *r, struct check_selector **out,
                         uint32_t *field)
{
    struct check_selector *s = NULL;
    enum td_code code = field ? expr_read_selector_field(r, &s, field)
                              : expr_read_selector(r, &s);

    if (code == TD_OK)
        code = check_end(r);
    if (code)
        check_selector_free(s);
    else
        *out = s;
    return code;
}

enum td_code check_selector_load(struct check_selector **out,
                                 struct check_words *words,
                                 const struct td_jsonx *doc, uint32_t at,
                                 struct td_error *err)
{
    struct check_env env = {.words = words, .doc = doc, .events = UINT32_MAX};
    struct expr_reader r;
    enum td_code code =
        expr_open(&r, &env, at, "an event is named by text", err);

    if (code)
        return code;
    code = load(&r, out, NULL);
    expr_close(&r);
    return code;
}

enum td_code check_selector_load_field(struct check_selector **out,
                                       uint32_t *field,
                                       struct check_words *words,
                                       const struct td_jsonx *doc, uint32_t at,
                                       struct td_error *err)
{
    struct check_env env = {.words = words, .doc = doc, .events = UINT32_MAX};
    struct expr_reader r;
    enum td_code code = expr_open(
        &r, &env, at, "expected EVENT.FIELD, like progress.percent", err);

    if (code)
        return code;
    code = load(&r, out, field);
    expr_close(&r);
    return code;
}

/* NOLINTBEGIN(misc-no-recursion) */
static bool choice_may_match(const struct choice *c, uint32_t event)
{
    if (c->set)
        return check_selector_may_match(c->set, event);
    return c->any || c->event == event;
}

bool check_selector_may_match(const struct check_selector *selector,
                              uint32_t event)
{
    if (selector->except && check_selector_is_sure(selector->except, event))
        return false;
    for (uint32_t i = 0; i < selector->len; i++) {
        if (choice_may_match(&selector->choices[i], event))
            return true;
    }
    return false;
}

bool check_selector_is_sure(const struct check_selector *selector,
                            uint32_t event)
{
    if (selector->except && check_selector_may_match(selector->except, event))
        return false;
    for (uint32_t i = 0; i < selector->len; i++) {
        const struct choice *c = &selector->choices[i];

        if (!c->filter && (c->set ? check_selector_is_sure(c->set, event)
                                  : c->any || c->event == event))
            return true;
    }
    return false;
}

bool check_selector_matches(const struct check_selector *selector,
                            struct check_eval *eval,
                            const struct check_message *m)
{
    for (uint32_t i = 0; i < selector->len; i++) {
        const struct choice *c = &selector->choices[i];

        if ((c->set ? check_selector_matches(c->set, eval, m)
                    : c->any || c->event == m->event) &&
            (!c->filter || check_expr_test(c->filter, eval) == CHECK_YES))
            return !selector->except ||
                   !check_selector_matches(selector->except, eval, m);
    }
    return false;
}
/* NOLINTEND(misc-no-recursion) */

void check_selector_say(const struct check_selector *selector,
                        struct td_buf *out, struct td_bytes came)
{
    struct td_alternatives all = {.near = came};

    for (uint32_t i = 0; i < selector->len; i++) {
        const struct choice *c = &selector->choices[i];

        td_alternatives_add(&all,
                            td_bytes(selector->text + c->from - selector->from,
                                     c->to - c->from));
    }
    if (selector->except || all.len <= TD_ALTERNATIVES)
        (void)td_buf_addf(out, *selector->text == '"' ? "%s" : "\"%s\"",
                          selector->text);
    else
        td_alternatives_say(&all, out, "\"", " or ");
}

const char *check_selector_text(const struct check_selector *selector)
{
    return selector->text;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as SETS_MAX */
enum check_fixed check_selector_fixed(const struct check_selector *selector)
{
    enum check_fixed found = CHECK_VARIES;

    for (uint32_t i = 0; i < selector->len && found == CHECK_VARIES; i++) {
        const struct choice *c = &selector->choices[i];

        if (c->filter)
            found = check_expr_fixed(c->filter);
        if (found == CHECK_VARIES && c->set)
            found = check_selector_fixed(c->set);
    }
    return found;
}

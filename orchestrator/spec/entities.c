#include "orchestrator/spec/entities.h"

#include "core/suggest.h"

#include <stdio.h>
#include <string.h>

/* Where the reading stands. */
struct cursor {
    struct td_bytes text;
    size_t at;
    struct td_arena *arena;
    struct td_error *err;
};

static const struct {
    const char *word;
    enum spec_field_type type;
} type_words[] = {
    {"text", SPEC_TEXT},   {"integer", SPEC_INTEGER}, {"number", SPEC_NUMBER},
    {"money", SPEC_MONEY}, {"bool", SPEC_BOOL},       {"date", SPEC_DATE},
    {"email", SPEC_EMAIL}, {"url", SPEC_URL},         {"string", SPEC_TEXT},
    {"int", SPEC_INTEGER}, {"float", SPEC_NUMBER},    {"decimal", SPEC_NUMBER},
    {"price", SPEC_MONEY}, {"boolean", SPEC_BOOL},
};

const char *spec_field_type_word(enum spec_field_type type)
{
    return type_words[type].word;
}

static enum td_code refuse(struct cursor *c, size_t at, const char *text,
                           const char *hint)
{
    char where[32];

    (void)snprintf(where, sizeof(where), "data:%zu", at + 1);
    (void)td_error_set(c->err, TD_USAGE, where, 0, "%s", text);
    return td_error_hint(c->err, "%s", hint);
}

/* Where what is not white space goes on. */
static size_t skip_space(struct cursor *c)
{
    while (c->at < c->text.len && c->text.ptr[c->at] <= ' ')
        c->at++;
    return c->at;
}

static int peek(struct cursor *c)
{
    return skip_space(c) < c->text.len ? c->text.ptr[c->at] : -1;
}

static bool take(struct cursor *c, char wanted)
{
    if (peek(c) != wanted)
        return false;
    c->at++;
    return true;
}

static bool in_name(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
}

/* The name at the cursor in small letters; NULL with *err set. */
static const char *take_name(struct cursor *c, const char *what)
{
    size_t from = skip_space(c);
    char text[80];
    char *name;

    while (c->at < c->text.len && in_name(c->text.ptr[c->at]))
        c->at++;
    (void)snprintf(text, sizeof(text), "here belongs the name of %s", what);
    if (c->at == from || c->at - from > SPEC_NAME_MAX ||
        (c->text.ptr[from] >= '0' && c->text.ptr[from] <= '9') ||
        c->text.ptr[from] == '_') {
        (void)refuse(c, from, text,
                     "a letter, then letters, digits and _, 32 at most; as "
                     "wine(name: text), order(total: money)");
        return NULL;
    }
    name = td_arena_text(c->arena, td_bytes(c->text.ptr + from, c->at - from));
    for (char *p = name; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 'a' - 'A');
    return name;
}

static enum td_code refuse_type(struct cursor *c, size_t at, const char *word)
{
    struct td_suggestion near = {.word = word};
    char text[120];
    char hint[120];

    for (size_t i = 0; i < sizeof(type_words) / sizeof(type_words[0]); i++)
        td_suggest(&near, type_words[i].word);
    (void)snprintf(text, sizeof(text), "no type \"%s\"", word);
    if (near.best)
        (void)snprintf(hint, sizeof(hint), "did you mean %s?", near.best);
    return refuse(c, at, text,
                  near.best ? hint
                            : "there are text, integer, number, money, bool, "
                              "date, email and url");
}

static bool is_number_type(enum spec_field_type type)
{
    return type == SPEC_INTEGER || type == SPEC_NUMBER || type == SPEC_MONEY;
}

static void set_bounds(struct spec_field *field)
{
    field->least = 0;
    field->most = 0;
    if (field->type == SPEC_MONEY) {
        field->most = SPEC_NUMBER_MAX;
    } else if (is_number_type(field->type)) {
        field->least = -SPEC_NUMBER_MAX;
        field->most = SPEC_NUMBER_MAX;
    } else if (field->type == SPEC_TEXT) {
        field->least = !field->optional;
        field->most = 200;
    } else if (field->type == SPEC_EMAIL || field->type == SPEC_URL) {
        field->least = field->type == SPEC_EMAIL ? 3 : 8;
        field->most = field->type == SPEC_EMAIL ? 254 : 2000;
    }
}

/* A whole number; false if there is none, or it is too large to be exact. */
static bool take_number(struct cursor *c, int64_t *n)
{
    bool minus = take(c, '-');
    size_t from = c->at;

    *n = 0;
    while (c->at < c->text.len && c->text.ptr[c->at] >= '0' &&
           c->text.ptr[c->at] <= '9') {
        *n = *n * 10 + (c->text.ptr[c->at++] - '0');
        if (*n > SPEC_NUMBER_MAX)
            return false;
    }
    if (minus)
        *n = -*n;
    return c->at > from;
}

static enum td_code check_range(struct cursor *c, size_t at,
                                const struct spec_field *field)
{
    if (field->least > field->most)
        return refuse(c, at, "the range is empty",
                      "write the smaller number first, as 1..80");
    if (field->type == SPEC_TEXT &&
        (field->least < 0 || field->most > SPEC_TEXT_LONGEST ||
         field->most < 1))
        return refuse(c, at, "this is no length of a text",
                      "it is within 0..10000 characters, as 1..80");
    if (field->type == SPEC_MONEY && field->least < 0)
        return refuse(c, at, "money is never below 0 here",
                      "use integer for what may be");
    if (field->type != SPEC_TEXT && !is_number_type(field->type))
        return refuse(c, at, "this type takes no range",
                      "text, integer, number and money do");
    return TD_OK;
}

static enum td_code read_range(struct cursor *c, struct spec_field *field)
{
    size_t at = skip_space(c);

    if (!take_number(c, &field->least) || !take(c, '.') || !take(c, '.') ||
        !take_number(c, &field->most))
        return refuse(c, at, "this is no range",
                      "write two whole numbers below 2^53, as 1..80");
    field->ranged = true;
    return check_range(c, at, field);
}

static enum td_code read_word(struct cursor *c, struct spec_field *field)
{
    size_t at = skip_space(c);
    const char *word = take_name(c, "a type");

    if (!word)
        return TD_USAGE;
    if (strcmp(word, "optional") != 0)
        return refuse(c, at, "behind a type comes a range or the word optional",
                      "as wine(name: text 1..80, year: integer optional)");
    field->optional = true;
    if (!field->ranged)
        set_bounds(field);
    return TD_OK;
}

static enum td_code read_type(struct cursor *c, struct spec_field *field)
{
    size_t at = skip_space(c);
    const char *word = take_name(c, "a type");
    size_t i = 0;
    enum td_code code = TD_OK;

    if (!word)
        return TD_USAGE;
    while (i < sizeof(type_words) / sizeof(type_words[0]) &&
           strcmp(type_words[i].word, word) != 0)
        i++;
    if (i == sizeof(type_words) / sizeof(type_words[0]))
        return refuse_type(c, at, word);
    field->type = type_words[i].type;
    set_bounds(field);
    while (code == TD_OK && peek(c) >= 0 && peek(c) != ',' && peek(c) != ')' &&
           peek(c) != ';')
        code = peek(c) == '-' || (peek(c) >= '0' && peek(c) <= '9')
                   ? read_range(c, field)
                   : read_word(c, field);
    return code;
}

static enum td_code check_field(struct cursor *c, size_t at,
                                const struct spec_entity *entity)
{
    const char *name = entity->fields[entity->len].name;

    if (!strcmp(name, "id"))
        return refuse(c, at, "every entity has an id of its own",
                      "leave it away, or call this one otherwise");
    for (size_t i = 0; i < entity->len; i++)
        if (!strcmp(entity->fields[i].name, name))
            return refuse(c, at, "this entity has a field of that name already",
                          "give each field a name of its own");
    return TD_OK;
}

static enum td_code read_field(struct cursor *c, struct spec_entity *entity)
{
    struct spec_field *field = &entity->fields[entity->len];
    size_t at = skip_space(c);
    enum td_code code = TD_OK;

    if (entity->len == SPEC_FIELDS_MAX)
        return refuse(c, at, "more than 32 fields",
                      "put some of them into an entity of their own");
    field->name = take_name(c, "a field");
    if (!field->name)
        return TD_USAGE;
    set_bounds(field);
    code = check_field(c, at, entity);
    if (code == TD_OK && take(c, ':'))
        code = read_type(c, field);
    else
        entity->untyped = true;
    entity->len += code == TD_OK;
    return code;
}

static enum td_code read_fields(struct cursor *c, struct spec_entity *entity)
{
    enum td_code code;

    do
        code = read_field(c, entity);
    while (code == TD_OK && (take(c, ',') || take(c, ';')));
    if (code == TD_OK && !take(c, ')'))
        code = refuse(c, c->at, "a ) is missing",
                      "as wine(name: text), order(total: money)");
    return code;
}

static enum td_code check_entity(struct cursor *c, size_t at,
                                 const struct spec_entities *all)
{
    for (size_t i = 0; i < all->len; i++)
        if (!strcmp(all->list[i].name, all->list[all->len].name))
            return refuse(c, at, "there is an entity of that name already",
                          "give each entity a name of its own");
    return TD_OK;
}

static enum td_code read_entity(struct cursor *c, struct spec_entities *all)
{
    struct spec_entity *entity = &all->list[all->len];
    size_t at = skip_space(c);
    enum td_code code;

    if (all->len == SPEC_ENTITIES_MAX)
        return refuse(c, at, "more than 64 entities",
                      "make two specifications of it");
    entity->fields =
        td_arena_alloc(c->arena, SPEC_FIELDS_MAX * sizeof(*entity->fields));
    entity->name = take_name(c, "an entity");
    if (!entity->name)
        return TD_USAGE;
    code = check_entity(c, at, all);
    if (code == TD_OK && take(c, '(')) {
        code = read_fields(c, entity);
    } else if (code == TD_OK) {
        entity->bare = true;
        entity->fields[0].name = td_arena_copy(c->arena, "name");
        set_bounds(&entity->fields[0]);
        entity->len = 1;
    }
    all->len += code == TD_OK;
    return code;
}

enum td_code spec_entities_parse(struct spec_entities *out,
                                 struct td_arena *arena, struct td_bytes text,
                                 struct td_error *err)
{
    struct cursor c = {.text = text, .arena = arena, .err = err};
    enum td_code code;

    *out = (struct spec_entities){
        td_arena_alloc(arena, SPEC_ENTITIES_MAX * sizeof(*out->list)), 0};
    do
        code = read_entity(&c, out);
    while (code == TD_OK && (take(&c, ',') || take(&c, ';')));
    if (code == TD_OK && peek(&c) >= 0)
        code = refuse(&c, c.at, "here belongs a comma and the next entity",
                      "as wine(name: text), order(total: money)");
    return code;
}

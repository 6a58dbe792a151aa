#include "validator/message/vocabulary.h"

#include "core/mem.h"
#include "schema/value/name_table.h"
#include "schema/value/pointer.h"

#include <stdlib.h>
#include <string.h>

#define MEMOS       64   /* shapes that are remembered; a power of two */
#define MEMO_FIELDS 2048 /* fields of a contract that does so */
#define NOT_LOOKED  0    /* in a memo; else 2 + the place */

struct field {
    enum check_field_base base;
    struct td_bytes *tokens; /* of the pointer, unescaped; allocated */
    uint32_t len;
};

_Static_assert(CHECK_NO_EVENT == SCHEMA_NONE, "a name that is not there");

struct check_words {
    struct schema_table events;
    struct schema_table set_names;
    struct check_set *sets;
    struct schema_table paths; /* base as a byte, then the pointer */
    struct field *fields;
    char **texts; /* of fields, as people write them */
};

struct slot {
    uint32_t message; /* what `at` is true of */
    uint32_t at;
};

/* Where fields are in messages of one shape, which are all in the same place
 * (core/json_shape.h).
 */
struct memo {
    uint64_t shape;
    uint32_t at[2];
    uint32_t *places; /* by field */
};

struct check_field_cache {
    const struct check_words *words;
    const struct td_json_doc *doc;
    uint32_t at[2]; /* by enum check_field_base */
    uint32_t message;
    uint32_t *places;   /* of the memo for this message, or NULL */
    struct slot *slots; /* one a field, for messages of no known shape */
    struct memo *memos; /* NULL: too many fields */
};

struct check_words *check_words_new(void)
{
    return td_calloc(1, sizeof(struct check_words));
}

void check_words_free(struct check_words *words)
{
    if (!words)
        return;
    for (uint32_t i = 0; i < words->paths.len; i++) {
        for (uint32_t t = 0; t < words->fields[i].len; t++)
            free((void *)(uintptr_t)words->fields[i].tokens[t].ptr);
        free(words->fields[i].tokens);
        free(words->texts[i]);
    }
    free(words->fields);
    free(words->texts);
    free(words->sets);
    schema_table_release(&words->set_names);
    schema_table_release(&words->events);
    schema_table_release(&words->paths);
    free(words);
}

uint32_t check_event_add(struct check_words *words, struct td_bytes name)
{
    return schema_table_add(&words->events, name);
}

uint32_t check_event_find(const struct check_words *words, struct td_bytes name)
{
    return schema_table_find(&words->events, name);
}

uint32_t check_event_count(const struct check_words *words)
{
    return words->events.len;
}

struct td_bytes check_event_name(const struct check_words *words,
                                 uint32_t event)
{
    return words->events.keys[event].text;
}

bool check_set_add(struct check_words *words, struct td_bytes name,
                   struct check_set set)
{
    uint32_t len = words->set_names.len;

    if (schema_table_add(&words->set_names, name) < len)
        return false;
    words->sets = td_realloc(words->sets, (len + 1) * sizeof(*words->sets));
    words->sets[len] = set;
    return true;
}

const struct check_set *check_set_find(const struct check_words *words,
                                       struct td_bytes name)
{
    uint32_t i = schema_table_find(&words->set_names, name);

    return i == SCHEMA_NONE ? NULL : &words->sets[i];
}

uint32_t check_set_count(const struct check_words *words)
{
    return words->set_names.len;
}

struct td_bytes check_set_name(const struct check_words *words, uint32_t set)
{
    return words->set_names.keys[set].text;
}

static struct td_bytes unescape(struct td_bytes token)
{
    struct td_buf out = {0};

    for (size_t i = 0; i < token.len; i++) {
        bool escaped = token.ptr[i] == '~' && i + 1 < token.len;

        if (escaped)
            i++;
        (void)td_buf_add_byte(&out, !escaped              ? token.ptr[i]
                                    : token.ptr[i] == '1' ? '/'
                                                          : '~');
    }
    (void)td_buf_str(&out);
    return td_buf_bytes(&out);
}

/* A JSON Pointer into its tokens. */
static void split(struct field *f, struct td_bytes pointer)
{
    const uint8_t *end = pointer.ptr + pointer.len;
    const uint8_t *at = pointer.ptr;

    while (at < end) {
        const uint8_t *slash = memchr(at + 1, '/', (size_t)(end - at - 1));
        const uint8_t *stop = slash ? slash : end;

        f->tokens = td_realloc(f->tokens, (f->len + 1) * sizeof(*f->tokens));
        f->tokens[f->len++] =
            unescape(td_bytes(at + 1, (size_t)(stop - at - 1)));
        at = stop;
    }
}

/* a.b if that reads back as the same field, else the pointer. */
static char *spell(const struct field *f, struct td_bytes pointer)
{
    struct td_buf out = {0};
    bool dotted = f->base == CHECK_FIELD_DATA && f->len > 0;
    char *text;

    for (uint32_t t = 0; dotted && t < f->len; t++) {
        struct td_bytes token = f->tokens[t];

        dotted = token.len > 0 && !memchr(token.ptr, '.', token.len) &&
                 token.ptr[0] != '/';
        (void)td_buf_add_text(&out, t ? "." : "");
        (void)td_buf_add_bytes(&out, token);
    }
    if (!dotted) {
        td_buf_clear(&out);
        (void)td_buf_add_bytes(&out, pointer);
    }
    text = td_strdup(td_buf_str(&out));
    td_buf_release(&out);
    return text;
}

uint32_t check_field_add(struct check_words *words, enum check_field_base base,
                         struct td_bytes pointer)
{
    struct td_buf key = {0};
    uint32_t len = words->paths.len;
    uint32_t field;

    (void)td_buf_add_byte(&key, (uint8_t)('0' + base));
    (void)td_buf_add_bytes(&key, pointer);
    field = schema_table_add(&words->paths, td_buf_bytes(&key));
    td_buf_release(&key);
    if (field < len)
        return field;
    words->fields =
        td_realloc(words->fields, (len + 1) * sizeof(*words->fields));
    words->texts = td_realloc(words->texts, (len + 1) * sizeof(*words->texts));
    words->fields[field] = (struct field){.base = base};
    split(&words->fields[field], pointer);
    words->texts[field] = spell(&words->fields[field], pointer);
    return field;
}

uint32_t check_field_read(struct check_words *words, struct td_bytes text)
{
    struct td_buf pointer = {0};
    uint32_t field;

    if (text.len > 0 && text.ptr[0] == '/')
        return check_field_add(words, CHECK_FIELD_MESSAGE, text);
    for (size_t i = 0; i <= text.len; i++) {
        size_t from = i;

        while (i < text.len && text.ptr[i] != '.')
            i++;
        if (i == from) {
            td_buf_release(&pointer);
            return CHECK_NO_VALUE;
        }
        schema_pointer_token(&pointer, td_bytes(text.ptr + from, i - from));
    }
    field = check_field_add(words, CHECK_FIELD_DATA, td_buf_bytes(&pointer));
    td_buf_release(&pointer);
    return field;
}

uint32_t check_field_count(const struct check_words *words)
{
    return words->paths.len;
}

const char *check_field_text(const struct check_words *words, uint32_t field)
{
    return words->texts[field];
}

struct check_field_cache *check_field_cache_new(const struct check_words *words)
{
    struct check_field_cache *cache = td_calloc(1, sizeof(*cache));

    cache->words = words;
    cache->slots =
        td_calloc((size_t)words->paths.len + 1, sizeof(*cache->slots));
    if (words->paths.len <= MEMO_FIELDS)
        cache->memos = td_calloc(MEMOS, sizeof(*cache->memos));
    return cache;
}

void check_field_cache_free(struct check_field_cache *cache)
{
    if (!cache)
        return;
    for (uint32_t i = 0; cache->memos && i < MEMOS; i++)
        free(cache->memos[i].places);
    free(cache->memos);
    free(cache->slots);
    free(cache);
}

/* What is known of messages like this one. */
static uint32_t *find_places(struct check_field_cache *cache)
{
    struct memo *memo = &cache->memos[cache->doc->shape % MEMOS];
    size_t size = cache->words->paths.len * sizeof(*memo->places);

    if (memo->places && memo->shape == cache->doc->shape &&
        memo->at[0] == cache->at[0] && memo->at[1] == cache->at[1])
        return memo->places;
    if (!memo->places)
        memo->places = td_calloc(1, size + sizeof(*memo->places));
    memset(memo->places, NOT_LOOKED, size);
    memo->shape = cache->doc->shape;
    memo->at[0] = cache->at[0];
    memo->at[1] = cache->at[1];
    return memo->places;
}

void check_field_begin(struct check_field_cache *cache,
                       const struct check_message *m)
{
    cache->doc = m->doc;
    cache->at[CHECK_FIELD_DATA] = m->data;
    cache->at[CHECK_FIELD_MESSAGE] = m->at;
    cache->places =
        cache->memos && m->doc && m->doc->shape ? find_places(cache) : NULL;
    if (cache->places || ++cache->message > 0)
        return;
    memset(cache->slots, 0, cache->words->paths.len * sizeof(*cache->slots));
    cache->message = 1;
}

static uint32_t step(const struct td_json_doc *doc, uint32_t at,
                     struct td_bytes token)
{
    return doc->values[at].kind == TD_JSON_ARRAY
               ? td_json_element(doc, at, token)
               : td_json_member(doc, at, token);
}

static uint32_t look_up(const struct check_field_cache *cache, uint32_t field)
{
    const struct field *f = &cache->words->fields[field];
    const struct td_json_doc *doc = cache->doc;
    uint32_t at = cache->at[f->base];

    if (at == CHECK_NO_VALUE || f->len == 0)
        return at;
    for (uint32_t t = 0; t < f->len && (at || t == 0); t++)
        at = step(doc, at, f->tokens[t]);
    return at ? at : CHECK_NO_VALUE;
}

uint32_t check_field_at(struct check_field_cache *cache, uint32_t field)
{
    struct slot *slot = &cache->slots[field];

    if (cache->places) {
        if (cache->places[field] == NOT_LOOKED)
            cache->places[field] = look_up(cache, field) + 2;
        return cache->places[field] - 2;
    }
    if (slot->message != cache->message) {
        slot->message = cache->message;
        slot->at = look_up(cache, field);
    }
    return slot->at;
}

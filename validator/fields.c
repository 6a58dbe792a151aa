#include "validator/fields.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define SHAPE_MAX   64     /* keys of an object whose places are remembered */
#define SHAPE_BYTES 1000   /* of all these keys */
#define MEMO_FIELDS 254    /* fields of a contract that does so */
#define MEMO_BYTES  500000 /* of all its memos */
#define UNKNOWN     255    /* a place nobody looked for yet */
#define NOWHERE     254

/* Texts, each once: open addressing, at most half full. */
struct table {
    struct td_bytes *texts; /* allocated, NUL-terminated */
    uint32_t len;
    uint32_t *slots; /* index + 1 into texts */
    uint32_t mask;   /* slots - 1 */
};

struct field {
    enum check_field_base base;
    struct td_bytes *tokens; /* of the pointer, unescaped; allocated */
    uint32_t len;
};

struct check_words {
    struct table events;
    struct table paths; /* base as a byte, then the pointer */
    struct field *fields;
    char **texts; /* of fields, as people write them */
};

struct slot {
    uint32_t message; /* what `at` is true of */
    uint32_t at;
};

/* Where fields were in the last message of an event. A message whose object has
 * the same keys in the same order has them in the same places.
 */
struct memo {
    uint8_t *keys; /* as they are written, one behind the other */
    uint32_t len;
    uint8_t *places; /* by field: of its first name among the keys; or NULL */
};

/* The keys of an object, if they are few. */
struct shape {
    bool known;        /* of the message at hand */
    struct memo *memo; /* NULL: there is none */
    uint32_t len;
    uint32_t keys[SHAPE_MAX];
};

struct check_field_cache {
    const struct check_words *words;
    const struct td_json_doc *doc;
    uint32_t at[2]; /* by enum check_field_base */
    uint32_t event;
    uint32_t message;
    struct slot *slots;     /* one a field */
    struct shape shapes[2]; /* by base */
    struct memo *memos;     /* two an event, by base; NULL: too many */
};

static uint64_t hash(struct td_bytes text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ text.len;

    for (size_t i = 0; i < text.len; i++)
        h = (h ^ text.ptr[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 32;
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *find_slot(const struct table *t, struct td_bytes text)
{
    uint64_t i = hash(text);

    while (t->slots[i & t->mask] &&
           !td_bytes_equal(t->texts[t->slots[i & t->mask] - 1], text))
        i++;
    return &t->slots[i & t->mask];
}

static void grow(struct table *t)
{
    uint32_t slots = t->slots ? (t->mask + 1) * 2 : 16;

    free(t->slots);
    t->slots = td_calloc(slots, sizeof(*t->slots));
    t->mask = slots - 1;
    for (uint32_t i = 0; i < t->len; i++)
        *find_slot(t, t->texts[i]) = i + 1;
    t->texts = td_realloc(t->texts, slots / 2 * sizeof(*t->texts));
}

static uint32_t add(struct table *t, struct td_bytes text)
{
    uint32_t *slot;

    if (!t->slots || t->len == (t->mask + 1) / 2)
        grow(t);
    slot = find_slot(t, text);
    if (*slot == 0) {
        t->texts[t->len] = td_bytes(
            td_strndup(text.len ? text.ptr : (const void *)"", text.len),
            text.len);
        *slot = ++t->len;
    }
    return *slot - 1;
}

static void release(struct table *t)
{
    for (uint32_t i = 0; i < t->len; i++)
        free((void *)(uintptr_t)t->texts[i].ptr);
    free(t->texts);
    free(t->slots);
}

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
    release(&words->events);
    release(&words->paths);
    free(words);
}

uint32_t check_event_add(struct check_words *words, struct td_bytes name)
{
    return add(&words->events, name);
}

uint32_t check_event_find(const struct check_words *words, struct td_bytes name)
{
    if (!words->events.slots)
        return CHECK_NO_EVENT;
    return *find_slot(&words->events, name) - 1; /* 0 - 1 is CHECK_NO_EVENT */
}

uint32_t check_event_count(const struct check_words *words)
{
    return words->events.len;
}

struct td_bytes check_event_name(const struct check_words *words,
                                 uint32_t event)
{
    return words->events.texts[event];
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
    field = add(&words->paths, td_buf_bytes(&key));
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
    uint8_t before = '.';
    uint32_t field;

    if (text.len > 0 && text.ptr[0] == '/')
        return check_field_add(words, CHECK_FIELD_MESSAGE, text);
    for (size_t i = 0; i <= text.len; i++) {
        uint8_t c = i < text.len ? text.ptr[i] : '.';

        if (c == '.' && before == '.') {
            td_buf_release(&pointer);
            return CHECK_NO_VALUE;
        }
        if (before == '.')
            (void)td_buf_add_byte(&pointer, '/');
        if (c == '~' || c == '/')
            (void)td_buf_add_text(&pointer, c == '~' ? "~0" : "~1");
        else if (c != '.')
            (void)td_buf_add_byte(&pointer, c);
        before = c;
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
    if (words->paths.len <= MEMO_FIELDS &&
        (uint64_t)words->paths.len * words->events.len <= MEMO_BYTES)
        cache->memos =
            td_calloc((size_t)words->events.len * 2 + 1, sizeof(*cache->memos));
    return cache;
}

void check_field_cache_free(struct check_field_cache *cache)
{
    if (!cache)
        return;
    for (uint32_t i = 0; cache->memos && i < 2 * cache->words->events.len;
         i++) {
        free(cache->memos[i].places);
        free(cache->memos[i].keys);
    }
    free(cache->memos);
    free(cache->slots);
    free(cache);
}

void check_field_begin(struct check_field_cache *cache,
                       const struct check_message *m)
{
    cache->doc = m->doc;
    cache->at[CHECK_FIELD_DATA] = m->data;
    cache->at[CHECK_FIELD_MESSAGE] = m->at;
    cache->event = m->event;
    cache->shapes[0].known = false;
    cache->shapes[1].known = false;
    if (++cache->message > 0)
        return;
    memset(cache->slots, 0, cache->words->paths.len * sizeof(*cache->slots));
    cache->message = 1;
}

/* List the keys of the object; false: they are too many or too long. */
static bool list_keys(const struct td_json_doc *doc, uint32_t object,
                      struct shape *shape)
{
    const struct td_json_value *v = doc->values;
    size_t bytes = 0;

    shape->len = 0;
    if (v[object].count > SHAPE_MAX)
        return false;
    for (uint32_t key = object + 1; key < v[object].next;
         key = v[key + 1].next) {
        shape->keys[shape->len++] = key;
        bytes += v[key].end - v[key].start;
    }
    return bytes <= SHAPE_BYTES;
}

/* Byte by byte: a sender chooses the keys, and could choose any hash of them.
 */
static bool has_shape(const struct memo *memo, const struct td_json_doc *doc,
                      const struct shape *shape)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < shape->len; i++) {
        struct td_bytes key = td_json_raw(doc, shape->keys[i]);

        if (memo->len - at < key.len ||
            memcmp(memo->keys + at, key.ptr, key.len) != 0)
            return false;
        at += (uint32_t)key.len;
    }
    return at == memo->len;
}

static void take_shape(struct memo *memo, const struct td_json_doc *doc,
                       const struct shape *shape, uint32_t fields)
{
    if (!memo->places) {
        memo->places = td_calloc((size_t)fields + 1, 1);
        memo->keys = td_calloc(SHAPE_BYTES, 1);
    }
    memset(memo->places, UNKNOWN, fields);
    memo->len = 0;
    for (uint32_t i = 0; i < shape->len; i++) {
        struct td_bytes key = td_json_raw(doc, shape->keys[i]);

        memcpy(memo->keys + memo->len, key.ptr, key.len);
        memo->len += (uint32_t)key.len;
    }
}

/* What is known of messages of this event and shape. */
static struct memo *need_memo(struct check_field_cache *cache,
                              enum check_field_base base)
{
    struct shape *shape = &cache->shapes[base];
    struct memo *memo;

    if (shape->known)
        return shape->memo;
    shape->known = true;
    shape->memo = NULL;
    if (!cache->memos || cache->event >= cache->words->events.len ||
        cache->doc->values[cache->at[base]].kind != TD_JSON_OBJECT ||
        !list_keys(cache->doc, cache->at[base], shape))
        return NULL;
    memo = &cache->memos[cache->event * 2 + (uint32_t)base];
    if (!memo->places || !has_shape(memo, cache->doc, shape))
        take_shape(memo, cache->doc, shape, cache->words->paths.len);
    shape->memo = memo;
    return memo;
}

/* The member of the data or message that a field begins with; 0: none. */
static uint32_t first_step(struct check_field_cache *cache, uint32_t field,
                           const struct field *f)
{
    struct memo *memo = need_memo(cache, f->base);
    const struct shape *shape = &cache->shapes[f->base];
    uint8_t place = 0;

    if (!memo)
        return td_json_member(cache->doc, cache->at[f->base], f->tokens[0]);
    if (memo->places[field] == UNKNOWN) {
        while (place < shape->len &&
               !td_json_string_is(cache->doc, shape->keys[place], f->tokens[0]))
            place++;
        memo->places[field] = place < shape->len ? place : NOWHERE;
    }
    place = memo->places[field];
    return place == NOWHERE ? 0 : shape->keys[place] + 1;
}

static uint32_t step(const struct td_json_doc *doc, uint32_t at,
                     struct td_bytes token)
{
    return doc->values[at].kind == TD_JSON_ARRAY
               ? td_json_element(doc, at, token)
               : td_json_member(doc, at, token);
}

static uint32_t look_up(struct check_field_cache *cache, uint32_t field)
{
    const struct field *f = &cache->words->fields[field];
    const struct td_json_doc *doc = cache->doc;
    uint32_t at = cache->at[f->base];
    uint32_t t = 0;

    if (at == CHECK_NO_VALUE || f->len == 0)
        return at;
    if (doc->values[at].kind == TD_JSON_OBJECT) {
        at = first_step(cache, field, f);
        t = 1;
    }
    for (; t < f->len && (at || t == 0); t++)
        at = step(doc, at, f->tokens[t]);
    return at ? at : CHECK_NO_VALUE;
}

uint32_t check_field_at(struct check_field_cache *cache, uint32_t field)
{
    struct slot *slot = &cache->slots[field];

    if (slot->message != cache->message) {
        slot->message = cache->message;
        slot->at = look_up(cache, field);
    }
    return slot->at;
}

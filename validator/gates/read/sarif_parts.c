#include "validator/gates/read/sarif_parts.h"

#include "core/arena.h"
#include "core/hash.h"
#include "core/mem.h"

#include <stdlib.h>

#define TEXTS_MAX     100000
#define BYTES_MAX     ((size_t)16 << 20)
#define TEXT_MAX      2000 /* bytes of one, and of what is made of it, about */
#define ARGUMENTS_MAX 100

enum { PLAIN = READ_KEPT - 1 };

struct sarif_text {
    uint64_t key; /* of its rule and its id; 0: free */
    const char *text;
};

struct sarif_texts {
    struct td_arena arena;
    struct sarif_text *list; /* open addressing */
    size_t cap;
    size_t len;
    size_t bytes;
};

struct sarif_texts *read_sarif_texts_new(void)
{
    return td_calloc(1, sizeof(struct sarif_texts));
}

void read_sarif_texts_clear(struct sarif_texts *texts)
{
    td_arena_release(&texts->arena);
    free(texts->list);
    *texts = (struct sarif_texts){0};
}

void read_sarif_texts_free(struct sarif_texts *texts)
{
    if (texts)
        read_sarif_texts_clear(texts);
    free(texts);
}

static uint64_t key_of(uint64_t rule, struct td_bytes id)
{
    uint64_t key = (rule * UINT64_C(0x9e3779b97f4a7c15)) ^ td_hash(id);

    return key ? key : 1;
}

static struct sarif_text *slot_of(const struct sarif_texts *texts, uint64_t key)
{
    size_t i = (size_t)key & (texts->cap - 1);

    while (texts->list[i].key && texts->list[i].key != key)
        i = (i + 1) & (texts->cap - 1);
    return &texts->list[i];
}

static void make_room(struct sarif_texts *texts)
{
    struct sarif_text *old = texts->list;
    size_t cap = texts->cap;

    if (texts->len * 2 < cap)
        return;
    texts->cap = cap ? cap * 2 : 64;
    texts->list = td_calloc(texts->cap, sizeof(*texts->list));
    for (size_t i = 0; i < cap; i++) {
        if (old[i].key)
            *slot_of(texts, old[i].key) = old[i];
    }
    free(old);
}

static void add(struct sarif_texts *texts, uint64_t key, struct td_bytes text)
{
    struct sarif_text *slot;

    if (text.len > TEXT_MAX) {
        text.len = TEXT_MAX;
        while (text.len > 0 && (text.ptr[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    if (text.len == 0 || texts->len == TEXTS_MAX ||
        texts->bytes + text.len > BYTES_MAX)
        return;
    make_room(texts);
    slot = slot_of(texts, key);
    if (slot->key)
        return;
    texts->len++;
    texts->bytes += text.len;
    *slot = (struct sarif_text){key, td_arena_text(&texts->arena, text)};
}

void read_sarif_texts_add(struct sarif_texts *texts, uint64_t rule,
                          struct read_reader *reader,
                          const struct td_json_doc *doc, uint32_t object)
{
    const struct td_json_value *v = doc->values;

    if (object == UINT32_MAX || v[object].kind != TD_JSON_OBJECT)
        return;
    for (uint32_t key = object + 1; key < v[object].next;
         key = v[key + 1].next) {
        uint64_t id = key_of(rule, read_string(reader, PLAIN, doc, key));

        add(texts, id, read_text(reader, PLAIN, doc, key + 1, "text"));
    }
}

static const char *find(const struct sarif_texts *texts, uint64_t rule,
                        struct td_bytes id)
{
    const char *text = NULL;

    if (texts->cap > 0 && id.len > 0)
        text = slot_of(texts, key_of(rule, id))->text;
    if (!text && texts->cap > 0 && id.len > 0)
        text = slot_of(texts, key_of(0, id))->text;
    return text;
}

/* The argument of that number, or UINT32_MAX. */
static uint32_t argument(const struct td_json_doc *doc, uint64_t number)
{
    uint32_t list = read_member(doc, 0, "/message/arguments");
    uint32_t at = list + 1;

    if (list == UINT32_MAX || doc->values[list].kind != TD_JSON_ARRAY ||
        number >= doc->values[list].count || number >= ARGUMENTS_MAX)
        return UINT32_MAX;
    while (number-- > 0)
        at = doc->values[at].next;
    return at;
}

/* {0} is the first argument; {{ and }} are braces (3.11.5). A short text that
 * has a long argument often is cut.
 */
static void fill(struct read_reader *reader, unsigned kept,
                 const struct td_json_doc *doc, struct td_bytes text)
{
    (void)read_keep(reader, kept, td_text(""));
    while (text.len > 0 && read_kept(reader, kept).len < TEXT_MAX) {
        size_t len = 0;
        struct td_bytes rest;
        uint64_t number;

        while (len < text.len && text.ptr[len] != '{' && text.ptr[len] != '}')
            len++;
        read_keep_more(reader, kept, td_bytes(text.ptr, len));
        text = read_after(text, len);
        rest = read_after(text, 1);
        if (read_begins(text, "{") && read_digits(&rest, &number) &&
            read_begins(rest, "}")) {
            uint32_t at = argument(doc, number);

            rest = read_after(rest, 1);
            read_keep_more(reader, kept,
                           at != UINT32_MAX
                               ? read_string(reader, PLAIN, doc, at)
                               : td_bytes(text.ptr, text.len - rest.len));
            text = rest;
        } else if (text.len > 0) {
            bool twice = text.len > 1 && text.ptr[0] == text.ptr[1];

            read_keep_more(reader, kept, td_bytes(text.ptr, 1));
            text = read_after(text, twice ? 2 : 1);
        }
    }
}

struct td_bytes read_sarif_message(const struct sarif_texts *texts,
                                   uint64_t rule, struct read_reader *reader,
                                   unsigned kept, const struct td_json_doc *doc)
{
    struct td_bytes told = read_text(reader, kept, doc, 0, "/message/text");
    const char *text = NULL;

    if (told.len == 0)
        told = read_text(reader, kept, doc, 0, "/message/markdown");
    if (told.len == 0)
        text =
            find(texts, rule, read_text(reader, PLAIN, doc, 0, "/message/id"));
    if (!text)
        return told;
    fill(reader, kept, doc, td_text(text));
    return read_kept(reader, kept);
}

bool read_sarif_lacks_text(const struct sarif_texts *texts, uint64_t rule,
                           struct read_reader *reader,
                           const struct td_json_doc *doc)
{
    struct td_bytes id = read_text(reader, PLAIN, doc, 0, "/message/id");

    return id.len > 0 && !find(texts, rule, id) &&
           read_member(doc, 0, "/message/text") == UINT32_MAX;
}

bool read_sarif_is_suppressed(struct read_reader *reader,
                              const struct td_json_doc *doc)
{
    const struct td_json_value *v = doc->values;
    uint32_t list = read_member(doc, 0, "suppressions");

    if (list == UINT32_MAX || v[list].kind != TD_JSON_ARRAY)
        return false;
    for (uint32_t at = list + 1; at < v[list].next; at = v[at].next) {
        struct td_bytes status = read_text(reader, PLAIN, doc, at, "status");

        if (status.len == 0 || td_bytes_is(status, "accepted"))
            return true;
    }
    return false;
}

void read_sarif_invocation(struct read_reader *reader, unsigned kept,
                           const struct td_json_doc *doc)
{
    static const char *const places[] = {
        "exitCodeDescription", "/toolExecutionNotifications/0/message/text",
        "/toolConfigurationNotifications/0/message/text"};
    uint32_t ok = read_member(doc, 0, "executionSuccessful");
    struct read_finding f = {.level = CHECK_LEVEL_ERROR, .broken = true};

    if (ok == UINT32_MAX || doc->values[ok].kind != TD_JSON_FALSE)
        return;
    for (size_t i = 0; i < 3 && f.message.len == 0; i++)
        f.message = read_text(reader, kept, doc, 0, places[i]);
    if (f.message.len == 0)
        f.message = td_text("the tool says that it failed");
    read_tell_finding(reader, &f);
}

#include "schema/value/json_builder.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static void note(struct schema_builder *m, struct td_jsonx_mark mark)
{
    (void)td_buf_add(&m->marks, &mark, sizeof(mark));
}

/* A comma behind what ends a value. */
static void separate(struct schema_builder *m)
{
    if (m->text.len > 0 && !strchr("{[:,", m->text.ptr[m->text.len - 1]))
        (void)td_buf_add_byte(&m->text, ',');
}

void schema_builder_open(struct schema_builder *m, char bracket,
                         struct td_jsonx_mark mark)
{
    separate(m);
    (void)td_buf_add_byte(&m->text, (uint8_t)bracket);
    note(m, mark);
}

void schema_builder_close(struct schema_builder *m, char bracket)
{
    (void)td_buf_add_byte(&m->text, (uint8_t)bracket);
}

void schema_builder_string(struct schema_builder *m, struct td_bytes text,
                           struct td_jsonx_mark mark)
{
    separate(m);
    (void)td_buf_add_byte(&m->text, '"');
    (void)td_json_escape(&m->text, text);
    (void)td_buf_add_byte(&m->text, '"');
    note(m, mark);
}

void schema_builder_key(struct schema_builder *m, struct td_bytes name,
                        struct td_jsonx_mark mark)
{
    schema_builder_string(m, name, mark);
    (void)td_buf_add_byte(&m->text, ':');
}

void schema_builder_copy(struct schema_builder *m, const struct td_jsonx *doc,
                         uint32_t at)
{
    separate(m);
    (void)td_buf_add_bytes(&m->text, td_json_raw(&doc->json, at));
    for (uint32_t i = at; i < doc->json.values[at].next; i++)
        note(m, td_jsonx_where(doc, i));
}

void schema_builder_members(struct schema_builder *m,
                            const struct td_jsonx *doc, uint32_t at,
                            const char *without)
{
    for (uint32_t key = at + 1; key < doc->json.values[at].next;
         key = doc->json.values[key + 1].next) {
        if (without && td_json_string_is(&doc->json, key, td_text(without)))
            continue;
        schema_builder_copy(m, doc, key);
        (void)td_buf_add_byte(&m->text, ':');
        schema_builder_copy(m, doc, key + 1);
    }
}

void schema_builder_append(struct schema_builder *m,
                           const struct schema_builder *other)
{
    if (other->text.len == 0)
        return;
    separate(m);
    (void)td_buf_add_bytes(&m->text, td_buf_bytes(&other->text));
    (void)td_buf_add_bytes(&m->marks, td_buf_bytes(&other->marks));
}

enum td_code schema_builder_finish(struct schema_builder *m, const char *name,
                                   struct td_jsonx *out, struct td_error *err)
{
    enum td_code code;

    out->text = m->text;
    out->marks = (struct td_jsonx_mark *)(void *)m->marks.ptr;
    out->name = td_strdup(name);
    *m = (struct schema_builder){0};
    code = td_json_parse(&out->json, td_buf_bytes(&out->text), TD_JSONX_DEPTH,
                         err);
    if (code)
        td_jsonx_release(out);
    return code;
}

void schema_builder_mark(struct td_jsonx *doc)
{
    struct td_jsonx_mark now = {.line = 1, .column = 1};
    const uint8_t *text = doc->json.text.ptr;
    uint32_t at = 0;

    if (doc->marks)
        return;
    doc->marks = td_calloc(doc->json.len + 1, sizeof(*doc->marks));
    for (uint32_t i = 0; i < doc->json.len; i++) {
        for (; at < doc->json.values[i].start; at++) {
            now.column = text[at] == '\n' ? 1 : now.column + 1;
            now.line += text[at] == '\n';
        }
        now.lead = doc->json.values[i].kind == TD_JSON_STRING;
        doc->marks[i] = now;
    }
}

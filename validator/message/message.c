#include "validator/message/message.h"

#include "schema/value/pointer.h"
#include "validator/message/alias.h"

void check_renaming_release(struct check_renaming *renaming)
{
    td_buf_release(&renaming->data);
    td_buf_release(&renaming->text);
    td_json_shapes_free(renaming->shapes);
    td_json_release(&renaming->doc);
}

void check_message_rename(struct check_message *m,
                          const struct check_aliases *aliases,
                          struct check_renaming *room)
{
    const struct td_json_value *v;
    const uint8_t *text;

    m->aliases = NULL;
    if (!aliases || !m->doc || m->data == CHECK_NO_VALUE)
        return;
    v = m->doc->values;
    text = m->doc->text.ptr;
    td_buf_clear(&room->data);
    if (!check_aliases_apply(aliases, m->doc, m->data, &room->data))
        return;
    td_buf_clear(&room->text);
    (void)td_buf_add(&room->text, text + v[m->at].start,
                     v[m->data].start - v[m->at].start);
    (void)td_buf_add_bytes(&room->text, td_buf_bytes(&room->data));
    (void)td_buf_add(&room->text, text + v[m->data].end,
                     v[m->at].end - v[m->data].end);
    if (!room->shapes)
        room->shapes = td_json_shapes_new(TD_JSON_DEPTH_CAP);
    if (td_json_shapes_parse(room->shapes, &room->doc,
                             td_buf_bytes(&room->text), NULL))
        return;
    m->aliases = aliases;
    m->wire = m->doc;
    m->wire_at = m->at;
    m->wire_data = m->data;
    m->doc = &room->doc;
    m->data -= m->at; /* nothing before the data has changed */
    m->at = 0;
}

struct td_bytes check_message_raw(const struct check_message *m)
{
    if (m->plain.ptr)
        return m->plain;
    return m->aliases ? td_json_raw(m->wire, m->wire_at)
                      : td_json_raw(m->doc, m->at);
}

void check_message_path(struct td_buf *out, const struct check_message *m,
                        uint32_t at)
{
    struct td_buf own = {0};

    if (!m->aliases || at < m->data || at >= m->doc->values[m->data].next) {
        schema_pointer(out, m->doc, m->at, at);
        return;
    }
    schema_pointer(out, m->doc, m->at, m->data);
    schema_pointer(&own, m->doc, m->data, at);
    check_aliases_wire(m->aliases, m->wire, m->wire_data, td_buf_bytes(&own),
                       out);
    td_buf_release(&own);
}

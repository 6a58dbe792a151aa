#include "schema/run/run.h"

/* Element `index` of an array, or 0. */
static uint32_t element(const struct td_json_doc *doc, uint32_t at,
                        uint32_t index)
{
    uint32_t i = at + 1;

    if (doc->values[at].kind != TD_JSON_ARRAY || index >= doc->values[at].count)
        return 0;
    while (index-- > 0)
        i = doc->values[i].next;
    return i;
}

uint32_t schema_tag_value(const struct schema_tag *tag,
                          const struct td_json_doc *doc, uint32_t at)
{
    for (uint32_t i = 0; i < tag->path_len; i++) {
        at = tag->path[i].name.ptr ? td_json_member(doc, at, tag->path[i].name)
                                   : element(doc, at, tag->path[i].index);
        if (at == 0)
            return 0;
    }
    return tag->mixed && doc->values[at].kind != TD_JSON_STRING ? 0 : at;
}

uint32_t schema_tag_number(struct schema_run *r, const struct schema_tag *tag,
                           uint32_t at)
{
    uint32_t value = schema_tag_value(tag, r->doc, at);
    struct schema_value v = {r->doc, value};
    uint32_t number;

    if (value == 0)
        return SCHEMA_NONE;
    if (r->doc->values[value].kind != TD_JSON_STRING)
        return tag->values.len;
    number = schema_table_find(&tag->values, schema_value_text(&r->text, v));
    return number == SCHEMA_NONE ? tag->values.len : number;
}

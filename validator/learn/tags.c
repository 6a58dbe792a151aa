/* Events whose members depend on one of their texts: {"kind":"a", ...} has
 * others than {"kind":"b", ...}.
 */
#include "validator/learn/mine_internal.h"

#include <string.h>

#define EACH_LEAST 5 /* messages of each value */

static bool is_choice(const struct learn_field *f)
{
    const struct audit_values *values = &f->node->values;

    return !f->is_number && !strchr(f->name, '.') && !values->sketch &&
           values->words_len > 1 && values->words_len <= LEARN_STATES &&
           !values->secret && !audit_node_is_volatile(f->node);
}

/* Members that may be missing get numbers beyond those of fields. False: there
 * are none, or too many.
 */
static bool find_optional(struct learn_event *event, struct audit_node *data)
{
    for (struct audit_node *c = data->children; c; c = c->next) {
        if (!c->all.count || c->recursive || audit_node_is_required(c))
            continue;
        if (event->optional_len == LEARN_OPTIONAL)
            return false;
        event->optional[event->optional_len++] = c;
        c->number = LEARN_FIELDS_MAX + event->optional_len;
    }
    return event->optional_len > 0;
}

void learn_tags_find(struct learn_mine *mine, struct learn_event *event,
                     struct audit_node *data)
{
    if (!find_optional(event, data))
        return;
    for (uint32_t i = 0; i < event->fields_len; i++) {
        if (!is_choice(&mine->fields[event->fields[i]]) ||
            event->tags_len == LEARN_TAGS)
            continue;
        if (!event->tags)
            event->tags = (struct learn_tag *)td_arena_alloc(
                &mine->arena, LEARN_TAGS * sizeof(*event->tags));
        event->tags[event->tags_len++].field = event->fields[i];
    }
}

void learn_tags_take(struct learn_mine *mine, const struct learn_event *event)
{
    for (uint32_t t = 0; t < event->tags_len; t++) {
        struct learn_tag *tag = &event->tags[t];
        const struct learn_field *f = &mine->fields[tag->field];
        uint32_t value = 0;

        while (value < f->node->values.words_len &&
               f->node->values.words[value].print != f->print)
            value++;
        tag->totals[value]++;
        for (uint32_t left = mine->present; left; left &= left - 1)
            tag->counts[value][__builtin_ctz(left)]++;
    }
}

static bool decides(const struct learn_mine *mine,
                    const struct learn_event *event,
                    const struct learn_tag *tag)
{
    uint32_t values = mine->fields[tag->field].node->values.words_len;
    bool differ = false;

    for (uint32_t v = 0; v < values; v++) {
        if (tag->totals[v] < EACH_LEAST)
            return false;
        for (uint32_t c = 0; c < event->optional_len; c++) {
            uint64_t count = tag->counts[v][c];

            if (count && count != tag->totals[v])
                return false;
            differ = differ || (count > 0) != (tag->counts[0][c] > 0);
        }
    }
    return differ;
}

const struct learn_tag *learn_tags_decide(const struct learn_mine *mine,
                                          const struct learn_event *event)
{
    for (uint32_t t = 0; t < event->tags_len; t++) {
        if (decides(mine, event, &event->tags[t]))
            return &event->tags[t];
    }
    return NULL;
}

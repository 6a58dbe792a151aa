#include "schema/report/follow.h"

#include "schema/program/program.h"

uint32_t schema_follow(const struct schema_set *set,
                       const struct td_json_doc **doc, uint32_t at)
{
    const struct schema_node *node = NULL;

    for (uint32_t i = 0; i < set->docs_len && !node; i++) {
        const struct schema_document *d = &set->docs[i];

        if (&d->x->json == *doc && d->node_of[at] > 0)
            node = &set->nodes[d->node_of[at] - 1];
    }
    for (uint32_t i = 0; node && i < node->count; i++) {
        const struct schema_op *op = &set->ops[node->first + i];

        if (op->kind == SCHEMA_REF) {
            *doc = schema_doc_of(set, op->node);
            return set->nodes[op->node].place.at;
        }
    }
    return UINT32_MAX;
}

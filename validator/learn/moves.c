/* Values that follow each other, as a rule. */
#include "validator/learn/rules_internal.h"

#include <inttypes.h>

static uint64_t count_moves(const struct learn_moves *m, unsigned len,
                            unsigned *kinds)
{
    uint64_t sum = 0;

    *kinds = 0;
    for (unsigned a = 0; a < len; a++) {
        for (unsigned b = 0; b < len; b++) {
            sum += m->moves[a][b];
            *kinds += m->moves[a][b] > 0;
        }
    }
    return sum;
}

static void add_states(struct learn_rules *r, const struct audit_values *values,
                       unsigned set)
{
    bool any = false;

    (void)td_buf_add_byte(r->out, '[');
    for (uint32_t i = 0; i < values->words_len; i++) {
        if (!(set >> i & 1))
            continue;
        (void)td_buf_addf(r->out, "%s%.*s", any ? ", " : "",
                          (int)values->words[i].len, values->words[i].text);
        any = true;
    }
    (void)td_buf_add_byte(r->out, ']');
}

/* A state that goes nowhere and that none leads to: only one that is a start or
 * an end needs to be named.
 */
static bool is_alone(const struct learn_moves *m, uint32_t state)
{
    for (uint32_t a = 0; a < LEARN_STATES; a++) {
        if (m->moves[a][state] || m->moves[state][a])
            return false;
    }
    return (m->starts | m->ends) >> state & 1;
}

static void add_allowed(struct learn_rules *r, const struct learn_moves *m,
                        const struct audit_values *values)
{
    bool any = false;

    (void)td_buf_add_text(r->out, ", allow: {");
    for (uint32_t a = 0; a < values->words_len; a++) {
        unsigned set = 0;

        for (uint32_t b = 0; b < values->words_len; b++)
            set |= (unsigned)(m->moves[a][b] > 0) << b;
        if (!set && !is_alone(m, a))
            continue;
        (void)td_buf_addf(r->out, "%s%.*s: ", any ? ", " : "",
                          (int)values->words[a].len, values->words[a].text);
        add_states(r, values, set);
        any = true;
    }
    (void)td_buf_add_byte(r->out, '}');
}

/* Half of all moves never came, and each that did came so often that the others
 * would have.
 */
void learn_write_moves(struct learn_rules *r, const struct learn_moves *m)
{
    const struct learn_field *f = &r->mine->fields[m->field];
    const struct audit_values *values = &f->node->values;
    const char *name = r->mine->events[f->event].name;
    unsigned all = (1u << values->words_len) - 1;
    unsigned kinds;
    uint64_t moves = count_moves(m, values->words_len, &kinds);
    bool keyed = m->by != LEARN_NO_KEY;

    if (m->full || !moves ||
        2 * kinds > values->words_len * (values->words_len - 1))
        return;
    if (moves < (uint64_t)2 * r->least.steps * kinds ||
        (keyed && m->keys < r->least.values)) {
        r->left.weak++;
        return;
    }
    learn_rule_begin(r, name, f->name, "states");
    if (keyed)
        (void)td_buf_addf(r->out, "by: %s, ", r->mine->fields[m->by].name);
    learn_put(r, "states: {event: ", r->mine->events[f->event].said);
    (void)td_buf_addf(r->out, ", field: %s, start: ", f->name);
    add_states(r, values, m->starts);
    add_allowed(r, m, values);
    if (m->ends != all) {
        (void)td_buf_add_text(r->out, ", final: ");
        add_states(r, values, m->ends);
    }
    (void)td_buf_add_byte(r->out, '}');
    learn_rule_end(r, "%" PRIu64 " changes", moves);
}

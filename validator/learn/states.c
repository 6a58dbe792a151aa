/* Values that follow each other: of a field with a few texts, by a key or over
 * the whole stream.
 */
#include "core/mem.h"
#include "validator/learn/mine_internal.h"

#include <stdlib.h>

#define STILL_MOST 1000 /* keys, none of which has moved */

static bool is_choice(const struct learn_field *f)
{
    const struct audit_values *values = &f->node->values;

    return !f->is_number && !values->sketch && values->words_len > 1 &&
           values->words_len <= LEARN_STATES && !values->secret &&
           !audit_node_is_volatile(f->node);
}

/* A text with more values than a choice has: what it is about. */
static bool is_key(const struct learn_field *f)
{
    return !f->is_number &&
           audit_values_distinct(&f->node->values) > LEARN_STATES;
}

static void add(struct learn_mine *mine, uint32_t field, uint32_t by)
{
    if (mine->moves_len == LEARN_MOVES_MAX)
        return;
    mine->moves = (struct learn_moves *)td_list_room(
        mine->moves, mine->moves_len, sizeof(*mine->moves));
    mine->moves[mine->moves_len++] =
        (struct learn_moves){.field = field, .by = by};
}

void learn_states_find(struct learn_mine *mine, const struct learn_event *event)
{
    for (uint32_t i = 0; i < event->fields_len; i++) {
        uint32_t field = event->fields[i];

        if (!is_choice(&mine->fields[field]))
            continue;
        add(mine, field, LEARN_NO_KEY);
        for (uint32_t j = 0; j < event->fields_len; j++) {
            if (is_key(&mine->fields[event->fields[j]]))
                add(mine, field, event->fields[j]);
        }
    }
}

/* The state of a key; NULL: there are too many keys. */
static struct learn_state *state_of(struct learn_moves *m, uint64_t key)
{
    key = key ? key : 1;
    if (m->states_len * 2 >= m->states_cap) {
        struct learn_state *old = m->states;
        uint32_t cap = m->states_cap;

        if (m->states_len >= LEARN_SET_MAX)
            return NULL;
        m->states_cap = cap ? cap * 2 : 64;
        m->states =
            (struct learn_state *)td_calloc(m->states_cap, sizeof(*m->states));
        for (uint32_t i = 0; i < cap; i++) {
            uint64_t at = old[i].key;

            if (!at)
                continue;
            while (m->states[at % m->states_cap].key)
                at++;
            m->states[at % m->states_cap] = old[i];
        }
        free(old);
    }
    for (uint64_t at = key;; at++) {
        struct learn_state *state = &m->states[at % m->states_cap];

        if (state->key == key)
            return state;
        if (state->key)
            continue;
        *state = (struct learn_state){.key = key, .value = LEARN_STATES};
        m->states_len++;
        return state;
    }
}

/* Which of the field's values it is; LEARN_STATES: none. */
static unsigned value_of(const struct learn_field *f)
{
    const struct audit_values *values = &f->node->values;
    unsigned i = 0;

    while (i < values->words_len && values->words[i].print != f->print)
        i++;
    return i < values->words_len ? i : LEARN_STATES;
}

/* More than half of all moves came, or of many keys none ever moved. */
static bool says_nothing(const struct learn_moves *m, unsigned values)
{
    return 2 * m->kinds > values * (values - 1) ||
           (!m->kinds && m->keys > STILL_MOST);
}

void learn_states_judge(struct learn_mine *mine, uint32_t event)
{
    for (uint32_t i = 0; i < mine->moves_len; i++) {
        struct learn_moves *m = &mine->moves[i];
        const struct learn_field *f = &mine->fields[m->field];
        uint64_t key = m->by == LEARN_NO_KEY ? 1 : mine->fields[m->by].print;
        struct learn_state *state;
        unsigned value;

        if (f->event != event || m->full)
            continue;
        state = state_of(m, key);
        value = value_of(f);
        m->full = !state || value == LEARN_STATES;
        if (m->full)
            continue;
        if (state->value == LEARN_STATES) {
            m->starts |= 1u << value;
            m->keys++;
        } else if (state->value != value) {
            m->kinds += !m->moves[state->value][value]++;
        }
        state->value = value;
        m->full = says_nothing(m, f->node->values.words_len);
    }
}

void learn_states_end(struct learn_mine *mine)
{
    for (uint32_t i = 0; i < mine->moves_len; i++) {
        struct learn_moves *m = &mine->moves[i];

        for (uint32_t s = 0; s < m->states_cap; s++) {
            if (m->states[s].key)
                m->ends |= 1u << m->states[s].value;
        }
        free(m->states);
        m->states = NULL;
        m->states_len = m->states_cap = 0;
    }
}

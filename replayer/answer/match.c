#include "replayer/answer/match.h"

#include "core/mem.h"
#include "schema/value/fingerprint.h"
#include "validator/diff/table.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct recorded {
    struct play_said said;
    uint64_t token; /* equal if they may be equal */
    uint32_t turn;
    uint32_t next; /* of that token, or NONE */
    uint32_t name;
    struct diff_held *held;
    uint32_t held_len;
    bool taken;
};

struct play_match {
    const struct diff_masks *masks;
    struct diff_single *single;
    struct recorded *list;
    uint32_t len;
    uint32_t at;              /* what was taken last */
    struct diff_table first;  /* of a token: the first that is not taken; other
                                 is the last of the chain */
    struct diff_table ids[2]; /* prints of ids, recorded to live and back */
    uint64_t *values;         /* what the slots of ids stand for */
    uint32_t values_len;
};

struct play_match *play_match_new(const struct diff_masks *masks)
{
    struct play_match *match = td_calloc(1, sizeof(*match));

    match->masks = masks;
    match->single = diff_single_new(masks);
    return match;
}

void play_match_free(struct play_match *match)
{
    if (!match)
        return;
    for (uint32_t i = 0; i < match->len; i++)
        free(match->list[i].held);
    free(match->list);
    free(match->values);
    diff_table_release(&match->first);
    diff_table_release(&match->ids[0]);
    diff_table_release(&match->ids[1]);
    diff_single_free(match->single);
    free(match);
}

static struct diff_message message_of(const struct play_said *said)
{
    return (struct diff_message){
        .seq = 1, .dir = TD_DIR_IN, .name = said->name, .payload = said->text};
}

static uint64_t token_of(const struct diff_view *view)
{
    return schema_fingerprint_mix(view->hash + view->name) | 1;
}

static struct diff_held *copy_held(const struct diff_view *view)
{
    struct diff_held *held;

    if (!view->held_len)
        return NULL;
    held = td_calloc(view->held_len, sizeof(*held));
    memcpy(held, view->held, view->held_len * sizeof(*held));
    return held;
}

enum td_code play_match_add(struct play_match *match,
                            const struct play_said *said, uint32_t turn,
                            struct td_error *err)
{
    struct diff_message m = message_of(said);
    struct diff_view view;
    struct diff_slot *slot;
    bool made;
    enum td_code code = diff_single_look(match->single, &m, &view, err);

    if (code)
        return code;
    match->list = td_list_room(match->list, match->len, sizeof(*match->list));
    match->list[match->len] = (struct recorded){.said = *said,
                                                .token = token_of(&view),
                                                .turn = turn,
                                                .next = NONE,
                                                .name = view.name,
                                                .held = copy_held(&view),
                                                .held_len = view.held_len};
    slot = diff_table_add(&match->first, match->list[match->len].token,
                          match->len, &made);
    if (!made)
        match->list[slot->other].next = match->len;
    slot->other = match->len++;
    return TD_OK;
}

/* ---- what the masks hold ---- */

static uint64_t id_key(uint32_t ids, uint64_t print)
{
    return schema_fingerprint_mix(print + ids) | 1;
}

/* What an id stands for on the other side; false: nobody knows yet. */
static bool partner(const struct play_match *match, int side, uint64_t key,
                    uint64_t *other)
{
    const struct diff_slot *slot = diff_table_find(&match->ids[side], key);

    if (slot)
        *other = match->values[slot->value];
    return slot != NULL;
}

static bool ids_agree(const struct play_match *match, uint64_t a, uint64_t b)
{
    uint64_t other;

    if (partner(match, 0, a, &other))
        return other == b;
    return !partner(match, 1, b, &other);
}

static void bind(struct play_match *match, int side, uint64_t key,
                 uint64_t other)
{
    bool made;

    (void)diff_table_add(&match->ids[side], key, match->values_len, &made);
    if (!made)
        return;
    match->values =
        td_list_room(match->values, match->values_len, sizeof(*match->values));
    match->values[match->values_len++] = other;
}

static bool is_within(const struct diff_mask *mask, uint64_t a, uint64_t b)
{
    double x;
    double y;

    memcpy(&x, &a, sizeof(x));
    memcpy(&y, &b, sizeof(y));
    return x - y <= mask->unit && y - x <= mask->unit;
}

/* Whether held values allow that one is the other; with take, ids are theirs
 * from now on. Times may be any.
 */
static bool held_agree(struct play_match *match, const struct recorded *r,
                       const struct diff_view *view, bool take)
{
    if (r->held_len != view->held_len)
        return false;
    for (uint32_t i = 0; i < r->held_len; i++) {
        const struct diff_mask *mask =
            &match->masks->fields[diff_slot_mask(r->held[i].slot)];
        uint64_t a = r->held[i].value;
        uint64_t b = view->held[i].value;

        if (mask->kind == DIFF_WITHIN && !is_within(mask, a, b))
            return false;
        if (mask->kind != DIFF_NUMBER_IDS)
            continue;
        a = id_key(mask->ids, a);
        b = id_key(mask->ids, b);
        if (!ids_agree(match, a, b))
            return false;
        if (take) {
            bind(match, 0, a, b);
            bind(match, 1, b, a);
        }
    }
    return true;
}

/* ---- taking ---- */

/* The chain begins behind what is taken at its start. */
static uint32_t chain_of(struct play_match *match, uint64_t token)
{
    struct diff_slot *slot;
    bool made;

    if (!diff_table_find(&match->first, token))
        return NONE;
    slot = diff_table_add(&match->first, token, NONE, &made);
    while (match->list[slot->value].taken &&
           match->list[slot->value].next != NONE)
        slot->value = match->list[slot->value].next;
    return slot->value;
}

enum play_found play_match_take(struct play_match *match,
                                const struct play_said *said, bool repeat,
                                uint32_t *turn)
{
    struct diff_message m = message_of(said);
    struct diff_view view;
    uint32_t last = NONE;

    if (diff_single_look(match->single, &m, &view, NULL))
        return PLAY_UNKNOWN;
    for (uint32_t i = chain_of(match, token_of(&view)); i != NONE;
         i = match->list[i].next) {
        if (!held_agree(match, &match->list[i], &view, false))
            continue;
        last = i;
        if (!match->list[i].taken)
            break;
    }
    if (last == NONE)
        return PLAY_UNKNOWN;
    *turn = match->list[last].turn;
    if (match->list[last].taken && !repeat)
        return PLAY_USED_UP;
    match->list[last].taken = true;
    match->at = last;
    return held_agree(match, &match->list[last], &view, true) ? PLAY_FOUND
                                                              : PLAY_UNKNOWN;
}

/* No chain has gone past it yet. */
void play_match_give_back(struct play_match *match)
{
    match->list[match->at].taken = false;
}

/* ---- missing ---- */

struct near {
    uint32_t at;
    uint32_t changes;
};

static bool is_nearer(const struct play_match *match, const struct near *a,
                      const struct near *b)
{
    if (b->at == NONE || a->changes != b->changes)
        return b->at == NONE || a->changes < b->changes;
    return match->list[b->at].taken && !match->list[a->at].taken;
}

static void compare_with(struct play_match *match, uint32_t i,
                         const struct diff_message *m, struct diff_tree *tree)
{
    struct diff_message recorded = message_of(&match->list[i].said);

    diff_single_tree(match->single, &recorded, m, tree);
}

/* Bytes of two names that are neither their common start nor their common end.
 */
static size_t unlike(struct td_bytes a, struct td_bytes b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    size_t start = 0;
    size_t end = 0;

    while (start < least && a.ptr[start] == b.ptr[start])
        start++;
    while (end < least - start &&
           a.ptr[a.len - end - 1] == b.ptr[b.len - end - 1])
        end++;
    return a.len + b.len - 2 * (start + end);
}

/* Whose messages to look at: that name if it is recorded, or the most like it.
 */
static uint32_t name_near(const struct play_match *match,
                          const struct diff_message *m, uint32_t name)
{
    uint32_t best = name;
    size_t least = SIZE_MAX;

    for (uint32_t i = 0; i < match->len; i++) {
        size_t distance = match->list[i].name == name
                              ? 0
                              : 1 + unlike(match->list[i].said.name, m->name);

        if (distance >= least)
            continue;
        least = distance;
        best = match->list[i].name;
    }
    return best;
}

static struct near find_near(struct play_match *match,
                             const struct diff_message *m, uint32_t name,
                             struct diff_tree *tree)
{
    struct near best = {.at = NONE};
    uint32_t looks = 0;

    for (uint32_t i = 0; i < match->len && looks < PLAY_NEAR_LOOKS; i++) {
        struct near one = {.at = i};

        if (match->list[i].name != name)
            continue;
        looks++;
        compare_with(match, i, m, tree);
        one.changes = tree->changes;
        if (is_nearer(match, &one, &best))
            best = one;
    }
    return best;
}

bool play_match_nearest(struct play_match *match, const struct play_said *said,
                        uint32_t *turn, struct diff_tree *tree)
{
    struct diff_message m = message_of(said);
    struct diff_view view;
    struct near best;

    if (diff_single_look(match->single, &m, &view, NULL))
        return false;
    best = find_near(match, &m, name_near(match, &m, view.name), tree);
    if (best.at == NONE)
        return false;
    compare_with(match, best.at, &m, tree);
    *turn = match->list[best.at].turn;
    return true;
}

void play_match_compare(struct play_match *match,
                        const struct play_said *recorded,
                        const struct play_said *said, struct diff_tree *tree)
{
    struct diff_message a = message_of(recorded);
    struct diff_message b = message_of(said);
    struct diff_view view;

    if (!diff_single_look(match->single, &b, &view, NULL))
        diff_single_tree(match->single, &a, &b, tree);
}

void play_match_unused(const struct play_match *match,
                       void (*each)(void *ctx, uint32_t turn), void *ctx)
{
    for (uint32_t i = 0; i < match->len; i++)
        if (!match->list[i].taken)
            each(ctx, match->list[i].turn);
}

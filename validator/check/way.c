/* Messages that come from the wrong side, or on the wrong channel. */
#include "validator/check/check_internal.h"

#include <stdio.h>

void check_way_rule(struct check *c)
{
    c->direction = check_verdict_rule(
        &c->verdict, "direction", "events go the way that the contract says",
        CHECK_LEVEL_ERROR, c->how.max_findings);
    c->verdict.rules[c->direction].optional = true;
}

void check_judge_way(struct check *c, const struct check_message *m,
                     enum check_way wanted)
{
    static const char *const ways[] = {"", "in: the peer sends it",
                                       "out: the system under test sends it"};
    char expected[200];

    c->verdict.rules[c->direction].applied++;
    if (m->way == wanted)
        return;
    (void)snprintf(expected, sizeof(expected), "\"%.*s\" to go %s",
                   (int)(m->name.len < 80 ? m->name.len : 80),
                   (const char *)m->name.ptr, ways[wanted]);
    check_find(c, c->direction, m, check_message_raw(m), expected,
               m->way == CHECK_WAY_IN ? "it going in" : "it going out");
}

/* ---- channels ---- */

void check_channel_rule(struct check *c)
{
    c->channel_rule = check_verdict_rule(
        &c->verdict, "channel", "events come on the channel the contract says",
        CHECK_LEVEL_ERROR, c->how.max_findings);
    c->verdict.rules[c->channel_rule].optional = true;
}

static bool is_on_channel(const struct check *c, const struct check_view *view)
{
    return check_channel_takes(c->channel,
                               (uint32_t)(view->event - c->inspector.events));
}

const struct check_view *check_look_on_channel(struct check *c,
                                               const struct check_message *m,
                                               struct td_bytes text,
                                               struct td_bytes given,
                                               const struct check_view *view)
{
    if (!view->event || !view->event->has_match || is_on_channel(c, view))
        return view;
    c->view = *view;
    check_inspect_again(&c->inspector, c->channel, text, given, m->way,
                        &c->view);
    return &c->view;
}

void check_judge_channel(struct check *c, const struct check_message *m,
                         const struct check_view *view)
{
    const struct check_contract *k = c->how.contract;
    uint32_t event = (uint32_t)(view->event - c->inspector.events);
    char expected[300];
    char found[300];

    c->verdict.rules[c->channel_rule].applied++;
    if (is_on_channel(c, view))
        return;
    for (uint32_t i = 0; i < k->channels_len; i++) {
        if (k->channels[i].event != event)
            continue;
        (void)snprintf(expected, sizeof(expected), "\"%.*s\" on %.150s",
                       (int)(m->name.len < 80 ? m->name.len : 80),
                       (const char *)m->name.ptr, k->channels[i].address);
        break;
    }
    (void)snprintf(found, sizeof(found), "it on %.200s",
                   check_channel_place(c->channel));
    check_find(c, c->channel_rule, m, check_message_raw(m), expected, found);
}

/* Messages that come from the wrong side, or on the wrong channel. */
#include "validator/check/check_internal.h"

#include "schema/value/pointer.h"

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

static bool is_value(const struct td_json_doc *doc, uint32_t at,
                     struct td_bytes text)
{
    struct td_buf plain = {0};
    bool is;

    if (doc->values[at].kind == TD_JSON_NUMBER)
        return td_bytes_equal(td_json_raw(doc, at), text);
    if (doc->values[at].kind != TD_JSON_STRING)
        return false;
    is = td_json_unescape(&plain, td_json_inner(doc, at)) == TD_OK &&
         td_bytes_equal(td_buf_bytes(&plain), text);
    td_buf_release(&plain);
    return is;
}

/* Data that does not say what the address of its channel does. */
struct other {
    const struct check_contract_channel *channel; /* NULL: it does */
    const struct check_contract_parameter *parameter;
    struct td_buf value;
    struct td_bytes found;
};

/* Whether a parameter of the channel is another one in the data. */
static bool has_other(const struct check *c, const struct check_view *view,
                      const struct check_contract_channel *channel,
                      struct other *other)
{
    for (uint32_t i = 0; i < channel->parameters_len; i++) {
        const struct check_contract_parameter *p = &channel->parameters[i];
        uint32_t at = td_json_pointer(view->doc, view->data, p->pointer);

        td_buf_clear(&other->value);
        if (p->value)
            (void)td_buf_add_text(&other->value, p->value);
        else if (!check_channel_value(c->channel, channel->address, p->name,
                                      &other->value))
            continue;
        if (at == UINT32_MAX ||
            is_value(view->doc, at, td_buf_bytes(&other->value)))
            continue;
        other->channel = channel;
        other->parameter = p;
        other->found = td_json_raw(view->doc, at);
        return true;
    }
    return false;
}

static void say_other(struct check *c, const struct check_message *m,
                      struct other *other)
{
    struct td_buf expected = {0};
    struct td_buf found = {0};

    (void)td_buf_addf(&expected, "%.80s to be \"%.100s\", as {%.60s} of %.120s",
                      other->parameter->pointer, td_buf_str(&other->value),
                      other->parameter->name, other->channel->of);
    schema_excerpt(&found, other->found, 100);
    check_find(c, c->channel_rule, m, check_message_raw(m),
               td_buf_str(&expected), td_buf_str(&found));
    td_buf_release(&expected);
    td_buf_release(&found);
}

/* The event is where it may be: at one of the addresses there its data says
 * what the address does.
 */
static void judge_parameters(struct check *c, const struct check_message *m,
                             const struct check_view *view, uint32_t event)
{
    const struct check_contract *k = c->how.contract;
    struct other other = {.channel = NULL};

    for (uint32_t i = check_contract_channel(k, event);
         i < k->channels_len && k->channels[i].event == event; i++) {
        if (!check_channel_is_at(c->channel, k->channels[i].address) ||
            has_other(c, view, &k->channels[i], &other))
            continue;
        other.channel = NULL;
        break;
    }
    if (other.channel)
        say_other(c, m, &other);
    td_buf_release(&other.value);
}

/* Whether its data has what an address says. */
static bool has_parameters(const struct check_contract *k,
                           const struct check_view *view, uint32_t event)
{
    if (view->plain.ptr || !view->doc || view->data == CHECK_NO_VALUE)
        return false;
    for (uint32_t i = check_contract_channel(k, event);
         i < k->channels_len && k->channels[i].event == event; i++) {
        if (k->channels[i].parameters_len > 0)
            return true;
    }
    return false;
}

void check_judge_channel(struct check *c, const struct check_message *m,
                         const struct check_view *view)
{
    const struct check_contract *k = c->how.contract;
    uint32_t event = (uint32_t)(view->event - c->inspector.events);
    char expected[300];
    char found[300];

    c->verdict.rules[c->channel_rule].applied++;
    if (is_on_channel(c, view)) {
        if (has_parameters(k, view, event))
            judge_parameters(c, m, view, event);
        return;
    }
    (void)snprintf(expected, sizeof(expected), "\"%.*s\" on %.150s",
                   (int)(m->name.len < 80 ? m->name.len : 80),
                   (const char *)m->name.ptr,
                   k->channels[check_contract_channel(k, event)].of);
    (void)snprintf(found, sizeof(found), "it on %.200s",
                   check_channel_place(c->channel));
    check_find(c, c->channel_rule, m, check_message_raw(m), expected, found);
}

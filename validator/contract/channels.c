/* Where events come: addresses, and what their parameters may be. */
#include "core/mem.h"
#include "validator/contract/contract_internal.h"

#include <stdlib.h>

#define EXPANDED_MAX   1000 /* addresses that one stands for */
#define PARAMETERS_MAX 16   /* of an address */

/* A parameter that the contract says something of: where it does, or 0. */
struct parameter {
    char *name;
    uint32_t values;
    uint32_t at;
};

/* An address with values in the place of parameters: which, or 0. */
struct written {
    struct td_buf text;
    uint32_t picks[PARAMETERS_MAX];
};

struct reading {
    struct contract_loader *l;
    struct parameter parameters[PARAMETERS_MAX];
    uint32_t parameters_len;
    struct written *list;
    uint32_t len;
};

static enum td_code fail(const struct reading *r, uint32_t at, const char *why)
{
    return td_jsonx_fail(r->l->r.doc, at, TD_USAGE, r->l->r.err, "%s", why);
}

static struct td_buf braced(const char *name)
{
    struct td_buf text = {0};

    (void)td_buf_addf(&text, "{%s}", name);
    return text;
}

/* Where "{name}" is in an address; NULL: nowhere. */
static const uint8_t *find_parameter(struct td_bytes address, const char *name)
{
    struct td_buf text = braced(name);
    const uint8_t *at = memmem(address.ptr, address.len, text.ptr, text.len);

    td_buf_release(&text);
    return at;
}

/* ---- what is written ---- */

static enum td_code check_values(const struct reading *r, uint32_t list)
{
    const struct td_jsonx *doc = r->l->r.doc;
    bool good = td_jsonx_is(doc, list, TD_JSON_ARRAY) &&
                doc->json.values[list].count > 0;

    for (uint32_t i = list + 1; good && i < doc->json.values[list].next;
         i = doc->json.values[i].next)
        good = td_jsonx_is(doc, i, TD_JSON_STRING);
    return good ? TD_OK
                : fail(r, list, "enum of a parameter is a list of texts");
}

static enum td_code read_parameter(struct reading *r, uint32_t key,
                                   struct td_bytes address)
{
    static const struct td_jsonx_key known[] = {
        {"enum", NULL}, {"at", NULL}, {NULL, NULL}};
    const struct td_jsonx *doc = r->l->r.doc;
    struct parameter *p = &r->parameters[r->parameters_len];
    enum td_code code;

    if (r->parameters_len == PARAMETERS_MAX)
        return fail(r, key, "an address has at most 16 parameters");
    r->parameters_len++;
    p->name = td_jsonx_text(doc, key);
    if (!find_parameter(address, p->name))
        return fail(r, key,
                    "the address has no parameter of this name, "
                    "which stands there in braces");
    if (!td_jsonx_is(doc, key + 1, TD_JSON_OBJECT))
        return fail(r, key + 1,
                    "a parameter is {enum: [TEXT...], at: POINTER}");
    code =
        td_jsonx_keys(&r->l->r, key + 1, &(struct td_jsonx_shape){known, NULL});
    p->values = td_jsonx_member(doc, key + 1, "enum");
    p->at = td_jsonx_member(doc, key + 1, "at");
    if (code == TD_OK && p->values)
        code = check_values(r, p->values);
    if (code == TD_OK && p->at &&
        (!td_jsonx_is(doc, p->at, TD_JSON_STRING) ||
         td_json_inner(&doc->json, p->at).len == 0 ||
         td_json_inner(&doc->json, p->at).ptr[0] != '/'))
        code = fail(r, p->at, "at is a JSON Pointer into the data, like /room");
    return code;
}

static enum td_code read_parameters(struct reading *r, uint32_t at,
                                    struct td_bytes address)
{
    const struct td_jsonx *doc = r->l->r.doc;
    enum td_code code = TD_OK;

    if (!at)
        return TD_OK;
    if (!td_jsonx_is(doc, at, TD_JSON_OBJECT))
        return fail(r, at, "parameters is an object: a name, then what it is");
    for (uint32_t key = at + 1;
         key < doc->json.values[at].next && code == TD_OK;
         key = doc->json.values[key + 1].next)
        code = read_parameter(r, key, address);
    return code;
}

/* ---- what it stands for ---- */

/* Each address with each value of a parameter; with too many it stays. */
static void expand_by(struct reading *r, uint32_t number)
{
    const struct td_json_doc *json = &r->l->r.doc->json;
    const struct parameter *p = &r->parameters[number];
    uint32_t values = json->values[p->values].count;
    struct written *to;
    uint32_t len = 0;

    if ((uint64_t)r->len * values > EXPANDED_MAX)
        return;
    to = td_calloc((size_t)r->len * values, sizeof(*to));
    for (uint32_t k = 0; k < r->len; k++) {
        struct td_bytes text = td_buf_bytes(&r->list[k].text);
        const uint8_t *at = find_parameter(text, p->name);
        size_t before = (size_t)(at - text.ptr);
        size_t behind = before + strlen(p->name) + 2;

        for (uint32_t i = p->values + 1; i < json->values[p->values].next;
             i = json->values[i].next) {
            struct written *one = &to[len++];

            memcpy(one->picks, r->list[k].picks, sizeof(one->picks));
            one->picks[number] = i;
            (void)td_buf_add(&one->text, text.ptr, before);
            (void)td_json_unescape(&one->text, td_json_inner(json, i));
            (void)td_buf_add(&one->text, text.ptr + behind, text.len - behind);
        }
        td_buf_release(&r->list[k].text);
    }
    free(r->list);
    r->list = to;
    r->len = len;
}

/* A text of the document that lives as long as the contract. */
static const char *keep(struct reading *r, uint32_t at)
{
    char *text = td_jsonx_text(r->l->r.doc, at);
    const char *kept = td_arena_copy(&r->l->c->texts, text);

    free(text);
    return kept;
}

/* The parameters that are in the data, too. */
static void add_parameters(struct reading *r, const struct written *one,
                           struct check_contract_channel *channel)
{
    struct check_contract_parameter *list = td_arena_alloc(
        &r->l->c->texts, (r->parameters_len + 1) * sizeof(*list));

    for (uint32_t i = 0; i < r->parameters_len; i++) {
        const struct parameter *p = &r->parameters[i];

        if (!p->at)
            continue;
        list[channel->parameters_len++] = (struct check_contract_parameter){
            .name = td_arena_copy(&r->l->c->texts, p->name),
            .pointer = keep(r, p->at),
            .value = one->picks[i] ? keep(r, one->picks[i]) : NULL};
    }
    channel->parameters = list;
}

static enum td_code add_all(struct reading *r, uint32_t at, const char *of)
{
    struct check_contract *c = r->l->c;

    for (uint32_t k = 0; k < r->len; k++) {
        struct check_contract_channel channel = {
            .event = c->events_len - 1,
            .address = td_arena_text(&c->texts, td_buf_bytes(&r->list[k].text)),
            .of = of};

        if (c->channels_len == CHECK_CHANNELS_MAX)
            return td_jsonx_fail(r->l->r.doc, at, TD_LIMIT, r->l->r.err,
                                 "more than %d channels", CHECK_CHANNELS_MAX);
        add_parameters(r, &r->list[k], &channel);
        c->channels =
            td_list_room(c->channels, c->channels_len, sizeof(*c->channels));
        c->channels[c->channels_len++] = channel;
    }
    c->events[c->events_len - 1].has_channel = true;
    return TD_OK;
}

/* An address, or an object of it and its parameters. */
static enum td_code read_channel(struct contract_loader *l, uint32_t at)
{
    static const struct td_jsonx_key known[] = {
        {"address", NULL}, {"parameters", NULL}, {NULL, NULL}};
    struct reading r = {.l = l};
    bool is_object = td_jsonx_is(l->r.doc, at, TD_JSON_OBJECT);
    uint32_t address =
        is_object ? td_jsonx_member(l->r.doc, at, "address") : at;
    enum td_code code = TD_OK;
    const char *of;

    if (is_object)
        code = td_jsonx_keys(&l->r, at, &(struct td_jsonx_shape){known, NULL});
    if (code)
        return code;
    if (!address || !td_jsonx_is(l->r.doc, address, TD_JSON_STRING))
        return fail(&r, at,
                    "channel is an address, like /rooms/{room}, "
                    "{address: TEXT, parameters: {...}}, or a list of them");
    of = keep(&r, address);
    r.list = td_calloc(1, sizeof(*r.list));
    r.len = 1;
    (void)td_buf_add_text(&r.list[0].text, of);
    if (is_object)
        code = read_parameters(&r, td_jsonx_member(l->r.doc, at, "parameters"),
                               td_text(of));
    for (uint32_t i = 0; i < r.parameters_len && code == TD_OK; i++) {
        if (r.parameters[i].values)
            expand_by(&r, i);
    }
    if (code == TD_OK)
        code = add_all(&r, at, of);
    for (uint32_t i = 0; i < r.parameters_len; i++)
        free(r.parameters[i].name);
    for (uint32_t i = 0; i < r.len; i++)
        td_buf_release(&r.list[i].text);
    free(r.list);
    return code;
}

enum td_code contract_read_channels(struct contract_loader *l, uint32_t at)
{
    uint32_t list = td_jsonx_member(l->r.doc, at, "channel");
    const struct td_json_value *v = l->r.doc->json.values;
    enum td_code code = TD_OK;

    if (!list)
        return TD_OK;
    if (!td_jsonx_is(l->r.doc, list, TD_JSON_ARRAY))
        return read_channel(l, list);
    for (uint32_t i = list + 1; i < v[list].next && code == TD_OK;
         i = v[i].next)
        code = read_channel(l, i);
    return code;
}

uint32_t check_contract_channel(const struct check_contract *contract,
                                uint32_t event)
{
    uint32_t low = 0;
    uint32_t high = contract->channels_len;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (contract->channels[middle].event < event)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

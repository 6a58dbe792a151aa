#include "validator/check/namer.h"

#include "core/mem.h"

#include <stdlib.h>

struct check_namer {
    struct check_inspector inspector;
    struct check_channels *channels;     /* NULL: the contract has none */
    const struct check_channel *channel; /* of the last event */
    struct check_view view;
};

struct check_namer *check_namer_new(const struct check_options *how)
{
    struct check_namer *namer = td_calloc(1, sizeof(*namer));

    check_inspector_init(&namer->inspector, how);
    namer->channels = check_channels_new(how->contract);
    return namer;
}

void check_namer_free(struct check_namer *namer)
{
    if (!namer)
        return;
    check_inspector_release(&namer->inspector);
    check_channels_free(namer->channels);
    free(namer);
}

bool check_namer_is_needed(const struct check_contract *contract)
{
    return contract->matched_len > 0 || contract->plain_len > 0;
}

const struct check_view *check_namer_event(struct check_namer *namer,
                                           const struct td_event *ev)
{
    struct check_inspector *inspector = &namer->inspector;
    enum check_way way = check_way_of(ev);

    namer->channel = NULL;
    if (!td_event_is_plain(ev)) {
        if (namer->channels)
            check_channels_see(namer->channels, ev);
        return NULL;
    }
    if (namer->channels)
        namer->channel = check_channels_of(namer->channels, ev);
    check_inspect(inspector, ev->payload, ev->name, way, &namer->view);
    if (namer->channel)
        check_inspect_again(inspector, namer->channel, ev->payload, ev->name,
                            way, &namer->view);
    return &namer->view;
}

const struct check_view *check_namer_line(struct check_namer *namer,
                                          struct td_bytes line)
{
    namer->channel = NULL;
    check_inspect(&namer->inspector, line, td_bytes("", 0), CHECK_WAY_ANY,
                  &namer->view);
    return &namer->view;
}

const struct check_channel *check_namer_channel(const struct check_namer *namer)
{
    return namer->channel;
}

#include "orchestrator/serve/rate.h"

#include "core/clock.h"

#include <stdio.h>
#include <string.h>

bool serve_rate_take(struct serve_rate *rate, uint64_t now_ns, unsigned max)
{
    if (now_ns - rate->second_ns >= TD_NS_PER_S) {
        rate->second_ns = now_ns;
        rate->commands = 0;
    }
    return ++rate->commands <= max;
}

bool serve_rates_take(struct serve_rates *rates, const char *peer,
                      uint64_t now_ns, unsigned max)
{
    const char *port = strrchr(peer, ':');
    int len = port ? (int)(port - peer) : (int)strlen(peer);
    char address[SERVE_RATE_ADDRESS];
    size_t oldest = 0;
    size_t at = 0;

    (void)snprintf(address, sizeof(address), "%.*s", len, peer);
    while (at < SERVE_RATE_PEERS &&
           strcmp(rates->peers[at].address, address) != 0) {
        if (rates->peers[at].rate.second_ns <
            rates->peers[oldest].rate.second_ns)
            oldest = at;
        at++;
    }
    if (at == SERVE_RATE_PEERS) {
        at = oldest;
        memcpy(rates->peers[at].address, address, sizeof(address));
        rates->peers[at].rate = (struct serve_rate){.second_ns = now_ns};
    }
    return serve_rate_take(&rates->peers[at].rate, now_ns, max);
}

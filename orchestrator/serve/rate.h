/* orchestrator/serve/rate.h - commands that come too often.
 *
 * A second begins with its first command; who gives more than so many in it is
 * refused until the next.
 */
#ifndef ORCHESTRATOR_SERVE_RATE_H
#define ORCHESTRATOR_SERVE_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define SERVE_RATE_PEERS   64 /* whose commands are counted at a time */
#define SERVE_RATE_ADDRESS 48 /* bytes: an IPv6 address and its zone */

struct serve_rate {
    uint64_t second_ns; /* in which they are counted */
    unsigned commands;
};

/* One command more, at now_ns. False: that is more than max in a second. */
bool serve_rate_take(struct serve_rate *rate, uint64_t now_ns, unsigned max);

/* The same by the addresses that they come from. Of more than SERVE_RATE_PEERS
 * the one is forgotten whose second began first. */
struct serve_rates {
    struct {
        char address[SERVE_RATE_ADDRESS];
        struct serve_rate rate;
    } peers[SERVE_RATE_PEERS];
};

/* peer: "ADDRESS:PORT"; its ports are one. */
bool serve_rates_take(struct serve_rates *rates, const char *peer,
                      uint64_t now_ns, unsigned max);

#endif

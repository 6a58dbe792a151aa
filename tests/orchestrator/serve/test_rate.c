#include "orchestrator/serve/rate.h"

#include "core/clock.h"
#include "core/mem.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX 3

static void a_second_has_so_many(void)
{
    struct serve_rate rate = {0};
    uint64_t now = 7 * TD_NS_PER_S;

    for (unsigned i = 0; i < MAX; i++)
        CU_ASSERT_TRUE(serve_rate_take(&rate, now + i, MAX));
    CU_ASSERT_FALSE(serve_rate_take(&rate, now + MAX, MAX));
    CU_ASSERT_FALSE(serve_rate_take(&rate, now + TD_NS_PER_S - 1, MAX));
    CU_ASSERT_TRUE(serve_rate_take(&rate, now + TD_NS_PER_S, MAX));
}

static void an_address_has_its_own(void)
{
    struct serve_rates *rates = td_calloc(1, sizeof(*rates));
    uint64_t now = 7 * TD_NS_PER_S;

    for (unsigned i = 0; i < MAX; i++)
        CU_ASSERT_TRUE(serve_rates_take(rates, "10.0.0.1:4000", now, MAX));
    CU_ASSERT_FALSE(serve_rates_take(rates, "10.0.0.1:4001", now, MAX));
    CU_ASSERT_TRUE(serve_rates_take(rates, "10.0.0.2:4000", now, MAX));
    for (unsigned i = 0; i < MAX; i++)
        CU_ASSERT_TRUE(serve_rates_take(rates, "[::1]:4000", now, MAX));
    CU_ASSERT_FALSE(serve_rates_take(rates, "[::1]:4001", now, MAX));
    CU_ASSERT_TRUE(serve_rates_take(rates, "[::2]:4001", now, MAX));
    free(rates);
}

/* Those that came last are counted, however many there are. */
static void the_oldest_is_forgotten(void)
{
    struct serve_rates *rates = td_calloc(1, sizeof(*rates));
    uint64_t now = 7 * TD_NS_PER_S;
    char peer[32];

    for (unsigned i = 0; i <= SERVE_RATE_PEERS; i++) {
        (void)snprintf(peer, sizeof(peer), "10.0.1.%u:80", i);
        for (unsigned k = 0; k < MAX; k++)
            CU_ASSERT_TRUE(serve_rates_take(rates, peer, now + i, MAX));
        CU_ASSERT_FALSE(serve_rates_take(rates, peer, now + i, MAX));
    }
    CU_ASSERT_FALSE(serve_rates_take(rates, "10.0.1.1:80", now + 70, MAX));
    CU_ASSERT_TRUE(serve_rates_take(rates, "10.0.1.0:80", now + 70, MAX));
    free(rates);
}

CU_TestInfo orchestrator_serve_rate_tests[] = {
    {"a second has so many", a_second_has_so_many},
    {"an address has its own", an_address_has_its_own},
    {"the oldest is forgotten", the_oldest_is_forgotten},
    CU_TEST_INFO_NULL,
};

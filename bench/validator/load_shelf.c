/* How long each contract of the shelf takes to be read and compiled: processor
 * time, the best of some tries, since others use the machine too.
 *
 * usage: load_shelf
 * Prints {"contract":NAME,"ms":N} for each.
 */
#include "validator/contract/contract.h"
#include "validator/contract/load.h"
#include "validator/shelf/shelf.h"

#include <stdio.h>
#include <time.h>

#define TRIES 20

static double used_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Below 0: it could not be loaded. */
static double load_ms(const char *path)
{
    double best = -1;

    for (int i = 0; i < TRIES; i++) {
        struct check_contract *contract = NULL;
        struct schema_options how = {0};
        struct td_error err = {0};
        double start = used_ms();
        double took;

        if (check_contract_load(&contract, path, &how, &err)) {
            (void)fprintf(stderr, "load_shelf: %s: %s\n", path, err.text);
            return -1;
        }
        took = used_ms() - start;
        check_contract_free(contract);
        if (best < 0 || took < best)
            best = took;
    }
    return best;
}

int main(void)
{
    int status = 0;

    for (size_t i = 0; check_shelf_name(i); i++) {
        char path[64];
        double ms;

        (void)snprintf(path, sizeof(path), "std:%s", check_shelf_name(i));
        ms = load_ms(path);
        status = ms < 0 ? 1 : status;
        printf("{\"contract\":\"%s\",\"ms\":%.3f}\n", path, ms);
    }
    return status;
}

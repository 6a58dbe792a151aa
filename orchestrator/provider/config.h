/* orchestrator/provider/config.h - what providers are told beside the plan, as
 * a YAML or JSON document (docs/providers.md):
 *
 *     openai:
 *       url: https://api.openai.com/v1   what "/chat/completions" is put behind
 *       key_file: FILE                   or key_env: NAME; none: no key is sent
 *       model: gpt-4o-mini               of a task that names none
 *       ca: FILE                         PEM; else the system's
 *       idle: 60s                        without a byte: disconnected
 *       prices:                          US dollars for a million tokens
 *         gpt-4o-mini: {in: 0.15, out: 0.6}
 *
 * A key is read once, here, and is in no event, log or error.
 */
#ifndef ORCHESTRATOR_PROVIDER_CONFIG_H
#define ORCHESTRATOR_PROVIDER_CONFIG_H

#include "core/arena.h"
#include "core/error.h"

#include <stdbool.h>

#define PROV_URL        "https://api.openai.com/v1"
#define PROV_IDLE_NS    UINT64_C(60000000000)
#define PROV_KEY_MAX    ((size_t)8192) /* bytes of a key */
#define PROV_URL_MAX    ((size_t)2048)
#define PROV_PRICES_MAX 1000

struct prov_price {
    const char *model;
    double in; /* US dollars for a million tokens */
    double out;
};

/* All of it belongs to the arena. */
struct prov_config {
    struct td_arena arena;
    const char *url;   /* http or https, without a slash at its end */
    const char *key;   /* NULL: none */
    const char *model; /* NULL: none */
    const char *ca;    /* NULL: the system's */
    uint64_t idle_ns;
    struct prov_price *prices;
    uint32_t price_count;
};

/* What counts without a document: the URL above, the key of OPENAI_API_KEY if
 * that is set, no prices. *config must be all zeroes, here and below. TD_USAGE:
 * what is set is no key.
 */
TD_MUST_CHECK enum td_code prov_config_default(struct prov_config *config,
                                               struct td_error *err);

/* From a file; files that it names are looked for beside it. TD_USAGE, TD_LIMIT
 * with `where` as "FILE:LINE:COLUMN"; TD_IO.
 */
TD_MUST_CHECK enum td_code prov_config_load(struct prov_config *config,
                                            const char *path,
                                            struct td_error *err);

/* The same of bytes; name is what errors call them, and files that it names are
 * looked for beside it.
 */
TD_MUST_CHECK enum td_code prov_config_parse(struct prov_config *config,
                                             const char *name,
                                             struct td_bytes text,
                                             struct td_error *err);

/* The key is wiped. */
void prov_config_release(struct prov_config *config);

/* The price of a model; NULL: not known. */
const struct prov_price *prov_price_of(const struct prov_config *config,
                                       const char *model);

#endif

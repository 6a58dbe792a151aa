/* validator/contract/contract_internal.h - what the files that read a contract
 * share: contract.c the whole, contract_events.c events and dialects.
 */
#ifndef VALIDATOR_CONTRACT_CONTRACT_INTERNAL_H
#define VALIDATOR_CONTRACT_CONTRACT_INTERNAL_H

#include "validator/contract/contract.h"

/* A contract while it is read. */
struct contract_loader {
    struct check_contract *c;
    const struct td_jsonx *x;
    const struct td_json_doc *json; /* of x */
    struct td_error *err;
    const struct schema_options *how;
    const struct check_contract_errors *errors; /* NULL: end at the first */
    enum td_code first;                         /* of the errors so far */
    struct td_error kept;
    const struct td_jsonx *ends_doc; /* where stream.ends stands, or NULL */
    uint32_t ends_at;
};

/* An error ends the loading, unless all are asked for. */
enum td_code contract_settle(struct contract_loader *l, enum td_code code);

/* The value of a key of object `at`; 0: it has none. */
uint32_t contract_member(const struct contract_loader *l, uint32_t at,
                         const char *name);
/* What value `at` is. */
bool contract_is_kind(const struct contract_loader *l, uint32_t at,
                      enum td_json_kind kind);
/* True if value `at` is this text. */
bool contract_is_text(const struct contract_loader *l, uint32_t at,
                      const char *text);

/* The keys of object `at` must be among `known`, which ends with NULL. */
enum td_code contract_check_keys(struct contract_loader *l, uint32_t at,
                                 const char *const *known);

/* After an error the set is of no more use, and more errors may follow. */
void contract_renew_schemas(struct contract_loader *l, enum td_code code);

/* Room for more items, zeroed, behind those that are there. */
void *contract_grow(void *items, uint32_t len, uint32_t more, size_t size);

/* What rule_read.h needs. */
struct check_loader contract_rule_loader(const struct contract_loader *l);

/* events, dialects. */
enum td_code contract_read_events(struct contract_loader *l, uint32_t at);
enum td_code contract_read_dialects(struct contract_loader *l, uint32_t at);
void contract_free_events(struct check_contract *c);

#endif

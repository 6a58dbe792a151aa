/* validator/contract/contract_internal.h - what the files that read a contract
 * share: contract.c the whole, contract_events.c events and dialects.
 */
#ifndef VALIDATOR_CONTRACT_CONTRACT_INTERNAL_H
#define VALIDATOR_CONTRACT_CONTRACT_INTERNAL_H

#include "validator/contract/contract.h"

/* A contract while it is read. */
struct contract_loader {
    struct check_contract *c;
    struct td_jsonx_reader r; /* the document that is read now */
    const struct schema_options *how;
    const struct td_jsonx *ends_doc; /* where stream.ends stands, or NULL */
    uint32_t ends_at;
};

/* After an error the set is of no more use, and more errors may follow. */
void contract_renew_schemas(struct contract_loader *l, enum td_code code);

/* Room for more items, zeroed, behind those that are there. */
void *contract_grow(void *items, uint32_t len, uint32_t more, size_t size);

/* What rule_read.h needs. */
struct check_loader contract_rule_loader(const struct contract_loader *l);

/* events, dialects; self is the loader. */
enum td_code contract_read_events(void *self, uint32_t at);
enum td_code contract_read_dialects(void *self, uint32_t at);
void contract_free_events(struct check_contract *c);

#endif

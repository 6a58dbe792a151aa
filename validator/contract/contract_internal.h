/* validator/contract/contract_internal.h - what the files that read a contract
 * share: contract.c the whole, events.c events and
 * dialects, channels.c where they come, sets.c named sets.
 */
#ifndef VALIDATOR_CONTRACT_CONTRACT_INTERNAL_H
#define VALIDATOR_CONTRACT_CONTRACT_INTERNAL_H

#include "validator/contract/contract.h"

/* A contract while it is read. */
struct contract_loader {
    struct check_contract *c;
    struct td_jsonx_reader r; /* the document that is read now */
    const struct schema_options *how;
    struct check_import *within; /* whose imports are read, or NULL */
    uint32_t import;             /* that is read now, as in struct check_rule */
    bool converted;              /* the contract is an AsyncAPI document */
    const struct td_jsonx *ends_doc; /* where stream.ends stands, or NULL */
    uint32_t ends_at;
};

/* Add the document that schemas of AsyncAPI refer to, if it is one. */
TD_MUST_CHECK enum td_code contract_add_schemas(struct contract_loader *l,
                                                const struct td_jsonx *schemas);

/* After an error the set is of no more use, and more errors may follow. */
void contract_renew_schemas(struct contract_loader *l, enum td_code code);

/* Room for more items, zeroed, behind those that are there. */
void *contract_grow(void *items, uint32_t len, uint32_t more, size_t size);

/* What rule_read.h needs. */
struct check_loader contract_rule_loader(const struct contract_loader *l);

/* events, dialects; self is the loader. */
enum td_code contract_read_events(void *self, uint32_t at);
enum td_code contract_read_dialects(void *self, uint32_t at);
/* The channels of the last event, whose object is `at`: one or several. */
TD_MUST_CHECK enum td_code contract_read_channels(struct contract_loader *l,
                                                  uint32_t at);
/* Whether the document at hand is a contract of this version with keys that
 * there are.
 */
TD_MUST_CHECK enum td_code contract_check_keys(struct contract_loader *l);

/* import: what it names is read, but for its keys. */
enum td_code contract_read_imports(void *self, uint32_t at);
/* Levels and ids that rules have here, once all are read. */
TD_MUST_CHECK enum td_code contract_override(struct contract_loader *l);

/* Keep a rule {id, level} of this document for contract_override(): it is the
 * level of one that is imported. False: it is a rule of its own.
 */
bool contract_softens(struct contract_loader *l, uint32_t at);
/* Whether the file of that name is imported. */
bool contract_imports(const struct check_contract *c, const char *name);
void contract_free_imports(struct check_contract *c);

/* sets, behind the events. */
enum td_code contract_read_sets(void *self, uint32_t at);
void contract_free_events(struct check_contract *c);

#endif

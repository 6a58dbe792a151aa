/* validator/contract/contract.h - a contract file: events with schemas, and
 * rules.
 *
 * Source: docs/contract.md, version 1. validator/contract/load.h reads it.
 */
#ifndef VALIDATOR_CONTRACT_CONTRACT_H
#define VALIDATOR_CONTRACT_CONTRACT_H

#include "core/jsonx_object.h"
#include "schema/schema.h"
#include "validator/contract/load.h"
#include "validator/message/alias.h"
#include "validator/message/plain.h"
#include "validator/rule/ruleset.h"
#include "validator/verdict/verdict.h"

#define CHECK_RULES_MAX    10000
#define CHECK_EVENTS_MAX   10000
#define CHECK_DIALECTS_MAX 32

/* Events that the contract does not name. */
enum check_unknown {
    CHECK_UNKNOWN_ERROR,
    CHECK_UNKNOWN_WARN,
    CHECK_UNKNOWN_IGNORE,
};

struct check_contract_event {
    struct td_bytes name; /* of the contract's words */
    enum check_form form;
    struct check_plain bytes; /* of CHECK_FORM_BYTES; a dialect's borrows */
    bool has_schema;          /* of text: for it as a JSON string */
    bool optional;            /* a stream may be without it */
    bool on_wire;             /* the schema is for data before it is renamed */
    uint32_t root;
    const struct td_jsonx *doc;    /* that names it, if it has an object */
    uint32_t source;               /* the object */
    struct check_aliases *aliases; /* NULL: its fields have one name each */
};

struct check_contract {
    struct td_jsonx doc;
    struct td_jsonx imported; /* what the AsyncAPI file of it says as one */
    struct td_jsonx asyncapi; /* and the file, for its schemas */
    char *name_pointer;       /* NULL: the transport's event name, or /type */
    char *data_pointer;       /* "" is the whole message */
    bool may_be_cut;          /* complete: false */
    enum check_unknown unknown;
    struct check_ruleset set; /* of its words the first events_len events are
                                 those of the contract */
    struct check_contract_event *events;
    uint32_t events_len;
    uint32_t *plain; /* those that are text or bytes */
    uint32_t plain_len;
    struct check_names dialect_names;
    struct check_contract_event **dialects; /* events as each writes them */
    struct check_names profiles;            /* none: those that rules name */
};

/* The events, events_len of them, as a dialect writes them; NULL, or a dialect
 * that it has not: as the contract does.
 */
const struct check_contract_event *
check_contract_events(const struct check_contract *contract,
                      const char *dialect);

/* TD_USAGE with a hint unless the contract has the dialect. */
TD_MUST_CHECK enum td_code
check_contract_dialect(const struct check_contract *contract,
                       const char *dialect, struct td_error *err);

/* The event of a name, or NULL. */
const struct check_contract_event *
check_contract_event(const struct check_contract *contract,
                     struct td_bytes name);

#endif

/* validator/contract/contract.h - a contract file: events with schemas, and
 * rules.
 *
 * Source: docs/contract.md, version 1. validator/contract/load.h reads it.
 */
#ifndef VALIDATOR_CONTRACT_CONTRACT_H
#define VALIDATOR_CONTRACT_CONTRACT_H

#include "core/arena.h"
#include "core/jsonx_object.h"
#include "schema/schema.h"
#include "validator/contract/load.h"
#include "validator/message/alias.h"
#include "validator/message/message.h"
#include "validator/message/plain.h"
#include "validator/rule/ruleset.h"
#include "validator/verdict/verdict.h"

#define CHECK_RULES_MAX    10000
#define CHECK_EVENTS_MAX   10000
#define CHECK_DIALECTS_MAX 32
#define CHECK_SETS_MAX     1000
#define CHECK_CHANNELS_MAX 100000 /* addresses of all events */
#define CHECK_IMPORTS_MAX  64     /* bits of check_import.holds */

/* Events that the contract does not name. */
enum check_unknown {
    CHECK_UNKNOWN_ERROR,
    CHECK_UNKNOWN_WARN,
    CHECK_UNKNOWN_IGNORE,
};

/* What `dir` of events is to the tape. */
enum check_directions {
    CHECK_DIRECTIONS_SAME,
    CHECK_DIRECTIONS_REVERSED, /* it was recorded at the other end */
    CHECK_DIRECTIONS_IGNORED,
};

struct check_contract_event {
    struct td_bytes name; /* of the contract's words */
    enum check_form form;
    struct check_plain bytes; /* of CHECK_FORM_BYTES; a dialect's borrows */
    bool has_schema;          /* of text: for it as a JSON string */
    bool optional;            /* a stream may be without it */
    enum check_way way;       /* that it goes, as tapes have it */
    bool has_channel;         /* some of the contract's channels are its */
    bool has_match;           /* it is told by its shape, too */
    bool by_shape;            /* and that is AsyncAPI's, where nothing gave
                                 the message a name */
    int rank;                 /* the less, the sooner it is tried; else 0 */
    bool on_wire;             /* the schema is for data before it is renamed */
    uint32_t root;
    uint32_t match;                /* the schema of its shape */
    const struct td_jsonx *doc;    /* that names it, if it has an object */
    uint32_t source;               /* the object */
    struct check_aliases *aliases; /* NULL: its fields have one name each */
};

/* What the address of a channel has in the place of {name} is in the data. */
struct check_contract_parameter {
    const char *name;
    const char *pointer; /* into the data */
    const char *value;   /* of this address, or NULL: as the connection says */
};

/* Where an event may come: an address with parameters, "/rooms/{room}". */
struct check_contract_channel {
    uint32_t event;
    const char *address; /* with the values that parameters have */
    const char *of;      /* as the contract has it; the same pointer for all
                            that it stands for */
    const struct check_contract_parameter *parameters; /* that are in data */
    uint32_t parameters_len;
};

/* A contract that another one takes in, or an AsyncAPI document as one. */
struct check_import {
    char *real; /* what makes it the same one under another name */
    struct td_jsonx doc;
    struct td_jsonx schemas; /* of AsyncAPI: what its schemas refer to */
    bool converted;          /* it is AsyncAPI */
    uint64_t holds; /* of the contract's list: itself, and what it imports */
    bool done;
};

/* What a contract changes of the rules that it imports. */
struct check_override {
    const struct td_jsonx *doc;
    uint32_t at; /* {from, levels, ids}; of a rule {id, level} */
    bool is_rule;
    const struct check_import *import; /* NULL: any, or the AsyncAPI file */
};

struct check_contract {
    struct td_jsonx doc;
    struct check_import **imports; /* each once */
    uint32_t imports_len;
    struct check_override *overrides; /* those within come first */
    uint32_t overrides_len;
    struct td_jsonx imported; /* what the AsyncAPI file of it says as one */
    struct td_jsonx asyncapi; /* and the file, for its schemas */
    char *name_pointer;       /* NULL: the transport's event name, or /type */
    char *data_pointer;       /* "" is the whole message */
    bool may_be_cut;          /* complete: false */
    bool has_ways;            /* an event goes one way only */
    enum check_directions directions;
    enum check_unknown unknown;
    struct check_ruleset set; /* of its words the first events_len events are
                                 those of the contract */
    struct check_contract_event *events;
    uint32_t events_len;
    uint32_t *plain; /* those that are text or bytes */
    uint32_t plain_len;
    uint32_t *matched; /* those that are told by their shape, the most
                          particular first of those by_shape */
    uint32_t matched_len;
    struct check_contract_channel *channels; /* by event, in their order */
    uint32_t channels_len;
    struct td_arena texts; /* of channels */
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

/* The first of the channels of an event; those behind it are its, too, as long
 * as they say so.
 */
uint32_t check_contract_channel(const struct check_contract *contract,
                                uint32_t event);

/* TD_USAGE with a hint unless the contract has the dialect. */
TD_MUST_CHECK enum td_code
check_contract_dialect(const struct check_contract *contract,
                       const char *dialect, struct td_error *err);

/* The document that a rule stands in, at rule->at. */
const struct td_jsonx *
check_contract_rule_doc(const struct check_contract *contract,
                        const struct check_rule *rule);

/* The event of a name, or NULL. */
const struct check_contract_event *
check_contract_event(const struct check_contract *contract,
                     struct td_bytes name);

#endif

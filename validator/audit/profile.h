/* validator/audit/profile.h - what the messages of many streams are like: their
 * names, and of each the fields, as a tree.
 *
 * Source: docs/audit.md. Items of a list are one place ("[]"); so are the
 * members of an object whose names are data ("{}"): more than
 * AUDIT_MEMBERS_MAX different ones, of which the ones that most have stay by
 * themselves. A field that stands in itself twice is the same place again.
 *
 * Memory grows with names and fields, up to the limits below, and not with
 * messages; what was left out is counted. One thread's; profiles of several are
 * merged at the end.
 */
#ifndef VALIDATOR_AUDIT_PROFILE_H
#define VALIDATOR_AUDIT_PROFILE_H

#include "validator/audit/values.h"

#define AUDIT_EVENTS_MAX  5000  /* different names of events */
#define AUDIT_FIELDS_MAX  20000 /* places, all events together */
#define AUDIT_MEMBERS_MAX 100   /* different members of one place */
#define AUDIT_DEPTH_MAX   24    /* levels of places */
#define AUDIT_NAME_MAX    256   /* bytes of a name that is told */
#define AUDIT_TAPES_MAX   10000
#define AUDIT_RECENT      8 /* messages among which the same one is sought */

/* X(name, text): kinds of values. */
#define AUDIT_TYPES(X)                                                         \
    X(NULL, "null")                                                            \
    X(BOOLEAN, "boolean")                                                      \
    X(INTEGER, "integer")                                                      \
    X(NUMBER, "number") /* with a fraction or an exponent */                   \
    X(STRING, "string")                                                        \
    X(ARRAY, "array")                                                          \
    X(OBJECT, "object")

enum audit_type {
#define AUDIT_TYPE_ENUM(name, text) AUDIT_##name,
    AUDIT_TYPES(AUDIT_TYPE_ENUM)
#undef AUDIT_TYPE_ENUM
        AUDIT_TYPES_LEN
};

/* Its word. */
const char *audit_type_text(enum audit_type type);

/* How often something was seen, and where. */
struct audit_seen {
    uint64_t count;
    struct audit_place first;
    struct audit_place last;
    uint64_t *tapes; /* a bit for each that has it */
    uint32_t tapes_len;
};

struct audit_node {
    const char *name; /* of the member; "[]", "{}"; "" of a message */
    struct audit_node *parent;
    struct audit_node *children; /* in the order they were first seen */
    struct audit_node *last_child;
    struct audit_node *next;
    struct audit_node *items; /* of lists; NULL: none had any */
    struct audit_node *map;   /* members whose names are data */
    struct audit_node *into;  /* not NULL: it has become part of that one */
    uint32_t members;         /* children */
    uint32_t depth;
    bool recursive;  /* it stands in itself */
    uint32_t number; /* for who visits; 0 at first */
    bool open;       /* declared: it may have any other members */
    bool secret;     /* it is called as secrets are */
    struct audit_seen all;
    struct audit_seen types[AUDIT_TYPES_LEN];
    struct audit_values values;
    uint64_t items_least; /* of one list */
    uint64_t items_most;
};

struct audit_event {
    char *name; /* as text; "" if it has none */
    bool told;  /* by its shape, by a contract: the messages do not say it */
    struct audit_seen seen;
    uint64_t bytes; /* of all payloads */
    uint64_t bytes_most;
    struct audit_place largest;
    uint64_t plain;              /* messages that are no JSON */
    struct audit_place plain_at; /* the first of them, but of a state's */
    uint64_t
        again; /* that are, byte for byte, one of the AUDIT_RECENT before */
    struct audit_place again_at; /* the first of them */
    struct audit_node root; /* the message, without what a transport adds */
};

struct audit_profile;

/* One message. */
struct audit_message {
    struct audit_place place;
    struct td_bytes name; /* escaped, as the transport gave it; "" none */
    const struct check_view *view; /* by the contract of gather.h, or NULL */
    const struct check_channel *channel; /* that it came on, or NULL */
    struct td_bytes payload;
    uint64_t at_ns; /* since the start of the tape; UINT64_MAX: not known */
};

/* name: the pointer of the field that is the name, borrowed; NULL: what the
 * transport gave, else /type. Profiles are made by one thread.
 */
struct audit_profile *audit_profile_new(const char *name);
/* NULL is fine. */
void audit_profile_free(struct audit_profile *profile);

/* One more message. */
void audit_profile_add(struct audit_profile *profile,
                       const struct audit_message *m);

/* Add all of `from`, which is then only to be freed. */
void audit_profile_merge(struct audit_profile *profile,
                         struct audit_profile *from);

/* A message that was added before, once more: called for each value that has a
 * place. The event; NULL: it is no JSON, or was left out.
 */
typedef void audit_visit_fn(void *self, const struct audit_node *node,
                            const struct td_json_doc *doc, uint32_t at);
const struct audit_event *audit_profile_visit(struct audit_profile *profile,
                                              const struct audit_message *m,
                                              audit_visit_fn *visit,
                                              void *self);

/* All was added: the events in the order of their names. */
void audit_profile_close(struct audit_profile *profile);
uint32_t audit_profile_events(const struct audit_profile *profile);
const struct audit_event *audit_profile_event(const struct audit_profile *p,
                                              uint32_t i);
const struct audit_event *audit_profile_find(const struct audit_profile *p,
                                             const char *name);

/* What did not fit. */
struct audit_left_out {
    uint64_t messages; /* of names beyond AUDIT_EVENTS_MAX */
    uint64_t names;    /* how many such names, about */
    uint64_t fields;   /* values at places beyond AUDIT_FIELDS_MAX */
    uint64_t deep;     /* values below AUDIT_DEPTH_MAX */
};
struct audit_left_out audit_profile_left_out(const struct audit_profile *p);

/* All of them, also those that were left out. */
uint64_t audit_profile_messages(const struct audit_profile *profile);

/* The field that tells each message of an event from the others, but for those
 * that came again; NULL: there is none, or too few messages.
 */
const struct audit_node *audit_event_key(const struct audit_event *event);

/* The child of that name; NULL: there is none. */
struct audit_node *audit_node_child(const struct audit_node *node,
                                    const char *name);

/* Append its place in the message: "/data/phases/[]/name". */
void audit_node_path(struct td_buf *out, const struct audit_node *node);

/* All its objects had this child, none missing. */
bool audit_node_is_required(const struct audit_node *child);

/* Its texts are ids or times, or each tape has one of its own: further tapes
 * will have others.
 */
bool audit_node_is_volatile(const struct audit_node *node);

/* How many tapes have it; whether one has both. */
uint32_t audit_seen_tapes(const struct audit_seen *seen);
bool audit_seen_share(const struct audit_seen *a, const struct audit_seen *b);

#endif

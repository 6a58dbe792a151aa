/* validator/audit/remark_internal.h - what the files of remark.h share. */
#ifndef VALIDATOR_AUDIT_REMARK_INTERNAL_H
#define VALIDATOR_AUDIT_REMARK_INTERNAL_H

#include "validator/audit/alike.h"
#include "validator/audit/remark.h"

#define AUDIT_PAIRS 256 /* fields of one place that are matched */

struct audit_remarker {
    struct audit_remarks *out;
    const struct audit_sides *sides;
    const char *event;
    bool declared; /* the other side is a contract */
};

/* One more remark; text as printf(). at: the place, or NULL for an event. */
struct audit_remark *audit_say(struct audit_remarker *r,
                               enum audit_remark_kind kind,
                               const struct audit_node *at, const char *format,
                               ...) __attribute__((format(printf, 4, 5)));
/* Set the event that shows it. */
void audit_show(struct audit_remark *remark, struct audit_place place,
                bool in_old);

/* The place of a node as text. */
const char *audit_path(struct audit_remarker *r, const struct audit_node *at);

/* Whether a may be b; best first. */
struct audit_pair {
    const struct audit_node *from;
    const struct audit_node *to;
};

/* Append the types of a node: "integer, null". */
void audit_types_text(struct td_buf *out, const struct audit_node *node);

/* All of an event by itself; beside that of the other side. */
void audit_remark_alone(struct audit_remarker *r,
                        const struct audit_event *event);
void audit_remark_beside(struct audit_remarker *r,
                         const struct audit_event *event,
                         const struct audit_event *other);

#endif

/* validator/compat/compat_internal.h - what the files of compat.h share. */
#ifndef VALIDATOR_COMPAT_COMPAT_INTERNAL_H
#define VALIDATOR_COMPAT_COMPAT_INTERNAL_H

#include "validator/compat/compat.h"

/* Append the schema of what a place was like, as JSON. */
void compat_schema(struct td_buf *out, const struct audit_node *node);

/* A message of an event, and what is particular about it. */
struct compat_plan {
    const char *event;             /* its name */
    const char *name;              /* the name's pointer; NULL: elsewhere */
    const struct audit_node *at;   /* it is there, or NULL */
    int type;                      /* of it; -1: any that it has */
    const struct audit_word *word; /* its value, or NULL */
    bool all;                      /* members that need not be there are */
};

/* Append the message. */
void compat_message(struct td_buf *out, const struct audit_node *root,
                    const struct compat_plan *plan);

#endif

/* validator/gates/read/suites.h - names of suites that are open, as one path.
 */
#ifndef VALIDATOR_GATES_READ_SUITES_H
#define VALIDATOR_GATES_READ_SUITES_H

#include "validator/gates/read/read.h"

struct read_suites {
    struct td_buf path; /* "outer > inner" */
    size_t ends[READ_DEPTH_MAX];
    unsigned depth;
};

/* Below what is open; a name of no bytes adds nothing to the path. */
void read_suites_push(struct read_suites *suites, struct td_bytes name);
void read_suites_pop(struct read_suites *suites);
void read_suites_release(struct read_suites *suites);

#endif

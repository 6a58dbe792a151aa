/* cli/shared/fresh_tape.h - a tape that may take the place of an old file.
 *
 * The old one stays as it is until the fresh one is complete, whatever ends the
 * writing before.
 *
 *     cli_fresh_open -> tape_writer_put on fresh.writer -> cli_fresh_close
 */
#ifndef CLI_SHARED_FRESH_TAPE_H
#define CLI_SHARED_FRESH_TAPE_H

#include "tape/place.h"
#include "tape/writer.h"

struct cli_fresh {
    struct tape_writer *writer;
    const char *path;
    struct tape_place place; /* of a file that is replaced */
    int lock;                /* on that: nobody records to it */
};

/* Open path as tape_writer_open() does; on an error nothing is open. */
TD_MUST_CHECK enum td_code cli_fresh_open(struct cli_fresh *fresh,
                                          const char *path,
                                          const struct tape_options *options,
                                          struct td_error *err);

/* End it. code: what came of the writing; unless that is TD_OK nothing of the
 * fresh tape stays, and *err keeps what it says. The first error there was.
 */
TD_MUST_CHECK enum td_code cli_fresh_close(struct cli_fresh *fresh,
                                           enum td_code code,
                                           struct td_error *err);

#endif

/* tape/detect.h - is it a tape, or lines of something else? */
#ifndef TAPE_DETECT_H
#define TAPE_DETECT_H

#include "tape/input.h"

/* True if the input, from which nothing was taken yet, begins with a member of
 * a tape or, as text or gzipped by whatever, with a tape's header line. Looks
 * at no more bytes than that needs and takes none, so it works on pipes.
 */
bool tape_sniff(struct tape_input *in);

/* True if the name says that it is a tape, whatever is in it: .tape.gz, .tape.
 */
bool tape_is_named(const char *path);

/* True if data begins as gzip does (RFC 1952, section 2.3.1). */
bool tape_is_gzip(struct td_bytes data);

/* TD_FORMAT: a file that should have lines has none but blank ones, so there is
 * nothing to do `what` with: "check".
 */
TD_MUST_CHECK enum td_code tape_refuse_empty(const char *path, const char *what,
                                             struct td_error *err);

#endif

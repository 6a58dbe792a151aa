/* replayer/select.h - which events are meant.
 *
 * An event is taken if every criterion that was given takes it. A list takes
 * an event that any of its entries takes; --event and --regex are one list.
 * Names and namespaces are compared as text: an escape in the event does not
 * matter. Fast: without name criteria a call looks at two fields.
 */
#ifndef REPLAYER_SELECT_H
#define REPLAYER_SELECT_H

#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define PLAY_REGEX_MAX 1024 /* bytes of one expression */

enum play_dirs { PLAY_DIRS_OUT, PLAY_DIRS_IN, PLAY_DIRS_BOTH };

/* Lists end with NULL; a list that is NULL or empty takes everything. */
struct play_select_options {
    const char *const *events;     /* names */
    const char *const *excludes;   /* names that are not taken */
    const char *const *regexes;    /* on the name, case-sensitive, not anchored:
                                      schema/regex/pattern.h */
    const char *const *namespaces; /* "/" or "/admin" */
    const char *const *conns;      /* numbers */
    enum play_dirs dirs;
    bool all_kinds; /* also open, close, ping, marker, ... */
    bool no_acks;   /* no Socket.IO acks: they answer what nobody asked here */
    bool sse_ids;   /* also TD_KIND_ID, which consumers of SSE are sent */
};

struct play_select;

/* The lists are borrowed until play_select_free(). TD_USAGE: a regex that is
 * wrong (err->offset: where) or too long; a conn that is no number.
 */
TD_MUST_CHECK enum td_code
play_select_new(struct play_select **out,
                const struct play_select_options *options,
                struct td_error *err);
void play_select_free(struct play_select *select);

/* Let the reader pass over what select does not take, as far as it can. */
struct tape_reader;
void play_select_tell(const struct play_select *select,
                      struct tape_reader *reader);

/* Whether all criteria let the event through. TD_OK, or TD_LIMIT if a regex
 * takes too many steps on its name to say.
 */
TD_MUST_CHECK enum td_code play_select_takes(struct play_select *select,
                                             const struct td_event *ev,
                                             bool *takes, struct td_error *err);

#endif

/* validator/gates/places.h - where known findings stood, and where that is now.
 *
 * A finding whose source line was edited has another fingerprint. It is still
 * the one that was known if the same tool tells the same rule at the place to
 * which the diff since the baseline moves the line. Lines of the baseline are
 * those of its commit; they are an aid, and missing ones do no harm.
 */
#ifndef VALIDATOR_GATES_PLACES_H
#define VALIDATOR_GATES_PLACES_H

#include "validator/gates/baseline.h"
#include "validator/gates/git.h"

/* A finding of this run. */
struct gates_place {
    const char *fp;
    const char *was; /* its fingerprint in the baseline, if that is another */
    const char *tool;
    const char *rule; /* NULL: it has none */
    const char *path;
    uint64_t line;
};

/* The known finding that stood where this one stands, not yet counted out, or
 * NULL; it is counted. change: of the file since the baseline. *was: its line
 * in the baseline's commit.
 */
const struct gates_known *gates_places_find(struct gates_baseline *base,
                                            const struct gates_place *place,
                                            const struct gates_change *change,
                                            uint64_t *was);

/* Give the entry of each `was`, or one of those alike, the fingerprint and path
 * that the finding has now. Texts are copied.
 */
void gates_places_move(struct gates_baseline *base,
                       const struct gates_place *places, size_t len);

/* Forget all lines; note one of the entry with that fingerprint, if there is
 * one. line 0: it is not in the commit.
 */
void gates_places_forget(struct gates_baseline *base);
void gates_places_note(struct gates_baseline *base, const char *fp,
                       uint64_t line);

#endif

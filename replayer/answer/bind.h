/* replayer/answer/bind.h - what one side makes anew each time, and hears again.
 *
 *     /session/id           the value at that RFC 6901 pointer of what is said
 *     header:Mcp-Session-Id the value of that field of a head
 *
 * The value on the tape is put aside with the one that is given now, and stands
 * for it in what is said later: in targets, fields, bodies and messages,
 * wherever it is a word of its own. A field is also known by its name, so that
 * one whose value is not on the tape is handed back too.
 *
 * Where a tape answers it is the other way round: what a client makes anew and
 * is told again. Clients that make one each are told apart by it: of the values
 * that stand for one of the tape the last that was said counts, and each is
 * known when it is said again.
 */
#ifndef REPLAYER_ANSWER_BIND_H
#define REPLAYER_ANSWER_BIND_H

#include "core/json.h"
#include "replayer/answer/exchange.h"
#include "wire/http/http.h"

#define PLAY_BINDS_MAX 64    /* that are named */
#define PLAY_BOUND_MAX 10000 /* values of a tape */
#define PLAY_LIVES_MAX 64    /* that stand for one; the oldest goes */

struct play_bind; /* a value on the tape, and those that it is now */

/* All zeroes is valid and binds nothing. */
struct play_binds {
    const char *pointers[PLAY_BINDS_MAX]; /* borrowed, as fields */
    uint32_t pointers_len;
    const char *fields[PLAY_BINDS_MAX];
    char *field_values[PLAY_BINDS_MAX]; /* by now; or NULL */
    uint32_t fields_len;
    struct play_bind *list;
    uint32_t len;
    const struct play_binds *others; /* count where these do not; or NULL */
    struct td_json_doc docs[2];
};

/* The words, NULL-terminated, which are borrowed. TD_USAGE. */
TD_MUST_CHECK enum td_code play_binds_read(struct play_binds *binds,
                                           const char *const *words,
                                           struct td_error *err);
void play_binds_release(struct play_binds *binds);

/* The same of one client: what is bound by now, and what it binds, whatever
 * others do. All zeroes before.
 */
void play_binds_keep(struct play_binds *own, const struct play_binds *from);

/* What was said on the tape, and what is said in its place. */
void play_binds_learn(struct play_binds *binds, struct td_bytes recorded,
                      struct td_bytes live);
void play_binds_learn_head(struct play_binds *binds,
                           const struct play_field *recorded, uint32_t len,
                           const struct http_head *live);

/* The value of a bound field of that name, as it is now; NULL: none is known.
 */
const char *play_binds_field(const struct play_binds *binds, const char *name);

/* Append text of the tape with what is bound in it; and the other way round:
 * what is said now as the tape says it, and what is found there has been said
 * last.
 */
void play_binds_put(const struct play_binds *binds, struct td_buf *out,
                    struct td_bytes text);
void play_binds_undo(struct play_binds *binds, struct td_buf *out,
                     struct td_bytes text);

#endif

/* recorder/redact_pieces.h - text that comes in pieces, one an event.
 *
 * redact_places.c finds the pieces in a payload, redact_presets.c knows where
 * the streams of models have them, redact_follow.c follows one text and says
 * what of it is a secret (redact_spans.c), redact_clean.c writes a piece
 * without, and
 * redact_stage.c holds events back until that is known.
 *
 * Offsets in a text are from its begin, in bytes, unescaped.
 */
#ifndef RECORDER_REDACT_PIECES_H
#define RECORDER_REDACT_PIECES_H

#include "recorder/redact_internal.h"

#define REDACT_TOKENS 12 /* of a pointer */
#define REDACT_BY     4  /* pointers behind "by" */

/* Bounds: of one text, what is looked at again with each piece; of all, what
 * waits.
 */
#define REDACT_WINDOW ((size_t)64 * 1024)
#define REDACT_TEXTS  4096
#define REDACT_LASTS  4096

/* What stood behind a pointer of "by" last, by what stood before it. */
struct redact_last {
    uint64_t key;
    uint64_t value;
};

/* A pointer as its tokens; "*" is every element, or member. */
struct redact_path {
    char *tokens[REDACT_TOKENS];
    size_t len;
};

/* Where pieces are, and which of them are of one text. */
struct redact_way {
    struct redact_path to;
    struct redact_path by[REDACT_BY];
    size_t bys;
};

/* Read "POINTER [by POINTER ...]". TD_USAGE with the place as err->offset. */
TD_MUST_CHECK enum td_code redact_way_read(struct redact_way **out,
                                           const char *text,
                                           struct td_error *err);
void redact_way_free(struct redact_way *way); /* NULL is fine */

/* A piece in a payload. */
struct redact_piece {
    uint64_t key; /* of its text */
    size_t rule;  /* that says so, from 0 */
    size_t start; /* in the payload, behind the quote */
    size_t len;
    bool quoted; /* in a string of JSON, so that it may have escapes */
    bool escaped;
    struct redact_text *text; /* set by the stage, and where it is in that: */
    uint64_t from;
    uint64_t to;
};

/* Append struct redact_piece for each piece of ev, in order of their places.
 * Where a rule takes payloads whole, one that is a string of JSON is quoted.
 */
void redact_places(struct rec_redact *redact, const struct td_event *ev,
                   struct td_buf *out);

/* Whether an object has that member, as it stands there. */
bool redact_says(const struct td_json_doc *doc, const char *name,
                 const char *raw);

/* ---- what is taken up again ---- */

#define REDACT_LINES 64

/* A stream of server-sent events over one connection, or exchange, after the
 * other; or a session of Engine.IO over its polls.
 */
struct redact_line {
    uint32_t conn;     /* that it is on, or was last */
    uint64_t exchange; /* the same; 0: it is the connection's */
    uint32_t first;    /* whose texts it has: a connection's, */
    uint64_t first_exchange;
    uint64_t key;
    bool session; /* the end of an answer is none of it */
    bool closed;  /* it may be taken up again */
    bool cut;     /* otherwise it broke off */
};

/* All zeroes is none. */
struct redact_lines {
    struct redact_line list[REDACT_LINES];
    size_t len;
    size_t next; /* that goes, where there are too many */
};

/* The one that ev is of, or NULL. */
struct redact_line *redact_line_of(struct redact_lines *lines,
                                   const struct td_event *ev);

/* The one that has a text of such a begin, or NULL. */
struct redact_line *redact_line_of_text(struct redact_lines *lines,
                                        uint32_t conn, uint64_t exchange);

/* See whether ev begins one, or goes on with one. */
void redact_line_opens(struct rec_redact *redact, struct redact_lines *lines,
                       const struct td_event *ev);

/* ---- one text ---- */

struct redact_span {
    uint64_t from;
    uint64_t to;
    bool whole;     /* a value that is no string: one mark with quotes */
    bool pieced;    /* counted among those over pieces */
    unsigned level; /* of JSON in strings of JSON, of its quotes */
    bool named;     /* it has a stand-in: */
    uint64_t name;  /* redact_name() */
};

struct redact_text {
    uint64_t key;
    uint64_t exchange;
    uint32_t conn;
    uint64_t used;        /* when last, for who must go */
    struct td_buf window; /* what is looked at, and before it what decides */
    uint64_t base;        /* where the window begins */
    uint64_t from;        /* here looking goes on */
    uint64_t known;       /* before this it is known what is a secret */
    struct td_buf spans;  /* struct redact_span, in order */
    size_t held;          /* pieces of it that are on their way */
    bool raw;             /* its first piece was no string of JSON */
    bool closed;          /* too much for looking: all of it goes */
    bool over;            /* nothing follows */
};

struct redact_text *redact_text_new(uint64_t key, const struct td_event *ev);
void redact_text_free(struct redact_text *text); /* NULL is fine */

/* The end of what has come. */
static inline uint64_t redact_text_end(const struct redact_text *text)
{
    return text->base + text->window.len;
}

/* Take the next piece, as it stands in the payload. */
void redact_follow(struct rec_redact *redact, struct redact_text *text,
                   struct td_bytes raw, bool escaped);

/* Nothing follows: what only might have become a secret is none. */
void redact_follow_end(struct rec_redact *redact, struct redact_text *text);

/* No time is left: what may become a secret counts as one. True if something
 * does.
 */
bool redact_follow_force(struct redact_text *text);

/* It broke off: what may have become a secret counts as one, as above. */
bool redact_follow_cut(struct rec_redact *redact, struct redact_text *text);

/* Forget what of it nobody waits for. */
void redact_follow_trim(struct rec_redact *redact, struct redact_text *text);

/* Its spans. */
struct redact_span *redact_spans(const struct redact_text *text, size_t *len);

/* Put a span among the others, and take in those that it meets. True if it met
 * none: it is a new secret.
 */
bool redact_span_put(struct redact_text *text, struct redact_span span);

/* ---- writing ---- */

/* Append the payload of ev with the pieces cleaned, and to redact->pieces where
 * they begin then. Returns secrets that were in several pieces and had not been
 * counted. False in *changed: out is empty, the payload stays.
 */
uint64_t redact_clean(struct rec_redact *redact, const struct td_event *ev,
                      const struct redact_piece *pieces, size_t len,
                      struct td_buf *out, bool *changed);

/* Of how many bytes of text the escape or character at the start of raw is one,
 * and how many it takes there (raw is valid); 0 bytes of text never.
 */
size_t redact_unit(struct td_bytes raw, bool escaped, size_t *decoded);

#endif
